"""Registers the billing contact, so that AWS writes of invoices and failed payments to people who can pay.

An account whose bills fail is suspended, and with it whatever guards it. Copies of what goes to the root address about
money go to this contact as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.alternate_contact import FACT, PARAMS, wished_contact

REMEDY = Remedy(
    title="Register the billing contact", order=11, params=PARAMS, facts=(FACT,),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "account.DeleteAlternateContact", "account.PutAlternateContact",
    ),
)  # fmt: skip


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Put the configured contact where another or none is; taken back, the former one is put again, or none is left."""
    return wished_contact(wish, "BILLING", "AWS writes of bills and payments to whom the configuration names.")
