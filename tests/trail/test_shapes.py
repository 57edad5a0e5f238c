"""Shapes that are no plain record: digests, notices of objects, health checks, strangers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rootwarden.trail.envelopes import Digest, Flaw, Found
from rootwarden.trail.items import Announced
from tests.trail.reading import digests, flaws, found, read

# CloudTrail user guide, "CloudTrail digest file structure", shortened.
DIGEST: dict[str, Any] = {
    "awsAccountId": "111122223333",
    "digestStartTime": "2015-08-17T14:01:31Z",
    "digestEndTime": "2015-08-17T15:01:31Z",
    "digestS3Bucket": "amzn-s3-demo-bucket",
    "digestS3Object": "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/x_y.json.gz",
    "newestEventTime": None,
    "oldestEventTime": None,
    "previousDigestSignature": None,
    "logFiles": [],
}
RECORD = {"eventVersion": "1.08", "eventID": "1", "userIdentity": {"type": "Root"}}


def _read(value: Any):
    return read(json.dumps(value).encode())


def test_a_digest() -> None:
    """A digest says for which account, Region and time the trail was alive, also where nothing happened."""
    start, end = datetime(2015, 8, 17, 14, 1, 31, tzinfo=UTC), datetime(2015, 8, 17, 15, 1, 31, tzinfo=UTC)
    assert _read(DIGEST) == [Digest("111122223333", "us-east-2", start, end, "f")]
    assert [one.where for one in digests(_read([DIGEST, RECORD, DIGEST]))] == ["f, record 1", "f, record 3"]


def test_the_region_of_a_digest_from_its_log_files() -> None:
    """Where the digest's own key says nothing, the keys of its log files do."""
    key = "prefix/AWSLogs/o-1/111122223333/CloudTrail/eu-central-1/2015/08/17/x.json.gz"
    moved = DIGEST | {"digestS3Object": "copied.json.gz", "logFiles": [7, {"s3Object": key}]}
    assert [one.region for one in digests(_read(moved))] == ["eu-central-1"]


@pytest.mark.parametrize(
    "change",
    [
        {"awsAccountId": None},
        {"digestEndTime": "soon"},
        {"digestStartTime": 7},
        {"digestStartTime": "2015-08-17T16:00:00Z"},
        {"digestS3Object": None},
        {"digestS3Object": None, "logFiles": 7},
    ],
)
def test_a_digest_that_proves_nothing(change: dict[str, Any]) -> None:
    """Without account, Region, start and end a digest is a flaw."""
    (flaw,) = _read(DIGEST | change)
    assert isinstance(flaw, Flaw)
    assert "digest" in flaw.why


S3_NOTICE = {
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "eventTime": "2026-01-01T00:00:00.000Z",
    "eventName": "ObjectCreated:Put",
    "userIdentity": {"principalId": "AWS:x"},
    "s3": {"bucket": {"name": "b"}, "object": {"key": "AWSLogs/a+b%3D.json.gz"}},
}


@pytest.mark.parametrize(
    ("notice", "objects"),
    [
        ({"Records": [S3_NOTICE]}, [("f, record 1", "AWSLogs/a b=.json.gz")]),
        ({"Body": json.dumps({"Records": [S3_NOTICE]})}, [("f, record 1", "AWSLogs/a b=.json.gz")]),
        (
            {"detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": "k+"}}},
            [("f", "k+")],
        ),
        ({"Message": json.dumps({"s3Bucket": "b", "s3ObjectKey": ["k", "l"]})}, [("f", "k"), ("f", "l")]),
    ],
)
def test_notices_of_objects(notice: dict[str, Any], objects: list[tuple[str, str]]) -> None:
    """A notice names the object in which records stand; it is never taken for a record of somebody's act."""
    items = _read(notice)
    assert items == [Announced(where, "b", key) for where, key in objects]
    for item in items:
        assert isinstance(item, Announced)
        assert f"announces s3://b/{item.key}" in item.flaw.why
        assert item.flaw.todo == "read that object itself"


def test_a_notice_that_names_no_object() -> None:
    """It is told, never taken for a record."""
    (flaw,) = _read({"Records": [{"eventSource": "aws:s3", "s3": {}}]})
    assert isinstance(flaw, Flaw)
    assert "without saying which" in flaw.why
    assert flaw.todo == "read that object itself"


def test_other_streams() -> None:
    """Messages of other streams are told, whatever fields they share with a record."""
    kinesis = {
        "eventSource": "aws:kinesis",
        "eventName": "aws:kinesis:record",
        "eventID": "1",
        "kinesis": {"data": "e30="},
    }
    assert [flaw.where for flaw in flaws(_read({"Records": [kinesis, RECORD]}))] == ["f, record 1"]


def test_a_health_check_of_cloudwatch_logs_is_nothing() -> None:
    """The message by which a subscription is tested holds no record and is no flaw; a record beside it is read."""
    check = {"message": "CWL CONTROL MESSAGE: Checking health of destination."}
    real = {"message": json.dumps(RECORD)}
    assert found(_read({"messageType": "CONTROL_MESSAGE", "logEvents": [check, real]})) == [RECORD]
    assert _read({"messageType": "CONTROL_MESSAGE", "logEvents": [check]}) == []
    assert len(flaws(_read({"messageType": "DATA_MESSAGE", "logEvents": [check, real]}))) == 1


@pytest.mark.parametrize(
    "record",
    [
        {
            "eventVersion": "1.07",
            "eventID": "1",
            "eventType": "AwsCloudTrailInsight",
            "insightDetails": {"state": "Start"},
        },
        {"eventName": "ConsoleLogin"},
        {"userIdentity": {"type": "Root"}},
        {"eventVersion": "1.08", "eventID": "1", "detail": {"a": 1}, "message": "text", "s3Bucket": "b"},
    ],
)
def test_records_of_odd_shape(record: dict[str, Any]) -> None:
    """Insights, fragments and enriched records are records: whether they are legible is judged later."""
    assert _read(record) == [Found(record, "f")]
    assert found(_read({"Records": [record, {}]})) == [record, {}]


def test_where_only_records_stand_anything_is_one() -> None:
    """In `Records`, in LookupEvents and in events "via CloudTrail" an object of unknown shape is kept for judgement."""
    assert found(_read({"Records": [{"x": 1}]})) == [{"x": 1}]
    assert found(_read({"Events": [{"CloudTrailEvent": '{"x":1}'}]})) == [{"x": 1}]
    assert found(_read({"detail-type": "AWS Service Event via CloudTrail", "detail": {"x": 1}})) == [{"x": 1}]


@pytest.mark.parametrize(
    "stranger",
    [
        {"x": 1},
        [{"x": 1}],
        {},
        7,
        "text",
        None,
        {"detail-type": "GuardDuty Finding", "detail": {"id": "1"}},
        {"Message": "hello"},
        {"Body": None},
        {"Records": {"x": 1}},
        {"Events": [{"EventName": "x"}]},
        {"message": "\ud800"},
        {"s3Bucket": "b", "s3ObjectKey": []},
    ],
)
def test_strangers_are_told(stranger: Any) -> None:
    """What is no record and no envelope is one flaw, never silence."""
    items = _read(stranger)
    assert len(items) == len(flaws(items)) == 1
    assert items[0].why
    assert items[0].todo


def test_two_envelopes_in_one() -> None:
    """An object with two fields that hold records gives the records of both."""
    assert found(_read({"Records": [RECORD], "events": [{"message": json.dumps(RECORD)}]})) == [RECORD, RECORD]


def test_wrapped_too_deep() -> None:
    """Envelopes in envelopes without end are a flaw."""
    value: Any = RECORD
    for _ in range(8):
        value = {"detail": value}
    assert found(_read(value)) == [RECORD]
    assert "wrapped more than" in flaws(_read({"detail": value}))[0].why


def test_an_empty_list_as_a_message_is_told() -> None:
    """A message that should hold a record and holds an empty list is a flaw, never silence."""
    for value in ({"detail-type": "AWS API Call via CloudTrail", "detail": []}, {"CloudTrailEvent": "[]"}):
        (item,) = _read(value)
        assert isinstance(item, Flaw)


def test_records_in_an_object_that_looks_like_one_are_found() -> None:
    """Whoever forwards records may use the names of their fields."""
    forwarded = {"eventSource": "siem", "eventName": "x", "eventTime": "y", "message": json.dumps(RECORD)}
    assert RECORD in found(_read(forwarded))
