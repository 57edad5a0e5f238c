"""Registers the security contact, so that AWS writes of abuse and leaked keys to people who act.

Nobody but AWS sees the contact and nothing depends on it, so that this is as harmless as a change can be. The same
contact is set in every account that lacks one.
"""

from __future__ import annotations

import re

from rootwarden.model.expect import Expect
from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy

REMEDY = Remedy(
    title="Register the security contact",
    order=10,
    params={"name": "", "title": "", "email": "", "phone": ""},
)

_FACT = "account.contacts"
# Account Management API Reference, PutAlternateContact: what AWS takes in each field.
_FIELDS = (
    ("name", "Name", re.compile(r".{1,64}"), "1 to 64 characters"),
    ("title", "Title", re.compile(r".{1,50}"), "1 to 50 characters"),
    ("email", "EmailAddress", re.compile(r"[\w+=.#|!&-]+@[\w.-]+\.\w+"), "an e-mail address"),
    ("phone", "PhoneNumber", re.compile(r"[\s0-9()+-]{1,25}"), "digits, blanks and +-() only, at most 25"),
)


def prescribe(case: Case) -> Change | Not:
    """Put the configured contact; taken back, the former one is put again, or none is left."""
    given = {field: case.settings.text(name).strip() for name, field, _, _ in _FIELDS}
    where = f"[remedies.{case.slug}]"
    missing = [name for name, field, _, _ in _FIELDS if not given[field]]
    if missing:
        return Not("no contact is configured", f"set {', '.join(missing)} under {where} in rootwarden.toml")
    for name, field, pattern, wanted in _FIELDS:
        if pattern.fullmatch(given[field]) is None:
            return Not(f"{name} = {given[field]!r} is nothing that AWS takes", f"under {where}, write {wanted}")
    old = case.seen.account[_FACT]["SECURITY"].plain()
    kind = {"AlternateContactType": "SECURITY"}
    former = {field: str(old.get(field) or "") for _, field, _, _ in _FIELDS} if old else {}
    undo: tuple[Call, ...] = ()
    stays = ""
    if former and all(former.values()):
        undo = (_call("PutAlternateContact", kind | former),)
    elif former:
        stays = "the former contact lacked what AWS asks for now, so that it cannot be put again"
    else:
        undo = (_call("DeleteAlternateContact", kind),)
    put = Step(
        id="contact", does="Register the contact", call=_call("PutAlternateContact", kind | given), undo=undo,
        stays=stays,
    )  # fmt: skip
    return case.change(
        f"Register {given['EmailAddress']} as the security contact",
        risk=Risk.SAFE,
        steps=(put,),
        expects=(Expect(fact=_FACT, at=("SECURITY",), value=former or None),),
        then=(Expect(fact=_FACT, at=("SECURITY",), value=given),),
        shows=(
            Difference(
                what="security contact",
                before=former.get("EmailAddress", "") or "none",
                after=f"{given['Name']} <{given['EmailAddress']}>, {given['PhoneNumber']}",
            ),
        ),
    )


def _call(operation: str, parameters: dict[str, str]) -> Call:
    return Call(service="account", operation=operation, parameters=dict(parameters))
