"""Where scenes are played: a watch with all detections, fed at once, in another order or bit by bit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from rootwarden.catalogue.detecting import single_records, stateful
from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.context import Context, Window
from rootwarden.model.detection import SingleRecord
from rootwarden.model.event import Event
from rootwarden.model.watching import Watch
from tests.detections.scenes import DAY, Record

Item = Record | Event
# Late enough for all waiting to be over, also for silence and for spending.
LATE = DAY + timedelta(days=30)


@cache
def rules() -> tuple[SingleRecord, ...]:
    """Return the detections of single records, read once."""
    return single_records()


def new_watch(context: Context | None = None) -> Watch:
    """Return a watch with everything there is."""
    return Watch(rules(), stateful(), context or Context())


def give(watch: Watch, items: Iterable[Item]) -> Watch:
    """Let a watch take in records and notices."""
    for item in items:
        if isinstance(item, Event):
            watch.tell(item, {})
        else:
            watch.feed(item)
    return watch


def alerts(code: str, items: Iterable[Item], context: Context | None = None, now: datetime = LATE) -> list[Alert]:
    """Return the alerts of one detection that stand after a scene."""
    watch = give(new_watch(context), items)
    watch.flush(now)
    return [alert for alert in watch.standing() if alert.code == code]


def only(code: str, items: Iterable[Item], context: Context | None = None, now: datetime = LATE) -> Alert:
    """Return the one alert of a detection after a scene."""
    (found,) = alerts(code, items, context, now)
    return found


def in_turn(code: str, *batches: Sequence[Item], context: Context | None = None, now: datetime = LATE) -> list[Update]:
    """Return the news of one detection, the batches arriving one after the other."""
    watch = new_watch(context)
    news: list[Update] = []
    for batch in batches:
        give(watch, batch)
        news += [update for update in watch.flush(now) if update.alert.code == code]
    return news


def revised(code: str, *batches: Sequence[Item], context: Context | None = None, now: datetime = LATE) -> Alert:
    """Return the alert after late evidence; it must have been revised in its thread, and nothing else be told."""
    news = in_turn(code, *batches, context=context, now=now)
    assert [update.act for update in news] == [Act.RAISED] + [Act.REVISED] * (len(news) - 1)
    assert len(news) == len(batches)
    assert len({update.thread for update in news}) == 1
    return news[-1].alert


def ids(*records: Record) -> tuple[str, ...]:
    """Return the identities of records, as alerts name them."""
    return tuple(f"{record['recipientAccountId']}/{record['eventID']}" for record in records)


def approved(account: str, opens: datetime, closes: datetime, **more: Any) -> Context:
    """Return the circumstances in which one window was approved."""
    return Context(windows=(Window(id="W-1", account=account, opens=opens, closes=closes, **more),))
