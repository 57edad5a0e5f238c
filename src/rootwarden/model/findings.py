"""What a judgement says: statuses, severities, the eight practices, verdicts of rules and findings for people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.readings import Unknown

# Rises whenever a control is added or judges differently; every finding carries it.
CATALOGUE_VERSION = "2026.11.1"


class Status(StrEnum):
    """The six things a finding can say; only PASS says that a property was proven."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    MANUAL = "MANUAL"
    EXCEPTED = "EXCEPTED"
    PASS = "PASS"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Severity(StrEnum):
    """How much a failing control matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst, for sorting and for `--fail-on`."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Practice(IntEnum):
    """The eight things people are told about the root user."""

    PEOPLE = 1
    ROOT_MFA = 2
    WATCH_ROOT = 3
    EMERGENCY_ONLY = 4
    BILLING = 5
    SERVICES = 6
    POLICY = 7
    AUDIT = 8

    @property
    def title(self) -> str:
        """The practice in words."""
        return _PRACTICES[self]


_PRACTICES = {
    Practice.PEOPLE: "People, not root",
    Practice.ROOT_MFA: "MFA on root, or no root credentials",
    Practice.WATCH_ROOT: "Watch root with CloudTrail",
    Practice.EMERGENCY_ONLY: "Root only in emergencies",
    Practice.BILLING: "Billing alerts",
    Practice.SERVICES: "Unneeded services and Regions off",
    Practice.POLICY: "A written policy",
    Practice.AUDIT: "A continuous audit",
}


class Evidence(Struct, frozen=True, gc=False):
    """One thing that was read: the fact path and the value found there."""

    fact: str
    value: Any


class Verdict(Struct, frozen=True, kw_only=True, gc=False):
    """What a control says of one subject; built by `View.passes()`, `.fails()` and their siblings, never by hand."""

    status: Status
    message: str
    reason: str = ""
    severity: Severity | None = None
    aspect: str = ""
    region: str = ""
    resource: str = ""
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unknown: Unknown | None = None


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """Control x subject: the verdict with everything a reader or a machine needs to act on it."""

    code: str
    control: str
    aspect: str
    severity: Severity
    practice: int
    status: Status
    account: str
    region: str
    resource: str
    title: str
    message: str
    reason: str
    notes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    unknown_because: Unknown | None
    misses: str
    remedy: str
    frameworks: Mapping[str, tuple[str, ...]]
    catalogue_version: str
    fingerprint: str


class _Identity(Struct, frozen=True):
    """What makes two findings the same one; the fields stand in the order of canonical JSON."""

    account: str
    aspect: str
    code: str
    partition: str
    region: str
    resource: str


def fingerprint(*, code: str, aspect: str, partition: str, account: str, region: str, resource: str) -> str:
    """Return the lasting identity of a finding: SHA-256 of these six as canonical JSON (RFC 8785)."""
    return hashlib.sha256(_canonical(_Identity(account, aspect, code, partition, region, resource))).hexdigest()


_canonical = msgspec.json.Encoder().encode
