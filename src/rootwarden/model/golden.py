"""CloudTrail records whose right judgement is known beforehand: detections, proofs and tests are measured by them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec
from msgspec import Struct

_SUFFIX = ".jsonl"


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a record comes from: published somewhere, or constructed from a documented shape; and what is unsure."""

    status: Literal["published", "constructed"]
    where: str
    note: str


class Golden(Struct, frozen=True, forbid_unknown_fields=True):
    """One record of CloudTrail, what a person says of it, and what must be concluded from it alone.

    `row` is the shape it stands for, `kind` whom a classifier must see behind it, `fires` every single-record
    detection that must fire, `near` those it narrowly misses on purpose. `record` is shared: copy it to change it.
    """

    id: str
    says: str
    row: str
    kind: str
    source: Source
    fires: tuple[str, ...]
    near: tuple[str, ...]
    record: dict[str, Any]


@cache
def golden_records() -> tuple[Golden, ...]:
    """Return every golden record that comes with Rootwarden, sorted by id.

    Raises:
        TypeError: a line of a record file is no golden record, or an id occurs twice; names file and line.
    """
    folder = resources.files("rootwarden.model") / "records"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(_SUFFIX)), key=lambda entry: entry.name)
    return read_golden((file.name, file.read_text("utf-8")) for file in files)


def read_golden(files: Iterable[tuple[str, str]]) -> tuple[Golden, ...]:
    """Return the records of these files, each given as (name, text of one JSON object a line), sorted by id.

    Raises:
        TypeError: as `golden_records`.
    """
    found: dict[str, Golden] = {}
    ids: dict[tuple[str, str], str] = {}
    for file, text in files:
        for number, line in enumerate(text.splitlines(), start=1):
            at = f"{file} line {number}"
            golden = _decode(line, at)
            _once(ids, ("id", golden.id), at)
            if isinstance(event := golden.record.get("eventID"), str):
                _once(ids, ("eventID", event), at)
            found[golden.id] = golden
    return tuple(found[name] for name in sorted(found))


def _decode(line: str, at: str) -> Golden:
    try:
        return msgspec.json.decode(line, type=Golden)
    except msgspec.DecodeError as error:
        raise TypeError(f"{at} is no golden record: {error}") from error


def _once(ids: dict[tuple[str, str], str], name: tuple[str, str], at: str) -> None:
    if name in ids:
        raise TypeError(f"{at}: {name[0]} {name[1]} stands in {ids[name]} already")
    ids[name] = at
