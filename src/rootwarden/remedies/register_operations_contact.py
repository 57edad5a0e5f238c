"""Registers the operations contact, so that AWS writes of outages and retirements to people who run the account.

Where there is no such contact, AWS tells the root address only of machines that will be retired and of changes that
break something, and what nobody reads becomes an outage.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.plan import Change, Risk
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.alternate_contact import FACT, PARAMS, wished_contact

REMEDY = Remedy(
    title="Register the operations contact", order=12, params=PARAMS, facts=(FACT,),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "account.DeleteAlternateContact", "account.PutAlternateContact",
    ),
)  # fmt: skip


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Put the configured contact where another or none is; taken back, the former one is put again, or none is left."""
    return wished_contact(wish, "OPERATIONS", "AWS writes of what its services need to whom the configuration names.")
