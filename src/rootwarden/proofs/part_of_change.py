"""A part of a change: some calls with what must hold before and after them; parts are put together into one change."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.expect import Expect
from rootwarden.model.plan import Declared, Difference, Step
from rootwarden.proofs.alerting_prices import PRICES_OF


class Part(Struct, frozen=True, kw_only=True):
    """One part; the fields mean what those of a `Change` do. `monthly` is USD a month, `priced` how that was told."""

    steps: tuple[Step, ...] = ()
    expects: tuple[Expect, ...] = ()
    then: tuple[Expect, ...] = ()
    shows: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    declares: tuple[Declared, ...] = ()
    monthly: Decimal = Decimal(0)
    priced: str = ""

    @property
    def waits(self) -> bool:
        """Whether it takes a person who confirms a subscription until all of it is true."""
        return any(one.assumed and one.fact == "sns.topics" for one in self.then)

    @property
    def cost(self) -> Cost:
        """What it adds a month."""
        if not self.monthly:
            return Cost()
        return Cost(kind=CostClass.FIXED, low=self.monthly, high=self.monthly, why=self.priced, priced=PRICES_OF)


NOTHING = Part()


def joined(parts: Iterable[Part]) -> Part:
    """Return parts as one, in their order."""
    parts = tuple(parts)
    return Part(
        steps=tuple(one for part in parts for one in part.steps),
        expects=tuple(one for part in parts for one in part.expects),
        then=tuple(one for part in parts for one in part.then),
        shows=tuple(one for part in parts for one in part.shows),
        notes=tuple(dict.fromkeys(one for part in parts for one in part.notes)),
        declares=tuple(one for part in parts for one in part.declares),
        monthly=sum((part.monthly for part in parts), Decimal(0)),
        priced=" ".join(part.priced for part in parts if part.priced),
    )
