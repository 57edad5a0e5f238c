"""Root's e-mail address belongs to the company and to this account alone: whoever reads that mailbox can become root.

The address is half of root's recovery: with it a password is reset, and with a phone call to AWS the rest. A founder's
private mailbox leaves with the founder, a free-mail account has no administrator, and an address shared by two accounts
opens both. A group mailbox on the company's own domain outlives people and is read by more than one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import AnyOf, Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.email_address import domain_of, folded, is_free_mail
from rootwarden.proofs.membership import management_account
from rootwarden.proofs.root_email import accounts_with_address, root_address
from rootwarden.proofs.truth import ask

CONTROL = Control(
    code="RW-ROOT-09",
    title="Root email is a monitored, company-controlled and unique address",
    question="Is root's e-mail address on a company domain and used by no other account?",
    severity=Severity.MEDIUM,
    practice=Practice.EMERGENCY_ONLY,
    scope=Scope.ACCOUNT,
    facts=(AnyOf("account.primary_email", "org.accounts"), "org.organization"),
    measured=(
        "The address is read from the list of the organization's accounts, else by GetPrimaryEmail. AWS has no call "
        "that tells the address of an account in no organization: there a person has to look. It fails on a "
        "free-mail domain, on a domain outside allowed_domains, or when another account has the same address whatever "
        "its case; plus-addressing counts as different. Without allowed_domains nobody has said which domains are the "
        "company's: what does not fail is then MANUAL. Reports show addresses without their local part unless "
        "--show-pii is given."
    ),
    misses=(
        "Who reads the mailbox, whether anybody does, and whether the domain's registration is about to lapse. Whether "
        "the local part is a person's name."
    ),
    remedy="change-root-email",
    fix=Fix(
        automation="assisted",
        steps=(
            "Create a group mailbox on the company's domain that two people read, with one address per account: "
            "aws-root+NAME@ is enough.",
            "Member account: change the address from the management account with the commands below; AWS sends a code "
            "to the new address.",
            "Management or standalone account: sign in as root and change it under Account.",
            "Put your domains into allowed_domains in rootwarden.toml, so that this control can pass.",
        ),
        commands=(
            "aws account start-primary-email-update --account-id {account} --primary-email NEW_ADDRESS",
            "aws account accept-primary-email-update --account-id {account} --primary-email NEW_ADDRESS --otp CODE",
        ),
    ),
    params={"allowed_domains": ()},
    links=(
        "https://docs.aws.amazon.com/accounts/latest/reference/API_GetPrimaryEmail.html",
        "https://docs.aws.amazon.com/accounts/latest/reference/API_StartPrimaryEmailUpdate.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
    ),
)

_LOOK = (
    "AWS has no call that tells the root address of an account in no organization. Sign in and look at it under "
    "Account: it should be a group mailbox on a domain of the company (allowed_domains says which), used for no other "
    "AWS account."
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    if ask(lambda: seen.organization["org.organization"].is_none).value:
        yield seen.manual(_LOOK, reason="not_readable_by_api")
        return
    address = root_address(seen)
    domain, shown = domain_of(address), address.strip()
    others = accounts_with_address(seen, folded(address))
    allowed = {name.strip().casefold().lstrip("@") for name in limits.texts("allowed_domains")}
    if is_free_mail(domain):
        yield seen.fails(
            f"Root's address ({shown}) is at a free-mail provider. The company can neither close that mailbox nor get "
            "it back when its owner leaves.",
            reason="free_mail",
        )
    elif others.known:
        yield seen.fails(
            f"Root's address ({shown}) is also that of {', '.join(sorted(others.known))}. "
            "Whoever reads it can take over all.",
            reason="shared_address",
        )
    elif allowed and domain not in allowed:
        yield seen.fails(
            f"Root's address ({shown}) is not on a domain of the company ({', '.join(sorted(allowed))}).",
            reason="foreign_domain",
        )
    elif others.unread is not None:
        raise others.unread
    else:
        management_account(seen)  # unread: nobody knows whether these accounts are the account's organization
        yield _unobjectionable(seen, shown, domain, stated=bool(allowed))


def _unobjectionable(seen: View, shown: str, domain: str, *, stated: bool) -> Verdict:
    if stated:
        return seen.passes(f"Root's address ({shown}) is on a domain of the company and on no other account.")
    return seen.manual(
        f"Root's address ({shown}) is not at a known free-mail provider, and no other account has it. Confirm that "
        f"the company owns {domain}, or name its domains in allowed_domains.",
        reason="domains_not_stated",
    )
