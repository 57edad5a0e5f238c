"""An alternate contact as it shall be: the calls that register it and take it back, and who shares its mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rootwarden.model.expect import Expect
from rootwarden.model.plan import Call, Change, Difference, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not, Wish
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.contact_fields import Field, configured, held, refused, taken_again, words
from rootwarden.proofs.email_address import folded
from rootwarden.proofs.part_of_change import Part
from rootwarden.proofs.root_email import root_address
from rootwarden.proofs.wished_change import wished_change

FACT = "account.contacts"
# The settings of every remedy that registers one.
PARAMS = {"name": "", "title": "", "email": "", "phone": ""}
# Account Management API Reference, PutAlternateContact: what AWS takes in each field.
FIELDS = (
    words("name", "Name", 64),
    words("title", "Title", 50),
    Field(
        "email", "EmailAddress", re.compile(r"(?=.{1,254}\Z)[\w+=.#|!&-]+@[\w.-]+\.\w+", re.ASCII), "an e-mail address"
    ),
    Field(
        "phone", "PhoneNumber", re.compile(r"[\s0-9()+-]{1,25}", re.ASCII),
        "digits, blanks and +-() only, at most 25",
    ),
)  # fmt: skip
_KINDS = {"SECURITY": "security", "BILLING": "billing", "OPERATIONS": "operations"}
_ONE_MAILBOX = "if that mailbox fails, or nobody reads it, AWS reaches none of them"


def wanted_contact(slug: str, settings: Thresholds) -> dict[str, str] | Not:
    """Return the configured contact in AWS's field names, or why there is none that AWS takes."""
    given = configured(settings, FIELDS)
    return refused(slug, given, FIELDS) or given


def reads_as(seen: View, kind: str, given: Mapping[str, str]) -> bool:
    """Return whether the contact of a kind (SECURITY ...) is this one already.

    Raises:
        UnseenError: it could not be read.
    """
    return held(seen.account[FACT][kind], FIELDS) == given


def wished_contact(wish: Wish, kind: str, why: str) -> Iterator[Change | Not]:
    """Put the configured contact where another or none is; taken back, the former one is put again, or none is left.

    Raises:
        UnseenError: the former one could not be read.
    """
    given = wanted_contact(wish.slug, wish.settings)
    if isinstance(given, Not):
        yield given
    elif not reads_as(wish.seen, kind, given):
        part = contact_part(wish.seen, kind, given)
        yield wished_change(wish, part, title=title_of(kind, given), why=why, region="", resource="")


def contact_part(seen: View, kind: str, given: Mapping[str, str]) -> Part:
    """Return the registering of a contact; taken back, the former one is put again, or none is left.

    Raises:
        UnseenError: the former one could not be read.
    """
    former, about = held(seen.account[FACT][kind], FIELDS), {"AlternateContactType": kind}
    undo: tuple[Call, ...] = (_call("DeleteAlternateContact", about),)
    stays, new = "", Expect(fact=FACT, at=(kind,), value=dict(given))
    if former and taken_again(former, FIELDS):
        undo = (_call("PutAlternateContact", {**about, **former}),)
    elif former:
        undo, stays = (), "the former contact lacked what AWS asks for now, so that it cannot be put again"
    put = Step(
        id="contact", does="Register the contact", call=_call("PutAlternateContact", {**about, **given}), undo=undo,
        stays=stays, stays_as=(new,) if stays else None,
    )  # fmt: skip
    return Part(
        steps=(put,),
        expects=(Expect(fact=FACT, at=(kind,), value=former or None),),
        then=(new,),
        shows=(
            Difference(
                what=f"{_KINDS[kind]} contact",
                before=former.get("EmailAddress") or "none",
                after=f"{given['Name']} <{given['EmailAddress']}>, {given['PhoneNumber']}",
            ),
        ),
        notes=tuple(_shared(seen, kind, given["EmailAddress"])),
    )


def title_of(kind: str, given: Mapping[str, str]) -> str:
    """Return what is done in a line."""
    return f"Register {given['EmailAddress']} as the {_KINDS[kind]} contact"


def _shared(seen: View, kind: str, email: str) -> Iterator[str]:
    """Say whose the mailbox is as well, as far as that is known: one address for all is allowed, and no good idea."""
    others = [f"the {word} contact's" for other, word in _KINDS.items() if other != kind and _is(seen, other, email)]
    if _is_root(seen, email):
        others.append("root's")
    if others:
        yield f"this address is {' and '.join(others)} as well: {_ONE_MAILBOX}"


def _is(seen: View, kind: str, email: str) -> bool:
    try:
        place = seen.about().account[FACT][kind]
        return not place.is_null and folded(place["EmailAddress"].text(default="")) == folded(email)
    except UnseenError:
        return False


def _is_root(seen: View, email: str) -> bool:
    try:
        return folded(root_address(seen.about())) == folded(email)
    except UnseenError:
        return False


def _call(operation: str, parameters: Mapping[str, str | None]) -> Call:
    return Call(service="account", operation=operation, parameters=dict(parameters))
