"""Puts an event on a bus: every rule that is on and matches hands it to its targets.

Sources: Amazon EventBridge User Guide, "Event patterns", "Receiving read-only management events from AWS services",
"Sending and receiving events between AWS accounts".
"""

from __future__ import annotations

from typing import Any

from moto.events.models import EventBus, EventsBackend, Rule, events_backends

from rootwarden.lab.sending.target_input import Event
from rootwarden.lab.sending.targets import hand_to

_ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
_READS = ("List", "Get", "Describe")
_CHANGES = frozenset({"GetFederationToken", "GetSessionToken"})  # to EventBridge these two are changes


def has_rules(account: str, region: str) -> bool:
    """Return whether the default bus of an account in a Region has a rule at all; makes nothing that is not there."""
    by_region = events_backends.get(account)
    backend = by_region.get(region) if by_region is not None else None
    return backend is not None and bool(backend.event_buses["default"].rules)


def bus_at(account: str, region: str, name: str) -> EventBus | None:
    """Return a bus by its name, None when there is none."""
    backend: EventsBackend = events_backends[account][region]
    bus: EventBus | None = backend.event_buses.get(name)
    return bus


def put(bus: EventBus, event: Event, hops: int = 0) -> None:
    """Match one event, complete with its envelope, against the rules of a bus; `hops` counts the buses before."""
    shown: Any = event  # moto's type of an event knows only what moto sends
    for rule in list(bus.rules.values()):
        if _takes(rule, event) and rule.event_pattern.matches_event(shown):
            for target in list(rule.targets):
                for next_bus in hand_to(rule, target, event, hops):
                    put(next_bus, event, hops + 1)


def _takes(rule: Rule, event: Event) -> bool:
    """Return whether the rule is on, and for everything where the event is of a call that only reads."""
    if rule.state == "DISABLED" or not rule.event_pattern.get_pattern():  # without a pattern it is a schedule
        return False
    return rule.state == _ALL or not _only_reads(event)


def _only_reads(event: Event) -> bool:
    if event.get("detail-type") != "AWS API Call via CloudTrail":
        return False
    detail: dict[str, Any] = event.get("detail") or {}
    name = str(detail.get("eventName", ""))
    management = detail.get("managementEvent") is not False and detail.get("eventCategory", "Management") != "Data"
    return management and name.startswith(_READS) and name not in _CHANGES
