"""Asks the generated patterns about records, by an evaluator that is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from moto.events.models import EventPattern as Evaluator

from rootwarden.catalogue.event_pattern import event_patterns


@cache
def _evaluators() -> tuple[Evaluator, ...]:
    return tuple(Evaluator.load(one.text) for one in event_patterns())


def as_event(record: Mapping[str, Any], source: str = "") -> dict[str, Any]:
    """Return a record as EventBridge carries it; `source` is that of its service unless given."""
    service = str(record.get("eventSource", "cloudtrail.amazonaws.com")).partition(".")[0]
    sign_in = record.get("eventType") == "AwsConsoleSignIn"
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "AWS Console Sign In via CloudTrail" if sign_in else "AWS API Call via CloudTrail",
        "source": source or f"aws.{service}",
        "account": str(record.get("recipientAccountId", "111122223333")),
        "time": str(record.get("eventTime", "2026-03-02T08:00:00Z")),
        "region": str(record.get("awsRegion", "us-east-1")),
        "resources": [],
        "detail": dict(record),
    }


def forwarded(record: Mapping[str, Any], source: str = "") -> bool:
    """Return whether one of the patterns lets a record through."""
    event: Any = as_event(record, source)
    return any(one.matches_event(event) for one in _evaluators())
