"""What reading a CloudTrail file gives: records, digests, and flaws where something could not be read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
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


class Announced(Struct, frozen=True):
    """A notice that says where records or a digest lie: an object in a bucket, still to be read."""

    where: str
    bucket: str
    key: str

    @property
    def flaw(self) -> Flaw:
        """What it is to whoever cannot read the object."""
        return Flaw(
            self.where, f"it holds no record but announces s3://{self.bucket}/{self.key}", "read that object itself"
        )


class Spending(Struct, frozen=True):
    """A message of AWS that spending is out of line: how much above the usual or the budget, and who says so.

    `account` is the one that spent, as far as the message tells. The figures are hours old when they come (AWS Cost
    Management User Guide: budgets are updated up to three times a day, anomalies found about that often).
    """

    account: str
    when: datetime
    amount: Decimal
    currency: str
    source: str
    where: str


class AlarmRang(Struct, frozen=True):
    """A CloudWatch alarm of an account and Region changed its state (ALARM, OK, INSUFFICIENT_DATA), and why."""

    name: str
    account: str
    region: str
    state: str
    reason: str
    when: datetime
    where: str


Item = Found | Digest | Announced | Spending | AlarmRang | Flaw
