"""From records to what must be told: judges them, finds the incident of each alert, and decides what is told at once.

All of it is a pure function of the records, their order and the instants at which it was asked: what happened before a
crash can be gone through again and ends in the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from rootwarden.model.alert import Update
from rootwarden.model.baseline import Baseline
from rootwarden.model.context import Context
from rootwarden.model.detection import SingleRecord, Stateful
from rootwarden.model.event import Event, Record
from rootwarden.model.incident_book import BookState, IncidentBook, Placed
from rootwarden.model.incidents import SESSION
from rootwarden.model.telling import News, Teller, TellerState
from rootwarden.model.watching import BEGINNING, Taken, Watch

ALERTING_SCHEMA = "alerting/1"
_SWEEP = timedelta(minutes=10)


class AlertingState(Struct, frozen=True, kw_only=True):
    """Everything that is known, as it is written down."""

    schema: str
    watch: msgspec.Raw
    book: BookState
    teller: TellerState


class Decided(Struct, frozen=True):
    """What became of the records since the last time: changes of alerts with their incidents, and what to tell now."""

    updates: tuple[tuple[Update, Placed], ...]
    news: tuple[News, ...]


class Alerting:
    """Everything that is known between records. The clock is given."""

    def __init__(self, single: Sequence[SingleRecord], stateful: Sequence[Stateful], context: Context) -> None:
        """Start with nothing known but the context."""
        self._context = context
        self.watch = Watch(single, stateful, context)
        self._book, self._teller = IncidentBook(), Teller()
        self._swept = BEGINNING

    def feed(self, record: Record) -> Taken:
        """Take in a record."""
        return self.watch.feed(record)

    def tell(self, notice: Event) -> None:
        """Take in what is no record of CloudTrail: a digest that arrived, spending that is out of line."""
        self.watch.tell(notice, {})

    def learn(self, baseline: Baseline) -> None:
        """Take in what was learnt before of what is usual."""
        self.watch.learn(baseline)

    def decide(self, now: datetime) -> Decided:
        """Conclude from what came in since the last time."""
        updates = tuple((one, self._book.place(one.thread, one.alert)) for one in self.watch.flush(now))
        news = tuple(self._teller.choose(updates, now))
        self._forget(now)
        return Decided(updates, news)

    def _forget(self, now: datetime) -> None:
        if self._context.lateness is None or now - self._swept < _SWEEP:
            return
        self._swept = now
        self._book.forget(now - self._context.lateness - SESSION * 2)
        self._teller.forget(self._book.threads())

    def dump(self) -> bytes:
        """Return the whole state as JSON, for a store; decide before it, or what was fed is lost."""
        state = AlertingState(
            schema=ALERTING_SCHEMA, watch=msgspec.Raw(self.watch.dump()), book=self._book.dump(),
            teller=self._teller.dump(),
        )  # fmt: skip
        return msgspec.json.encode(state)

    def load(self, state: bytes) -> None:
        """Take back what `dump` returned.

        Raises:
            ValueError: it is no state, or one of another schema.
        """
        try:
            found = msgspec.json.decode(state, type=AlertingState)
        except msgspec.DecodeError as error:
            raise ValueError(f"no state of alerting: {error}") from error
        if found.schema != ALERTING_SCHEMA:
            raise ValueError(f"a state of schema {found.schema}, not {ALERTING_SCHEMA}")
        self.watch.load(bytes(found.watch))
        self._book.load(found.book)
        self._teller.load(found.teller)
