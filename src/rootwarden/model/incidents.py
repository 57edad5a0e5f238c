"""Alerts that belong together: one incident is what happened around one root user, until it was quiet for an hour."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.alert import Alert
from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity

PAUSE = timedelta(hours=1)
# As long as a console session lasts; keys that live longer join strangers.
SESSION = timedelta(hours=12)


class Incident(Struct, frozen=True):
    """Alerts in the order of event time, and a name that comes from the first of them."""

    id: str
    alerts: tuple[Alert, ...]

    @property
    def severity(self) -> Severity:
        """That of the worst alert."""
        return min((alert.severity for alert in self.alerts), key=lambda severity: severity.rank)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The accounts it is about."""
        return tuple(sorted({alert.subject for alert in self.alerts}))

    @property
    def begins(self) -> datetime:
        """When its first record was made."""
        return min((alert.first_time for alert in self.alerts if alert.event_time != NO_TIME), default=NO_TIME)

    @property
    def ends(self) -> datetime:
        """When its last record was made."""
        return max(alert.event_time for alert in self.alerts)


def incidents(alerts: Iterable[Alert]) -> tuple[Incident, ...]:
    """Group alerts into incidents, the worst first.

    Two belong together when they share a record, when the same access key was used within twelve hours, or when they
    are about the same account with no more than an hour between them.
    """
    ordered = sorted(alerts, key=_order)
    parent = list(range(len(ordered)))
    for one, other in _links(ordered):
        parent[_root(parent, one)] = _root(parent, other)
    groups: dict[int, list[Alert]] = {}
    for number, alert in enumerate(ordered):
        groups.setdefault(_root(parent, number), []).append(alert)
    found = (Incident(_name(group[0]), tuple(group)) for group in groups.values())
    return tuple(sorted(found, key=lambda one: (one.severity.rank, one.begins, one.id)))


def _order(alert: Alert) -> tuple[datetime, int, str, str]:
    return alert.event_time, alert.severity.rank, alert.code, alert.fingerprint


def _name(first: Alert) -> str:
    return f"inc-{hashlib.sha256(first.fingerprint.encode()).hexdigest()[:12]}"


def _links(alerts: Sequence[Alert]) -> Iterator[tuple[int, int]]:
    """Yield pairs of alerts that belong together; each alert with the one before it under the same sign."""
    last: dict[str, int] = {}
    keys: dict[str, int] = {}
    latest: dict[str, tuple[int, datetime]] = {}
    for number, alert in enumerate(alerts):
        for event in alert.event_ids:
            if event in last:
                yield last[event], number
            last[event] = number
        used = keys.get(alert.access_key) if alert.access_key else None
        if used is not None and alert.event_time - alerts[used].event_time <= SESSION:
            yield used, number
        if alert.access_key:
            keys[alert.access_key] = number
        before = latest.get(alert.subject) if alert.subject else None
        if before is not None and alert.first_time - before[1] <= PAUSE:
            yield before[0], number
        if before is None or alert.event_time >= before[1]:
            latest[alert.subject] = (number, alert.event_time)


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = parent[number]
    return number
