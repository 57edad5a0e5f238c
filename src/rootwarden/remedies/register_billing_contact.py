"""Registers the billing contact, so that AWS writes of invoices and failed payments to people who can pay.

An account whose bills fail is suspended, and with it whatever guards it. Copies of what goes to the root address about
money go to this contact as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.plan import Change
from rootwarden.model.remedy import Not, Remedy, Wish
from rootwarden.proofs.alerting_wishes import wished_change
from rootwarden.proofs.alternate_contact import FACT, PARAMS, contact_part, reads_as, title_of, wanted_contact

REMEDY = Remedy(title="Register the billing contact", order=11, params=PARAMS, facts=(FACT,))

_KIND = "BILLING"
_WHY = "AWS writes of bills and payments to whom the configuration names."


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Put the configured contact where another or none is; taken back, the former one is put again, or none is left."""
    given = wanted_contact(wish.slug, wish.settings)
    if isinstance(given, Not):
        yield given
    elif not reads_as(wish.seen, _KIND, given):
        part = contact_part(wish.seen, _KIND, given)
        yield wished_change(wish, part, title=title_of(_KIND, given), why=_WHY, region="", resource="")
