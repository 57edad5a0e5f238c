"""A live audit or plan: read AWS into a snapshot, then judge that snapshot; one way of judging for both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.choosing import plan_chosen
from rootwarden.flows.collect import CollectRequest, CollectResult, StandingWindow, collect
from rootwarden.flows.planning import PlanRequest
from rootwarden.model.audit import Audit
from rootwarden.model.facts import FACTS
from rootwarden.model.plan import Plan
from rootwarden.store.snapshots import open_snapshot


def audit_live(
    reading: CollectRequest,
    judging: JudgeRequest,
    progress: Callable[[str], None] | None = None,
    announce: Callable[[StandingWindow], None] | None = None,
) -> tuple[CollectResult, Audit]:
    """Collect into a private temporary file and judge it; the file is gone afterwards.

    `progress` is told what is going on, `announce` of the root sessions that a root audit is about to open.

    Raises:
        RootwardenError: nothing could be read at all.
    """
    with TemporaryDirectory(prefix="rootwarden-") as folder:
        path = Path(folder) / "snapshot.jsonl.gz"
        result = collect(reading, path, progress, announce)
        return result, judge_snapshot(open_snapshot(path), judging)


def plan_live(
    reading: CollectRequest,
    planning: PlanRequest,
    progress: Callable[[str], None] | None = None,
    announce: Callable[[StandingWindow], None] | None = None,
    named: tuple[str, ...] = (),
) -> tuple[CollectResult, Plan]:
    """Collect into a private temporary file and plan from it; the file is gone afterwards.

    `named` are remedies that somebody asked for by name, as in `flows.choosing`.

    Raises:
        RootwardenError: nothing could be read at all.
    """
    with TemporaryDirectory(prefix="rootwarden-") as folder:
        path = Path(folder) / "snapshot.jsonl.gz"
        reading = replace(reading, also=tuple(sorted(_on_request(planning))))
        result = collect(reading, path, progress, announce)
        return result, plan_chosen(open_snapshot(path), planning, named)


def _on_request(planning: PlanRequest) -> set[str]:
    """Return the facts that no audit reads and that the remedies rest on which may be asked in this plan.

    A remedy that somebody can wish for rests on such facts only then.
    """
    asked = [remedies()[one.control.remedy] for one in planning.judging.controls if one.control.remedy in remedies()]
    known = [one for one in asked if one.propose is None] + [remedies()[slug] for slug in planning.wishes]
    return {fact for one in known for fact in one.remedy.facts if FACTS[fact].on_request}
