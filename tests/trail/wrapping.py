"""CloudTrail records as hypothesis makes them, and the envelopes and packings in which they travel."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Records = list[dict[str, Any]]
Wrapped = tuple[Any, Records]  # an envelope, and the records in it in order

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
_VALUES = st.recursive(
    _SCALARS | _TEXT | st.sampled_from(["}", '{"Records":[', '"', "\\", "a\nb", '{"eventName":"x"},', "["]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(_TEXT, inside, max_size=3),
    max_leaves=6,
)
records = st.fixed_dictionaries(
    {"eventVersion": st.just("1.08"), "eventID": st.uuids().map(str), "requestParameters": _VALUES},
    optional={"userIdentity": _VALUES, "eventName": _TEXT, "message": _VALUES, "detail": _VALUES},
)


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


# Envelopes of one thing.
ONE: list[Callable[[Any], Any]] = [
    lambda inside: {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": inside},
    lambda inside: {"detail-type": "AWS Console Sign In via CloudTrail", "source": "aws.signin", "detail": inside},
    lambda inside: {"Type": "Notification", "MessageId": "m", "Message": _text(inside), "Subject": None},
    lambda inside: {"MessageId": "m", "ReceiptHandle": "h", "Body": _text(inside)},
    lambda inside: {"messageId": "m", "body": _text(inside), "eventSource": "aws:sqs", "awsRegion": "eu-west-1"},
    lambda inside: {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {"Message": _text(inside)}},
    lambda inside: {"EventId": "e", "EventName": "n", "Resources": [], "CloudTrailEvent": _text(inside)},
]
# Envelopes of many.
MANY: list[Callable[[list[Any]], Any]] = [
    lambda many: {"Records": many},
    lambda many: many,
    lambda many: {"Events": [{"EventName": "n", "CloudTrailEvent": _text(one)} for one in many], "NextToken": "t"},
    lambda many: {"events": [{"timestamp": 1, "message": _text(one)} for one in many], "searchedLogStreams": []},
    lambda many: {"messageType": "DATA_MESSAGE", "owner": "1", "logEvents": [{"message": _text(o)} for o in many]},
    lambda many: {"Messages": [{"MessageId": "m", "Body": _text(one)} for one in many]},
]


def _one(wrap: Callable[[Any], Any], inside: Wrapped) -> Wrapped:
    """Wrap one value; a bare list without elements is no message, and would rightly be told as a flaw."""
    return wrap({"Records": []} if inside[0] == [] else inside[0]), inside[1]


def _many(wrap: Callable[[list[Any]], Any], inside: list[Wrapped]) -> Wrapped:
    elements = [{"Records": value} if isinstance(value, list) else value for value, _ in inside]
    return wrap(elements), [record for _, held in inside for record in held]


def _in_an_envelope(inside: st.SearchStrategy[Wrapped]) -> st.SearchStrategy[Wrapped]:
    single = st.builds(_one, st.sampled_from(ONE), inside)
    several = st.builds(_many, st.sampled_from(MANY), st.lists(inside, max_size=3))
    return inside | single | several


_bare = records.map(lambda record: (record, [record]))
documents = _in_an_envelope(_in_an_envelope(_in_an_envelope(_bare)))


def _lines(values: list[Any]) -> str:
    return "\n".join(map(_text, values)) + "\n"


# How documents stand in a file.
LAYOUTS: list[Callable[[list[Any]], str]] = [
    _lines,
    lambda values: _lines(values).replace("\n", "\r\n\r\n"),
    lambda values: _lines(values).removesuffix("\n"),
    lambda values: "".join(map(_text, values)),
    lambda values: "\n".join(json.dumps(value, indent=2, ensure_ascii=False) for value in values),
    lambda values: "\n".join(json.dumps(value, indent=0) for value in values),
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


def in_two_members(data: bytes) -> bytes:
    """Return a gzip file of two members, cut in the middle, with zeros behind it."""
    return gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]) + bytes(7)


PACKINGS: list[Callable[[bytes], bytes]] = [
    bytes,
    gzip.compress,
    in_two_members,
    lambda data: gzip.compress(gzip.compress(data)),
]
