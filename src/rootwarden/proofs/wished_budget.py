"""The change that creates a budget nobody is asked for by a control, but the configuration wishes for."""

from __future__ import annotations

from rootwarden.model.plan import Change, Risk, change_id
from rootwarden.model.remedy import Wish
from rootwarden.proofs.budget_wanted import Deed, Place


def wished_budget(wish: Wish, place: Place, deed: Deed, *, title: str, why: str, notes: tuple[str, ...] = ()) -> Change:
    """Return a change that makes the budget of `deed` at `place`; a budget spends nothing and changes nothing else."""
    return Change(
        id=change_id(wish.slug, wish.account, "", place.arn),
        remedy=wish.slug,
        title=title,
        why=why,
        account=wish.account,
        resource=place.arn,
        accounts=(wish.account,),
        risk=Risk.SAFE,
        notes=notes,
        shows=deed.shows,
        expects=deed.expects,
        then=deed.then,
        steps=(deed.step,),
        declares=deed.declares,
    )
