"""Only AWS can put events with a source of AWS on a bus: from others no record is taken, however it is wrapped."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rootwarden.trail.envelopes import Flaw, Found
from tests.trail.reading import flaws, found, read

RECORD = {
    "eventVersion": "1.11", "eventID": "1", "eventName": "CreateAccessKey", "userIdentity": {"type": "Root"},
    "recipientAccountId": "111122223333",
}  # fmt: skip
MARKED = RECORD | {"eventID": "rw-drill-01M8ACJBK3J16D66QRJY165C8K"}


def event(source: Any, detail: Any, **more: Any) -> dict[str, Any]:
    """Return an event as EventBridge writes it."""
    fields = {"version": "0", "id": "6a7e8feb", "account": "111122223333", "time": "2026-11-25T12:00:00Z"}
    named = {"detail-type": "AWS API Call via CloudTrail", "source": source, "region": "us-east-1", "resources": []}
    return fields | named | {"detail": detail} | more


def _read(value: Any) -> list[Any]:
    return read(json.dumps(value).encode())


# How an event may come.
WAYS: dict[str, Callable[[Any], Any]] = {
    "as it is": lambda one: one,
    "in a queue": lambda one: {"Messages": [{"Body": json.dumps(one)}]},
    "through a topic": lambda one: {"Type": "Notification", "Message": json.dumps(one)},
    "to Lambda, by topic and queue": lambda one: {"Records": [{"body": json.dumps({"Message": json.dumps(one)})}]},
    "in another event": lambda one: event("aws.events", one),
}
# What somebody may hide a record in.
HIDDEN: dict[str, Any] = {
    "the detail": RECORD,
    "its text": json.dumps(RECORD),
    "a list": [RECORD],
    "a list in what looks like a record": RECORD | {"Records": [RECORD]},
    "a message in what looks like a record": RECORD | {"message": json.dumps(RECORD)},
    "an event of AWS": event("aws.iam", RECORD),
    "an event of a drill": event("rootwarden.drill", MARKED),
    "an answer": {"Events": [{"CloudTrailEvent": json.dumps(RECORD)}]},
    "an alarm": {"AlarmName": "a", "NewStateValue": "ALARM", "StateChangeTime": "2026-11-25T12:00:00Z"},
    "a notice of an object": {"bucket": {"name": "b"}, "object": {"key": "k"}},
}
STRANGERS = ["mine", "", "aws", "xaws.iam", "AWS.iam", "aws.partner/evil.example/1", "rootwarden.drills", None, 7, {}]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_nothing_is_taken_from_what_somebody_made_up(hidden: str, way: str) -> None:
    """One flaw, whatever the event holds; it names the source."""
    (flaw,) = _read(WAYS[way](event("mine", HIDDEN[hidden])))
    assert isinstance(flaw, Flaw)
    assert "made up by somebody: its source is 'mine'" in flaw.why


@pytest.mark.parametrize("kind", ["Sign-in Anomaly Alert", "CloudWatch Alarm State Change", "Object Created"])
def test_no_kind_of_event_is_believed_by_its_name(kind: str) -> None:
    """What is told of without being a record comes from AWS, too."""
    state = {"value": "ALARM", "reason": "r", "timestamp": "2026-11-25T12:00:00Z"}
    held = {"alarmName": "a", "state": state, "bucket": {"name": "b"}, "object": {"key": "k"}, "eventName": "x"}
    assert len(flaws(_read(event("mine", held) | {"detail-type": kind}))) == 1
    (item,) = _read(event("aws.mine", held) | {"detail-type": kind})
    assert not isinstance(item, Flaw)


@pytest.mark.parametrize("source", STRANGERS, ids=str)
def test_only_sources_of_aws(source: Any) -> None:
    """Not what merely looks like one; partners of AWS put what they want under `aws.partner/`."""
    assert len(flaws(_read(event(source, RECORD)))) == 1
    assert found(_read(event(source, RECORD))) == []
    long = _read(event("x" * 100_000, RECORD))[0]
    assert len(long.why) < 250


@pytest.mark.parametrize("way", WAYS)
def test_events_of_aws_are_read(way: str) -> None:
    """As before, with or without the account in either; an archive of EventBridge holds nothing else."""
    assert found(_read(WAYS[way](event("aws.iam", RECORD)))) == [RECORD]
    old = {key: value for key, value in RECORD.items() if key != "recipientAccountId"}
    assert found(_read(event("aws.iam", old))) == [old]
    assert found(_read({key: one for key, one in event("aws.iam", RECORD).items() if key != "account"})) == [RECORD]


def test_what_is_no_event_of_a_bus_is_read_as_ever() -> None:
    """Somebody's own wrapping has no source, and no account that counts."""
    assert found(_read({"detail-type": "mine", "detail": RECORD})) == [RECORD]
    assert found(_read({"source": "mine", "detail": RECORD, "account": "999988887777"})) == [RECORD]


def test_an_event_is_of_the_account_of_its_record() -> None:
    """EventBridge keeps the account of origin when another forwards an event: a difference was made by somebody."""
    for detail in (RECORD, json.dumps(RECORD), [RECORD]):
        (flaw,) = _read(event("aws.iam", detail, account="999988887777"))
        assert isinstance(flaw, Flaw)
        assert "999988887777" in flaw.why
        assert "111122223333" in flaw.why


@pytest.mark.parametrize("way", WAYS)
def test_a_drill_makes_up_exactly_one_record(way: str) -> None:
    """What it holds stays in it."""
    for more in ({}, {"Records": [RECORD]}, {"message": json.dumps(RECORD)}, {"detail": event("aws.iam", RECORD)}):
        (item,) = _read(WAYS[way](event("rootwarden.drill", MARKED | more)))
        assert isinstance(item, Found)
        assert item.record == MARKED | more


@pytest.mark.parametrize(
    "detail",
    [RECORD, json.dumps(MARKED), [MARKED], [MARKED, RECORD], {}, None, {"Records": [MARKED]}, {"detail": MARKED}],
    ids=str,
)
def test_anything_else_under_the_name_of_a_drill(detail: Any) -> None:
    """Without the mark as its id, or as more than one object, it is a flaw."""
    (flaw,) = _read(event("rootwarden.drill", detail))
    assert isinstance(flaw, Flaw)
    assert "not the one record that a drill makes up" in flaw.why
