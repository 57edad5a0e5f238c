"""How the deliveries of a trail go: when it was started and stopped, what arrived last, and what went wrong.

A healthy trail delivers every few minutes for as long as it logs, and a digest every hour if it validates log files.
What AWS would know from history (old start, old last delivery, an error) can be set through the control plane.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudtrail.models import Trail
from moto.core.base_backend import BackendDict, BaseBackend
from msgspec import Struct, convert, structs, to_builtins

from rootwarden.lab.clock import iso, now

_USUAL_DELAY = timedelta(minutes=3)


class Deliveries(Struct, forbid_unknown_fields=True):
    """What is known of one trail beside moto's own start and stop; None means: as of a healthy trail.

    `error` lets deliveries fail; `refused` is why the last attempt did. `delivered` is when a file was last written.
    """

    started: datetime | None = None
    stopped: datetime | None = None
    last_delivery: datetime | None = None
    never_delivered: bool = False
    error: str = ""
    refused: str = ""
    delivered: datetime | None = None


class TrailHistory(BaseBackend):
    """The deliveries of the trails that one account owns, by ARN."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without history."""
        super().__init__(region_name, account_id)
        self.of: dict[str, Deliveries] = {}


_histories: BackendDict[TrailHistory] = BackendDict(
    TrailHistory, "rootwarden-cloudtrail", use_boto3_regions=False, additional_regions=["aws"]
)


def deliveries_of(arn: str) -> Deliveries:
    """Return the history of the trail with this ARN, to read or to change."""
    return _histories[arn.split(":")[4]]["aws"].of.setdefault(arn, Deliveries())


def forget(arn: str) -> None:
    """Drop the history of a trail that was started, stopped or deleted through the API: it is the present now."""
    _histories[arn.split(":")[4]]["aws"].of.pop(arn, None)


def set_history(arn: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Set fields of a trail's history from plain data and return all of them.

    Raises:
        msgspec.ValidationError: a field is unknown or has the wrong type.
    """
    new = convert({**to_builtins(deliveries_of(arn)), **fields}, Deliveries)
    _histories[arn.split(":")[4]]["aws"].of[arn] = new
    return structs.asdict(new)


def delivered(arn: str, moment: datetime) -> None:
    """Note that a log file of the trail was written."""
    history = deliveries_of(arn)
    history.delivered, history.refused = moment, ""


def refused(arn: str, why: str) -> None:
    """Note why a log file of the trail could not be written: an error code of S3."""
    deliveries_of(arn).refused = why


def seeded_error(arn: str) -> str:
    """Return the error code with which deliveries of the trail are to fail, "" when they are not."""
    return deliveries_of(arn).error


def status_of(trail: Trail) -> dict[str, Any]:
    """Return what GetTrailStatus answers: times as instants, and their older text forms beside them."""
    history = deliveries_of(trail.arn)
    started = history.started or _aware(trail.status.started)
    stopped = history.stopped or _aware(trail.status.stopped)
    status: dict[str, Any] = {"IsLogging": bool(trail.status.is_logging)}
    if started:
        status |= {"StartLoggingTime": started, "TimeLoggingStarted": iso(started)}
    if stopped and (not started or stopped > started or not trail.status.is_logging):
        status |= {"StopLoggingTime": stopped, "TimeLoggingStopped": iso(stopped)}
    last = _last_delivery(trail, history, stopped)
    if history.delivered:
        last = max(history.delivered, last or history.delivered)
    if last:
        status["LatestDeliveryTime"] = last
        status["LatestDeliveryAttemptTime"] = iso(last)
        if trail.log_validation:
            status["LatestDigestDeliveryTime"] = last.replace(minute=0, second=0, microsecond=0)
        if trail.cw_log_group_arn:
            status["LatestCloudWatchLogsDeliveryTime"] = last
    if history.error or history.refused:
        status["LatestDeliveryError"] = history.error or history.refused
        status["LatestDeliveryAttemptTime"] = iso(now() if trail.status.is_logging else (stopped or now()))
    return status


def _last_delivery(trail: Trail, history: Deliveries, stopped: datetime | None) -> datetime | None:
    if history.never_delivered or trail.status.started is None:
        return None
    if history.last_delivery:
        return history.last_delivery
    if not trail.status.is_logging:
        return stopped
    started = history.started or _aware(trail.status.started)
    recent = now() - _USUAL_DELAY
    return recent if started and recent > started else None


def _aware(moment: datetime | None) -> datetime | None:
    """Return moto's naive instants, which are UTC, as aware ones."""
    return moment.replace(tzinfo=UTC) if moment else None
