"""Alerts as machines read them: one flat object each, with the story so far."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from rootwarden.model.alert import Alert
from rootwarden.model.detected import ALERTS_SCHEMA, Detected
from rootwarden.model.incidents import Incident
from rootwarden.report.story import Teller, story


class AlertLine(Struct, frozen=True, kw_only=True):
    """One alert."""

    code: Annotated[str, Meta(description="Stable id of the detection, such as RD-005; of your own rules their id.")]
    detection: Annotated[str, Meta(description="Name of the detection.")]
    severity: Annotated[str, Meta(description="How much it weighs now: critical, high, medium, low or info.")]
    account: Annotated[
        str, Meta(description="The account whose trail holds the record that completed it (recipientAccountId).")
    ]
    event_ids: Annotated[tuple[str, ...], Meta(description="All records behind it as account/eventID, oldest first.")]
    event_time: Annotated[datetime, Meta(description="When the record that completed it was made.")]
    window: Annotated[str, Meta(description="The approved window that covers it; empty: none does, or none are known.")]
    title: Annotated[str, Meta(description="What happened, in a line.")]
    story: Annotated[str, Meta(description="The incident in sentences, up to this alert.")]
    response: Annotated[tuple[str, ...], Meta(description="What to do now, step by step.")]
    fingerprint: Annotated[
        str, Meta(description="Lasting identity: by one record, or by the key and the record that completed it.")
    ]
    incident: Annotated[str, Meta(description="The incident it belongs to.")]
    subject: Annotated[str, Meta(description="The account whose root user it is about; for AssumeRoot the target.")]
    region: Annotated[str, Meta(description="The Region of the record.")]
    event_name: Annotated[str, Meta(description="The eventName of the record.")]
    kind: Annotated[str, Meta(description="Who is behind the record, as classified.")]
    origin: Annotated[
        str, Meta(description="pending: an AssumeRoot record may still show that root itself did not do it.")
    ]
    actor: Annotated[str, Meta(description="Who acted: root, or an ARN.")]
    target: Annotated[str, Meta(description="What the call was about, where the request names it.")]
    source: Annotated[str, Meta(description="The sourceIPAddress of the record.")]
    agent: Annotated[str, Meta(description="The userAgent of the record.")]
    access_key: Annotated[str, Meta(description="The access key id of the caller, shortened unless asked for.")]
    harm: Annotated[str, Meta(description="Which harm it does: money, deletion, data or none.")]
    notes: Annotated[tuple[str, ...], Meta(description="What else is special, each as name: words.")]
    first_time: Annotated[datetime, Meta(description="When the first record behind it was made.")]


class IncidentLine(Struct, frozen=True, kw_only=True):
    """One incident with its story; `alerts` holds fingerprints."""

    id: Annotated[str, Meta(description="Name of the incident.")]
    severity: Annotated[str, Meta(description="That of its worst alert.")]
    subjects: Annotated[tuple[str, ...], Meta(description="The accounts it is about.")]
    begins: Annotated[datetime, Meta(description="When its first record was made.")]
    ends: Annotated[datetime, Meta(description="When its last record was made.")]
    story: Annotated[str, Meta(description="What happened, in sentences.")]
    alerts: Annotated[tuple[str, ...], Meta(description="Fingerprints of its alerts, in the order of event time.")]


class Counted(Struct, frozen=True, kw_only=True):
    """What was read and how records were classified."""

    records: Annotated[int, Meta(description="How many records were read.")]
    digests: Annotated[int, Meta(description="How many digest files were among them.")]
    classification: Annotated[dict[str, int], Meta(description="How many records of each kind.")]
    unread: Annotated[tuple[str, ...], Meta(description="What could not be read, with place, reason and remedy.")]
    not_judged: Annotated[tuple[str, ...], Meta(description="Which detections had to stay silent, and why.")]


class AlertsObject(Struct, frozen=True, kw_only=True):
    """The JSON object that `rootwarden detect --output json` prints."""

    schema_version: Annotated[str, Meta(description="Version of this format.")] = ALERTS_SCHEMA
    tool_version: Annotated[str, Meta(description="Version of Rootwarden.")]
    catalogue_version: Annotated[str, Meta(description="Version of the catalogue.")]
    judged_at: Annotated[datetime, Meta(description="The instant by which waiting had ended.")]
    counted: Annotated[Counted, Meta(description="How much was read.")]
    incidents: Annotated[tuple[IncidentLine, ...], Meta(description="What belongs together, the worst first.")]
    alerts: Annotated[tuple[AlertLine, ...], Meta(description="All alerts in the order of event time.")]


def lines(detected: Detected) -> list[AlertLine]:
    """Return the alerts of all incidents in the order of event time."""
    tellers = [(incident, Teller(incident)) for incident in detected.incidents]
    found = [(alert, incident, teller) for incident, teller in tellers for alert in incident.alerts]
    found.sort(key=lambda one: (one[0].event_time, one[0].severity.rank, one[0].code, one[0].fingerprint))
    return [_line(alert, incident, teller) for alert, incident, teller in found]


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


def _line(alert: Alert, incident: Incident, teller: Teller) -> AlertLine:
    return AlertLine(
        code=alert.code,
        detection=alert.detection,
        severity=alert.severity.value,
        account=alert.account,
        event_ids=alert.event_ids,
        event_time=alert.event_time,
        window=alert.window,
        title=alert.title,
        story=teller.until(alert),
        response=alert.response,
        fingerprint=alert.fingerprint,
        incident=incident.id,
        subject=alert.subject,
        region=alert.region,
        event_name=alert.event_name,
        kind=alert.kind.value,
        origin=alert.origin.value,
        actor=alert.actor,
        target=alert.target,
        source=alert.source,
        agent=alert.agent,
        access_key=alert.access_key,
        harm=alert.harm.value,
        notes=alert.notes,
        first_time=alert.first_time,
    )
