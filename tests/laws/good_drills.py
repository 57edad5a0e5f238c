"""Drills of alerting that went well, as the store keeps them, and what else may stand there."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
NOW_CONFIGURED = "0123456789abcdef"
LONG_AGO, NEARLY_DUE, RECENT, YET_TO_COME = (
    f"{day}T20:00:00Z" for day in ("2025-01-01", "2026-06-15", "2026-11-01", "2027-02-01")
)
HOPS = ("watch", "act", "record", "detection", "message", "channel oncall")


def ledger(*paths: str) -> Json:
    """Return the facts of a workspace in which each path was drilled twice, first in vain."""
    drills = []
    for number, path in enumerate(paths):
        drills += [drill(f"drill-{number}2", path), drill(f"drill-{number}1", path, LONG_AGO, broken="record")]
    return {"evidence.ledger": {"drills": drills, "configuration": NOW_CONFIGURED}}


def drill(
    name: str, path: str, finished: str = RECENT, *, broken: str = "", configuration: str = NOW_CONFIGURED
) -> Json:
    """Return one drill with the field names of `Drill`; `broken` is the hop that failed."""
    at = HOPS.index(broken) if broken else len(HOPS)
    states = ["passed"] * at + ["failed"] * bool(broken) + ["not-reached"] * (len(HOPS) - at - 1)
    return {
        "id": name, "method": "synthetic", "path": path, "account": "444444444444", "region": "us-east-1",
        "started": finished.replace("20:00", "19:58"), "finished": finished,
        "hops": [
            {"name": hop, "state": state, "seconds": 1.5 * number, "limit": 300.0, "detail": ""}
            for number, (hop, state) in enumerate(zip(HOPS, states, strict=True))
        ],
        "cleaned": True, "configuration": configuration, "schema": "rootwarden.drill/1", "kind": "detection",
        "notes": [],
    }  # fmt: skip


_OTHER_PATH = drill("drill-99", "alarm another")
OTHER_DRILLS: dict[str, tuple[Any, ...]] = {
    "evidence.ledger": (None,),
    "evidence.ledger/configuration": ("fedcba9876543210", ""),
    "evidence.ledger/drills": ([], [_OTHER_PATH], [_OTHER_PATH | {"kind": "break_glass"}]),
    "evidence.ledger/drills/*/finished": (LONG_AGO, NEARLY_DUE, YET_TO_COME),
    "evidence.ledger/drills/*/hops": ([],),
    "evidence.ledger/drills/*/hops/*/state": ("failed", "not-reached", "passed"),
    "evidence.ledger/drills/*/cleaned": (False,),
    "evidence.ledger/drills/*/configuration": ("fedcba9876543210", ""),
    "evidence.ledger/drills/*/kind": ("break_glass",),
    "evidence.ledger/drills/*/path": ("alarm another",),
}
