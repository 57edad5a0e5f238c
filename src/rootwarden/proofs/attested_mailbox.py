"""Whether somebody has vouched that root's mailbox is in hand: after its credentials are gone, it is the way back.

An attestation is one text, `account=who=date`: the account, who sent a mail to root's address and read it, and on which
day. It holds for so many days from then on; one of the future, and one that is no date, holds never.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct

DAYS = 90
_ACCOUNT = re.compile(r"[0-9]{12}")
FORM = (
    'write "222233334444=priya@example.com=2026-11-20": the account, who read a mail to root\'s address there, and when'
)


class Attested(Struct, frozen=True):
    """One attestation that was understood."""

    account: str
    who: str
    day: date


class MalformedError(ValueError):
    """A text that is no attestation; says why."""


def read_attestation(text: str) -> Attested:
    """Read one attestation.

    Raises:
        MalformedError: it is none.
    """
    parts = [part.strip() for part in text.split("=")]
    if len(parts) != 3:
        raise MalformedError(f"{text!r} has {len(parts)} parts, not three")
    account, who, day = parts
    if _ACCOUNT.fullmatch(account) is None:
        raise MalformedError(f"{account!r} is no account id")
    if not who:
        raise MalformedError(f"{text!r} names nobody")
    try:
        return Attested(account, who, date.fromisoformat(day))
    except ValueError as error:
        raise MalformedError(f"{day!r} is no date") from error


def doubt(texts: Iterable[str], account: str, now: datetime, days: float) -> str:
    """Return why the mailbox of an account does not count as reachable, "" if it does.

    Raises:
        MalformedError: one of the texts is no attestation; what was meant by it, nobody knows.
    """
    mine = [one for one in map(read_attestation, texts) if one.account == account]
    if not mine:
        return "nobody has attested that root's mailbox is reachable"
    newest = max(mine, key=lambda one: one.day)
    today = now.date()
    if newest.day > today:
        return f"the attestation by {newest.who} is of {newest.day}, which is yet to come"
    if newest.day + timedelta(days=days) < today:
        return f"the attestation by {newest.who} is of {newest.day}, more than {days:g} days ago"
    return ""
