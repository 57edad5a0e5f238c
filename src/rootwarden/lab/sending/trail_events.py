"""Turns a CloudTrail record into the event that EventBridge gets of it.

Source: Amazon EventBridge Events Reference, "AWS service events delivered via CloudTrail"; the spelling of the detail
types follows events that people have published.
"""

from __future__ import annotations

from moto.moto_api._internal import mock_random

from rootwarden.lab.clock import iso, now
from rootwarden.lab.sending.target_input import Event
from rootwarden.lab.state import Record

MOST_BYTES = 256 * 1024  # CloudTrail sends nothing larger to EventBridge or CloudWatch Logs
_DETAIL_TYPES = {
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
    "AwsCloudTrailInsight": "AWS Insight via CloudTrail",
}


def event_of(record: Record, account: str, region: str) -> Event | None:
    """Return the event for a record of an account, None for a type of record that EventBridge does not get."""
    detail_type = _DETAIL_TYPES.get(str(record.get("eventType", "AwsApiCall")))
    if detail_type is None:
        return None
    return {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": detail_type,
        "source": "aws." + str(record.get("eventSource", "cloudtrail")).partition(".")[0],
        "account": account,
        "time": record.get("eventTime") or iso(now()),
        "region": region,
        "resources": [],
        "detail": record,
    }
