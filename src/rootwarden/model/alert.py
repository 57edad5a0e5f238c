"""An alert: a detection met an event; its identity lasts while late records add to what is known of it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from rootwarden.model.detection import Harm
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import Kind


class Origin(StrEnum):
    """Whether it is settled who is behind the record: pending until the AssumeRoot record could have arrived."""

    SETTLED = "settled"
    PENDING = "pending"


class Alert(Struct, frozen=True, kw_only=True):
    """What happened, how bad it is, and what to do now.

    `event_ids` are all records behind it, oldest first, as account/eventID; `event_time` is that of the record that
    completed it. `subject` is the account whose root user it is about: for AssumeRoot the target's. `window` is the
    approved period that covers it, "" if none does or none are known. `failed`: the call that completed it was refused.
    `completed_by` is the record that completed it, as in `event_ids`.
    """

    fingerprint: str
    code: str
    detection: str
    title: str
    severity: Severity
    account: str
    subject: str
    region: str
    key: str
    event_ids: tuple[str, ...]
    event_time: datetime
    first_time: datetime
    event_name: str
    kind: Kind
    actor: str
    target: str
    source: str
    agent: str
    access_key: str
    window: str
    origin: Origin
    failed: bool
    refines: tuple[str, ...]
    harm: Harm
    says: str
    notes: tuple[str, ...]
    response: tuple[str, ...]
    completed_by: str


class Act(StrEnum):
    """What became of an alert."""

    RAISED = "raised"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"


class Update(Struct, frozen=True, kw_only=True):
    """News of one alert. `thread` is the fingerprint under which it was raised and stays known to whoever was told."""

    act: Act
    thread: str
    revision: int
    alert: Alert


class _One(Struct, frozen=True):
    account: str
    code: str
    event: str


class _Several(Struct, frozen=True):
    code: str
    event: str
    key: str


def fingerprint_of_one(code: str, account: str, event_id: str) -> str:
    """Return the identity of an alert about one record: SHA-256 of canonical JSON (RFC 8785) of these three."""
    return _digest(_One(account, code, event_id))


def fingerprint_of_several(code: str, key: str, event_id: str) -> str:
    """Return the identity of an alert about several records: by the key and the record that completed them."""
    return _digest(_Several(code, event_id, key))


def _digest(identity: Struct) -> str:
    return hashlib.sha256(msgspec.json.encode(identity)).hexdigest()
