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
from rootwarden.aws.ask import Ask
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
from rootwarden.store.opening import look_into, store_name
from rootwarden.store.root_acts import kept_events
from rootwarden.trail.items import Announced, Flaw, Found

PRICE = PRICES["ce"]
JUMP, ROOT, NEVER = "jump", "root", "none"
# A record of something that root did, and where it was found.
Act = tuple[Event, str]


class SpendRequest(Struct, frozen=True, kw_only=True):
    """What to look at: `days` full days until yesterday, from Cost Explorer with at most `most_calls` paid questions.

    `saved` is a file with an answer of Cost Explorer to read instead ("-": standard input). Acts of root come from
    files of `records` and from the `store` of a watch.
    """

    way: Way
    rule: Rule = Rule()
    days: int = 60
    most_calls: int = 10
    paid: bool = False
    saved: str = ""
    records: tuple[str, ...] = ()
    store: str = ""


class Questions(Struct):
    """Counts the questions that AWS charges for, answered or not."""

    asked: int = 0

    def count(self) -> None:
        """Count one that is about to be asked."""
        self.asked += 1

    @property
    def price(self) -> Decimal:
        """What they cost, in USD."""
        return PRICE * self.asked


def look_at_spending(
    request: SpendRequest, stdin: Callable[[], IO[bytes]], tell: Callable[[str], None], clock: Clock | None = None
) -> Spend:
    """Read, judge and join; `tell` is told of the price before anything is asked.

    Raises:
        RefusedError: paid questions are not allowed, or too few of them.
        RootwardenError: AWS, a file or the store cannot be read.
    """
    clock = clock or SystemClock()
    questions = Questions()
    if request.saved:
        costs = saved_costs(request.saved, stdin)
    else:
        _allowed(request)
        costs = asked_costs(open_aws(request.way, clock).ask, request, tell, questions)
    acts, unread = _recorded(request.records, stdin)
    if request.store:
        acts += kept_acts(request.store, costs)
    return spend_of(request, costs, acts, unread, clock.now(), questions)


def spend_of(
    request: SpendRequest,
    costs: Costs,
    acts: Sequence[Act],
    unread: Sequence[str],
    now: datetime,
    questions: Questions,
) -> Spend:
    """Judge costs and join what root did in their days and just before; an act that is known twice counts once."""
    found: dict[str, RootAct] = {}
    since, until = _around(costs)
    for event, where in acts:
        if not event.refused and since <= event.time < until:
            found.setdefault(event.identity, _act(event, where))
    ordered = sorted(found.values(), key=lambda act: (act.when, act.account, act.name))
    return Spend(
        tool_version=__version__,
        made_at=now,
        costs=costs,
        rule=request.rule,
        jumps=with_root(jumps(costs, request.rule), ordered, WITHIN),
        root_from=(*request.records, *((store_name(request.store),) if request.store else ())),
        unread=tuple(unread),
        too_short=len(costs.days) <= request.rule.least,
        calls=questions.asked,
        price=questions.price,
    )


def spend_exit(found: Spend, fail_on: str) -> Exit:
    """Return 3 for a jump (`fail_on` "jump") or one near an act of root ("root"), 5 if anything was unread, else 0."""
    near = [one for one in found.jumps if fail_on == JUMP or (fail_on == ROOT and one.root)]
    if near:
        return Exit.FINDINGS
    return Exit.INCOMPLETE if found.unread or found.too_short else Exit.FINE


def saved_costs(file: str, stdin: Callable[[], IO[bytes]]) -> Costs:
    """Read an answer of Cost Explorer, or a list of them, from a file ("-": standard input).

    Raises:
        InputError: it cannot be read, or holds no daily costs.
    """
    try:
        data = stdin().read() if file == "-" else Path(file).read_bytes()
        answer = json.loads(data, parse_float=Decimal)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"cannot read {file}", why=why, todo="name an answer of Cost Explorer") from error
    except ValueError as error:
        raise InputError(f"{file} is no JSON", why=str(error), todo="name an answer of Cost Explorer") from error
    return read_costs(answer if isinstance(answer, list) else [answer], file)


def asked_costs(ask: Ask, request: SpendRequest, tell: Callable[[str], None], questions: Questions) -> Costs:
    """Ask Cost Explorer for the days until yesterday; `tell` is told of the price before.

    Raises:
        RefusedError: the answer goes on behind the last question that may be asked.
        AuthError, UnreachableError: it did not answer, or with nothing that holds daily costs.
    """
    tell(f"asking Cost Explorer: {PRICE} USD a question, {_limit(request.most_calls)}")
    end = ask.reading.clock.now().date()
    pages = daily_costs(ask, end - timedelta(days=request.days), end, request.most_calls, questions.count)
    try:
        return read_costs(pages, "the answer of Cost Explorer")
    except InputError as error:
        raise UnreachableError(error.what, why=error.why, todo="ask again, or look in the console") from error


def _allowed(request: SpendRequest) -> None:
    if not request.paid:
        raise RefusedError(
            f"reading daily costs asks Cost Explorer, and AWS charges {PRICE} USD a question",
            why=f"--paid is not set; it would be {_limit(request.most_calls)}, mostly one",
            todo="allow it with --paid, or read a saved answer with --from FILE",
        )


def _limit(most: int) -> str:
    return f"at most {most} of them, {PRICE * most} USD"


def kept_acts(store: str, costs: Costs) -> list[Act]:
    """Return what root did in the days of the costs and just before, as a watch kept it.

    Raises:
        RootwardenError: the store cannot be read.
    """
    with closing(look_into(store)) as opened:
        acts = kept_events(opened, [kind.value for kind in SURELY_AS_ROOT], *_around(costs))
        # A storm of failed sign-ins is not held in memory.
        return [(event, where) for event, where in acts if not event.refused]


def _around(costs: Costs) -> tuple[datetime, datetime]:
    since = datetime.combine(costs.days[0], time(), UTC) - WITHIN
    return since, datetime.combine(costs.days[-1], time(), UTC) + timedelta(days=1)


def _recorded(files: Sequence[str], stdin: Callable[[], IO[bytes]]) -> tuple[list[Act], list[str]]:
    acts: list[Act] = []
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
