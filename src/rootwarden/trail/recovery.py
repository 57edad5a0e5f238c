"""Decodes JSON, and where it is damaged or cut short takes out every record that is still whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.account_line import NOT_LEGIBLE
from rootwarden.trail.items import Flaw
from rootwarden.trail.shapes import ELEMENT, LISTS, is_familiar
from rootwarden.trail.spending import budget_text
from rootwarden.trail.stretches import Stretch

# A string to its end or to the end of the text, or a bracket. Possessive, so that no text makes it slow.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)
_OPENS_LIST = re.compile(rb"\s*:\s*\[")
_BETWEEN = (b"", b",")
_OPEN, _CLOSE = (b"{", b"["), (b"}", b"]")
_TODO = "get the file again from where it was copied; if it is damaged there too, ask who wrote it"


class Legible(Struct, frozen=True):
    """A decoded JSON value, where it stands, and whether it is a record for sure because it stood among records."""

    value: Any
    where: str
    sure: bool = False


def legible(stretch: Stretch, name: str, where: str) -> Iterator[Legible | Flaw]:
    """Decode a stretch. One that is no JSON is taken apart: every whole value in it, then the flaw.

    Of a key that occurs twice in an object the last counts. A message of AWS Budgets is text by nature, and whole.
    """
    try:
        value = msgspec.json.decode(stretch.data)
    except NOT_LEGIBLE as error:
        if (text := budget_text(stretch.data)) is not None:
            if text:
                yield Legible(text, where)
        elif lines := _json_lines(stretch):
            for line in lines:
                yield from legible(line, name, f"{name}, line {line.line}")
        else:
            yield from _pieces(stretch.data, where, error)
    else:
        yield Legible(value, where)


def _json_lines(stretch: Stretch) -> list[Stretch]:
    """Return the lines of a stretch if they are JSON lines with a broken one among them, nothing otherwise."""
    if b"\n" not in stretch.data:
        return []
    lines = [Stretch(number, data) for number, data in enumerate(stretch.data.split(b"\n"), stretch.line) if data]
    return lines if any(line.data.startswith(b'{"') and _stands_alone(line.data) for line in lines) else []


def _stands_alone(line: bytes) -> bool:
    try:
        return is_familiar(msgspec.json.decode(line))
    except NOT_LEGIBLE:
        return False


def _pieces(data: bytes, where: str, error: Exception) -> Iterator[Legible | Flaw]:
    """Take values out that stand one behind the other without line ends between, or with something else between."""
    spans = list(_spans(data))
    behind, stray = 0, b""
    for number, (start, end) in enumerate(spans, 1):
        stray = stray or data[behind:start].strip()
        behind = end
        spot = where if len(spans) == 1 else f"{where}, object {number}"
        try:
            yield Legible(msgspec.json.decode(data[start:end]), spot)
        except NOT_LEGIBLE as inner:
            yield from _elements(data[start:end], spot, inner)
    stray = stray or data[behind:].strip()
    if not spans:
        yield Flaw(where, f"it is no JSON ({error})", "check that this is a CloudTrail file")
    elif stray:
        why = f"beside JSON objects it holds something else, first {stray[:20].decode('utf-8', 'replace')!r}"
        yield Flaw(
            where, why, "check what wrote the file: one object a line, and nothing between, is read without doubt"
        )


def _elements(data: bytes, where: str, error: Exception) -> Iterator[Legible | Flaw]:
    """Take the whole elements out of the first list of records in a damaged document, then say what is wrong."""
    position, key = _list_of_records(data)
    read, behind, sure = 0, position, key == "Records"
    if position:
        for number, (start, end) in enumerate(_spans(data, position), 1):
            sure = sure and data[behind:start].strip() in _BETWEEN  # else it may be a part of a damaged record
            behind = end
            spot = f"{where}, {LISTS.get(key, ELEMENT)} {number}"
            try:
                yield Legible(msgspec.json.decode(data[start:end]), spot, sure=sure)
                read += 1
            except NOT_LEGIBLE as inner:
                sure = False
                yield Flaw(spot, f"it is damaged or cut short ({inner})", _TODO)
    got = f"; whole elements read from its list: {read}" if position else ""
    yield Flaw(where, f"its JSON is damaged or cut short ({error}){got}", _TODO)


def _list_of_records(data: bytes) -> tuple[int, str]:
    """Return (position behind its opening bracket, key) of the first list that may hold records; (0, "") if none."""
    if data.startswith(b"["):
        return 1, ""
    depth = 0
    for token in _TOKEN.finditer(data):
        text = token[0]
        if text in _OPEN:
            depth += 1
        elif text in _CLOSE:
            depth -= 1
        elif depth == 1:
            key = text[1:-1].decode("utf-8", "replace")
            if key in LISTS and (opening := _OPENS_LIST.match(data, token.end())):
                return opening.end(), key
    return 0, ""


def _spans(data: bytes, position: int = 0) -> Iterator[tuple[int, int]]:
    """Give (start, end) of each object or list from a position on, the last one to the end if it is not closed.

    From within a list (a position above 0) only what stands in this list.
    """
    depth = start = 0
    for token in _TOKEN.finditer(data, position):
        if token[0] in _OPEN:
            if not depth:
                start = token.start()
            depth += 1
        elif token[0] in _CLOSE:
            depth -= 1
            if depth == 0:
                yield start, token.end()
            elif depth < 0:
                if position and token[0] == b"]":
                    return
                depth = 0
    if depth:
        yield start, len(data)
