"""What an e-mail address tells: its domain, and whether a free-mail provider runs it."""

from __future__ import annotations

import re

# Providers where anybody can open a mailbox and where no company can close one.
_FREE_MAIL = frozenset(
    re.findall(
        r"\S+",
        """
        126.com 139.com 163.com aim.com aol.com att.net bellsouth.net bluewin.ch btinternet.com
        charter.net comcast.net cox.net daum.net duck.com fastmail.com fastmail.fm foxmail.com free.fr
        freenet.de gmail.com googlemail.com hanmail.net hey.com hush.com hushmail.com icloud.com
        inbox.com inbox.lv interia.pl laposte.net libero.it list.ru mac.com mail.com mail.ru mailbox.org
        mailinator.com me.com msn.com naver.com o2.pl onet.pl orange.fr pm.me posteo.de proton.me
        protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com sbcglobal.net
        seznam.cz sfr.fr sina.com sky.com sohu.com t-online.de tiscali.it tuta.com tutanota.com
        tutanota.de uol.com.br verizon.net virgilio.it wanadoo.fr web.de wp.pl ya.ru yandex.com
        yandex.ru yeah.net ymail.com zohomail.com
        """,
    )
)
# Providers with one domain per country, such as yahoo.co.uk or outlook.com.br.
_FREE_MAIL_EVERYWHERE = re.compile(r"(?:yahoo|hotmail|outlook|live|gmx|aol|yandex)\.(?:com?\.)?[a-z]{2,3}")


def folded(address: str) -> str:
    """Return an address as it is compared: without blanks around it, in one case. `a+x@` and `a@` stay distinct."""
    return address.strip().casefold()


def domain_of(address: str) -> str:
    """Return the domain of an address in lower case, "" if it is no address."""
    local, at, domain = folded(address).rpartition("@")
    domain = domain.rstrip(".")
    return domain if at and local and "." in domain.strip(".") and not re.search(r"\s", domain) else ""


def is_free_mail(domain: str) -> bool:
    """Return whether a domain (as `domain_of` returns it) belongs to a provider of personal mailboxes."""
    return domain in _FREE_MAIL or _FREE_MAIL_EVERYWHERE.fullmatch(domain) is not None
