"""Which trails write a record down: the trail must log, reach the Region, and its selectors must take the record.

Sources: CloudTrail User Guide, "Logging management events", "Logging data events", "Filtering data events by using
advanced event selectors". Written apart from the product's own reading of selectors, so that both must be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudtrail.models import Trail, cloudtrail_backends

from rootwarden.lab.membership import organization_of
from rootwarden.lab.policy_check import as_list
from rootwarden.lab.state import Record

_GLOBAL_SOURCES = frozenset({"iam.amazonaws.com", "cloudfront.amazonaws.com"})
_SUBJECTS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "s3.amazonaws.com": ("AWS::S3::Object", lambda asked: f"arn:aws:s3:::{asked.get('bucket')}/{asked.get('key', '')}"),
    "lambda.amazonaws.com": ("AWS::Lambda::Function", lambda asked: str(asked.get("functionName", ""))),
    "dynamodb.amazonaws.com": ("AWS::DynamoDB::Table", lambda asked: str(asked.get("tableName", ""))),
    "sqs.amazonaws.com": ("AWS::SQS::Queue", lambda asked: str(asked.get("queueUrl", ""))),
    "sns.amazonaws.com": ("AWS::SNS::Topic", lambda asked: str(asked.get("topicArn", ""))),
}


def trails_over(account: str) -> Iterator[Trail]:
    """Return the trails that may hold records of an account: its own, and those of its organization."""
    yield from _trails_of(account)
    organization = organization_of(account)
    if organization is not None and organization.account_id != account:
        yield from (trail for trail in _trails_of(organization.account_id) if trail.is_org_trail)


def covering(account: str, record: Record) -> list[Trail]:
    """Return the trails that write this record of the account down now."""
    return [trail for trail in trails_over(account) if trail.status.is_logging and _takes(trail, record)]


def _trails_of(account: str) -> Iterator[Trail]:
    for backend in list(cloudtrail_backends[account].values()):
        yield from list(backend.trails.values())


def _takes(trail: Trail, record: Record) -> bool:
    if not trail.is_multi_region and trail.region_name != record.get("awsRegion", trail.region_name):
        return False
    if record.get("eventSource") in _GLOBAL_SOURCES and not trail.include_global_service_events:
        return False
    if trail.advanced_event_selectors:
        return any(_advanced(selector, record) for selector in trail.advanced_event_selectors)
    if trail.event_selectors:
        return any(_basic(selector, record) for selector in trail.event_selectors)
    return is_management(record)


def is_management(record: Record) -> bool:
    """Return whether the record is of a management event; older records do not say and are."""
    return record.get("eventCategory", "Management") == "Management" and record.get("managementEvent") is not False


def _basic(selector: dict[str, Any], record: Record) -> bool:
    wanted = selector.get("ReadWriteType", "All")
    if wanted != "All" and (wanted == "ReadOnly") != bool(record.get("readOnly")):
        return False
    if is_management(record):
        excluded = selector.get("ExcludeManagementEventSources") or []
        return selector.get("IncludeManagementEvents", True) is not False and record.get("eventSource") not in excluded
    kind, arn = _subject(record)
    named = [one for one in selector.get("DataResources") or [] if one.get("Type") == kind]
    return any(_begins(arn, value) for one in named for value in one.get("Values") or [])


def _begins(arn: str, value: str) -> bool:
    """Return whether a value of DataResources names the resource: all of a kind ("arn:aws:s3") or by its beginning."""
    return value.count(":") <= 2 or arn.startswith(value)


def _subject(record: Record) -> tuple[str, str]:
    """Return type and ARN of what a data event is about, as far as the lab's records tell."""
    for one in record.get("resources") or []:
        if one.get("ARN"):
            return str(one.get("type", "")), str(one["ARN"])
    kind, name = _SUBJECTS.get(str(record.get("eventSource")), ("", lambda _: ""))
    asked = record.get("requestParameters")
    return kind, name(asked if isinstance(asked, dict) else {})


def _arn(identity: Any) -> str:
    return str(identity.get("arn", "")) if isinstance(identity, dict) else ""


def _advanced(selector: dict[str, Any], record: Record) -> bool:
    return all(_field(one, record) for one in selector.get("FieldSelectors") or [])


def _field(one: dict[str, Any], record: Record) -> bool:
    read = _FIELDS.get(str(one.get("Field")))
    if read is None:
        return False
    value = read(record)
    tests = [(name, as_list(one[name])) for name in _OPERATORS if one.get(name)]
    return all(_OPERATORS[name](value, wanted) for name, wanted in tests)


_FIELDS: dict[str, Callable[[Record], str]] = {
    "eventCategory": lambda record: "Management" if is_management(record) else str(record.get("eventCategory")),
    "readOnly": lambda record: str(bool(record.get("readOnly"))).lower(),
    "eventName": lambda record: str(record.get("eventName")),
    "eventSource": lambda record: str(record.get("eventSource")),
    "eventType": lambda record: str(record.get("eventType")),
    "resources.type": lambda record: _subject(record)[0],
    "resources.ARN": lambda record: _subject(record)[1],
    "userIdentity.arn": lambda record: _arn(record.get("userIdentity")),
}
_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "Equals": lambda value, wanted: value in wanted,
    "NotEquals": lambda value, wanted: value not in wanted,
    "StartsWith": lambda value, wanted: value.startswith(tuple(wanted)),
    "NotStartsWith": lambda value, wanted: not value.startswith(tuple(wanted)),
    "EndsWith": lambda value, wanted: value.endswith(tuple(wanted)),
    "NotEndsWith": lambda value, wanted: not value.endswith(tuple(wanted)),
}
