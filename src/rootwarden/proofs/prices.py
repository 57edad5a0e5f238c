"""What AWS charges for what a change leaves behind, in USD, each price with AWS's page and the day it stood there.

Prices are those of US East (N. Virginia), where AWS is cheapest or as cheap as elsewhere; the higher estimate allows
for the dearest Region. The free tier is not counted. What depends on how many events an account makes takes the
account's own count where it is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from rootwarden.model.cost import Cost, CostClass, oldest
from rootwarden.proofs.event_rate import Events

# When the table was made.
READ_ON = date(2026, 11, 26)
# The dearest Region costs this much more than US East; so much is the higher estimate above the price there. It is São
# Paulo: S3 storage 0.0405 USD instead of 0.023, S3 writes 0.007 instead of 0.005 (price list of AmazonS3, sa-east-1,
# published 2026-09-26).
DEARER = Decimal("1.8")
# What KMS and CloudTrail charge is the same everywhere.
_SAME = Decimal(1)


class Price(Struct, frozen=True):
    """USD for one `per`, AWS's page for it, and the day on which it stood there."""

    usd: Decimal
    per: str
    page: str
    read_on: date = READ_ON


_S3 = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/us-east-1/index.json"
KMS_KEY = Price(Decimal("1.00"), "key a month", "https://aws.amazon.com/kms/pricing/")
KMS_REQUESTS = Price(Decimal("0.03"), "10,000 requests", "https://aws.amazon.com/kms/pricing/")
# AWS's own price list, which the page shows; it was read on these days.
S3_STORAGE = Price(Decimal("0.023"), "GB a month", _S3, date(2026, 7, 1))
S3_WRITES = Price(Decimal("0.005"), "1,000 objects", _S3, date(2025, 10, 28))
LOGS_INGESTION = Price(Decimal("0.50"), "GB", "https://aws.amazon.com/cloudwatch/pricing/")
LOGS_STORAGE = Price(Decimal("0.03"), "GB a month", "https://aws.amazon.com/cloudwatch/pricing/")
SECOND_COPY = Price(Decimal("2.00"), "100,000 management events", "https://aws.amazon.com/cloudtrail/pricing/")

PRICES = (KMS_KEY, KMS_REQUESTS, S3_STORAGE, S3_WRITES, LOGS_INGESTION, LOGS_STORAGE, SECOND_COPY)

# Of a record, about 1.5 kB are written; compressed, it takes a tenth. A file holds a handful of them.
_GB_OF_RECORDS = Decimal("0.0000015")
_GB_OF_FILES = Decimal("0.00000015")
_EVENTS_IN_A_FILE = Decimal(5)


def key_cost(events: Events) -> Cost:
    """Return what a KMS key for a trail costs: the key, and one request for each file, up to two versions a year."""
    low, high = (of / _EVENTS_IN_A_FILE / 10_000 * KMS_REQUESTS.usd for of in (events.low, events.high))
    return _cost(
        KMS_KEY.usd + low, 3 * KMS_KEY.usd + high,
        f"the key {KMS_KEY.usd} USD a month, {KMS_REQUESTS.usd} for 10,000 files written ({events.how}); the first two "
        f"yearly rotations add {KMS_KEY.usd} each",
        KMS_KEY, KMS_REQUESTS, dearer=_SAME,
    )  # fmt: skip


def files_cost(events: Events, months: int) -> Cost:
    """Return what the log files of these events cost in S3 once they are kept for so many months."""
    low, high = (_files(of, months) for of in (events.low, events.high))
    why = f"S3 for the log files of {events.how}, kept for {months} months"
    return _cost(low, high, why, S3_WRITES, S3_STORAGE)


def access_log_cost(events: Events) -> Cost:
    """Return what server access logs of a trail bucket cost: one small record for each file written or read."""
    low, high = (_files(of / 10, 12) for of in (events.low, events.high))
    why = f"S3 for one record for each log file written or read, kept for a year ({events.how})"
    return _cost(low, high, why, S3_WRITES, S3_STORAGE)


def log_group_cost(events: Events) -> Cost:
    """Return what sending these events to CloudWatch Logs costs."""
    a_gb = LOGS_INGESTION.usd + 12 * LOGS_STORAGE.usd
    why = f"CloudWatch Logs takes {LOGS_INGESTION.usd} USD for each GB of events ({events.how})"
    low, high = (of * _GB_OF_RECORDS * a_gb for of in (events.low, events.high))
    return _cost(low, high, why, LOGS_INGESTION, LOGS_STORAGE)


def second_copy_cost(events: Events) -> Cost:
    """Return what a second copy of these management events costs; the first is free."""
    low, high = (of / 100_000 * SECOND_COPY.usd for of in (events.low, events.high))
    why = (
        f"a second copy of management events costs {SECOND_COPY.usd} USD for 100,000; another trail has the first "
        f"({events.how})"
    )
    return _cost(low, high, why, SECOND_COPY, dearer=_SAME)


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
        priced=oldest(costs),
    )


def _files(events: Decimal, months: int) -> Decimal:
    written = events / _EVENTS_IN_A_FILE / 1000 * S3_WRITES.usd
    return written + events * _GB_OF_FILES * months * S3_STORAGE.usd


def _cost(low: Decimal, high: Decimal, why: str, *by: Price, dearer: Decimal = DEARER) -> Cost:
    """Return a cost by use; it is as fresh as the oldest price that it rests on."""
    cent = Decimal("0.01")
    return Cost(
        kind=CostClass.BY_USE, low=low.quantize(cent), high=(high * dearer).quantize(cent), why=why,
        priced=min(one.read_on for one in by).isoformat(),
    )  # fmt: skip
