"""Drills for a person at a terminal, and for machines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from rootwarden.model.drill import Drill, Hop, Passed

_COLUMNS = 80
_WORDS = {Passed.PASSED: "passed", Passed.FAILED: "FAILED", Passed.NOT_REACHED: "not reached"}


def table(drill: Drill) -> str:
    """Return a drill hop by hop, no line longer than 80 columns."""
    return "\n".join(_lines(drill)) + "\n"


def _lines(drill: Drill) -> Iterator[str]:
    verdict = "passed" if drill.passed else f"FAILED at: {drill.broken or 'putting things back'}"
    yield f"Drill {drill.id}: {verdict}"
    yield from _wrapped(
        f"{drill.path}, account {drill.account}, {drill.region}, by {drill.method.value},"
        f" {drill.started:%Y-%m-%d %H:%M:%S} UTC"
    )
    yield ""
    for hop in drill.hops:
        took = f"{hop.seconds:8.1f} s" if hop.seconds is not None else " " * 10
        yield f"  {hop.name:<24} {_WORDS[hop.state]:<12} {took}"
        if hop.detail:
            yield from _wrapped(hop.detail, " " * 6)
    slowest = _slowest(drill.hops)
    yield ""
    if slowest is not None:
        yield from _wrapped(f"Slowest: {slowest[0]}, {slowest[1]:.1f} s after the hop before it.")
    limit = next((hop.limit for hop in drill.hops if hop.limit is not None), None)
    if limit is not None:
        yield from _wrapped(f"Limit: {limit:.0f} s until the last channel.")
    yield from _wrapped("Everything was put back." if drill.cleaned else "NOT everything was put back; see the notes.")
    for note in drill.notes:
        yield from _wrapped(f"Note: {note}")


def _slowest(hops: Sequence[Hop]) -> tuple[str, float] | None:
    """Return the hop that took longest after the one before it, by when each was passed."""
    before, found = 0.0, []
    for hop in hops:
        if hop.seconds is not None:
            found.append((hop.name, max(0.0, hop.seconds - before)))
            before = max(before, hop.seconds)
    return max(found, key=lambda one: one[1], default=None)


def list_table(found: Sequence[Drill]) -> str:
    """Return the list, no line longer than 80 columns."""
    if not found:
        return "No drill was run yet.\n"
    lines = []
    for one in found:
        lines.append(f"{one.started:%Y-%m-%d %H:%M}  {'passed' if one.passed else 'FAILED':<7} {one.id}")
        broken = "" if one.passed else f"; broken: {one.broken or 'putting things back'}"
        lines += _wrapped(f"{one.path}, account {one.account}{broken}", "  ")
    return "\n".join(lines) + "\n"


def as_json(drill: Drill) -> str:
    """Return one drill as versioned JSON."""
    return _json(_told(drill))


def list_json(found: Sequence[Drill]) -> str:
    """Return all drills as versioned JSON."""
    return _json({"schema_version": "rootwarden.drills/1", "drills": [_told(one) for one in found]})


def _told(drill: Drill) -> dict[str, Any]:
    return {**msgspec.structs.asdict(drill), "passed": drill.passed, "broken": drill.broken}


def _json(body: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(body), indent=2).decode() + "\n"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, _COLUMNS, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
