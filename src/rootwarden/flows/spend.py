"""Spending: read what each day cost, judge which days are out of line, and say what root did around them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO

from msgspec import Struct

from rootwarden import __version__
from rootwarden.aws.clock import SystemClock
from rootwarden.aws.daily_costs import daily_costs
from rootwarden.aws.opening import Way, open_aws
from rootwarden.aws.wanted import PRICES
from rootwarden.detections.root_active_with_spending_spike import WITHIN
from rootwarden.errors import Exit, InputError, RefusedError, UnreachableError
from rootwarden.flows.detect import items_of
from rootwarden.model.event import NO_TIME, Event, read_event
from rootwarden.model.ports import Clock
from rootwarden.model.root_activity import SURELY_AS_ROOT
from rootwarden.model.spend import Costs, RootAct, Rule, Spend, read_costs
from rootwarden.proofs.cost_jumps import jumps, with_root
from rootwarden.store.opening import look_into
from rootwarden.store.root_acts import kept_events
from rootwarden.trail.items import Announced, Flaw, Found

PRICE = PRICES["ce"]
JUMP, ROOT, NEVER = "jump", "root", "none"


class SpendRequest(Struct, frozen=True, kw_only=True):
    """What to look at: `days` full days until yesterday, from Cost Explorer with at most `most_calls` paid questions.

    `saved` is a file with an answer of Cost Explorer to read instead ("-": standard input). Acts of root come from
    files of `records` and from the `store` of a watch.
    """

    way: Way
    rule: Rule
    days: int = 60
    most_calls: int = 10
    paid: bool = False
    saved: str = ""
    records: tuple[str, ...] = ()
    store: str = ""


def look_at_spending(
    request: SpendRequest, stdin: Callable[[], IO[bytes]], tell: Callable[[str], None], clock: Clock | None = None
) -> Spend:
    """Read, judge and join; `tell` is told of the price before anything is asked.

    Raises:
        RefusedError: paid questions are not allowed, or too few of them.
        RootwardenError: AWS, a file or the store cannot be read.
    """
    clock = clock or SystemClock()
    costs, calls = (_saved(request.saved, stdin), 0) if request.saved else _asked(request, tell, clock)
    found = jumps(costs, request.rule)
    acts, unread = _root_acts(request, costs, stdin)
    return Spend(
        tool_version=__version__,
        made_at=clock.now(),
        costs=costs,
        rule=request.rule,
        jumps=with_root(found, acts, WITHIN),
        root_from=(*request.records, *((request.store,) if request.store else ())),
        unread=tuple(unread),
        too_short=len(costs.days) <= request.rule.least,
        calls=calls,
        price=PRICE * calls,
    )


def spend_exit(found: Spend, fail_on: str) -> Exit:
    """Return 3 for a jump (`fail_on` "jump") or one near an act of root ("root"), 5 if anything was unread, else 0."""
    near = [one for one in found.jumps if fail_on == JUMP or (fail_on == ROOT and one.root)]
    if near:
        return Exit.FINDINGS
    return Exit.INCOMPLETE if found.unread or found.too_short else Exit.FINE


def _saved(file: str, stdin: Callable[[], IO[bytes]]) -> Costs:
    try:
        data = stdin().read() if file == "-" else Path(file).read_bytes()
        answer = json.loads(data, parse_float=Decimal)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"cannot read {file}", why=why, todo="name an answer of Cost Explorer") from error
    except ValueError as error:
        raise InputError(f"{file} is no JSON", why=str(error), todo="name an answer of Cost Explorer") from error
    return read_costs(answer if isinstance(answer, list) else [answer], file)


def _asked(request: SpendRequest, tell: Callable[[str], None], clock: Clock) -> tuple[Costs, int]:
    most = request.most_calls
    limit = f"at most {most} of them, {PRICE * most} USD"
    if not request.paid:
        raise RefusedError(
            f"reading daily costs asks Cost Explorer, and AWS charges {PRICE} USD a question",
            why=f"--paid is not set; it would be {limit}, mostly one",
            todo="allow it with --paid, or read a saved answer with --from FILE",
        )
    tell(f"asking Cost Explorer: {PRICE} USD a question, {limit}")
    end = clock.now().date()
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    pages = daily_costs(open_aws(request.way, clock).ask, end - timedelta(days=request.days), end, most, count)
    try:
        return read_costs(pages, "the answer of Cost Explorer"), calls
    except InputError as error:
        raise UnreachableError(error.what, why=error.why, todo="ask again, or look in the console") from error


def _root_acts(
    request: SpendRequest, costs: Costs, stdin: Callable[[], IO[bytes]]
) -> tuple[list[RootAct], list[str]]:  # fmt: skip
    """Return what root did in the days of the costs and just before, and what of the records could not be read."""
    since = datetime.combine(costs.days[0], time(), UTC) - WITHIN
    until = datetime.combine(costs.days[-1], time(), UTC) + timedelta(days=1)
    found: dict[str, RootAct] = {}
    acts, unread = _recorded(request.records, stdin)
    for event, where in acts:
        if not event.refused and since <= event.time < until:
            found.setdefault(event.identity, _act(event, where))
    if request.store:
        with closing(look_into(request.store)) as store:
            for event, where in kept_events(store, [kind.value for kind in SURELY_AS_ROOT], since, until):
                if not event.refused:
                    found.setdefault(event.identity, _act(event, where))
    return sorted(found.values(), key=lambda act: (act.when, act.account, act.name)), unread


def _recorded(files: Sequence[str], stdin: Callable[[], IO[bytes]]) -> tuple[list[tuple[Event, str]], list[str]]:
    acts: list[tuple[Event, str]] = []
    unread: list[str] = []
    for item in items_of(files, stdin):
        match item:
            case Found():
                event = read_event(item.record)
                if event.time == NO_TIME and event.kind in SURELY_AS_ROOT:
                    unread.append(f"{item.where}: an act of root without a time; look at it yourself")
                elif event.kind in SURELY_AS_ROOT:
                    acts.append((event, item.where))
            case Flaw():
                unread.append(f"{item.where}: {item.why}; {item.todo}")
            case Announced():
                unread.append(f"{item.where}: {item.flaw.why}; {item.flaw.todo}")
            case _:
                pass  # digests and notices tell of no act
    return acts, unread


def _act(event: Event, where: str) -> RootAct:
    return RootAct(
        account=event.account, when=event.time, name=event.name, service=event.service, region=event.region,
        address=event.address, where=where,
    )  # fmt: skip
