"""How statuses and severities are called and drawn: always a word, then a shape, then a colour."""

from __future__ import annotations

from types import MappingProxyType

from msgspec import Struct

from rootwarden.model.findings import Severity, Status


class Label(Struct, frozen=True):
    """One status for people: its word, a symbol, the same in ASCII, an ANSI style, and what it means."""

    word: str
    symbol: str
    ascii: str
    style: str
    meaning: str


STATUS = MappingProxyType(
    {
        Status.FAIL: Label("FAIL", "✗", "x", "bold red", "Read, and shown to be wrong."),
        Status.UNKNOWN: Label(
            "UNKNOWN", "?", "?", "bold magenta", "A value it needs could not be read; the reason is given. Not a pass."
        ),
        Status.MANUAL: Label("MANUAL", "◇", "o", "cyan", "No API tells; a person has to look or attest."),
        Status.EXCEPTED: Label("EXCEPTED", "○", "o", "blue", "It fails, and somebody accepted that until a date."),
        Status.PASS: Label("PASS", "✓", "+", "green", "Read, and shown to be right; the evidence is kept."),
        Status.NOT_APPLICABLE: Label("N/A", "·", "-", "dim", "The question has no meaning here; the reason is given."),
    }
)

SEVERITY_STYLE = MappingProxyType(
    {
        Severity.CRITICAL: "bold red",
        Severity.HIGH: "red",
        Severity.MEDIUM: "yellow",
        Severity.LOW: "blue",
        Severity.INFO: "dim",
    }
)

AUTOMATION = MappingProxyType(
    {
        "auto": "Can be done by a program",
        "assisted": "Can be prepared by a program, with decisions left to a person",
        "manual": "Has to be done by a person",
    }
)

# The order in which statuses are shown: what needs somebody first.
ORDER = tuple(Status)


def plural(n: int, word: str, many: str = "") -> str:
    """Return `1 account`, `2 accounts`, `1,000 accounts`."""
    return f"{n:,} {word if n == 1 else many or word + 's'}"


def percent(read: int, expected: int) -> str:
    """Return a whole percentage that says 100 % only when nothing is missing; "none expected" for no denominator."""
    if expected <= 0:
        return "none expected"
    return f"{min(read, expected) * 100 // expected} %"
