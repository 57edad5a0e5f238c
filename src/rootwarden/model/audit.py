"""The result of an audit: what was judged, what was read of what was expected, and the findings."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rootwarden.model.findings import Finding
from rootwarden.model.spending import Spending

AUDIT_SCHEMA = "audit/1"


class Coverage(Struct, frozen=True, kw_only=True):
    """How much was read of what was expected: accounts, Regions or facts, with what is missing and why."""

    what: str
    read: int
    expected: int
    unread: tuple[str, ...] = ()


class AccountSeen(Struct, frozen=True, kw_only=True):
    """One account of the audit, for headings and the matrix."""

    id: str
    name: str = ""
    role: str = ""
    state: str = ""
    unit: str = ""


class Audit(Struct, frozen=True, kw_only=True):
    """The JSON object that `--output json` prints and docs/schema/audit.schema.json describes.

    `spending` is None where daily costs were not asked for.
    """

    schema_version: str = AUDIT_SCHEMA
    tool_version: str
    catalogue_version: str
    snapshot_at: datetime
    judged_at: datetime
    partition: str
    organization: str
    accounts: tuple[AccountSeen, ...]
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]
    spending: Spending | None = None
