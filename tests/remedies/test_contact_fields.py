"""What is planned of contacts, without AWS: field rules, former contacts, shared mailboxes, and what was not read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.catalogue.remedying import remedies
from rootwarden.model.facts import FACTS
from rootwarden.model.plan import Change, Risk
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not, Wish
from rootwarden.model.shared import Shared
from rootwarden.model.sight import Log
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import Subject, View
from rootwarden.proofs.alternate_contact import FIELDS as ALTERNATE
from rootwarden.remedies.register_primary_contact import FIELDS as PRIMARY
from tests.controls.judged import ACCOUNT, NOW, unread

BILLING, OPERATIONS, OWNER = "register-billing-contact", "register-operations-contact", "register-primary-contact"
TEAM = {"name": "Billing team", "title": "Finance", "email": "billing@shop.example", "phone": "+1 555 0100"}
AS_READ = {"Name": "Billing team", "Title": "Finance", "EmailAddress": "billing@shop.example",
           "PhoneNumber": "+1 555 0100", "AlternateContactType": "BILLING"}  # fmt: skip
NOBODY = {"SECURITY": None, "BILLING": None, "OPERATIONS": None, "PRIMARY": None}
SHOP = {
    "full_name": "Shop Ltd", "address_line1": "1 Example Street", "city": "Berlin", "state_or_region": "Berlin",
    "postal_code": "10115", "country_code": "DE", "phone_number": "+49305550100",
}  # fmt: skip
FOUNDER = {
    "FullName": "Ada Example", "AddressLine1": "7 Garage Road", "City": "Porto", "PostalCode": "4000-001",
    "CountryCode": "PT", "PhoneNumber": "+351 22 555 0100", "CompanyName": "Garage",
}  # fmt: skip
OWNERS = "account.contact_information"
SHAPES = ServiceModel(create_loader().load_service_model("account", "service-2"), "account")


def proposed(
    slug: str, settings: Mapping[str, Any], facts: Mapping[str, Any], organization: Mapping[str, Any] | None = None
) -> list[Change | Not]:
    """Return what a remedy proposes for an account of these facts."""
    known = remedies()[slug]
    assert known.propose is not None
    own, central = (
        Facts({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in held.items()})
        for held in (facts, organization or {})
    )
    seen = View(Subject(account=ACCOUNT, partition="aws"), own, central, Shared(), (), Log())
    wish = Wish(slug=slug, account=ACCOUNT, seen=seen, settings=Thresholds(known.remedy.params, settings), now=NOW)
    return list(known.propose(wish))


def change(slug: str, settings: Mapping[str, Any], facts: Mapping[str, Any], **rest: Any) -> Change:
    """Return the one change that is proposed."""
    (found,) = proposed(slug, settings, facts, **rest)
    assert isinstance(found, Change), found
    return found


def why_not(slug: str, settings: Mapping[str, Any], facts: Mapping[str, Any]) -> Not:
    """Return why nothing is proposed."""
    (found,) = proposed(slug, settings, facts)
    assert isinstance(found, Not), found
    return found


def test_an_alternate_contact_is_put_and_removed_again() -> None:
    """Where there was none, undo leaves none."""
    made = change(BILLING, TEAM, {"account.contacts": NOBODY})
    (step,) = made.steps
    assert (step.call.name, step.call.parameters) == ("account.PutAlternateContact", AS_READ)
    assert [(call.name, call.parameters) for call in step.undo] == [
        ("account.DeleteAlternateContact", {"AlternateContactType": "BILLING"})
    ]
    assert (made.risk, made.notes, made.stays) == (Risk.SAFE, (), ())


def test_another_alternate_contact_is_replaced_and_put_again() -> None:
    """What is there and differs is changed as configured, with a look; undo puts every field of it again."""
    former = AS_READ | {"EmailAddress": "ada@shop.example"}
    made = change(BILLING, TEAM, {"account.contacts": NOBODY | {"BILLING": former}})
    assert made.risk is Risk.CAREFUL
    assert [call.parameters for call in made.steps[0].undo] == [former]
    assert made.shows[0].before == "ada@shop.example"


@pytest.mark.parametrize("slug", [BILLING, OPERATIONS])
def test_the_same_contact_is_no_change(slug: str) -> None:
    """What reads as configured is left alone, whatever the other contacts are."""
    kind = slug.split("-")[1].upper()
    assert proposed(slug, TEAM, {"account.contacts": NOBODY | {kind: AS_READ | {"AlternateContactType": kind}}}) == []


def test_a_former_contact_that_aws_would_refuse_stays_away() -> None:
    """Undo cannot put again what lacks a field; the change says so beforehand."""
    former = {name: value for name, value in AS_READ.items() if name != "Title"}
    made = change(BILLING, TEAM, {"account.contacts": NOBODY | {"BILLING": former}})
    assert made.steps[0].undo == ()
    assert "cannot be put again" in made.stays[0]


def test_a_shared_mailbox_is_a_note() -> None:
    """One address for several contacts, or for root, is allowed; the reason against it is said."""
    held = {"account.contacts": NOBODY | {"SECURITY": AS_READ | {"EmailAddress": "Billing@Shop.Example "}}}
    accounts = {"org.accounts": [{"Id": ACCOUNT, "Name": "shop", "Email": "billing@shop.example", "State": "ACTIVE"}]}
    both = change(BILLING, TEAM, held, organization=accounts)
    assert both.notes == (
        "this address is the security contact's and root's as well: if that mailbox fails, or nobody reads it, AWS "
        "reaches none of them",
    )
    apart = {"account.contacts": NOBODY | {"SECURITY": unread("account.contacts")}}
    assert change(BILLING, TEAM, apart).notes == ()


def test_contacts_that_could_not_be_read_are_not_changed() -> None:
    """Nobody knows what would be overwritten; what was never read, and what is no text, count the same."""
    contacts = ({}, NOBODY | {"BILLING": unread("account.contacts")}, NOBODY | {"BILLING": AS_READ | {"Name": 5}})
    for held in ({}, *({"account.contacts": one} for one in contacts)):
        with pytest.raises(UnseenError):
            proposed(BILLING, TEAM, held)
    for value in (unread(OWNERS), FOUNDER | {"City": 5}):
        with pytest.raises(UnseenError):
            proposed(OWNER, SHOP, {OWNERS: value})


def test_the_owner_is_replaced_as_a_whole_and_put_again() -> None:
    """What is not configured is gone afterwards, and comes back with undo; it is said where the address is kept."""
    made = change(OWNER, SHOP, {OWNERS: FOUNDER})
    (step,) = made.steps
    assert step.call.name == "account.PutContactInformation"
    assert set(step.call.parameters["ContactInformation"]) == {
        "FullName", "AddressLine1", "City", "StateOrRegion", "PostalCode", "CountryCode", "PhoneNumber"
    }  # fmt: skip
    assert [call.parameters for call in step.undo] == [{"ContactInformation": FOUNDER}]
    assert made.then[0].value["CompanyName"] is None
    assert (made.risk, made.stays) == (Risk.CAREFUL, ())
    assert "the run log hold the former address" in made.notes[0]
    assert [(one.what, one.before, one.after) for one in made.shows][:2] == [
        ("full name", "Ada Example", "Shop Ltd"), ("company name", "Garage", "none"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "former",
    [
        None,
        {name: value for name, value in FOUNDER.items() if name != "PostalCode"},
        FOUNDER | {"CountryCode": "DE"},
        FOUNDER | {"PhoneNumber": "22 555 0100"},
    ],
)
def test_an_owner_that_cannot_be_put_again_stays_away(former: dict[str, str] | None) -> None:
    """AWS has no call that removes the contact, and takes none back that lacks what it asks for by now."""
    made = change(OWNER, SHOP, {OWNERS: former})
    assert made.steps[0].undo == ()
    assert "the new one stays" in made.stays[0]
    assert any("former address" in one for one in made.notes) is (former is not None)


def test_the_same_owner_is_no_change() -> None:
    """Field by field, those left empty as well."""
    as_read = {field.name: SHOP[field.setting] for field in PRIMARY if field.setting in SHOP}
    assert proposed(OWNER, SHOP, {OWNERS: as_read}) == []
    assert change(OWNER, SHOP, {OWNERS: as_read | {"AddressLine2": "2nd floor"}}).shows[0].after == "none"


def test_a_snapshot_without_the_owner_says_what_to_do() -> None:
    """No audit reads the address; whoever plans offline is told how it is read."""
    left = why_not(OWNER, SHOP, {"account.contacts": NOBODY | {"PRIMARY": {"FullName": True}}})
    assert "not in the snapshot" in left.why
    assert "without --snapshot" in left.todo


@pytest.mark.parametrize(
    ("slug", "settings", "said"),
    [
        (BILLING, {}, ("[remedies.register-billing-contact]", "name, title, email, phone")),
        (BILLING, TEAM | {"title": "x" * 51}, ("title = ", "1 to 50 characters")),
        (BILLING, TEAM | {"email": "x" * 250 + "@shop.example"}, ("email = ", "an e-mail address")),
        (BILLING, TEAM | {"email": "nobody", "phone": "call us"}, ("email = 'nobody', phone", "; digits")),
        (OWNER, {}, ("[remedies.register-primary-contact]", "full_name, address_line1, city, postal_code, country_c")),
        (OWNER, SHOP | {"phone_number": "030 5550100"}, ("phone_number = '030 5550100'", "country code")),
        (OWNER, SHOP | {"country_code": "Germany"}, ("country_code = 'Germany'", "two capital letters")),
        (OWNER, SHOP | {"state_or_region": " "}, ("DE needs a state", "state_or_region under [remedies.register-prim")),
        (OWNER, SHOP | {"address_line1": "a\nb"}, ("address_line1 = ", "1 to 60 characters")),
    ],
)
def test_what_aws_would_refuse_is_named(slug: str, settings: dict[str, str], said: tuple[str, ...]) -> None:
    """Section and key, what stands there, and what AWS takes; whatever the account holds."""
    left = why_not(slug, settings, {"account.contacts": NOBODY, OWNERS: FOUNDER})
    for words in said:
        assert words in f"{left.why}: {left.todo}"


@given(st.data())
def test_what_the_remedies_take_aws_takes_too(data: st.DataObject) -> None:
    """No value passes that botocore's model of the service forbids, and none of allowed length fails in free text."""
    shape, fields = data.draw(
        st.sampled_from([("ContactInformation", PRIMARY), ("PutAlternateContactRequest", ALTERNATE)])
    )
    field = data.draw(st.sampled_from(fields))
    structure = SHAPES.shape_for(shape)
    limits = structure.members[field.name].metadata  # type: ignore[attr-defined]
    letters = st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]) | st.sampled_from("+ ()-0123456789@.éß")
    value = data.draw(
        st.text(letters, max_size=limits["max"] + 3)
        | (st.from_regex(limits["pattern"], fullmatch=True) if "pattern" in limits else st.nothing())
    ).strip()
    allowed = limits["min"] <= len(value) <= limits["max"]
    if field.takes(value):
        assert allowed
        assert "pattern" not in limits or re.fullmatch(limits["pattern"], value, re.ASCII)
    elif "pattern" not in limits and field.name != "CountryCode":
        assert not allowed


def test_required_fields_are_those_of_the_model() -> None:
    """What AWS's model asks for is what is asked for in the configuration, and every other field can be set."""
    for shape, fields in (("ContactInformation", PRIMARY), ("PutAlternateContactRequest", ALTERNATE)):
        structure = SHAPES.shape_for(shape)
        known = set(structure.members) - {"AccountId", "AlternateContactType"}  # type: ignore[attr-defined]
        assert {field.name for field in fields} == known
        assert {field.name for field in fields if field.required} == set(structure.metadata["required"]) & known


def test_facts_of_remedies_are_facts_that_are_read() -> None:
    """Each is in the table; a person's address is read only where a remedy that needs it is wished for."""
    for one in remedies().values():
        assert set(one.remedy.facts) <= set(FACTS), one.slug
        assert set(one.remedy.optional) <= set(one.remedy.params), one.slug
        assert "account.contact_information" not in one.remedy.facts or one.propose is not None, one.slug
