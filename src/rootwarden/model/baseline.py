"""What was learnt of the root users of all accounts: their networks, programs, Regions, hours, last use, and callers.

Kept between runs, so that a new network is new against a year of records and not only against those of one file.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec import Struct

from rootwarden.model.detection import Note, Stateful

BASELINE_SCHEMA = "baseline/1"


class Baseline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By account the events that taught `habits`, by detection and key the newest event of each value `seen`."""

    schema_version: str = BASELINE_SCHEMA
    habits: dict[str, list[Note]]
    seen: dict[str, dict[str, list[Note]]]


def learns(one: Stateful) -> bool:
    """Return whether a detection lives by a baseline: nothing of it expires but for what `keep` lets go."""
    return one.keep is not None and one.span == timedelta()


def read_baseline(text: bytes) -> Baseline:
    """Decode a baseline.

    Raises:
        ValueError: it is none, or of another schema.
    """
    try:
        found = msgspec.json.decode(text, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if found.schema_version != BASELINE_SCHEMA:
        raise ValueError(f"schema {found.schema_version}, this program reads {BASELINE_SCHEMA}")
    return found
