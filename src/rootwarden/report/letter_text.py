"""Dead letters for a person at a terminal, and for machines; whoever wrote them may want to harm who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from rootwarden.report.labels import plural
from rootwarden.report.legible import legible
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.pen import Pen

LETTERS_SCHEMA = "rootwarden.letters/1"
_SHOWN = 20_000  # characters of what came


class Seen(Protocol):
    """A dead letter as it is kept."""

    @property
    def id(self) -> int: ...  # noqa: D102 - the fields of store.letters.Letter
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def why(self) -> str: ...  # noqa: D102
    @property
    def todo(self) -> str: ...  # noqa: D102
    @property
    def body(self) -> bytes: ...  # noqa: D102


def table(found: Sequence[Seen], total: int, width: int) -> str:
    """Return the list, no line longer than `width` columns."""
    pen = Pen(RenderOptions(width=width))
    pen.line("No dead letter." if not total else f"{plural(total, 'dead letter')}, the newest first.", style="bold")
    for one in found:
        pen.line(f"{one.id}  {one.at:%Y-%m-%d %H:%M:%S} UTC  {legible(one.source)}")
        pen.line(legible(one.why), indent=2)
    if len(found) < total:
        pen.line(f"And {total - len(found):,} older ones: --most")
    return pen.text()


def whole(one: Seen, width: int) -> str:
    """Return a letter with what came, as text."""
    pen = Pen(RenderOptions(width=width))
    pen.heading(f"Dead letter {one.id}", f"{one.at:%Y-%m-%d %H:%M:%S} UTC")
    pen.line(f"From: {legible(one.source)}")
    pen.line(f"Why: {legible(one.why)}")
    pen.line(f"Next: {legible(one.todo)}")
    pen.line()
    text = one.body[: _SHOWN * 4].decode("utf-8", "backslashreplace")
    pen.line(legible(text[:_SHOWN]) or "What came is not kept here: look where it came from.")
    if len(text) > _SHOWN:
        pen.line(f"(only the first {_SHOWN:,} characters)")
    return pen.text()


def as_json(found: Sequence[Seen], total: int) -> str:
    """Return the list as versioned JSON, bodies as text."""
    rows: list[dict[str, Any]] = [
        {"id": one.id, "at": one.at, "source": one.source, "why": one.why, "todo": one.todo}
        for one in found
    ]  # fmt: skip
    text = msgspec.json.encode({"schema_version": LETTERS_SCHEMA, "total": total, "letters": rows})
    return msgspec.json.format(text, indent=2).decode() + "\n"
