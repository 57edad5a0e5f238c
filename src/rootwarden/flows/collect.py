"""Collecting: read an account or a whole organization from AWS into a snapshot file."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rootwarden import __version__
from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.collectors import Collector, Kind
from rootwarden.aws.gather import gather
from rootwarden.aws.opening import Opened, known_regions, open_aws
from rootwarden.aws.reading import Reading
from rootwarden.aws.refusals import INTERRUPTED
from rootwarden.aws.root_window import StandingWindow, root_auditor, standing_window
from rootwarden.aws.scope import choose_targets, learn_organization
from rootwarden.aws.survey import Surveyed, settle_regions, survey
from rootwarden.aws.targets import Target
from rootwarden.aws.visit import Round, Visit
from rootwarden.aws.wanted import PRICES, wanted_collectors
from rootwarden.aws.workers import Story, Workers, tell
from rootwarden.flows.interruption import interruptible
from rootwarden.flows.planned_calls import PlannedCall, explain_calls
from rootwarden.flows.request import CollectRequest
from rootwarden.model.facts import FACTS
from rootwarden.model.ports import Clock, NewId
from rootwarden.model.snapshot import AskedFor, Header
from rootwarden.store.snapshots import SnapshotWriter

__all__ = ["CollectRequest", "CollectResult", "PlannedCall", "StandingWindow", "collect", "explain_calls"]

Progress = Callable[[str], None]
# Accounts whose facts are held in memory at the same time.
_AT_ONCE = 8


class CollectResult(Struct, frozen=True, kw_only=True):
    """How the reading went: accounts entered of those expected, calls made, their price in USD, and what went unread.

    `unread` holds (reason, times), most frequent first. `interrupted` and `timed_out` say why it ended early.
    """

    path: Path
    partition: str
    accounts_expected: int
    accounts_read: int
    calls: int
    seconds: float
    cost_usd: Decimal
    unread: tuple[tuple[str, int], ...]
    interrupted: bool = False
    timed_out: bool = False
    window: StandingWindow | None = None


class _Plan(Struct):
    """What is about to be read."""

    opened: Opened
    around: Round
    targets: list[Target]
    wanted: tuple[Collector, ...]
    window: StandingWindow | None = None

    @property
    def reading(self) -> Reading:
        return self.opened.ask.reading


def collect(
    request: CollectRequest,
    out: Path,
    progress: Progress | None = None,
    announce: Callable[[StandingWindow], None] | None = None,
    clock: Clock | None = None,
    new_id: NewId = new_ulid,
) -> CollectResult:
    """Read what `request` asks for into `out`, account by account, each on the disk as soon as it is finished.

    `progress` is told one line at a time what is going on; `announce` is told of the root sessions that `root_audit`
    will cause, before the first of them. Ctrl-C ends the reading early and leaves a valid partial snapshot.

    Raises:
        AuthError, UnreachableError, UsageError: nothing could be read at all.
        OutputError: the file cannot be written.
    """
    plan = _plan(request, clock or SystemClock(), new_id)
    tell_progress = progress or (lambda _: None)
    started = plan.reading.clock.now()
    with SnapshotWriter(out) as file, interruptible(plan.reading.interrupt):
        file.header(
            Header(
                tool_version=__version__,
                collected_at=started,
                partition=plan.reading.partition.name,
                scope=_asked_for(request, plan),
                accounts_expected=len(plan.targets),
                caller=plan.opened.account,
            )
        )
        if plan.window is not None and announce is not None:
            announce(plan.window)
        read = _read(plan, file, request.concurrency, tell_progress)
    return CollectResult(
        path=out,
        partition=plan.reading.partition.name,
        accounts_expected=len(plan.targets),
        accounts_read=read,
        calls=plan.reading.calls.total(),
        seconds=plan.reading.seconds,
        cost_usd=_cost(plan.reading),
        unread=tuple(plan.reading.unread.most_common()),
        interrupted=plan.reading.ended == INTERRUPTED,
        timed_out=plan.reading.ended not in ("", INTERRUPTED),
        window=plan.window,
    )


def _plan(request: CollectRequest, clock: Clock, new_id: NewId) -> _Plan:
    """Make the first contact and settle who is visited, before anything is written."""
    wanted = wanted_collectors(request.facts, also=request.also, paid=request.paid, root_audit=request.root_audit)
    opened = open_aws(request.way, clock)
    known_regions(opened.ask.reading, request.regions)
    around = Round(
        caller=opened.ask,
        organization=learn_organization(opened.ask),
        regions=request.regions,
        paid=request.paid,
        external_id=request.external_id or "",
        also=tuple(one.fact for one in wanted if FACTS[one.fact].on_request),
        named_policies=request.named_policies,
    )
    targets = choose_targets(
        around, org=request.org, accounts=request.accounts, roles=request.entry, named_in=request.named_in
    )
    plan = _Plan(opened, around, targets, wanted)
    members = _members(plan) if request.root_audit else []
    if members:
        around.root_auditor, refused = root_auditor(opened, request.way, new_id())
        started = opened.ask.reading.clock.now()
        plan.window = replace(
            standing_window(around.root_auditor, opened.arn, members, started, request.timeout), refused=refused
        )
    return plan


def _members(plan: _Plan) -> list[str]:
    return [
        one.account
        for one in plan.targets
        if one.barred is None and Visit(plan.around, plan.around.caller_for(one.account)).place == "member"
    ]


def _read(plan: _Plan, file: SnapshotWriter, concurrency: int, progress: Progress) -> int:
    """Write the organization and every account; return how many accounts were entered."""
    reading, total = plan.reading, len(plan.targets)
    workers = Workers(concurrency)
    try:
        progress("reading the organization")
        for facts in tell([_organization(plan)], workers, reading, 1):
            plan.around.facts = facts
            file.organization(facts)
        trails = any(one.fact in ("cloudtrail.trails", "s3.buckets", "kms.keys") for one in plan.wanted)
        surveys = tell((survey(plan.around, one, trails=trails) for one in plan.targets), workers, reading, concurrency)
        surveyed: list[Surveyed] = []
        for one in surveys:
            surveyed.append(one)
            progress(f"entered {len(surveyed)} of {total} accounts")
        entered = 0
        lines = tell((_account(plan, one) for one in surveyed), workers, reading, _AT_ONCE)
        for number, (one, facts) in enumerate(lines, start=1):
            file.account(one.target.account, facts)
            reading.memory.forget(one.target.account)
            entered += one.barred is None
            progress(f"read {number} of {total} accounts, {reading.calls.total()} calls")
    finally:
        workers.dismiss()
    return entered


def _organization(plan: _Plan) -> Story[dict[str, Any]]:
    """Tell the story of the organization; of a standalone account only that there is none."""
    visit = Visit(plan.around, plan.around.caller)
    if plan.around.organization is None:
        return {"org.organization": None}
    yield [lambda: settle_regions(visit)]
    return (yield from gather(visit, [one for one in plan.wanted if one.kind is Kind.ORGANIZATION]))


def _account(plan: _Plan, one: Surveyed) -> Story[tuple[Surveyed, dict[str, Any]]]:
    """Tell the story of one account's facts; of an account that is closed or suspended, only why there are none."""
    wanted = [collector for collector in plan.wanted if collector.kind is not Kind.ORGANIZATION]
    if one.target.barred is not None:
        mark = plan.reading.mark
        return one, {collector.fact: mark(one.target.barred) for collector in wanted}
    return one, (yield from gather(one.visit, wanted, one.barred))


def _asked_for(request: CollectRequest, plan: _Plan) -> AskedFor:
    return AskedFor(
        org=request.org,
        regions=request.regions,
        root_audit=request.root_audit,
        accounts=() if request.org else tuple(one.account for one in plan.targets),
    )


def _cost(reading: Reading) -> Decimal:
    return sum(
        (PRICES.get(call.split(".")[0], Decimal(0)) * times for (call, _), times in reading.calls.items()), Decimal(0)
    )
