"""Tells what AWS put on an event bus from what somebody made up: only AWS may put events whose source begins `aws.`.

Sources: EventBridge API reference, PutEventsRequestEntry (Source must not begin with `aws.`); EventBridge User Guide,
"Event structure" (`account` is the one the event comes from, also where another account forwards it) and "Receiving
events from a SaaS partner" (their sources begin with `aws.partner/`: what such an event holds is the partner's).
"""

from __future__ import annotations

from typing import Any

from rootwarden.model.drill import DRILL_SOURCE, MARK
from rootwarden.trail.items import Flaw, Found, Item

_WHO = "find out who put it on the bus: whoever may call events:PutEvents there, or has a rule that sends there"
_SHOWN = 100  # characters of what a stranger wrote


def is_bus_event(value: dict[str, Any]) -> bool:
    """Return whether an object is an event of EventBridge, which always has these fields."""
    return all(key in value for key in ("detail-type", "source", "detail"))


def made_up(event: dict[str, Any], where: str) -> Found | Flaw | None:
    """Return what an event is that AWS did not put there: the one record of a drill, or a flaw; None if AWS did.

    Whether such a drill is under way is not known here. Nothing that a drill's record holds is taken out of it.
    """
    source, detail = event["source"], event["detail"]
    if source == DRILL_SOURCE:
        if isinstance(detail, dict) and str(detail.get("eventID")).startswith(MARK):
            return Found(detail, where)
        return Flaw(where, "it comes as a drill's, and is not the one record that a drill makes up", _WHO)
    if isinstance(source, str) and source.startswith("aws.") and not source.startswith("aws.partner/"):
        return None
    return Flaw(
        where, f"it was made up by somebody: its source is {str(source)[:_SHOWN]!r}, which AWS never uses", _WHO
    )


def of_its_account(item: Item, event: dict[str, Any]) -> Item:
    """Return what an event holds; a flaw instead of a record that is not of the account the event comes from."""
    if not isinstance(item, Found):
        return item
    ours, theirs = event.get("account"), item.record.get("recipientAccountId")
    if not ours or not theirs or ours == theirs:
        return item
    why = f"its event is of account {str(ours)[:12]!r}, and the record in it of {str(theirs)[:12]!r}"
    return Flaw(item.where, why, "AWS writes the same account into both: find out who changed it")
