"""What reading a CloudTrail file gives: records, digests, and flaws where something could not be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct


class Found(Struct, frozen=True):
    """One CloudTrail record as it was written, and where it was read: `trail.json.gz, record 17`."""

    record: dict[str, Any]
    where: str


class Digest(Struct, frozen=True):
    """A CloudTrail digest file: AWS's word that the trail lived from `start` to `end`, also where nothing happened."""

    account: str
    region: str
    start: datetime
    end: datetime
    where: str


class Flaw(Struct, frozen=True):
    """Something that could not be read: where it stands, why not, and what to do. Reading goes on behind it."""

    where: str
    why: str
    todo: str


Item = Found | Digest | Flaw
