"""Reads hours and lengths of time as people write them: 20-6, 45m, 8h, 30d."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from rootwarden.errors import UsageError

_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")
_SPAN = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def quiet_hours(text: str | None, name: str) -> Any:
    """Return hours of the day from `20-6`, None for no text; `name` is what the option or key is called.

    Raises:
        UsageError: it is no span of hours.
    """
    from rootwarden.model.context import QuietHours  # noqa: PLC0415

    if text is None:
        return None
    found = _HOURS.fullmatch(text.strip())
    if found is None or not all(int(hour) <= 24 for hour in found.groups()):
        raise UsageError(f"{name} {text!r} is no span of hours", todo="write it as 20-6")
    return QuietHours(int(found.group(1)), int(found.group(2)))


def length(value: int | str, name: str) -> timedelta:
    """Return a length of time from seconds, or from `45m`; as both are written in rootwarden.toml.

    Raises:
        UsageError: it is none.
    """
    return timedelta(seconds=value) if isinstance(value, int) else span(value, name)


def span(text: str, name: str) -> timedelta:
    """Return a length of time from `45m`.

    Raises:
        UsageError: it is none.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{name} {text!r} is no length of time", todo="write it as 90s, 45m, 8h or 30d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
