"""When, for what and where an access key of an IAM user was last used, in one form."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from moto.iam.models import AccessKey


class KeyUse(NamedTuple):
    """The last use of a key; `date` is None when it was never used, service and region are then `N/A`."""

    date: datetime | None
    service: str
    region: str


NEVER = KeyUse(None, "N/A", "N/A")


def last_use(key: AccessKey) -> KeyUse:
    """Return the last use; moto lets a test set a plain datetime where it keeps an object itself."""
    used: Any = key.last_used
    if used is None:
        return NEVER
    if isinstance(used, datetime):
        return KeyUse(used, "N/A", "N/A")
    return KeyUse(used.timestamp, used.service or "N/A", used.region or "N/A")
