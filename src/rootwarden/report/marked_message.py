"""Says that a record carries the marks of a drill and is not the drill's: somebody has its keys, or uses its name."""

from __future__ import annotations

import hashlib
from datetime import datetime

from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion

_SHOWN = 80  # characters of what a record names


def marked_message(event: Event, drill: str, *, now: datetime) -> Message:
    """Return the message about a record; the same record gives the same message, however often it comes.

    What the record means is told as an alert of its own, as if there were no drill.
    """
    when = "the record does not say" if event.time == NO_TIME else f"{event.time:%Y-%m-%d %H:%M:%S} UTC"
    target = f" on {event.target[:_SHOWN]}" if event.target else ""
    return Message(
        id=hashlib.sha256(f"marked {drill} {event.identity}".encode()).hexdigest()[:26],
        thread=f"marked-{drill}",
        occasion=Occasion.ALERT,
        severity=Severity.HIGH,
        title=f"Not the drill: {event.name[:_SHOWN]} with the marks of a drill, account {event.account or 'unknown'}",
        lines=(
            f"This is REAL. It carries the keys or the source identity of {drill}, and a drill does not do this.",
            f"Who: {event.actor} from {event.address or 'an unknown address'}",
            f"What: {event.name or 'an unnamed event'}{target}{' (refused)' if event.failed else ''}",
            f"Where: account {event.account or 'unknown'}, {event.region or 'no Region'}",
            f"When: {when}",
            "What it means is told as alerts of its own.",
        ),
        steps=(
            "Find out who ran the drill, and whether it was they.",
            "If not: revoke the sessions of the drill's role, and look at what else its keys did.",
            "See its alerts: rootwarden alerts list",
        ),
        accounts=(event.account,) if event.account else (),
        event_ids=(event.identity,),
        event_time=event.time,
        created=now,
        data={"marks_of": drill, "event_name": event.name, "event_id": event.identity, "actor": event.actor},
    )
