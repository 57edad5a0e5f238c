"""The security contact: present with e-mail and phone, or it fails; GovCloud has to be looked at."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding
from tests.controls.judged import decisive, only, unread
from tests.controls.root_facts import NO_ORGANIZATION, organization

SLUG = "security-contact-registered"
CONTACT = {"Name": "Security", "Title": "Duty", "EmailAddress": "security@example.com", "PhoneNumber": "+15550100199"}
OTHERS = {"BILLING": None, "OPERATIONS": None, "PRIMARY": {"FullName": "Example", "PhoneNumber": "+1"}}


def verdict(contact: object, org: dict | None = None, **facts: object) -> Finding:
    return only(SLUG, {"account.contacts": OTHERS | {"SECURITY": contact}, **facts}, org or NO_ORGANIZATION)


def test_whole_contact_passes() -> None:
    """The evidence holds both as they are; reports hide them."""
    finding = verdict(CONTACT)
    assert (finding.status, finding.notes) == ("PASS", ())
    assert decisive(finding) == {
        "account.contacts.SECURITY.EmailAddress": "security@example.com",
        "account.contacts.SECURITY.PhoneNumber": "+15550100199",
    }


def test_no_contact_fails() -> None:
    """AWS answered that there is none."""
    assert (verdict(None).status, verdict(None).reason) == ("FAIL", "no_contact")


@pytest.mark.parametrize("field", ["EmailAddress", "PhoneNumber"])
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_empty_field_fails(field: str, empty: object) -> None:
    """Half a contact reaches nobody."""
    finding = verdict(CONTACT | {field: empty})
    assert (finding.status, finding.reason) == ("FAIL", "incomplete_contact")
    assert ("e-mail" in finding.message) == (field == "EmailAddress")


def test_an_empty_field_is_proven_whatever_the_other_is() -> None:
    """One is enough to fail."""
    assert verdict({"EmailAddress": "", "PhoneNumber": unread("account.contacts")}).status == "FAIL"


@pytest.mark.parametrize(
    "damage",
    [{"EmailAddress": unread("account.contacts")}, {"PhoneNumber": 5550100}, {"EmailAddress": ["a@b.example"]}],
)
def test_field_that_is_not_legible_is_unknown(damage: dict) -> None:
    """Neither empty nor filled."""
    assert verdict(CONTACT | damage).status == "UNKNOWN"


@pytest.mark.parametrize("field", ["EmailAddress", "PhoneNumber"])
def test_missing_field_is_unknown(field: str) -> None:
    """AWS always sends both; a snapshot without one is damaged."""
    assert verdict({name: value for name, value in CONTACT.items() if name != field}).status == "UNKNOWN"


@pytest.mark.parametrize("contacts", [unread("account.contacts"), OTHERS, None, "none", {"SECURITY": "none"}])
def test_unread_contacts_are_unknown(contacts: object) -> None:
    """Refused, left out or of another shape."""
    assert only(SLUG, {"account.contacts": contacts}, NO_ORGANIZATION).status == "UNKNOWN"
    assert only(SLUG, {}, NO_ORGANIZATION).status == "UNKNOWN"


def test_govcloud_is_manual() -> None:
    """There is no such call."""
    finding = only(SLUG, {"account.contacts": unread("account.contacts")}, NO_ORGANIZATION, partition="aws-us-gov")
    assert (finding.status, finding.reason) == ("MANUAL", "no_api_in_govcloud")


@pytest.mark.parametrize("source", ["call", "list"])
def test_contact_that_is_the_root_address_is_noted(source: str) -> None:
    """One mailbox that fails takes both with it; case does not matter."""
    same = CONTACT | {"EmailAddress": "AWS-root+prod@example.com"}
    extra = {"account.primary_email": {"PrimaryEmail": "aws-root+prod@example.com"}} if source == "call" else {}
    finding = verdict(same, organization(), **extra)
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("single_point")
    assert verdict(CONTACT, organization(), **extra).notes == ()
