"""Judges records as they come: the same alerts in the end, in whatever order and however often records arrive."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Never

import msgspec
from msgspec import Struct

from rootwarden.model.alert import Alert, Update
from rootwarden.model.baseline import Baseline, learns
from rootwarden.model.context import Context
from rootwarden.model.detection import Approval, Conclusion, Hit, Moment, Note, SingleRecord, Stateful, Wake
from rootwarden.model.event import NO_TIME, Event, Record, read_event
from rootwarden.model.habits import FIRED, firsts, habits, in_burst, oldest_of_each
from rootwarden.model.memory import Memory
from rootwarden.model.pieces import apart, together
from rootwarden.model.raising import Case
from rootwarden.model.root_activity import ACTS_AS_ROOT, LONGEST_ROOT_SESSION, Kind, classify
from rootwarden.model.rulebook import Rulebook
from rootwarden.model.threads import Threads, ThreadsState

# Kinds of records that detections with memory look at; of the others only those that fired something.
_LOOKED_AT = ACTS_AS_ROOT | {Kind.ROOT_FEDERATED, Kind.RELATED}
# As early as any record can be, and no earlier, so that times can be taken from it.
BEGINNING = datetime(1971, 1, 1, tzinfo=UTC)
_SWEEP = timedelta(hours=1)
_HABITS, _BURSTS = "habits", "bursts"

STATE_SCHEMA = "watch/2"
# What a detection raises that is wrong about records of some shape; anything else (no memory) ends all.
DEFECTS = (ValueError, TypeError, LookupError, AttributeError, NameError, ArithmeticError, RecursionError)
OnDefect = Callable[[str, Exception], None]


class Kept(Struct, frozen=True):
    """Some of the notes that are remembered under a key: by a detection's code, or as habits or bursts."""

    memory: str
    key: str
    notes: list[Note]


class WatchState(Struct, frozen=True, kw_only=True, tag="watch"):
    """What a watch knows beside its threads, as it is written down."""

    schema: str = ""
    latest: datetime = BEGINNING
    swept: datetime = BEGINNING
    final: datetime = BEGINNING
    kinds: dict[str, int] = {}
    notes: list[Kept] = []


class Taken(Struct, frozen=True):
    """What became of a record: who is behind it, and the event that is remembered of it, None if nothing is."""

    kind: Kind
    event: Event | None


class Watch:
    """Everything that is known between records. Feed records, then `flush` for the news; the clock is given."""

    def __init__(
        self,
        single: Sequence[SingleRecord],
        stateful: Sequence[Stateful],
        context: Context,
        on_defect: OnDefect | None = None,
    ) -> None:
        """Start with nothing known but the context.

        `on_defect` is told when a detection breaks on something, and the others go on; without it the error is raised.
        """
        self.context, self._on_defect = context, on_defect
        self.kinds: Counter[Kind] = Counter()
        self._rules = Rulebook(single)
        self._stateful = {one.detection.code: one for one in stateful}
        self._by_slug: dict[str, SingleRecord | Stateful] = {one.slug: one for one in stateful}
        self._by_slug |= {one.slug: one for one in single}
        self._memories = {code: Memory(one.course) for code, one in self._stateful.items()}
        self._habits, self._bursts = Memory(), Memory()
        self._threads = Threads(context)
        # What changed since the last flush; dicts, because sets would not keep the order.
        self._new: list[Case] = []
        self._learnt: set[tuple[str, str]] = set()
        self._dirty: dict[tuple[str, str], set[str]] = {}
        self._unusual: dict[tuple[str, str], None] = {}
        self._wakes: list[tuple[datetime, str, str]] = []
        self._longest_span = max((one.span for one in stateful), default=timedelta())
        bursts = (one.escalation.within for one in single if one.escalation is not None)
        self._longest_burst = max(bursts, default=timedelta())
        # What could change only before `_final` was told for good.
        self._latest = self._swept = self._final = BEGINNING

    # -- taking in ---------------------------------------------------------------------------------------------
    def feed(self, record: Record) -> Taken:
        """Take in a record; return who is behind it, as far as the record itself tells, and whether it counts."""
        kind = classify(record)
        self.kinds[kind] += 1
        hits = self._rules.judge(record, kind)
        if not hits and kind not in _LOOKED_AT:
            return Taken(kind, None)
        event = read_event(record)
        self.tell(event, record, hits)
        return Taken(kind, event)

    def tell(self, event: Event, record: Record, hits: Mapping[str, Hit] = {}) -> None:
        """Take in an event; also one that is no record of CloudTrail, such as a digest that arrived."""
        self._latest = max(self._latest, event.time)
        for code, hit in hits.items():
            self._take_hit(code, hit, event)
        for code, one in self._stateful.items():
            if event.time == NO_TIME and one.detection.approval is not Approval.MISSING:
                continue  # it belongs to no sequence; but no window can cover it
            for key, note in self._remembered(code, one, event, record, hits):
                if self._memories[code].add(key, note):
                    self._dirty.setdefault((code, key), set()).add(note.event.identity)
        if event.time == NO_TIME:
            return
        for note in habits(event):
            if self._habits.add(event.account, note):
                self._unusual["", event.account] = None
        if event.name == "AssumeRoot" and event.made and not event.failed:
            self._threads.learn_issue(event)

    def _remembered(
        self, code: str, one: Stateful, event: Event, record: Record, hits: Mapping[str, Hit]
    ) -> Sequence[tuple[str, Note]]:
        try:
            return list(one.remember(event, record, hits, self.context))
        except DEFECTS as error:
            return self._broken(code, error)

    def _concluded(self, code: str, one: Stateful, key: str, moment: Moment) -> Sequence[Conclusion | Wake]:
        memory = self._memories[code]
        try:
            if one.course is not None:
                return list(memory.course(key).concluded())
            return list(one.conclude(key, memory.notes(key), moment))
        except DEFECTS as error:
            return self._broken(code, error)

    def _broken(self, code: str, error: Exception) -> Sequence[Never]:
        """Tell of a detection that broke, and say nothing in its place; with nobody to be told, raise."""
        if self._on_defect is None:
            raise error
        self._on_defect(code, error)
        return ()

    def _take_hit(self, code: str, hit: Hit, event: Event) -> None:
        rule = self._rules[code]
        own = Conclusion(
            completing=event, single=True, title=hit.title, severity=hit.severity,
            severity_in_window=hit.severity_in_window,
        )  # fmt: skip
        self._new.append(Case(rule.slug, rule.detection, "", own, rule.escalation))
        if rule.escalation is not None and rule.escalation.count and self._bursts.add(
            f"{code} {event.account}", Note(event, FIRED)
        ):  # fmt: skip
            self._unusual[code, event.account] = None

    # -- concluding --------------------------------------------------------------------------------------------
    def flush(self, now: datetime) -> list[Update]:
        """Conclude from what came in since the last time; return the news in the order of event time.

        `now` is the clock by which waiting ends: the machine's for what happens now, the last record's or a later one
        for what is long past.
        """
        while self._wakes and self._wakes[0][0] <= now:
            _, code, key = heapq.heappop(self._wakes)
            self._dirty.setdefault((code, key), set())
        for code, account in self._unusual:
            self._mark(code, account)
        for case in self._new:
            self._threads.settle((case.detection.code, case.done), [case], self._final)
        for (code, key), added in self._dirty.items():
            self._conclude(code, key, now, added)
        self._new.clear()
        self._unusual.clear()
        self._dirty.clear()
        news = self._threads.news(now)
        self._forget(now)
        return news

    def sessions(self) -> int:
        """Return how many acts that looked like root's own turned out to be of sessions that AssumeRoot issued."""
        return self._threads.sessions()

    def standing(self) -> list[Alert]:
        """Return the alerts that stand and may still change, in the order of event time."""
        return self._threads.standing()

    def _mark(self, code: str, account: str) -> None:
        """Work out anew what is unusual about events of an account, or which of them came in a burst."""
        if not code:
            self._threads.mark("", account, firsts(self._habits.notes(account)))
            return
        limit = self._rules[code].escalation
        if limit is not None:
            found = in_burst(self._bursts.notes(f"{code} {account}"), limit.count, limit.within)
            self._threads.mark(code, account, dict.fromkeys(found, frozenset({FIRED})))

    def _conclude(self, code: str, key: str, now: datetime, added: Container[str]) -> None:
        """Conclude under a key; what was told for good is passed over, but not what a late record completes."""
        one, cases = self._stateful[code], []
        heard = self._latest if self.context.archive else now
        for found in self._concluded(code, one, key, Moment(now, self.context, heard)):
            if isinstance(found, Wake):
                heapq.heappush(self._wakes, (found.at, code, key))
                continue
            case = Case(one.slug, one.detection, key, found, span=one.span)
            if (case.ends >= self._final or case.done in added) and (code, case.done) not in self._learnt:
                cases.append(case)
        self._threads.settle((code, key), cases, self._final)

    def _forget(self, now: datetime) -> None:
        """Let go of what no record can change any more; looked for once an hour of event time.

        A record may claim to come from the future: by the clock nothing is older for that.
        """
        if self.context.lateness is None or self._latest == BEGINNING:
            return
        horizon = min(self._latest, now) - self.context.lateness
        if horizon < self._swept + _SWEEP:
            return
        self._swept = horizon
        self._final = horizon - LONGEST_ROOT_SESSION - self.context.origin_wait
        # A case that may still change last went on a span ago, and its first event lies another before.
        oldest = self._final - self._longest_span * 2
        self._threads.forget(self._final, oldest - _SWEEP)
        for code, memory in self._memories.items():
            one = self._stateful[code]
            for key in [*memory]:
                memory.forget(key, self._final - one.span * 2, one.keep)
        for key in [*self._habits]:
            self._habits.forget(key, oldest, oldest_of_each)
        for key in [*self._bursts]:
            self._bursts.forget(key, self._final - self._longest_burst, None)

    # -- what is usual -----------------------------------------------------------------------------------------
    def learn(self, baseline: Baseline) -> None:
        """Take in what was learnt before; what is told of there was judged then, and is not told again."""
        for account, notes in baseline.habits.items():
            for note in notes:
                self._habits.add(account, note)
        for code, seen in baseline.seen.items():
            for key, notes in seen.items() if code in self._memories else ():
                for note in notes:
                    self._memories[code].add(key, note)
                    self._learnt.add((code, note.event.identity))

    def learnt(self) -> Baseline:
        """Return what is known by now of what is usual."""
        return Baseline(
            habits={key: list(oldest_of_each(self._habits.notes(key), BEGINNING)) for key in self._habits},
            seen={
                code: {key: list(one.keep(self._memories[code].notes(key), BEGINNING)) for key in self._memories[code]}
                for code, one in self._stateful.items()
                if one.keep is not None and learns(one)
            },
        )

    # -- writing down ------------------------------------------------------------------------------------------
    def dump(self) -> Iterator[bytes]:
        """Return the whole state as lines of JSON, for a store: as it is now, whenever they are made.

        Flush before it, or what was fed and not concluded is lost. What was read once is never needed again.
        """
        memories = self._memories | {_HABITS: self._habits, _BURSTS: self._bursts}
        state = WatchState(
            schema=STATE_SCHEMA, latest=self._latest, swept=self._swept, final=self._final,
            kinds={kind.value: count for kind, count in self.kinds.items()},
            notes=[Kept(name, key, notes) for name, memory in memories.items() for key, notes in memory.dump()],
        )  # fmt: skip
        return map(msgspec.json.encode, chain(apart(state), self._threads.dump()))

    def load(self, state: Iterable[bytes]) -> None:
        """Take back what `dump` returned.

        Raises:
            ValueError: it is no state, or one of another schema.
        """
        try:
            pieces = [msgspec.json.decode(one, type=WatchState | ThreadsState) for one in state]
        except msgspec.DecodeError as error:
            raise ValueError(f"no state of a watch: {error}") from error
        self.restore(pieces)

    def restore(self, pieces: Sequence[WatchState | ThreadsState]) -> None:
        """Take back what `dump` returned, read.

        Detections that exist no more are left out; all others conclude anew at the next flush, without news unless
        time or a new version of them changed something.

        Raises:
            ValueError: a part of the state is missing, or it is of another schema.
        """
        try:
            found = together(one for one in pieces if isinstance(one, WatchState))
            threads = together(one for one in pieces if isinstance(one, ThreadsState))
        except ValueError as error:
            raise ValueError(f"no state of a watch: {error}") from error
        if found.schema != STATE_SCHEMA:
            raise ValueError(f"a state of schema {found.schema}, not {STATE_SCHEMA}")
        self._latest, self._swept, self._final = found.latest, found.swept, found.final
        self.kinds = Counter({Kind(kind): count for kind, count in found.kinds.items()})
        kept: dict[str, list[tuple[str, list[Note]]]] = {}
        for one in found.notes:
            kept.setdefault(one.memory, []).append((one.key, one.notes))
        for code, memory in self._memories.items():
            memory.load(kept.get(code, ()))
            self._dirty.update({(code, key): set() for key in memory})
        self._habits.load(kept.get(_HABITS, ()))
        self._bursts.load(kept.get(_BURSTS, ()))
        self._threads.load(threads, self._case_of)

    def _case_of(self, slug: str, key: str, conclusion: Conclusion) -> Case | None:
        one = self._by_slug.get(slug)
        if one is None:
            return None
        if isinstance(one, Stateful):
            return Case(slug, one.detection, key, conclusion, span=one.span)
        return Case(slug, one.detection, key, conclusion, one.escalation)
