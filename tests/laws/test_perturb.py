"""Each value that a PASS cites as evidence carries weight: changed to a failing one, the verdict changes.

Where two things each suffice (a budget of the account's own and one of the organization), changing one changes nothing;
so a cited place must carry weight in at least one generated world, and the counts say in how many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from rootwarden import catalogue
from rootwarden.model.control import Registered
from rootwarden.model.findings import Evidence, Finding, Status
from tests.laws.court import judge
from tests.laws.effort import EFFORT
from tests.laws.good import WORKSPACE, World, good_worlds
from tests.laws.perturb import candidates
from tests.laws.spot import Spot, cited, resolve
from tests.laws.stories import stories
from tests.laws.tally import Tally
from tests.laws.worlds import random_world

CONTROLS = catalogue.controls()

# Cited for the reader, not for the verdict: (control, pattern of the place) -> why it may carry no weight.
LABELS: dict[tuple[str, str], str] = {
    ("RW-BILL-01", "cloudwatch.alarms/*/MetricAlarms/*/Dimensions/*/Value"): "the currency of the charges, any will do",
    ("RW-BILL-01", "budgets.budgets/*/BudgetLimit/Unit"): "the unit of the cited limit; thresholds have the same unit",
    ("RW-BILL-01", "budgets.budgets/*/PlannedBudgetLimits/*/Unit"): "the unit of the cited limit",
    ("RW-BILL-03", "budgets.budgets/*/AutoAdjustData/AutoAdjustType"): "how AWS adjusts the limit; any way will do",
}


def label(code: str, pattern: str) -> str:
    """Return why a place may carry no weight, "" when it must carry some."""
    return LABELS.get((code, pattern), "")


def located(world: World, finding: Finding, evidence: Evidence) -> Spot | None:
    """Return the place of the world that a piece of evidence names; None for a fact that the world does not hold."""
    fact, rest, elsewhere = cited(evidence.fact)
    owner = elsewhere or next((one for one in (finding.account, WORKSPACE) if fact in world.facts(one)), "")
    facts = world.facts(owner)
    ways = resolve(facts[fact], rest) if fact in facts else iter(())
    way = next(ways, None)
    return None if way is None else Spot(owner, fact, way)


def carries_weight(entry: Registered, world: World, finding: Finding, spot: Spot) -> bool:
    """Say whether some other value at the spot takes the PASS away."""
    for value in candidates(world, spot):
        after = {one.fingerprint: one for one in judge(world.with_(spot, value), [entry])}
        if finding.fingerprint not in after or after[finding.fingerprint].status is not Status.PASS:
            return True
    return False


def _worlds(entry: Registered) -> Iterator[World]:
    yield from good_worlds()
    yield from stories()
    yield from (random_world(seed, entry.slug) for seed in range(EFFORT.random_worlds))


@pytest.mark.parametrize("entry", CONTROLS, ids=lambda entry: entry.slug)
def test_perturb(entry: Registered, tally: Tally) -> None:
    """Every cited value of every PASS is changed; each kind of place must take a PASS away somewhere."""
    weighed: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for world in _worlds(entry):
        for finding in judge(world, [entry]):
            for evidence in finding.evidence if finding.status is Status.PASS else ():
                spot = located(world, finding, evidence)
                assert spot is not None, f"{world.name}: {entry.control.code} cites {evidence.fact}, which is nowhere"
                pattern = spot.pattern()
                tried[pattern] += 1
                if tried[pattern] <= 25 or not weighed[pattern]:
                    weighed[pattern] += carries_weight(entry, world, finding, spot)
                    tally.add("cited values perturbed")
    tally.add("verdicts that changed", sum(weighed.values()))
    idle = sorted(pattern for pattern in tried if not weighed[pattern] and not label(entry.control.code, pattern))
    assert not idle, f"{entry.control.code} cites what never carries weight: {idle}"


def test_labels_are_needed() -> None:
    """An exception that names no control, or whose reason is missing, is deleted."""
    codes = {entry.control.code for entry in CONTROLS}
    assert all(code in codes and re.fullmatch(r".{10,}", why) for (code, _), why in LABELS.items())
