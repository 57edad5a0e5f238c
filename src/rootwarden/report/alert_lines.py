"""Alerts as machines read them: one flat object each, with the story so far."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rootwarden.model.alert import Alert
from rootwarden.model.detected import ALERTS_SCHEMA, Detected
from rootwarden.model.incidents import Incident
from rootwarden.report.story import story, story_until


class AlertLine(Struct, frozen=True, kw_only=True):
    """One alert."""

    code: str
    detection: str
    severity: str
    account: str
    event_ids: tuple[str, ...]
    event_time: datetime
    window: str
    title: str
    story: str
    response: tuple[str, ...]
    fingerprint: str
    incident: str
    subject: str
    region: str
    event_name: str
    kind: str
    origin: str
    actor: str
    source: str
    agent: str
    access_key: str
    harm: str
    notes: tuple[str, ...]
    first_time: datetime


class IncidentLine(Struct, frozen=True, kw_only=True):
    """One incident with its story; `alerts` holds fingerprints."""

    id: str
    severity: str
    subjects: tuple[str, ...]
    begins: datetime
    ends: datetime
    story: str
    alerts: tuple[str, ...]


class Counted(Struct, frozen=True, kw_only=True):
    """What was read and how records were classified."""

    records: int
    digests: int
    classification: dict[str, int]
    unread: tuple[str, ...]
    not_judged: tuple[str, ...]


class AlertsObject(Struct, frozen=True, kw_only=True):
    """The JSON object that `rootwarden detect --output json` prints."""

    schema_version: str = ALERTS_SCHEMA
    tool_version: str
    catalogue_version: str
    judged_at: datetime
    counted: Counted
    incidents: tuple[IncidentLine, ...]
    alerts: tuple[AlertLine, ...]


def lines(detected: Detected) -> list[AlertLine]:
    """Return the alerts of all incidents in the order of event time."""
    found = [(alert, incident) for incident in detected.incidents for alert in incident.alerts]
    found.sort(key=lambda pair: (pair[0].event_time, pair[0].severity.rank, pair[0].code, pair[0].fingerprint))
    return [_line(alert, incident) for alert, incident in found]


def counted(detected: Detected) -> Counted:
    """Return the counts."""
    return Counted(
        records=detected.records,
        digests=detected.digests,
        classification=detected.kinds,
        unread=detected.unread,
        not_judged=detected.not_judged,
    )


def whole(detected: Detected) -> AlertsObject:
    """Return everything as one object."""
    return AlertsObject(
        tool_version=detected.tool_version,
        catalogue_version=detected.catalogue_version,
        judged_at=detected.judged_at,
        counted=counted(detected),
        incidents=tuple(map(_incident, detected.incidents)),
        alerts=tuple(lines(detected)),
    )


def _incident(one: Incident) -> IncidentLine:
    return IncidentLine(
        id=one.id,
        severity=one.severity.value,
        subjects=one.subjects,
        begins=one.begins,
        ends=one.ends,
        story=story(one),
        alerts=tuple(alert.fingerprint for alert in one.alerts),
    )


def _line(alert: Alert, incident: Incident) -> AlertLine:
    return AlertLine(
        code=alert.code,
        detection=alert.detection,
        severity=alert.severity.value,
        account=alert.account,
        event_ids=alert.event_ids,
        event_time=alert.event_time,
        window=alert.window,
        title=alert.title,
        story=story_until(incident, alert),
        response=alert.response,
        fingerprint=alert.fingerprint,
        incident=incident.id,
        subject=alert.subject,
        region=alert.region,
        event_name=alert.event_name,
        kind=alert.kind.value,
        origin=alert.origin.value,
        actor=alert.actor,
        source=alert.source,
        agent=alert.agent,
        access_key=alert.access_key,
        harm=alert.harm.value,
        notes=alert.notes,
        first_time=alert.first_time,
    )
