"""What judging a set of records gave: alerts, incidents, and how much was seen; one versioned object."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rootwarden.model.alert import Alert
from rootwarden.model.incidents import Incident

ALERTS_SCHEMA = "alerts/1"


class Detected(Struct, frozen=True, kw_only=True):
    """Everything that formats need.

    `unread` says what could not be read, `not_judged` which detections had to stay silent and why.
    """

    tool_version: str
    catalogue_version: str
    judged_at: datetime
    records: int
    digests: int
    kinds: dict[str, int]
    unread: tuple[str, ...]
    not_judged: tuple[str, ...]
    alerts: tuple[Alert, ...]
    incidents: tuple[Incident, ...]
