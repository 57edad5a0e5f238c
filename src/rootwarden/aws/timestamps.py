"""Every instant that AWS answers, as text in UTC: `2026-11-23T22:45:13Z`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.utils import parse_timestamp

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def utc_text(value: Any) -> str:
    """Turn what a service sends (ISO 8601, seconds since 1970, RFC 822) into ISO 8601 in UTC, whole seconds.

    Given to botocore as its timestamp parser, so that answers need no second pass.
    """
    if isinstance(value, str) and len(value) == 20 and value[10] == "T" and value.endswith("Z"):
        return value
    return in_utc(parse_timestamp(value))


def in_utc(moment: datetime) -> str:
    """Write an aware instant as ISO 8601 in UTC, whole seconds."""
    return moment.astimezone(UTC).strftime(_FORM)
