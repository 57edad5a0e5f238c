"""Feeds what came to the alerting: records, digests, spending, alarms; what cannot be read becomes a dead letter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

import msgspec
from msgspec import Struct, field

from rootwarden.model.alerting import Alerting
from rootwarden.model.drill import MARK, Marks
from rootwarden.model.event import Event, read_event, text
from rootwarden.model.message import Message
from rootwarden.model.notices import alarm_notice, digest_notice, spending_notice
from rootwarden.model.silence import Voices
from rootwarden.model.watching import DEFECTS
from rootwarden.report.alert_message import alarm_message
from rootwarden.report.marked_message import marked_message
from rootwarden.store.intake import DeadLetter, Seen
from rootwarden.trail.items import AlarmRang, Announced, Digest, Flaw, Found, Item, Spending
from rootwarden.trail.sources import Parcel

_RECORD = msgspec.json.Encoder(order="deterministic")


class Fed(Struct):
    """What came of some parcels: records that count, dead letters, and messages that no detection brings about.

    `rang` are those about alarms that rang, and about records that carry a drill's marks and are not the drill's.
    """

    seen: list[Seen] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    rang: list[Message] = field(default_factory=list)


class Feeder:
    """Feeds one alerting. A record that breaks something of ours costs itself alone."""

    def __init__(self, alerting: Alerting, voices: Voices) -> None:
        """Take what is fed, and what listens whether accounts speak."""
        self._alerting, self._voices = alerting, voices

    def feed(self, parcels: Sequence[Parcel], now: datetime, drills: Callable[[], list[Marks]]) -> Fed:
        """Feed what came; `drills` returns by what the drills are known whose records may come."""
        fed = Fed()
        for parcel in parcels:
            for item in parcel.items:
                try:
                    self._item(item, parcel, now, drills, fed)
                except DEFECTS as error:
                    why = f"a defect of Rootwarden's: {type(error).__name__}: {str(error)[:300]}"
                    todo = "report it with this record"
                    body = parcel.raw or _bytes(item)
                    fed.letters.append(DeadLetter(item.where, why, todo, body))
        return fed

    def _item(self, item: Item, parcel: Parcel, now: datetime, drills: Callable[[], list[Marks]], fed: Fed) -> None:
        match item:
            case Found():
                self._record(item, parcel, now, drills, fed)
            case Digest():
                self._notice(digest_notice(item.account, item.region, item.end), item.where, fed)
            case Spending():
                notice = spending_notice(item.account, item.when, item.amount, item.currency, item.source)
                self._notice(notice, item.where, fed)
            case AlarmRang():
                self._rang(item, now, drills(), fed)
            case Announced():
                fed.letters.append(DeadLetter(item.where, item.flaw.why, item.flaw.todo, parcel.raw))
            case Flaw():
                fed.letters.append(DeadLetter(item.where, item.why, item.todo, parcel.raw))
            case _:
                assert_never(item)

    def _record(self, item: Found, parcel: Parcel, now: datetime, drills: Callable[[], list[Marks]], fed: Fed) -> None:
        if text(item.record, "eventID").startswith(MARK) and not drill_of(read_event(item.record), drills()):
            # AWS gives no record such an id: somebody made it up, and no drill did.
            why = "it is marked as a drill's, and is not the record that a drill under way has made up"
            fed.letters.append(DeadLetter(item.where, why, "find out who put it on the bus", parcel.raw))
            return
        taken = self._alerting.feed(item.record)
        self._voices.hear(_account(item.record), text(item.record, "awsRegion"), now)
        if taken.event is not None:
            drill = drill_of(taken.event, drills())
            if drill:
                self._alerting.mark_drill(taken.event.identity, drill)
            elif marked := next((one.drill for one in drills() if one.marked(taken.event)), ""):
                fed.rang.append(marked_message(taken.event, marked, now=now))
            fed.seen.append(Seen(taken.event, _RECORD.encode(item.record), item.where, drill=drill))

    def _notice(self, notice: Event, where: str, fed: Fed, drill: str = "") -> None:
        self._alerting.tell(notice)
        fed.seen.append(Seen(notice, msgspec.json.encode(notice), where, notice=True, drill=drill))

    def _rang(self, item: AlarmRang, now: datetime, drills: Iterable[Marks], fed: Fed) -> None:
        """Keep that an alarm changed its state, and tell of it if it rang; a drill is known by the reason it gave."""
        notice = alarm_notice(item.account, item.region, item.when, item.name, item.state)
        ours = (one.drill for one in drills if one.rang(item.name, item.account, item.region, item.reason))
        drill = next(ours, "")
        self._notice(notice, item.where, fed, drill)
        if item.state == "ALARM":
            # The same alarm with the same time is the same message, however often it comes.
            name = hashlib.sha256(notice.identity.encode()).hexdigest()[:26]
            fed.rang.append(
                alarm_message(
                    item.name, item.account, item.region, item.reason, item.when, message=name, drill=drill, now=now
                )
            )


def drill_of(event: Event, drills: Iterable[Marks]) -> str:
    """Return the drill whose own record an event is, by its marks and by what was done; "" if none's."""
    return next((one.drill for one in drills if one.owns(event)), "")


def _account(record: Mapping[str, object]) -> str:
    who = record.get("userIdentity")
    return text(record, "recipientAccountId") or text(who, "accountId")


def _bytes(item: Any) -> bytes:
    return _RECORD.encode(item.record) if isinstance(item, Found) else str(item).encode("utf-8", "replace")
