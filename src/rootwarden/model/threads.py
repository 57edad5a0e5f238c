"""Alerts over time: each keeps the name under which it was raised while late records change what is known of it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from msgspec import Struct

from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.pieces import apart
from rootwarden.model.raising import Case, issued_by, raise_alert

Place = tuple[str, str]
_NO_MARKS: frozenset[str] = frozenset()
_TIMELESS = 1000
_TOGETHER = 50  # threads that are written down in one go


class Thread(Struct, frozen=True):
    """The case an alert rests on, the alert as last told (None: withdrawn or not yet told), how often it changed.

    `stands` is false once the case is concluded no more; what it was is known still, should it come back.
    """

    place: Place
    case: Case
    alert: Alert | None = None
    revision: int = 0
    stands: bool = True


class ThreadState(Struct, frozen=True):
    """A thread as it is written down."""

    name: str
    place: Place
    slug: str
    key: str
    conclusion: Conclusion
    alert: Alert | None
    revision: int
    stands: bool


class ThreadsState(Struct, frozen=True, tag="threads"):
    """All threads as they are written down."""

    threads: list[ThreadState] = []
    issued: list[Event] = []
    marks: list[tuple[str, str, Mapping[str, frozenset[str]]]] = []


class Threads:
    """All alerts that may still change."""

    def __init__(self, context: Context) -> None:
        """Start with none."""
        self._context = context
        self._threads: dict[str, Thread] = {}
        self._under: dict[Place, list[str]] = {}
        self._by_event: dict[str, list[str]] = {}
        self._by_key: dict[str, list[str]] = {}
        self._issued: dict[str, list[Event]] = {}
        self._marks: dict[Place, Mapping[str, frozenset[str]]] = {}
        self._waits: list[tuple[datetime, str]] = []
        self._stale: dict[str, None] = {}

    # -- what is known -----------------------------------------------------------------------------------------
    def settle(self, place: Place, cases: Sequence[Case], final: datetime) -> None:
        """Take note of all that a detection concludes under a key: what it no longer concludes is withdrawn.

        A new conclusion that shares a record or its subject with one that is gone is the same alert, better known.
        What could change only before `final` was told for good.
        """
        held = {self._threads[name].case.done: name for name in self._under.get(place, ())}
        fresh: list[Case] = []
        for case in cases:
            name = held.pop(case.done, None)
            if name is None:
                fresh.append(case)
            else:
                self._put(name, place, case)
        gone = [name for name in held.values() if self._threads[name].stands and self._threads[name].case.ends >= final]
        for case in fresh:
            same = self._same(gone, case)
            if same is not None:
                gone.remove(same)
            self._put(same or self._name(case), place, case)
        for name in gone:
            one = self._threads[name]
            self._threads[name] = Thread(one.place, one.case, one.alert, one.revision, stands=False)
            self._stale[name] = None

    def learn_issue(self, event: Event) -> None:
        """Learn which session AssumeRoot issued; copies of the record may come from several accounts."""
        known = self._issued.setdefault(event.made, [])
        if event not in known:
            known.append(event)
            self._stale.update(dict.fromkeys(self._by_key.get(event.made, ())))

    def mark(self, code: str, account: str, marks: Mapping[str, frozenset[str]]) -> None:
        """Learn what is unusual about events of an account: for all detections (code ""), or for one."""
        before = self._marks.get((code, account), {})
        self._marks[code, account] = marks
        for event in before.keys() | marks.keys():
            if before.get(event) != marks.get(event):
                self._stale.update(dict.fromkeys(self._by_event.get(event, ())))

    # -- what is told ------------------------------------------------------------------------------------------
    def news(self, now: datetime) -> list[Update]:
        """Return what changed since the last time, in the order of event time."""
        while self._waits and self._waits[0][0] <= now:
            self._stale[heapq.heappop(self._waits)[1]] = None
        found = [news for name in self._stale if (news := self._look_again(name, now)) is not None]
        self._stale.clear()
        return sorted(found, key=lambda one: (one.alert.event_time, one.alert.code, one.thread))

    def forget(self, final: datetime, issued_before: datetime) -> None:
        """Let go of alerts that could change only before `final`, and of sessions issued long before.

        Of records without a time nobody knows how old they are: the latest of them are kept, in the order of arrival.
        """
        timeless = [name for name, one in self._threads.items() if _time(one.case) == NO_TIME]
        kept = set(timeless[-_TIMELESS:])
        old = [name for name, one in self._threads.items() if one.case.ends < final and name not in kept]
        for name in old:
            thread = self._threads.pop(name)
            _drop(self._under, thread.place, name)
            self._unlist(name, thread.case)
        issued = [event for events in self._issued.values() for event in events if event.time >= issued_before]
        self._issued = _by_made(issued)
        events = self._by_event.keys()
        marks = (
            (place, {event: mark for event, mark in marks.items() if event in events})
            for place, marks in self._marks.items()
        )
        self._marks = {place: left for place, left in marks if left}

    def standing(self) -> list[Alert]:
        """Return the alerts that stand now, in the order of event time."""
        found = (one.alert for one in self._threads.values() if one.alert is not None)
        return sorted(found, key=lambda one: (one.event_time, one.code, one.fingerprint))

    def sessions(self) -> int:
        """Return how many records were taken for root itself until AssumeRoot was seen to have issued their session."""
        done = (one.case.conclusion.completing for one in self._threads.values())
        joined = (event.identity for event in done if event.awaits_issuer and self._is_session(event))
        return len(set(joined))

    # -- writing down ------------------------------------------------------------------------------------------
    def dump(self) -> Iterator[ThreadsState]:
        """Return everything as plain structs, in pieces to be written down: as it is now, whenever they are made."""
        marks = [(code, account, marks) for (code, account), marks in self._marks.items()]
        rest = ThreadsState(issued=[event for events in self._issued.values() for event in events], marks=marks)
        held = [*self._threads.items()]
        parts = (held[at : at + _TOGETHER] for at in range(0, len(held), _TOGETHER))
        return chain(apart(rest), map(_written, parts))

    def load(self, state: ThreadsState, case_of: Callable[[str, str, Conclusion], Case | None]) -> None:
        """Take back what `dump` returned; `case_of` finds the detection of a slug (None: it exists no more)."""
        for one in state.threads:
            case = case_of(one.slug, one.key, one.conclusion)
            if case is not None:
                self._put(one.name, one.place, case)
                self._threads[one.name] = Thread(one.place, case, one.alert, one.revision, one.stands)
        self._issued = _by_made(state.issued)
        self._marks = {(code, account): marks for code, account, marks in state.marks}

    # -- inside ------------------------------------------------------------------------------------------------
    def _name(self, case: Case) -> str:
        """Return the name of a new thread: its fingerprint, unless an alert that moved on still goes by it."""
        name, n = case.fingerprint, 1
        while name in self._threads:
            n += 1
            name = f"{case.fingerprint}-{n}"
        return name

    def _same(self, gone: Sequence[str], case: Case) -> str | None:
        """Return which of the alerts that are gone a new case continues: by a shared record, else by subject."""
        about, events = case.conclusion.subject, _events(case)
        for name in gone:
            if not events.isdisjoint(_events(self._threads[name].case)):
                return name
        alike = [name for name in gone if about and self._threads[name].case.conclusion.subject == about]
        return min(alike, key=lambda name: abs(_time(self._threads[name].case) - _time(case)), default=None)

    def _is_session(self, event: Event) -> bool:
        return any(issued_by(event, issue) for issue in self._issued.get(event.key, ()))

    def _put(self, name: str, place: Place, case: Case) -> None:
        thread = self._threads.get(name)
        if thread is not None and thread.stands and (thread.case == case or _is_another_version(thread.case, case)):
            return
        if thread is None:
            self._threads[name] = Thread(place, case)
            self._under.setdefault(place, []).append(name)
        else:
            self._unlist(name, thread.case)
            self._threads[name] = Thread(thread.place, case, thread.alert, thread.revision)
        self._by_event.setdefault(case.done, []).append(name)
        if case.conclusion.completing.awaits_issuer:
            self._by_key.setdefault(case.conclusion.completing.key, []).append(name)
        self._stale[name] = None

    def _unlist(self, name: str, case: Case) -> None:
        _drop(self._by_event, case.done, name)
        _drop(self._by_key, case.conclusion.completing.key, name)

    def _look_again(self, name: str, now: datetime) -> Update | None:
        thread = self._threads.get(name)
        if thread is None:
            return None
        alert = self._alert(name, thread.case, now) if thread.stands else None
        if alert == thread.alert:
            return None
        act = Act.WITHDRAWN if alert is None else Act.RAISED if thread.revision == 0 else Act.REVISED
        told = alert or thread.alert
        revision = thread.revision + 1
        self._threads[name] = Thread(thread.place, thread.case, alert, revision, thread.stands)
        return None if told is None else Update(act=act, thread=name, revision=revision, alert=told)

    def _alert(self, name: str, case: Case, now: datetime) -> Alert | None:
        done = case.conclusion.completing
        marks = _NO_MARKS
        for place in (("", done.account), (case.detection.code, done.account)):
            marks |= self._marks.get(place, {}).get(done.identity, _NO_MARKS)
        if done.awaits_issuer and now < done.time + self._context.origin_wait:
            heapq.heappush(self._waits, (done.time + self._context.origin_wait, name))
        return raise_alert(case, self._context, now, self._issued.get(done.key, ()), marks)


def _written(threads: Sequence[tuple[str, Thread]]) -> ThreadsState:
    return ThreadsState(
        [
            ThreadState(
                name, one.place, one.case.slug, one.case.key, one.case.conclusion, one.alert, one.revision, one.stands
            )
            for name, one in threads
        ]
    )


def _by_made(issued: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in issued:
        found.setdefault(event.made, []).append(event)
    return found


def _is_another_version(held: Case, new: Case) -> bool:
    """Return whether the record behind a case came with other content before, and that is the one to keep.

    CloudTrail promises one content for one eventID; should it not be so, the order of arrival must not decide.
    """
    if not (held.conclusion.single and new.conclusion.single):
        return False
    return held.conclusion.completing.version < new.conclusion.completing.version


def _time(case: Case) -> datetime:
    return case.conclusion.completing.time


def _events(case: Case) -> set[str]:
    return {event.identity for event in (*case.conclusion.events, case.conclusion.completing)}


def _drop(index: dict[Any, list[str]], key: Any, name: str) -> None:
    names = index.get(key)
    if names and name in names:
        names.remove(name)
        if not names:
            del index[key]
