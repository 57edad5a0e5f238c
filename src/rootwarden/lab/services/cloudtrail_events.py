"""CloudTrail LookupEvents: the event history of one account and Region, newest first, 90 days back.

Source: CloudTrail API reference, LookupEvents.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import ActionResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import iso, now
from rootwarden.lab.state import Record, account_state

_DAYS, _PAGE = 90, 50
_Test = Callable[[Record], bool]


class EventHistory(CloudTrailResponse):
    """moto has no event history."""

    def lookup_events(self) -> ActionResult:
        """Return a page of management events; data events never appear here."""
        records = account_state(self.current_account).records
        test, most = self._wanted(), self._page_size()
        found: list[Record] = []
        position = self._position(len(records))
        while position > 0 and len(found) < most:
            position -= 1
            if test(records[position]):
                found.append(records[position])
        answer: dict[str, Any] = {"Events": [_event(record) for record in found]}
        if any(test(record) for record in records[:position]):
            answer["NextToken"] = b64encode(str(position).encode()).decode()
        return ActionResult(answer)

    def _wanted(self) -> _Test:
        """Combine Region, category, time range and the one attribute that may be given."""
        attributes = self._get_param("LookupAttributes") or []
        if len(attributes) > 1:
            raise AwsError("InvalidLookupAttributesException", "You can only provide one LookupAttribute.")
        start, end = _instant(self._get_param("StartTime")), _instant(self._get_param("EndTime"))
        if start and end and start > end:
            raise AwsError("InvalidTimeRangeException", "The start time must be before the end time.")
        if self._get_param("EventCategory"):  # insight events, which the lab has none of
            return lambda record: False
        first = iso(max(start or datetime.min.replace(tzinfo=UTC), now() - timedelta(days=_DAYS)))
        last = iso(end or now())
        pairs = [(str(one["AttributeKey"]), str(one["AttributeValue"])) for one in attributes]
        if any(key not in _ATTRIBUTES for key, _ in pairs):
            raise AwsError("InvalidLookupAttributesException", "The lookup attribute is not valid.")
        region = self.region

        def test(record: Record) -> bool:
            return (
                record.get("eventCategory", "Management") == "Management"
                and record.get("awsRegion", region) == region
                and first <= str(record["eventTime"]) <= last
                and all(value in _ATTRIBUTES[key](record) for key, value in pairs)
            )

        return test

    def _page_size(self) -> int:
        most = int(self._get_param("MaxResults") or _PAGE)
        if not 1 <= most <= _PAGE:
            raise AwsError("InvalidMaxResultsException", "MaxResults must be between 1 and 50.")
        return most

    def _position(self, count: int) -> int:
        """Return where the page before ended; records are only ever added at the end, so a position stays valid."""
        token = self._get_param("NextToken")
        if not token:
            return count
        try:
            return min(int(b64decode(token, validate=True)), count)
        except ValueError as error:
            raise AwsError("InvalidNextTokenException", "Invalid nextToken.") from error


def _instant(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromtimestamp(float(value), UTC)


def _user_name(record: Record) -> str:
    identity = record.get("userIdentity", {})
    if identity.get("type") == "Root":
        return "root"
    return str(identity.get("userName") or identity.get("arn", "").rpartition("/")[2])


def _resources(record: Record) -> list[dict[str, str]]:
    """Name what the call was about, as far as its parameters tell by ARN or name."""
    listed = [
        {"ResourceType": str(one.get("type", "")), "ResourceName": str(one.get("ARN", ""))}
        for one in record.get("resources") or []
    ]
    parameters = record.get("requestParameters") or {}
    named = {"userName": "AWS::IAM::User", "roleName": "AWS::IAM::Role", "bucketName": "AWS::S3::Bucket"}
    named |= {"bucket": "AWS::S3::Bucket", "roleArn": "AWS::IAM::Role", "policyArn": "AWS::IAM::Policy"}
    found = [(kind, parameters[key]) for key, kind in named.items() if isinstance(parameters.get(key), str)]
    return listed + [{"ResourceType": kind, "ResourceName": name} for kind, name in found]


def _event(record: Record) -> dict[str, Any]:
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record.get("readOnly", False)).lower(),
        "AccessKeyId": record.get("userIdentity", {}).get("accessKeyId"),
        "EventTime": datetime.fromisoformat(str(record["eventTime"]).replace("Z", "+00:00")),
        "EventSource": record["eventSource"],
        "Username": _user_name(record),
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(record),
    }


_ATTRIBUTES: dict[str, Callable[[Record], tuple[str, ...]]] = {
    "EventId": lambda record: (record["eventID"],),
    "EventName": lambda record: (record["eventName"],),
    "EventSource": lambda record: (record["eventSource"],),
    "ReadOnly": lambda record: (str(record.get("readOnly", False)).lower(),),
    "AccessKeyId": lambda record: (record.get("userIdentity", {}).get("accessKeyId", ""),),
    "Username": lambda record: (_user_name(record),),
    "ResourceName": lambda record: tuple(one["ResourceName"] for one in _resources(record)),
    "ResourceType": lambda record: tuple(one["ResourceType"] for one in _resources(record)),
}
