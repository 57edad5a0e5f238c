"""AWS knows whom to call about security: abuse reports and leaked keys go to somebody who acts, not to root's mailbox.

AWS Trust and Safety writes when a machine of yours attacks others or a key of yours is found in public, and it limits
the account when nobody answers. Without a security contact that letter goes to the root address only, often a mailbox
that nobody reads, and the first you hear of it is the bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.email_address import folded
from rootwarden.proofs.root_email import root_address
from rootwarden.proofs.truth import Truth, ask

CONTROL = Control(
    code="RW-POL-05",
    title="A security alternate contact is registered",
    question="Has AWS an e-mail address and a phone number for security matters of this account?",
    severity=Severity.MEDIUM,
    practice=Practice.POLICY,
    scope=Scope.ACCOUNT,
    facts=("account.contacts", "account.primary_email?", "org.accounts?"),
    measured=(
        "GetAlternateContact of type SECURITY must return a contact with an e-mail address and a phone number. A note "
        "warns when the address is root's own. GovCloud has no such call, so there a person has to look. Reports hide "
        "the number and the local part of the address unless --show-pii is given."
    ),
    misses="Whether anybody reads that mailbox or answers that phone.",
    remedy="register-security-contact",
    fix=Fix(
        automation="auto",
        steps=(
            "Choose a group mailbox and a phone number that reach whoever is on duty, not one person.",
            "Register them as the security contact of each account, from the management account for all its members; "
            "inside the account itself leave out --account-id.",
            "Send a test message to the address.",
        ),
        commands=(
            "aws account put-alternate-contact --account-id {account} --alternate-contact-type SECURITY "
            "--name 'Security team' --title 'Security' --email-address ADDRESS --phone-number NUMBER",
        ),
        terraform="aws_account_alternate_contact",
    ),
    frameworks={
        "cis_aws_1.4": ("1.2",),
        "cis_aws_1.5": ("1.2",),
        "cis_aws_2.0": ("1.2",),
        "cis_aws_3.0": ("1.2",),
        "cis_aws_4.0": ("1.2",),
        "cis_aws_5.0": ("1.2",),
        "cis_aws_6.0": ("2.2",),
        "cis_aws_7.0": ("2.3",),
        "aws_fsbp": ("Account.1",),
        "pci_dss_4.0": ("A1.2.3",),
        "iso_27001_2022": ("A.5.5",),
    },
    links=(
        "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html",
        "https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    if seen.subject.partition == "aws-us-gov":
        yield seen.manual(
            "GovCloud has no call that shows alternate contacts. Look at the contact information of the account in the "
            "commercial partition that this one belongs to.",
            reason="no_api_in_govcloud",
        )
        return
    contact = seen.account["account.contacts"]["SECURITY"]
    if contact.recorded_in(Log()).is_null:
        seen.log.entries[contact.path] = None
        yield seen.fails(
            "No security contact is registered: AWS writes of abuse and leaked keys to root's address only.",
            reason="no_contact",
        )
        return
    filled = {
        "e-mail address": _filled(seen, contact["EmailAddress"]),
        "phone number": _filled(seen, contact["PhoneNumber"]),
    }
    missing = [name for name, there in filled.items() if there.value is False]
    if missing:
        yield seen.fails(
            f"The security contact has no {' and no '.join(missing)}, so AWS cannot reach anybody that way.",
            reason="incomplete_contact",
        )
        return
    for there in filled.values():
        there.sure()
    yield seen.passes("AWS has an e-mail address and a phone number for security matters.", notes=_single_point(seen))


def _filled(seen: View, place: Sight) -> Truth:
    """Answer whether a field of the contact holds anything; it is recorded only where it is legible."""
    quiet = place.recorded_in(Log())
    there = ask(lambda: not quiet.is_null and bool(quiet.text().strip()))
    if there.value is not None:
        seen.log.entries[place.path] = quiet.text(default="").strip()
    return there


def _single_point(seen: View) -> Iterator[str]:
    """Warn when the contact is the root mailbox itself; decides nothing."""
    aside = seen.about()
    try:
        same = folded(aside.account["account.contacts"]["SECURITY"]["EmailAddress"].text()) == folded(
            root_address(aside)
        )
    except UnseenError:
        return
    if same:
        yield "single_point: this is the root address itself; if that mailbox fails, AWS reaches nobody"
