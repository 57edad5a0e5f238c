"""The time in the lab: the machine's own, plus whatever skew a test has asked for."""

from __future__ import annotations

from datetime import UTC, datetime

from moto.core.utils import utcnow

ISO = "%Y-%m-%dT%H:%M:%SZ"


def now() -> datetime:
    """Return the current instant in UTC, aware."""
    return utcnow().replace(tzinfo=UTC)


def iso(moment: datetime) -> str:
    """Write an instant as AWS does in records and reports; a naive one, as moto keeps them, is UTC."""
    return moment.strftime(ISO)
