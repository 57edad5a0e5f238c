"""Knows the shapes in which CloudTrail records travel, and takes the records out: no file name is asked.

Sources: CloudTrail user guide (log files, digest files, SNS notifications), the API references of LookupEvents,
FilterLogEvents and ReceiveMessage, the user guides of EventBridge, CloudWatch Logs (subscriptions), SNS and S3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from rootwarden.model.account_line import NOT_LEGIBLE
from rootwarden.model.sight import parse_time
from rootwarden.trail.bus_events import is_bus_event, made_up, of_its_account
from rootwarden.trail.items import Announced, Digest, Flaw, Found, Item, Spending
from rootwarden.trail.ringing import alarm_message, is_alarm
from rootwarden.trail.spending import (
    anomaly_messages,
    budget_message,
    confirmation,
    is_anomaly,
    is_budget_message,
    sent_at,
)

# Fields of every record. Two make a record; one is enough for an object that is nothing else.
MARKS = ("eventVersion", "eventTime", "eventSource", "eventID", "eventName", "userIdentity", "eventType")
# Lists of something, and what to call an element.
LISTS = {
    "Records": "record",  # log files; S3, SNS and SQS as Lambda receives them
    "Events": "event",  # LookupEvents
    "events": "message",  # FilterLogEvents, GetLogEvents
    "logEvents": "message",  # a CloudWatch Logs subscription
    "Messages": "message",  # ReceiveMessage
}
# Events of EventBridge about sign-ins that are in no trail (EventBridge reference, "AWS Sign-In events").
UNRECORDED = ("Sign-in Anomaly Alert",)
ELEMENT = "record"  # of a bare list
# Fields that hold one object, or its JSON as text.
WRAPPERS = ("detail", "CloudTrailEvent", "message", "Message", "Body", "body", "Sns")
ENVELOPES = (*LISTS, *WRAPPERS)
DEEPEST = 8  # envelopes within envelopes; EventBridge through SNS into SQS, received by Lambda, makes four

_HEALTH_CHECK = "CWL CONTROL MESSAGE"
_REGION_OF_DIGEST = re.compile(r"(?:^|/)CloudTrail-Digest/([a-z0-9-]+)/")
_REGION_OF_LOG = re.compile(r"(?:^|/)CloudTrail/([a-z0-9-]+)/")
_NOT_OURS = "leave it out, or check that this is a CloudTrail file"


def is_familiar(value: Any) -> bool:
    """Return whether a decoded value looks like a record or like one of the envelopes."""
    return isinstance(value, dict) and any(key in value for key in (*MARKS, *ENVELOPES, "digestEndTime"))


def unwrap(
    value: Any, where: str, *, sure: bool = False, depth: int = 0, sent: datetime | None = None
) -> Iterator[Item]:
    """Take the records, digests, notices and flaws out of a decoded value, in order.

    `sure` says that an object is a record whatever it looks like, because it stood where only records stand. `sent` is
    when the envelope around it was sent, if it says so.
    """
    if depth > DEEPEST:
        yield Flaw(where, f"it is wrapped more than {DEEPEST} times", "take the record out of its envelopes")
    elif isinstance(value, dict):
        yield from _object(value, where, sure, depth, sent)
    elif isinstance(value, list):
        yield from _list(value, ELEMENT, where, depth, sent)
    elif isinstance(value, str) and is_budget_message(value):
        yield budget_message(value, sent, where)
    else:
        yield Flaw(where, "it is no object, so it cannot be a record", _NOT_OURS)


def _object(value: dict[str, Any], where: str, sure: bool, depth: int, sent: datetime | None) -> Iterator[Item]:
    if not is_bus_event(value):
        yield from _plain(value, where, sure, depth, sent)
    elif (answer := made_up(value, where)) is not None:
        held = list(_plain(value, where, sure, depth, sent)) if isinstance(answer, Flaw) else []
        # A program of yours may forward what AWS says of spending: that can hide nothing, it only adds.
        yield from held if held and all(isinstance(one, Spending) for one in held) else [answer]
    else:
        yield from (of_its_account(item, value) for item in _plain(value, where, sure, depth, sent))


def _plain(value: dict[str, Any], where: str, sure: bool, depth: int, sent: datetime | None) -> Iterator[Item]:
    marks = sum(mark in value for mark in MARKS)
    source = value.get("eventSource")
    streamed = "s3" in value or (isinstance(source, str) and source.startswith("aws:"))  # CloudTrail's: *.amazonaws.com
    if marks >= 2 and not streamed:
        yield Found(value, where)
        yield from _carried(value, where, depth)
    elif (known := _no_envelope(value, where, sent)) is not None:
        yield known
    elif envelopes := [key for key in ENVELOPES if key in value]:
        sent = sent_at(value) or sent
        for key in envelopes:
            yield from _envelope(value, key, where, depth, sent)
    elif is_anomaly(value):
        yield from anomaly_messages(value, sent, where)
    elif "digestEndTime" in value:
        yield _digest(value, where)
    elif (objects := _named_objects(value)) is not None:
        for bucket, key in objects:
            yield Announced(where, bucket, key)
        if not objects:
            why = "it holds no record but announces an S3 object without saying which"
            yield Flaw(where, why, "read that object itself")
    elif (marks or sure) and not streamed:
        yield Found(value, where)
    else:
        fields = ", ".join(sorted(value)[:5]) or "none"
        yield Flaw(
            where, f"it is neither a record nor an envelope that is known (its fields: {fields!r:.200})", _NOT_OURS
        )


def _no_envelope(value: dict[str, Any], where: str, sent: datetime | None) -> Item | None:
    """Return what an object is that looks like an envelope and is itself the message; None if it is none of these."""
    if value.get("detail-type") in UNRECORDED:
        return Found(value, where)  # an event of AWS that is no record: who it is about, the classifier must say
    if is_alarm(value):
        return alarm_message(value, where, sent_at(value) or sent)
    return confirmation(value, where)


def _carried(value: dict[str, Any], where: str, depth: int) -> Iterator[Item]:
    """Take out the records that an object carries which looks like a record itself: so do some who forward records."""
    for key in ENVELOPES:
        if isinstance(value.get(key), dict | list | str):
            yield from (item for item in _envelope(value, key, where, depth, None) if _is_whole(item))


def _is_whole(item: Item) -> bool:
    """Return whether an item is a record beyond doubt."""
    return isinstance(item, Found) and sum(mark in item.record for mark in MARKS) >= 3


def _envelope(value: dict[str, Any], key: str, where: str, depth: int, sent: datetime | None) -> Iterator[Item]:
    """Take out what one field of an envelope holds: a list, one object, or the text of one."""
    inside = value[key]
    if key in LISTS and isinstance(inside, list):
        if value.get("messageType") == "CONTROL_MESSAGE":
            inside = [one for one in inside if not _is_health_check(one)]
        yield from _list(inside, LISTS[key], where, depth, sent, sure=key == "Records")
    elif key in LISTS:
        yield Flaw(where, f"its {key} are no list", "check who wrote the file; AWS writes a list here")
    else:
        sure = key == "CloudTrailEvent" or _via_cloudtrail(value)
        yield from _inside(inside, where, sure, depth, sent)


def _via_cloudtrail(value: dict[str, Any]) -> bool:
    """Return whether EventBridge says that an event holds a record."""
    return str(value.get("detail-type")).endswith("via CloudTrail")


def _list(
    elements: list[Any], noun: str, where: str, depth: int, sent: datetime | None, *, sure: bool = False
) -> Iterator[Item]:
    for number, element in enumerate(elements, 1):
        if isinstance(element, dict):
            yield from unwrap(element, f"{where}, {noun} {number}", sure=sure, depth=depth + 1, sent=sent)
        else:
            why = "it is no object, so it cannot be a record"
            yield Flaw(f"{where}, {noun} {number}", why, "check who wrote the file; AWS writes objects here")


def _inside(value: Any, where: str, sure: bool, depth: int, sent: datetime | None) -> Iterator[Item]:
    """Open one envelope: what it holds is an object, the text of one, or a message of AWS Budgets."""
    if isinstance(value, str) and not is_budget_message(value):
        try:
            value = msgspec.json.decode(value.encode())
        except (*NOT_LEGIBLE, UnicodeEncodeError) as error:
            yield Flaw(where, f"the text in this message is no JSON, or was cut short ({error})", _NOT_OURS)
            return
    if value == []:
        yield Flaw(where, "the list in this message is empty", _NOT_OURS)
        return
    yield from unwrap(value, where, sure=sure, depth=depth + 1, sent=sent)


def _is_health_check(element: Any) -> bool:
    """Return whether CloudWatch Logs only asks whether its subscription works: such a message holds no record."""
    return isinstance(element, dict) and str(element.get("message")).startswith(_HEALTH_CHECK)


def _named_objects(value: dict[str, Any]) -> list[tuple[str, str]] | None:
    """Return (bucket, key) of what a notice of S3, of EventBridge or of CloudTrail names instead of holding records.

    None: it is no such notice.
    """
    match value:
        case {"s3": {"bucket": {"name": str(bucket)}, "object": {"key": str(key)}}}:
            return [(bucket, unquote_plus(key))]  # S3 user guide: keys are URL-encoded here, and only here
        case {"bucket": {"name": str(bucket)}, "object": {"key": str(key)}}:
            return [(bucket, key)]
        case {"s3Bucket": str(bucket), "s3ObjectKey": list(keys)}:
            return [(bucket, str(key)) for key in keys]
        case {"s3": _}:
            return []
        case _:
            return None


def _digest(value: dict[str, Any], where: str) -> Digest | Flaw:
    """Read a digest file (CloudTrail user guide, "CloudTrail digest file structure").

    The Region stands only in object keys: in the digest's own, or in those of the log files it names.
    """
    account = value.get("awsAccountId")
    start, end = (parse_time(str(value.get(key))) for key in ("digestStartTime", "digestEndTime"))
    region = _region(value)
    if isinstance(account, str) and account and region and start and end and start <= end:
        return Digest(account, region, start, end, where)
    why = "it is a CloudTrail digest without a readable account, Region, start and end"
    return Flaw(where, why, "get the digest again from its bucket; a changed one proves nothing")


def _region(value: dict[str, Any]) -> str:
    if found := _REGION_OF_DIGEST.search(str(value.get("digestS3Object"))):
        return found[1]
    files = value.get("logFiles")
    for file in files if isinstance(files, list) else []:
        if isinstance(file, dict) and (found := _REGION_OF_LOG.search(str(file.get("s3Object")))):
            return found[1]
    return ""
