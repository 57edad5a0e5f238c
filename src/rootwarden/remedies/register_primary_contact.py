"""Registers the primary contact: the name, address and telephone number by which AWS knows who owns the account.

Who lost root's password and device proves to AWS by this contact that the account is theirs; a founder who has left, or
a number nobody answers, makes that hard. Undoing puts the former contact again, so that the plan and the run log hold
its address and telephone number; no audit reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from rootwarden.model.expect import Expect
from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.contact_fields import Field, configured, held, refused, taken_again, words
from rootwarden.proofs.countries import COUNTRIES
from rootwarden.proofs.part_of_change import Part
from rootwarden.proofs.wished_change import section, wished_change

FACT = "account.contact_information"
# Account Management API Reference, ContactInformation; after the plus sign stands a country code ("Update the primary
# contact", requirements of telephone numbers), which never begins with a zero.
FIELDS = (
    words("full_name", "FullName", 50),
    words("company_name", "CompanyName", 50, required=False),
    words("address_line1", "AddressLine1", 60),
    words("address_line2", "AddressLine2", 60, required=False),
    words("address_line3", "AddressLine3", 60, required=False),
    words("city", "City", 50),
    words("district_or_county", "DistrictOrCounty", 50, required=False),
    words("state_or_region", "StateOrRegion", 50, required=False),
    words("postal_code", "PostalCode", 20),
    Field(
        "country_code", "CountryCode", re.compile("|".join(sorted(COUNTRIES))),
        "the two capital letters of a country (ISO 3166)",
    ),
    Field(
        "phone_number", "PhoneNumber", re.compile(r"[+][1-9][\s0-9()-]{1,18}", re.ASCII),
        "+, the country code and the number, at most 20 characters (+12025550179)",
    ),
    words("website_url", "WebsiteUrl", 256, required=False),
)  # fmt: skip
# Where StateOrRegion is asked for as well (ContactInformation, StateOrRegion).
_WITH_STATE = frozenset({"US", "CA", "GB", "DE", "JP", "IN", "BR"})

REMEDY = Remedy(
    title="Register the primary contact",
    order=13,
    params={field.setting: "" for field in FIELDS},
    optional=tuple(field.setting for field in FIELDS if not field.required),
    facts=(FACT,),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=("account.PutContactInformation",),
)

_WHY = "AWS knows by it who owns the account, and it reads otherwise than configured."
_NOTES = (
    "this plan, what is exported of it and the run log hold the former address and telephone number: keep them from "
    "others' eyes",
    "bills are made out to this address; AWS checks the number, and in some countries whether it is in use",
)
_NONE_BEFORE = "AWS has no call that removes a primary contact: the new one stays"
_NOT_AGAIN = "the former contact lacks what AWS asks for now, so that it cannot be put again: the new one stays"


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Put the configured contact where another or none is; taken back, the former one is put again, if AWS takes it."""
    given = configured(wish.settings, FIELDS)
    wrong = refused(wish.slug, given, FIELDS) or _stateless(wish, given)
    if wrong is not None:
        yield wrong
        return
    place = wish.seen.account[FACT]
    if place.unknown is not None and place.unknown.why == "not_collected":
        todo = "plan from AWS instead, without --snapshot: then it is read"
        yield Not("the former contact is not in the snapshot, and no audit reads it", todo)
        return
    former = held(place, FIELDS)
    wanted = {field.name: given.get(field.name) for field in FIELDS}
    if former != wanted:
        change = wished_change(
            wish, _part(former, wanted), title="Register the configured primary contact",
            why=_WHY, region="", resource="",
        )  # fmt: skip
        yield replace(change, risk=Risk.CAREFUL)


def _stateless(wish: Wish, given: Mapping[str, str]) -> Not | None:
    """Return that a state or region is missing, where the country asks for one."""
    country = given["CountryCode"]
    if country not in _WITH_STATE or "StateOrRegion" in given:
        return None
    return Not(f"an address in {country} needs a state or region", f"set state_or_region under {section(wish)}")


def _part(former: Mapping[str, str | None], wanted: Mapping[str, str | None]) -> Part:
    """Return the change from one contact to another; every field is said, for AWS replaces the contact as a whole."""
    again = bool(former) and taken_again(former, FIELDS) and _has_state(former)
    new = Expect(fact=FACT, value=dict(wanted))
    step = Step(
        id="contact", does="Register the contact", call=_call(wanted), undo=(_call(former),) if again else (),
        stays="" if again else _NOT_AGAIN if former else _NONE_BEFORE,
        stays_as=None if again else (new,),
    )  # fmt: skip
    return Part(
        steps=(step,),
        expects=(Expect(fact=FACT, value=dict(former) or None),),
        then=(new,),
        shows=tuple(
            Difference(what=field.setting.replace("_", " "), before=before or "none", after=after or "none")
            for field in FIELDS
            if (before := former.get(field.name)) != (after := wanted[field.name])
        ),
        notes=_NOTES[0 if former else 1 :],
    )


def _has_state(contact: Mapping[str, str | None]) -> bool:
    return contact.get("CountryCode") not in _WITH_STATE or bool(contact.get("StateOrRegion"))


def _call(contact: Mapping[str, str | None]) -> Call:
    filled = {name: value for name, value in contact.items() if value}
    return Call(service="account", operation="PutContactInformation", parameters={"ContactInformation": filled})
