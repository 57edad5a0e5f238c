"""Shuffled, duplicated and delayed by up to two hours: the final set of alerts is the same in 1,000 random orders."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.watching import Watch
from tests.detections.everything import circumstances, everything, when
from tests.detections.stage import LATE, Item, give, new_watch

SEED, ORDERS, DELAY = 20261125, 1000, timedelta(hours=2)
# Every how many records the watch is written down and taken up again by another one.
RESTART = 97


def prove() -> dict[str, Any]:
    """Play one scene of all detections in as many orders as claimed: half at will, half delayed by up to two hours."""
    scene = everything()
    whole = give(new_watch(circumstances()), scene)
    whole.flush(LATE)
    expected = _described(whole.standing())
    orders: Counter[str] = Counter()
    updates = restarts = 0
    for number in range(ORDERS):
        dice = random.Random(f"{SEED}/{number}")
        twice = [*scene, *dice.sample(scene, len(scene) // 3)]
        if number % 2:
            dice.shuffle(twice)
            told, again = _played(twice, lambda: new_watch(circumstances()), dice)
            orders["shuffled at will"] += 1
        else:
            late = {id(item): when(item) + DELAY * dice.random() for item in twice}
            twice.sort(key=lambda item: (late[id(item)], dice.random()))
            told, again = _played(twice, lambda: new_watch(circumstances(DELAY)), dice)
            orders["delayed by up to two hours"] += 1
        found = _described(_folded(told))
        assert found == expected, f"order {number}: {sorted(set(found) ^ set(expected))[:4]}"
        updates += len(told)
        restarts += again
    return {
        "seed": SEED,
        "records_and_notices": len(scene),
        "orders": ORDERS,
        "of_these": dict(orders),
        "alerts_in_the_end": len(expected),
        "detections_among_them": len({code for code, *_ in expected}),
        "updates_told": updates,
        "restarts_from_written_state": restarts,
        "orders_with_another_end": 0,
    }


def _played(items: list[Item], make: Callable[[], Watch], dice: random.Random) -> tuple[list[Update], int]:
    """Feed in this order, flush now and then as of the latest arrival, go on from written state now and then."""
    watch, told, restarts = make(), [], 0
    clock = min(map(when, items))
    for number, item in enumerate(items, start=1):
        give(watch, [item])
        clock = max(clock, when(item))
        if dice.random() < 0.05:
            told += watch.flush(clock)
        if number % RESTART == 0:
            told += watch.flush(clock)
            state, watch = watch.dump(), make()
            watch.load(state)
            restarts += 1
    return told + watch.flush(LATE), restarts


def _folded(told: list[Update]) -> list[Alert]:
    """Return what a receiver of all news knows in the end."""
    known: dict[str, Alert] = {}
    for update in told:
        if update.act is Act.WITHDRAWN:
            known.pop(update.thread, None)
        else:
            known[update.thread] = update.alert
    return list(known.values())


def _described(alerts: list[Alert]) -> list[tuple[str, ...]]:
    return sorted(
        (one.code, one.fingerprint, one.severity.value, one.title, one.window, one.kind.value, one.says,
         ",".join(one.event_ids), ";".join(one.notes))
        for one in alerts
    )  # fmt: skip
