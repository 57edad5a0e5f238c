"""Values of rules that are not text: numbers, truth, null, networks, comparisons, and parts of a time."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_pattern import TextTest
from rootwarden.proofs.sigma_text import fold, text_of

Test = Callable[[Any], bool]
Number = int | float

COMPARISONS: dict[str, Callable[[Number, Number], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
_RELATIONS: dict[str, Callable[[Number, Number], bool]] = {"": operator.eq, **COMPARISONS}
TIME_PARTS: dict[str, Callable[[datetime], int]] = {
    "minute": lambda time: time.minute,
    "hour": lambda time: time.hour,
    "day": lambda time: time.day,
    "week": lambda time: time.isocalendar().week,
    "month": lambda time: time.month,
    "year": lambda time: time.year,
}
_WHOLE = re.compile(r"[+-]?[0-9]{1,400}", re.ASCII)
_BROKEN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def on_text(test: TextTest) -> Test:
    """Return the test of a value by its text; null and objects have none."""

    def tested(value: Any) -> bool:
        if value.__class__ is str:
            return test(value)
        text = text_of(value)
        return text is not None and test(text)

    return tested


def number_test(wanted: Number) -> Test:
    """Return the test whether a value is this number, or its text."""
    text = str(wanted)
    return lambda value: value == (text if isinstance(value, str) else wanted) and not isinstance(value, bool)


def boolean_test(wanted: bool) -> Test:
    """Return the test whether a value is this truth value; CloudTrail writes both true and "true"."""
    text = "true" if wanted else "false"
    return lambda value: value is wanted or (isinstance(value, str) and fold(value) == text)


def null_test(value: Any) -> bool:
    """Return whether a value is null; that an absent field is, too, is known to who looks for the field."""
    return value is None


def network_test(cidr: str) -> Test:
    """Return the test whether a value is an address of a network, IPv4 or IPv6; what is no address is in none.

    Raises:
        ConstructError: no network, or host bits set.
    """
    try:
        network = ip_network(cidr)
    except ValueError as error:
        raise ConstructError(f"network {cidr[:60]}", str(error), "write it as 192.0.2.0/24 or 2001:db8::/32") from None

    def inside(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            return ip_address(value) in network
        except ValueError:
            return False

    return inside


def comparison_test(name: str, limit: Number) -> Test:
    """Return the test whether a number, or a text that is one, stands in the relation `name` to `limit`."""
    holds = COMPARISONS[name]

    def compared(value: Any) -> bool:
        number = _number(value)
        return number is not None and holds(number, limit)

    return compared


def time_test(part: str, comparison: str, wanted: int) -> Test:
    """Return the test whether a part of a time equals `wanted` (`comparison` "") or compares with it.

    Times are ISO 8601 text, taken in UTC; weeks are those of ISO 8601.
    """
    take, holds = TIME_PARTS[part], _RELATIONS[comparison]

    def timed(value: Any) -> bool:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            return False
        try:
            time = datetime.fromisoformat(value)
            return holds(take(time if time.tzinfo is None else time.astimezone(UTC)), wanted)
        except (ValueError, OverflowError):
            return False

    return timed


def first_of(tests: Iterable[Test]) -> Test:
    """Return the test whether one of the tests holds."""
    every = tuple(tests)
    if len(every) == 1:
        return every[0]
    return lambda value: any(test(value) for test in every)


def _number(value: Any) -> Number | None:
    """Return a number, or the number a text writes; None for everything else, truth values among it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    if _WHOLE.fullmatch(value):
        return int(value)
    return float(value) if _BROKEN.fullmatch(value) else None
