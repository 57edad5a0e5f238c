"""From records to what must be told: judges them, finds the incident of each alert, and decides what is told at once.

All of it is a pure function of the records, their order and the instants at which it was asked: what happened before a
crash can be gone through again and ends in the same state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

import msgspec
from msgspec import Struct

from rootwarden.model.alert import Act, Update
from rootwarden.model.baseline import Baseline
from rootwarden.model.context import Context
from rootwarden.model.detection import SingleRecord, Stateful
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.incident_book import BookState, IncidentBook, Placed
from rootwarden.model.incidents import SESSION
from rootwarden.model.message import Occasion
from rootwarden.model.pieces import apart, together
from rootwarden.model.telling import SINGLY, Muted, News, Teller, TellerState, nobody, waits
from rootwarden.model.threads import ThreadsState
from rootwarden.model.watching import BEGINNING, OnDefect, Taken, Watch, WatchState

ALERTING_SCHEMA = "alerting/2"
_SWEEP = timedelta(minutes=10)


class AlertingState(Struct, frozen=True, kw_only=True, tag="alerting"):
    """What is known beside the watch, the book and the teller, as it is written down."""

    schema: str = ""
    swept: datetime = BEGINNING
    drilled: dict[str, str] = {}


_Piece = AlertingState | BookState | TellerState | WatchState | ThreadsState


class Decided(Struct, frozen=True):
    """What became of the records since the last time: changes of alerts with their incidents, and what to tell now."""

    updates: tuple[tuple[Update, Placed], ...]
    news: tuple[News, ...]


class Alerting:
    """Everything that is known between records. The clock is given."""

    def __init__(
        self,
        single: Sequence[SingleRecord],
        stateful: Sequence[Stateful],
        context: Context,
        singly: Mapping[Severity, int] = SINGLY,
        on_defect: OnDefect | None = None,
    ) -> None:
        """Start with nothing known but the context; `singly` as in Teller, `on_defect` as in Watch."""
        self._context = context
        self.watch = Watch(single, stateful, context, on_defect)
        self._book, self._teller = IncidentBook(), Teller(singly)
        self._swept = BEGINNING
        self._drilled: dict[str, str] = {}

    def feed(self, record: Record) -> Taken:
        """Take in a record."""
        return self.watch.feed(record)

    def mark_drill(self, identity: str, drill: str) -> None:
        """Learn that a record is a drill's own: alerts of it alone are told as the drill's, and touch nothing else."""
        self._drilled[identity] = drill

    def tell(self, notice: Event) -> None:
        """Take in what is no record of CloudTrail: a digest that arrived, spending that is out of line."""
        self.watch.tell(notice, {})

    def learn(self, baseline: Baseline) -> None:
        """Take in what was learnt before of what is usual."""
        self.watch.learn(baseline)

    def close(self, incidents: Iterable[str]) -> None:
        """Learn which incidents somebody closed since the last time."""
        for name in incidents:
            self._book.closed(name)

    def decide(self, now: datetime, muted: Muted = nobody) -> Decided:
        """Conclude from what came in since the last time; what is `muted` is not told and counts for nothing."""
        placed, drills = [], []
        for one in self.watch.flush(now):
            drill = self._drill_of(one)
            if drill:
                drills.append((one, self._book.place_apart(one.thread, one.alert, drill)))
            else:
                stands = one.act is not Act.WITHDRAWN and not waits(one.alert)
                placed.append((one, self._book.place(one.thread, one.alert, stands=stands)))
        updates = [(one, self._book.settled(place)) for one, place in placed]
        news = (*self._teller.choose(updates, now, muted), *_news_of_drills(drills))
        self._forget(now)
        return Decided((*updates, *drills), news)

    def _drill_of(self, update: Update) -> str:
        """Return the drill that an alert belongs to: only if every record behind it is the drill's own."""
        found = {self._drilled.get(event, "") for event in update.alert.event_ids} if self._drilled else {""}
        return found.pop() if len(found) == 1 else ""

    def _forget(self, now: datetime) -> None:
        if self._context.lateness is None or now - self._swept < _SWEEP:
            return
        self._swept = now
        self._book.forget(now - self._context.lateness - SESSION * 2)
        self._teller.forget(self._book.threads())

    def dump(self) -> Iterator[bytes]:
        """Return the whole state as lines of JSON, for a store: as it is now, whenever they are made.

        Decide before it, or what was fed is lost.
        """
        own = AlertingState(schema=ALERTING_SCHEMA, swept=self._swept, drilled=dict(self._drilled))
        pieces = chain(apart(own), apart(self._book.dump()), apart(self._teller.dump()))
        return chain(map(msgspec.json.encode, pieces), self.watch.dump())

    def load(self, state: Iterable[bytes]) -> None:
        """Take back what `dump` returned.

        Raises:
            ValueError: it is no state, or one of another schema.
        """
        try:
            pieces = [_decoder.decode(one) for one in state]
            found = together(one for one in pieces if isinstance(one, AlertingState))
            book = together(one for one in pieces if isinstance(one, BookState))
            teller = together(one for one in pieces if isinstance(one, TellerState))
        except ValueError as error:  # what msgspec cannot decode is one too
            raise ValueError(f"no state of alerting: {error}") from error
        if found.schema != ALERTING_SCHEMA:
            raise ValueError(f"a state of schema {found.schema}, not {ALERTING_SCHEMA}")
        self.watch.restore([one for one in pieces if isinstance(one, WatchState | ThreadsState)])
        self._book.load(book)
        self._teller.load(teller)
        self._swept, self._drilled = found.swept, found.drilled


_decoder: msgspec.json.Decoder[_Piece] = msgspec.json.Decoder(_Piece)


def _news_of_drills(updates: Sequence[tuple[Update, Placed]]) -> Iterator[News]:
    """Yield what is told of drills: every alert of theirs, once, whatever was told before."""
    raised: dict[tuple[str, str], list[tuple[Update, Placed]]] = {}
    for one in updates:
        if one[0].act is Act.RAISED:
            raised.setdefault((one[1].incident.id, one[0].alert.completed_by), []).append(one)
    for (drill, _), group in raised.items():
        alerts = sorted((update.alert for update, _ in group), key=lambda one: (one.severity.rank, one.code))
        yield News(occasion=Occasion.ALERT, incident=group[0][1].incident, alerts=tuple(alerts), drill=drill)
