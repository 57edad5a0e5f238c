"""Incidents as they grow: each alert finds the incident it belongs to when it is raised, and is counted there.

The same signs as in `model/incidents`, and two more against storms: alerts of one detection that come from one source
address, or without any from one Region, are one incident however many accounts they are about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from rootwarden.model.alert import Alert
from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity
from rootwarden.model.incidents import PAUSE, SESSION

# An incident about so many accounts names no more of them; all are in the alerts.
_SUBJECTS = 50


class Met(Struct, frozen=True):
    """Alerts of one kind that were met in an incident: the worst severity, and when the last one came."""

    severity: Severity
    at: datetime


class Open(Struct):
    """An incident that may still grow: its times are those of its records, `counts` its alerts by code."""

    id: str
    first: datetime
    last: datetime
    severity: Severity
    title: str
    subjects: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    # What was met in it that did not wait for the digest: by kind the worst severity, and when last.
    met: dict[str, Met] = field(default_factory=dict)
    # How many of its alerts stand that people had or would have had to look at.
    standing: int = 0

    def copy(self) -> Open:
        """Return the incident as it is now: another, that does not grow with it."""
        return replace(self, subjects=[*self.subjects], counts=dict(self.counts), met=dict(self.met))


class Sign(Struct, frozen=True):
    """A time in which something was met by which alerts are seen to belong together, and the incident it led to."""

    incident: str
    first: datetime
    last: datetime


class BookState(Struct, frozen=True, tag="book"):
    """The book as it is written down."""

    open: list[Open] = []
    signs: dict[str, list[Sign]] = {}
    threads: dict[str, str] = {}
    moved: dict[str, str] = {}
    standing: list[str] = []
    records: dict[str, str] = {}


class Placed(Struct, frozen=True):
    """Where an alert went: the incident, the how-manieth of its code it is there, and the incidents it joined to it."""

    incident: Open
    number: int
    joined: tuple[str, ...] = ()


class IncidentBook:
    """All incidents that may still grow."""

    def __init__(self) -> None:
        """Start with none."""
        self._open: dict[str, Open] = {}
        # Times of one sign lie further apart than it reaches; else they would be one.
        self._signs: dict[str, list[Sign]] = {}
        # The strongest sign, and by far the most frequent: alerts that share a record, whenever that was.
        self._records: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        self._standing: dict[str, None] = {}

    def place(self, thread: str, alert: Alert, *, stands: bool = True) -> Placed:
        """Find or open the incident of an alert, which goes by `thread` whatever becomes of it, and count it.

        `stands`: it is neither withdrawn nor something that waits for a digest.
        """
        known = self._threads.get(thread)
        shared = filter(None, map(self._records.get, alert.event_ids))
        met = (sign.incident for name, reach in signs(alert) for sign in self._met(name, reach, alert))
        found = {*map(self._name, shared), *map(self._name, met)}
        if known is not None:
            found.add(self._name(known))
        incident, joined = self._one_of(sorted(found, key=self._age), alert)
        if known is None:
            incident.counts[alert.code] = incident.counts.get(alert.code, 0) + 1
        self._threads[thread] = incident.id
        self._grow(incident, alert)
        self._records |= dict.fromkeys(alert.event_ids, incident.id)
        for name, reach in signs(alert):
            self._note(name, reach, incident.id, alert)
        if stands is not (thread in self._standing):
            incident.standing += 1 if stands else -1
            if stands:
                self._standing[thread] = None
            else:
                del self._standing[thread]
        return Placed(incident, incident.counts.get(alert.code, 1), joined)

    def place_apart(self, thread: str, alert: Alert, name: str) -> Placed:
        """Put an alert into an incident that nothing else ever joins: a drill must not hide what is real."""
        incident = self._open.get(name)
        if incident is None:
            title = f"DRILL: {alert.title}"
            incident = self._open[name] = Open(name, alert.first_time, alert.event_time, alert.severity, title)
        if thread not in self._threads:
            incident.counts[alert.code] = incident.counts.get(alert.code, 0) + 1
        self._threads[thread] = name
        self._grow(incident, alert)
        return Placed(incident, incident.counts.get(alert.code, 1))

    def settled(self, placed: Placed) -> Placed:
        """Return where an alert is now: its incident may have been joined to another since it was placed."""
        now = self._open[self._name(placed.incident.id)]
        return placed if now is placed.incident else Placed(now, placed.number, placed.joined)

    def of(self, thread: str) -> Open | None:
        """Return the incident of an alert that was placed, None if it is long over."""
        name = self._threads.get(thread)
        return self._open.get(self._name(name)) if name is not None else None

    def closed(self, name: str) -> None:
        """Learn that somebody closed an incident: whatever comes to it now is as if for the first time."""
        incident = self._open.get(self._name(name))
        if incident is not None:
            incident.met.clear()

    def forget(self, before: datetime) -> None:
        """Let go of incidents whose last record is older than an instant: nothing can join them any more."""
        gone = {name for name, one in self._open.items() if one.last < before and one.last != NO_TIME}
        if not gone:
            return
        self._open = {name: one for name, one in self._open.items() if name not in gone}
        self._threads = {key: one for key, one in self._threads.items() if self._name(one) not in gone}
        self._standing = {key: None for key in self._standing if key in self._threads}
        self._records = {key: one for key, one in self._records.items() if self._name(one) not in gone}
        left = ((key, [one for one in met if self._name(one.incident) not in gone]) for key, met in self._signs.items())
        self._signs = {key: met for key, met in left if met}
        self._moved = {old: new for old, new in self._moved.items() if self._name(new) not in gone}

    def threads(self) -> Container[str]:
        """Return the alerts whose incidents may still grow."""
        return self._threads.keys()

    def dump(self) -> BookState:
        """Return everything as it is now, to be written down later."""
        return BookState(
            [one.copy() for one in self._open.values()], dict(self._signs), dict(self._threads), dict(self._moved),
            [*self._standing], dict(self._records),
        )  # fmt: skip

    def load(self, state: BookState) -> None:
        """Take back what `dump` returned."""
        self._open = {one.id: one for one in state.open}
        self._signs, self._threads, self._moved = dict(state.signs), dict(state.threads), dict(state.moved)
        self._standing, self._records = dict.fromkeys(state.standing), dict(state.records)

    # -- inside ------------------------------------------------------------------------------------------------
    def _met(self, name: str, reach: timedelta, alert: Alert) -> list[Sign]:
        return [
            sign
            for sign in self._signs.get(name, ())
            if sign.first - reach <= alert.event_time and alert.first_time <= sign.last + reach
        ]

    def _one_of(self, found: list[str], alert: Alert) -> tuple[Open, tuple[str, ...]]:
        """Return the oldest of the incidents, with all others made part of it; a new one if there is none."""
        if not found:
            name = f"inc-{hashlib.sha256(alert.fingerprint.encode()).hexdigest()[:12]}"
            if name not in self._open:
                self._open[name] = Open(name, alert.first_time, alert.event_time, alert.severity, alert.title)
            return self._open[name], ()
        incident, others = self._open[found[0]], found[1:]
        for other in others:
            self._join(incident, self._open.pop(other))
        return incident, tuple(others)

    def _join(self, incident: Open, other: Open) -> None:
        self._moved[other.id] = incident.id
        incident.first, incident.last = min(incident.first, other.first), max(incident.last, other.last)
        if other.severity.rank < incident.severity.rank:
            incident.severity, incident.title = other.severity, other.title
        incident.subjects = list(dict.fromkeys((*incident.subjects, *other.subjects)))[:_SUBJECTS]
        incident.standing += other.standing
        for code, count in other.counts.items():
            incident.counts[code] = incident.counts.get(code, 0) + count
        for kind, met in other.met.items():
            held = incident.met.get(kind, met)
            worst = min(met.severity, held.severity, key=lambda one: one.rank)
            incident.met[kind] = Met(worst, max(met.at, held.at))

    def _grow(self, incident: Open, alert: Alert) -> None:
        if alert.event_time != NO_TIME:
            incident.first, incident.last = min(incident.first, alert.first_time), max(incident.last, alert.event_time)
        if alert.severity.rank < incident.severity.rank:
            drill = "DRILL: " if incident.title.startswith("DRILL: ") else ""
            incident.severity, incident.title = alert.severity, f"{drill}{alert.title}"
        if alert.subject and alert.subject not in incident.subjects and len(incident.subjects) < _SUBJECTS:
            incident.subjects.append(alert.subject)

    def _note(self, name: str, reach: timedelta, incident: str, alert: Alert) -> None:
        """Note that a sign was met; what it was met with is of the same incident by now, and one time with it."""
        held, met = self._signs.get(name, []), self._met(name, reach, alert)
        first = min((one.first for one in met), default=alert.first_time)
        last = max((one.last for one in met), default=alert.event_time)
        now = Sign(incident, min(first, alert.first_time), max(last, alert.event_time))
        self._signs[name] = [*(one for one in held if one not in met), now]

    def _name(self, incident: str) -> str:
        while incident in self._moved:
            incident = self._moved[incident]
        return incident

    def _age(self, name: str) -> tuple[datetime, str]:
        return self._open[name].first, name


def signs(alert: Alert) -> Iterator[tuple[str, timedelta]]:
    """Yield by what an alert is joined with others beside its records, and how far apart in time the two may be."""
    if alert.access_key:
        yield f"key {alert.access_key}", SESSION
    if alert.subject:
        yield f"account {alert.subject}", PAUSE
    if alert.source:
        yield f"source {alert.code} {alert.source}", PAUSE
    elif alert.region:
        yield f"region {alert.code} {alert.region}", PAUSE
