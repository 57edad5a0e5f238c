"""Tells whoever a bucket names that an object came, changed or went: queues, topics, and the default event bus.

Sources: Amazon S3 User Guide, "Event message structure", "Configuring event notifications using object key name
filtering", "Using EventBridge" (event message structure).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

from moto.moto_api._internal import mock_random
from moto.s3.models import FakeBucket, Notification, NotificationConfiguration
from msgspec import Struct

from rootwarden.lab.clock import iso, now
from rootwarden.lab.sending.buses import bus_at, has_rules, put
from rootwarden.lab.sending.permission import source_context
from rootwarden.lab.sending.queues import Sender, let_into_queue, put_on_queue
from rootwarden.lab.sending.topics import let_into_topic, publish
from rootwarden.lab.sending.undelivered import Undelivered, lose

SERVICE = "s3.amazonaws.com"
_DETAIL_TYPES = {
    "ObjectCreated": "Object Created",
    "ObjectRemoved": "Object Deleted",
    "ObjectTagging": "Object Tags Added",
    "ObjectAcl": "Object ACL Updated",
}
_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}


class Happening(Struct, frozen=True):
    """What happened to one object: S3's name of it (`ObjectCreated:Put`), the key, and who did it from where."""

    name: str
    key: str
    size: int = 0
    etag: str = ""
    version: str = ""
    requester: str = ""
    principal: str = ""
    address: str = "127.0.0.1"


def tell(bucket: FakeBucket, notices: NotificationConfiguration, happening: Happening) -> None:
    """Send what happened to everybody whose events and key filter fit."""
    event = f"s3:{happening.name}"
    for notice in (*notices.queue, *notices.topic):
        if notice.matches(event, happening.key):
            _send(bucket, notice.arn, json.dumps(_message(bucket, notice.id, happening)), "Amazon S3 Notification")
    if notices.event_bridge is not None and has_rules(bucket.account_id, bucket.region_name):
        bus = bus_at(bucket.account_id, bucket.region_name, "default")
        event_of = _event(bucket, happening)
        if bus is not None and event_of is not None:
            put(bus, event_of)


def check(bucket: FakeBucket, notice: Notification) -> str:
    """Return why a bucket cannot send to this destination, "" when it can."""
    try:
        if ":sqs:" in notice.arn:
            let_into_queue(_sender(bucket), notice.arn)
        elif ":sns:" in notice.arn:
            let_into_topic(SERVICE, notice.arn, source_context(bucket.arn, bucket.account_id))
    except Undelivered as error:
        return str(error)
    return ""


def send_test(bucket: FakeBucket, arn: str) -> None:
    """Send the message with which S3 tries a new destination."""
    body = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": _stamp(), "Bucket": bucket.name}
    _send(bucket, arn, json.dumps(body | {"RequestId": _request_id(), "HostId": uuid4().hex}), "Amazon S3 Notification")


def _sender(bucket: FakeBucket) -> Sender:
    return Sender(SERVICE, bucket.arn, bucket.account_id)


def _send(bucket: FakeBucket, arn: str, text: str, subject: str) -> None:
    try:
        if ":sqs:" in arn:
            put_on_queue(_sender(bucket), arn, text)
        elif ":sns:" in arn:
            publish(let_into_topic(SERVICE, arn, source_context(bucket.arn, bucket.account_id)), text, subject)
    except Undelivered as error:
        lose(bucket.arn, arn, str(error))


def _message(bucket: FakeBucket, notice_id: str, happening: Happening) -> dict[str, Any]:
    """Return the message of version 2.1; the key is URL-encoded, its slashes are not."""
    thing: dict[str, Any] = {"key": quote_plus(happening.key, safe="/")}
    if happening.name.startswith("ObjectCreated"):
        thing |= {"size": happening.size, "eTag": happening.etag}
    thing |= {"versionId": happening.version} if happening.version else {}
    owner = {"principalId": f"A{bucket.account_id}"}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": _stamp(),
        "eventName": happening.name,
        "userIdentity": {"principalId": happening.principal},
        "requestParameters": {"sourceIPAddress": happening.address},
        "responseElements": {"x-amz-request-id": _request_id(), "x-amz-id-2": uuid4().hex},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": notice_id,
            "bucket": {"name": bucket.name, "ownerIdentity": owner, "arn": bucket.arn},
            "object": {**thing, "sequencer": _sequencer()},
        },
    }
    return {"Records": [record]}


def _event(bucket: FakeBucket, happening: Happening) -> dict[str, Any] | None:
    detail_type = _DETAIL_TYPES.get(happening.name.partition(":")[0])
    if detail_type is None:
        return None
    thing: dict[str, Any] = {"key": happening.key, "sequencer": _sequencer()}
    if detail_type == "Object Created":
        thing |= {"size": happening.size, "etag": happening.etag}
    thing |= {"version-id": happening.version} if happening.version else {}
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": thing,
        "request-id": _request_id(),
        "requester": happening.requester,
        "source-ip-address": happening.address,
        "reason": _REASONS.get(happening.name, happening.name),
    }
    return {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": detail_type,
        "source": "aws.s3",
        "account": bucket.account_id,
        "time": iso(now()),
        "region": bucket.region_name,
        "resources": [bucket.arn],
        "detail": detail,
    }


def _stamp() -> str:
    moment = now()
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _sequencer() -> str:
    return f"{int(now().timestamp() * 1_000_000):018X}"


def _request_id() -> str:
    return uuid4().hex[:16].upper()
