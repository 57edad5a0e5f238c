"""The desk of a watch: judges what was received, keeps it with its alerts and messages in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from rootwarden.catalogue.detecting import single_records, stateful
from rootwarden.flows.watching.feeding import Feeder
from rootwarden.flows.watching.numbers import Numbers
from rootwarden.flows.watching.plan import WatchRequest
from rootwarden.flows.watching.saving import Saver, saved
from rootwarden.flows.watching.tellers import Tellers
from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.alerting import Alerting, Decided
from rootwarden.model.caseload import Mute
from rootwarden.model.drill import Marks
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.findings import Severity
from rootwarden.model.incident_book import Placed
from rootwarden.model.message import Message, Occasion
from rootwarden.model.ports import Clock, NewId
from rootwarden.model.root_activity import Kind
from rootwarden.model.silence import Voices
from rootwarden.model.telling import STORM, News, is_step, waits
from rootwarden.model.watching import BEGINNING
from rootwarden.report.alert_message import alert_message
from rootwarden.store.casebook import CLOSED, all_mutes, closed_since, find_case, mutes_at
from rootwarden.store.intake import Batch, DeadLetter, Mark, Ready, Seen, commit, known_threads, worst_of
from rootwarden.store.opening import Store
from rootwarden.store.runs import running_drills
from rootwarden.store.states import Replayed, last_batch, since
from rootwarden.trail.sources import Parcel

_STATE = "alerting"
# Of an incident so many alerts are looked up for its story.
_STORY = 40
_MUTES_SECONDS = 2.0
_RECORD = msgspec.json.Encoder(order="deterministic")


class _Work(Struct, frozen=True):
    """What was concluded and is not yet kept."""

    decided: Decided
    now: datetime
    seen: Sequence[Seen]
    letters: Sequence[DeadLetter]
    marks: Sequence[Mark]
    rang: Sequence[Message] = ()


def _nothing(ready: Sequence[Ready]) -> None:
    """Tell nobody."""


class Desk:
    """Everything a watch knows, and the only one who writes it down. One thread works here."""

    def __init__(
        self,
        request: WatchRequest,
        store: Store,
        run: str,
        tellers: Tellers,
        numbers: Numbers,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """Start where the store says that the last watch ended."""
        self._request, self._store, self._run, self._tellers = request, store, run, tellers
        self._numbers, self._clock, self._new_id = numbers, clock, new_id
        self._saver = Saver(store, _STATE, run, clock, request.log, numbers.state)
        self._counted: Counter[Kind] = Counter()
        self._work: _Work | None = None
        self._pending: Batch | None = None
        self.on_commit: Callable[[Sequence[Ready]], None] = _nothing
        self._mutes: list[Mute] = []
        self._looked = clock.now()
        self._rang: dict[str, tuple[datetime, int]] = {}
        self._mutes_until = 0.0
        self._running: list[Marks] | None = None
        self._broken: list[DeadLetter] = []
        self._told_broken: set[tuple[str, str]] = set()
        self.voices = Voices(request.silence.factor, request.silence.least, request.silence.known)
        self._alerting, self._feeder = self._begin()

    def _begin(self) -> tuple[Alerting, Feeder]:
        """Return an alerting that knows nothing yet, and what feeds it."""
        context = self._request.context
        single = (*single_records(context.owned_resources), *self._request.rules)
        alerting = Alerting(single, stateful(), context, self._request.singly, self._on_defect)
        return alerting, Feeder(alerting, self.voices)

    # -- starting --------------------------------------------------------------------------------------------------
    def recover(self) -> int:
        """Take back the state, go through what came in since, and return how many records that were.

        What a newer catalogue concludes of them beside what was told is told now.
        """
        batch = 0
        try:
            state = saved(self._store, _STATE)
            if state is not None:
                self._alerting.load(state[1])
                batch = state[0]
        except ValueError as error:  # of an older program: all that is kept is judged anew
            self._request.log("state-unreadable", {"why": str(error)})
            self._alerting, self._feeder = self._begin()
        found: list[tuple[Update, Placed]] = []
        news: list[News] = []
        count, at = 0, None
        mutes = all_mutes(self._store)
        for one in since(self._store, batch):
            if at is not None and one.batch != batch:
                self._collect(self._alerting.decide(at, _by(mutes, at)), found, news)
            batch, at = one.batch, one.at
            if one.record:
                self._again(one)
                count += 1
        if at is not None:
            self._collect(self._alerting.decide(at, _by(mutes, at)), found, news)
        self._alerting.close(closed_since(self._store, BEGINNING))
        self._tell_what_is_new(found, news)
        self._saver.came(count)
        self._counted = Counter(self._alerting.watch.kinds)  # was counted when it came in
        return count

    def _again(self, one: Replayed) -> None:
        if one.notice:
            self._alerting.tell(msgspec.json.decode(one.record, type=Event))
            return
        taken = self._alerting.feed(msgspec.json.decode(one.record))
        if one.drill and taken.event is not None:
            self._alerting.mark_drill(taken.event.identity, one.drill)

    @staticmethod
    def _collect(decided: Decided, found: list[tuple[Update, Placed]], news: list[News]) -> None:
        found += decided.updates
        news += decided.news

    def _tell_what_is_new(self, found: Sequence[tuple[Update, Placed]], news: Sequence[News]) -> None:
        known = known_threads(self._store, [change.thread for change, _ in found])
        fresh = [one for one in found if one[0].thread not in known]
        if fresh:
            names = {change.alert.fingerprint for change, _ in fresh}
            told = [one for one in news if any(alert.fingerprint in names for alert in one.alerts)]
            self._work = _Work(Decided(tuple(fresh), tuple(told)), self._clock.now(), [], [], [])
            self.again()

    # -- working ---------------------------------------------------------------------------------------------------
    def take(self, parcels: Sequence[Parcel], marks: Sequence[Mark] = ()) -> None:
        """Judge what was received, and keep it; when this returns, it is kept and may be confirmed.

        Raises:
            OustedError: another watcher has taken over.
            StoreError: the database does not answer. What was fed is known still: call `again` until it does.
        """
        now = self._clock.now()
        mutes = self._muted(now)
        self._running = None  # a drill is marked before it acts, so that looking once a batch is enough
        fed = self._feeder.feed(parcels, now, self._drills)
        decided = self._alerting.decide(now, _by(mutes, now))
        fed.letters += self._broken
        self._broken = []
        for one in fed.seen:
            self._late(one.event, now)
        kinds = self._alerting.watch.kinds
        for kind, count in (kinds - self._counted).items():
            self._numbers.records.labels(kind.value).inc(count)
        self._counted = Counter(kinds)
        if fed.seen or fed.letters or marks or decided.updates or decided.news or fed.rang:
            self._work = _Work(decided, now, fed.seen, fed.letters, marks, fed.rang)
            self.again()

    def _drills(self) -> list[Marks]:
        """Return by what the drills are known that may be under way."""
        if self._running is None:
            self._running = running_drills(self._store, self._clock.now())
        return self._running

    def _on_defect(self, code: str, error: Exception) -> None:
        """Keep and tell, once, that a detection breaks on something: the others go on without it."""
        why = f"a defect of Rootwarden's: {type(error).__name__}: {str(error)[:300]}"
        if (code, why) not in self._told_broken:
            self._told_broken.add((code, why))
            self._broken.append(
                DeadLetter(f"detection {code}", why, "report it; the detection is blind to this", code.encode())
            )
            self._request.log("detection-failed", {"code": code, "why": why})

    def _late(self, event: Event, now: datetime) -> None:
        if event.time != NO_TIME:
            late = max(0.0, (now - event.time).total_seconds())
            self._numbers.judged.observe(late)
            self._numbers.lag.labels(event.account[:64], event.region[:64]).set(late)

    # -- concluding ------------------------------------------------------------------------------------------------
    def _assemble(self, work: _Work) -> Batch:
        decided, now = work.decided, work.now
        muted = _by(self._mutes, now)
        told = {change.thread: _told(change.alert, muted) for change, _ in decided.updates}
        threads = {change.alert.fingerprint: change.thread for change, _ in decided.updates}
        rang = [message for message in work.rang if self._rings(message, now)]
        ready = [post for message in rang for post in self._tellers.by_severity(message, now)]
        reminders: dict[str, datetime] = {}
        urgent: list[str] = []
        known = self._told_long_ago(decided, now)
        for news in decided.news:
            if known and all(threads.get(one.fingerprint) in known for one in news.alerts):
                continue
            ready += self._tellers.by_severity(self._message(news, decided, now), now)
            names = (threads.get(one.fingerprint, one.fingerprint) for one in news.alerts)
            told |= dict.fromkeys(names, "at-once")
            wait = self._request.escalation
            if wait.steps and not news.drill and news.severity.rank <= wait.lowest.rank and not news.withdrawn:
                reminders[news.incident.id] = now + wait.steps[0].after
                if news.first and news.severity is Severity.CRITICAL and news.occasion is Occasion.ALERT:
                    urgent.append(news.incident.id)
        return Batch(
            at=now, seen=work.seen, updates=decided.updates, told=told, reminders=reminders, urgent=urgent, ready=ready,
            cleared=[one.incident.id for one in decided.news if one.occasion is Occasion.CLEARED or self._over(one)],
            letters=work.letters, marks=work.marks,
        )  # fmt: skip

    def _message(self, news: News, decided: Decided, now: datetime) -> Message:
        fresh = [change.alert for change, placed in decided.updates if placed.incident.id == news.incident.id]
        alerts = {one.fingerprint: one for one in (*worst_of(self._store, news.incident.id, _STORY), *fresh[:_STORY])}
        return alert_message(
            news, list(alerts.values()), name=self._new_id(), now=now,
            windows_known=self._request.context.windows is not None,
        )  # fmt: skip

    def _told_long_ago(self, decided: Decided, now: datetime) -> Container[str]:
        """Return alerts about records so old that they were forgotten, and that are kept: their record came again."""
        lateness = self._request.context.lateness
        if lateness is None:
            return ()
        old = [
            change.thread
            for change, _ in decided.updates
            if change.act is Act.RAISED and NO_TIME < change.alert.event_time < now - lateness
        ]
        return known_threads(self._store, old) if old else ()

    def _over(self, news: News) -> bool:
        """Return whether news is of a drill that has ended: late records must not open its incident again."""
        case = find_case(self._store, news.drill) if news.drill else None
        return case is not None and case.state == CLOSED

    def _rings(self, message: Message, now: datetime) -> bool:
        """Return whether an alarm that rang is to be told: the first time in an hour, then at 10, 100, 1,000."""
        if message.drill:
            return True
        since, count = self._rang.get(message.thread, (now, 0))
        if now - since >= STORM:
            since, count = now, 0
        self._rang[message.thread] = since, count + 1
        return count == 0 or is_step(count + 1)

    def _muted(self, now: datetime) -> list[Mute]:
        """Look what people decided: what is muted, and which incidents they closed."""
        if self._clock.monotonic() >= self._mutes_until:
            self._mutes = mutes_at(self._store, now)
            self._alerting.close(closed_since(self._store, self._looked))
            self._looked = now
            self._mutes_until = self._clock.monotonic() + _MUTES_SECONDS
        return self._mutes

    # -- keeping ---------------------------------------------------------------------------------------------------
    @property
    def unkept(self) -> bool:
        """Whether something was concluded that could not be kept yet."""
        return self._work is not None or self._pending is not None

    def again(self) -> None:
        """Keep what could not be kept; nothing that is kept already is kept twice.

        Raises:
            OustedError, StoreError: as `take`.
        """
        if self._work is not None:
            self._pending = self._assemble(self._work)  # the same ids however often it is tried to keep it
            self._work = None
        batch = self._pending
        if batch is None:
            return
        commit(self._store, batch, self._run)
        self._pending = None
        self._saver.came(len(batch.seen))
        self._numbers.letters.inc(len(batch.letters))
        for change, _ in batch.updates:
            if change.act is Act.RAISED:
                self._numbers.alerts.labels(change.alert.severity.value).inc()
        if batch.ready:
            self.on_commit(batch.ready)

    def save(self) -> None:
        """Begin to write the state down if it is time. Nothing may wait to be kept.

        Raises:
            StoreError: the database does not answer.
            Exception: a defect.
        """
        self._saver.turn(self._state)

    def save_at_once(self) -> None:
        """Write the state down and wait until that is done; what could not be kept is gone through again next time.

        Raises:
            StoreError: the database does not answer.
            Exception: a defect.
        """
        self._saver.finish(None if self.unkept else self._state)

    def _state(self) -> tuple[int, Iterator[bytes]]:
        return last_batch(self._store), self._alerting.dump()


def _by(mutes: Sequence[Mute], now: datetime) -> Callable[[Alert], bool]:
    """Return what tells whether an alert is muted at an instant."""
    return lambda alert: any(one.covers(alert, now) for one in mutes)


def _told(alert: Alert, muted: Callable[[Alert], bool]) -> str:
    if muted(alert):
        return "muted"
    return "digest" if waits(alert) else "held"
