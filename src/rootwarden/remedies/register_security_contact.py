"""Registers the security contact, so that AWS writes of abuse and leaked keys to people who act.

Nobody but AWS sees the contact and nothing depends on it, so that this is as harmless as a change can be. The same
contact is set in every account that lacks one.
"""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs.alternate_contact import FACT, PARAMS, contact_part, title_of, wanted_contact

REMEDY = Remedy(
    title="Register the security contact", order=10, params=PARAMS, facts=(FACT,),
    risks=(Risk.SAFE,),
    calls=(
        "account.DeleteAlternateContact", "account.PutAlternateContact",
    ),
)  # fmt: skip

_KIND = "SECURITY"


def prescribe(case: Case) -> Change | Not:
    """Put the configured contact; taken back, the former one is put again, or none is left."""
    given = wanted_contact(case.slug, case.settings)
    if isinstance(given, Not):
        return given
    part = contact_part(case.seen, _KIND, given)
    change = case.change(
        title_of(_KIND, given), risk=Risk.SAFE, steps=part.steps, expects=part.expects, then=part.then, shows=part.shows
    )
    return replace(change, notes=part.notes)
