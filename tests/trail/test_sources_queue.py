"""A queue that announces objects: what cannot be read now comes again, what is gone is told, parts go together."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from rootwarden.trail import objects
from rootwarden.trail.items import Flaw, Found
from rootwarden.trail.sources import Parcel, Source, Tools, open_source
from rootwarden.trail.sources.parcel import AT_ONCE
from tests.emulated.lab_at_work import _lab, _open_lab, client, entry
from tests.watching.work import Hands

__all__ = ["_lab", "_open_lab"]
BUCKET, KEY = "trail", "AWSLogs/1/CloudTrail/us-east-1/x.json.gz"


class Announcing:
    """A queue and a bucket in the lab, the source that reads them, and what it said."""

    def __init__(self, lab: Lab) -> None:
        self.lab, who = lab, entry(lab)
        self.s3, self.sqs = client(lab, "s3", who), client(lab, "sqs", who)
        self.s3.create_bucket(Bucket=BUCKET)
        self.url = self.sqs.create_queue(QueueName="watch", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        self.clock, self.said = Hands(), list[dict[str, Any]]()
        tools = Tools(
            client=lambda service, region: client(lab, service, who), clock=self.clock, regions=list, stdin=_no_stdin,
            log=lambda event, about: self.said.append({"event": event, **about}),
        )  # fmt: skip
        self.source: Source = open_source(self.url, tools)

    def put(self, *records: Any, key: str = KEY, content: bytes | None = None) -> None:
        body = (
            content if content is not None else gzip.compress(b"\n".join(json.dumps(one).encode() for one in records))
        )
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def announce(self, *keys: str, bucket: str = BUCKET) -> None:
        records = [
            {"eventSource": "aws:s3", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}} for key in keys
        ]
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps({"Records": records}))

    def receive(self) -> list[Parcel]:
        return list(self.source.receive(0))

    def left(self) -> int:
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(found["ApproximateNumberOfMessagesNotVisible"])


def _no_stdin() -> Any:
    raise AssertionError("nobody reads it")


def record(number: int) -> dict[str, Any]:
    """Return something that is a record."""
    return {"eventID": f"{number}", "eventVersion": "1.08", "eventName": "ConsoleLogin"}


def ids(parcels: list[Parcel]) -> list[str]:
    """Return the ids of the records in parcels."""
    return [item.record["eventID"] for parcel in parcels for item in parcel.items if isinstance(item, Found)]


@pytest.fixture(name="queue")
def _queue(lab: Lab) -> Iterator[Announcing]:
    yield Announcing(lab)
    lab.clear_faults()


@pytest.mark.parametrize("fault", ["denied", "throttled"])
def test_what_s3_refuses_is_not_thrown_away(queue: Announcing, fault: str) -> None:
    """However often it comes: it stays in the queue, and is read when S3 gives it. Once a minute it is said."""
    queue.put(record(1))
    queue.announce(KEY)
    for turn in range(12):
        queue.lab.deny("s3:GetObject") if fault == "denied" else queue.lab.throttle(calls=1, actions=["s3:GetObject"])
        assert queue.receive() == []
        assert len(queue.said) == (1 if turn < 8 else 2)
        queue.lab.clear_faults()
        queue.clock.forward(timedelta(seconds=8))
    assert queue.left() == 1
    first, second = queue.said
    assert (first["event"], first["times"], second["times"]) == ("object-failed", 1, 8)
    assert KEY in first["why"]
    assert ("kms:Decrypt" in first["why"]) == (fault == "denied")
    parcels = queue.receive()
    assert ids(parcels) == ["1"]
    queue.source.confirm(parcels)
    assert queue.left() == 0


def test_one_object_that_is_refused_holds_no_other_up(queue: Announcing) -> None:
    """Messages behind it are read and confirmed."""
    queue.put(record(1), key="a")
    queue.put(record(2), key="b")
    queue.s3.put_bucket_policy(
        Bucket=BUCKET,
        Policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                           "Resource": f"arn:aws:s3:::{BUCKET}/a"}],
        }),
    )  # fmt: skip
    queue.announce("a")
    queue.announce("b")
    parcels = queue.receive()
    assert ids(parcels) == ["2"]


def test_what_is_gone_is_a_dead_letter(queue: Announcing) -> None:
    """And what is announced under a name that nothing can have; the message is done with."""
    queue.announce("never-there")
    queue.announce("x", bucket="No Such Bucket!")
    parcels = queue.receive()
    flaws = [item.why for parcel in parcels for item in parcel.items if isinstance(item, Flaw)]
    assert len(flaws) == 2
    assert "it is not there" in " ".join(flaws)
    assert "a name that none can have" in " ".join(flaws)
    queue.source.confirm(parcels)
    assert queue.left() == 0
    assert queue.said == []


def test_a_large_object_comes_in_parts(queue: Announcing) -> None:
    """The message is confirmed with the last one, and not before."""
    count = 2 * AT_ONCE + 1
    queue.put(*(record(number) for number in range(count)))
    queue.announce(KEY)
    parcels = queue.receive()
    assert [len(parcel.items) for parcel in parcels] == [AT_ONCE, AT_ONCE, 1]
    assert ids(parcels) == [str(number) for number in range(count)]
    queue.source.confirm(parcels[:2])
    assert queue.left() == 1
    queue.source.confirm(parcels[2:])
    assert queue.left() == 0


def test_a_message_is_not_confirmed_when_one_of_its_objects_is_refused(queue: Announcing) -> None:
    """What was read of the others came, and comes again with it."""
    queue.put(*(record(number) for number in range(AT_ONCE * 2)))
    queue.announce(KEY, "denied")
    get, calls = objects.announced_items, []

    def second_fails(one: Any, give: Any) -> Any:
        calls.append(one.key)
        if one.key == "denied":
            raise objects.UnreadObjectError("s3://trail/denied: SlowDown")
        return get(one, give)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rootwarden.trail.sources.queue.announced_items", second_fails)
        parcels = queue.receive()
    assert calls == [KEY, "denied"]
    assert len(ids(parcels)) >= AT_ONCE
    queue.source.confirm(parcels)
    assert queue.left() == 1


def test_an_object_that_grows_without_end_is_no_log_file(queue: Announcing, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read before the limit counts, and the rest is told."""
    monkeypatch.setattr(objects, "_MOST", 1 << 20)
    queue.put(*(record(number) | {"requestID": "x" * 1000} for number in range(2000)))
    queue.announce(KEY)
    (parcel,) = queue.receive()
    assert 500 < len(ids([parcel])) < 1100
    flaw = parcel.items[-1]
    assert isinstance(flaw, Flaw)
    assert "it grows to more than 1 MiB" in flaw.why
