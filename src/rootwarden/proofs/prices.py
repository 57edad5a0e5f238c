"""What AWS charges for what a change leaves behind, in USD, each price with AWS's page and the day it was looked up.

Prices are those of US East (N. Virginia), where AWS is cheapest or as cheap as elsewhere; other Regions take up to half
as much again, which the higher estimate allows for. The free tier is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from rootwarden.model.plan import Cost, CostClass

# When the table was made.
READ_ON = date(2026, 11, 26)
# Some Regions cost this much more; so much is the higher estimate above the price of US East.
DEARER = Decimal("1.5")


class Price(Struct, frozen=True):
    """USD for one `per`, AWS's page for it, and the day on which it was looked up; None: not compared with it yet."""

    usd: Decimal
    per: str
    page: str
    read_on: date | None = READ_ON


KMS_KEY = Price(Decimal("1.00"), "key a month", "https://aws.amazon.com/kms/pricing/")
KMS_REQUESTS = Price(Decimal("0.03"), "10,000 requests", "https://aws.amazon.com/kms/pricing/")
S3_STORAGE = Price(Decimal("0.023"), "GB a month", "https://aws.amazon.com/s3/pricing/", None)
S3_WRITES = Price(Decimal("0.005"), "1,000 objects", "https://aws.amazon.com/s3/pricing/", None)
LOGS_INGESTION = Price(Decimal("0.50"), "GB", "https://aws.amazon.com/cloudwatch/pricing/")
LOGS_STORAGE = Price(Decimal("0.03"), "GB a month", "https://aws.amazon.com/cloudwatch/pricing/")
SECOND_COPY = Price(Decimal("2.00"), "100,000 management events", "https://aws.amazon.com/cloudtrail/pricing/")

PRICES = (KMS_KEY, KMS_REQUESTS, S3_STORAGE, S3_WRITES, LOGS_INGESTION, LOGS_STORAGE, SECOND_COPY)

# How many management events an account makes in a month: a quiet one, and a busy one. How many it really are stands in
# the bill, as FreeEventsRecorded and PaidEventsRecorded (CloudTrail User Guide, "Viewing your CloudTrail cost").
EVENTS = (Decimal(20_000), Decimal(1_000_000))
# Of a record, about 1.5 kB are written; compressed, it takes a tenth. A file holds a handful of them.
_GB_OF_RECORDS = Decimal("0.0000015")
_GB_OF_FILES = Decimal("0.00000015")
_EVENTS_IN_A_FILE = Decimal(5)


def key_cost() -> Cost:
    """Return what a KMS key for a trail costs: the key, and one request for each file, up to two versions a year."""
    requests = EVENTS[1] / _EVENTS_IN_A_FILE / 10_000 * KMS_REQUESTS.usd
    return _cost(
        CostClass.BY_USE, KMS_KEY.usd, 3 * KMS_KEY.usd + requests,
        f"the key {KMS_KEY.usd} USD a month, {KMS_REQUESTS.usd} for 10,000 files written; the first two yearly "
        f"rotations add {KMS_KEY.usd} each",
    )  # fmt: skip


def files_cost(months: int) -> Cost:
    """Return what the log files of one account cost in S3 once they are kept for so many months."""
    low, high = (_files(events, months) for events in EVENTS)
    return _cost(
        CostClass.BY_USE, low, high,
        f"S3 for the log files of {EVENTS[0]:,} to {EVENTS[1]:,} events a month, kept for {months} months",
    )  # fmt: skip


def access_log_cost() -> Cost:
    """Return what server access logs of a trail bucket cost: one small record for each file written or read."""
    low, high = (_files(events / 10, 12) for events in EVENTS)
    return _cost(CostClass.BY_USE, low, high, "S3 for one record for each log file written or read, kept for a year")


def log_group_cost() -> Cost:
    """Return what sending the events of one account to CloudWatch Logs costs."""
    low, high = (events * _GB_OF_RECORDS * (LOGS_INGESTION.usd + 12 * LOGS_STORAGE.usd) for events in EVENTS)
    why = f"CloudWatch Logs takes {LOGS_INGESTION.usd} USD for each GB of events"
    return _cost(CostClass.BY_USE, low, high, why)


def second_copy_cost() -> Cost:
    """Return what a second copy of the management events of one account costs; the first is free."""
    low, high = (events / 100_000 * SECOND_COPY.usd for events in EVENTS)
    why = f"a second copy of management events costs {SECOND_COPY.usd} USD for 100,000; another trail has the first"
    return _cost(CostClass.BY_USE, low, high, why, dearer=Decimal(1))


def together(costs: Iterable[Cost]) -> Cost:
    """Return several costs as one."""
    costs = tuple(costs)
    kinds = {one.kind for one in costs}
    kind = next((one for one in (CostClass.BY_USE, CostClass.FIXED) if one in kinds), CostClass.NONE)
    return Cost(
        kind=kind,
        low=sum((one.low for one in costs), Decimal(0)),
        high=sum((one.high for one in costs), Decimal(0)),
        why="; ".join(one.why for one in costs if one.why),
    )


def _files(events: Decimal, months: int) -> Decimal:
    written = events / _EVENTS_IN_A_FILE / 1000 * S3_WRITES.usd
    return written + events * _GB_OF_FILES * months * S3_STORAGE.usd


def _cost(kind: CostClass, low: Decimal, high: Decimal, why: str, dearer: Decimal = DEARER) -> Cost:
    cent = Decimal("0.01")
    said = f"{why} (price table of {READ_ON})"
    return Cost(kind=kind, low=low.quantize(cent), high=(high * dearer).quantize(cent), why=said)
