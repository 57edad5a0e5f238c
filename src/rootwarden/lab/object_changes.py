"""Sees from an answered S3 call which objects came, changed or went, and lets the bucket tell whom it tells.

moto sends its own notifications, within one account and swallowing every failure; they are switched off here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, NotificationConfiguration, s3_backends
from moto.utilities.utils import PARTITION_NAMES

from rootwarden.lab.aws_error import Answer
from rootwarden.lab.call import Call
from rootwarden.lab.callers import Caller
from rootwarden.lab.sending.bucket_notices import Happening, tell


class Notices(BaseBackend):
    """Whom the buckets of one account tell, by name of the bucket."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with buckets that tell nobody."""
        super().__init__(region_name, account_id)
        self.of: dict[str, NotificationConfiguration] = {}


notices_backends: BackendDict[Notices] = BackendDict(
    Notices, "rootwarden-s3-notices", use_boto3_regions=False, additional_regions=PARTITION_NAMES
)


def after_call(call: Call, caller: Caller, answer: Answer) -> None:
    """Tell what an answered call did to objects, if its bucket tells anybody."""
    happened = _HAPPENED.get(call.operation) if call.service == "s3" else None
    if happened is None or answer[0] >= 300:
        return
    name = str(call.labels.get("Bucket") or "")
    bucket, notices = listening(name)
    if bucket is None or notices is None:
        return
    for event, key in happened(call, bucket):
        tell(bucket, notices, _about(event, key, bucket, caller.account, _principal(caller), call))


def tell_of_new(bucket_name: str, key: str, requester: str, principal: str) -> None:
    """Tell of an object that a service, and no call, has put into a bucket."""
    bucket, notices = listening(bucket_name)
    if bucket is not None and notices is not None:
        tell(bucket, notices, _about("ObjectCreated:Put", key, bucket, requester, principal, None))


def listening(name: str) -> tuple[FakeBucket | None, NotificationConfiguration | None]:
    """Return a bucket and whom it tells; None for what is not there."""
    partition, owner = s3_backends.bucket_accounts.get(name, ("aws", ""))
    bucket: FakeBucket | None = s3_backends[owner][partition].buckets.get(name) if owner else None
    notices: dict[str, NotificationConfiguration] = notices_backends[owner][partition].of if owner else {}
    return bucket, notices.get(name)


def _principal(caller: Caller) -> str:
    return f"AWS:{caller.user_id}"


def _about(event: str, key: str, bucket: FakeBucket, requester: str, principal: str, call: Call | None) -> Happening:
    latest = bucket.keys.get(key)
    there = latest if isinstance(latest, FakeKey) else None
    return Happening(
        event,
        key,
        size=there.size if there else 0,
        etag=there.etag.replace('"', "") if there else "",
        version=str(latest.version_id) if latest is not None and bucket.is_versioned else "",
        requester=requester,
        principal=principal,
        address=(call.request.remote_addr or "127.0.0.1") if call else requester,
    )


def _same(event: str) -> Callable[[Call, FakeBucket], Iterator[tuple[str, str]]]:
    def one(call: Call, _: FakeBucket) -> Iterator[tuple[str, str]]:
        yield event, str(call.labels.get("Key") or call.parameters().get("Key") or "")

    return one


def _deleted(call: Call, bucket: FakeBucket) -> Iterator[tuple[str, str]]:
    """Return the removal of one object: for good, or by a marker on top of its versions."""
    yield _removal(bucket, str(call.labels.get("Key") or call.parameters().get("Key") or ""))


def _all_deleted(call: Call, bucket: FakeBucket) -> Iterator[tuple[str, str]]:
    asked: dict[str, Any] = call.parameters().get("Delete") or {}
    for one in asked.get("Objects") or []:
        removed = _removal(bucket, str(one["Key"]))
        if removed[1] not in bucket.keys or removed[0].endswith("Created") or one.get("VersionId"):
            yield removed


def _removal(bucket: FakeBucket, key: str) -> tuple[str, str]:
    marked = isinstance(bucket.keys.get(key), FakeDeleteMarker)
    return ("ObjectRemoved:DeleteMarkerCreated" if marked else "ObjectRemoved:Delete"), key


_HAPPENED: dict[str, Callable[[Call, FakeBucket], Iterator[tuple[str, str]]]] = {
    "PutObject": _same("ObjectCreated:Put"),
    "PostObject": _same("ObjectCreated:Post"),
    "CopyObject": _same("ObjectCreated:Copy"),
    "CompleteMultipartUpload": _same("ObjectCreated:CompleteMultipartUpload"),
    "DeleteObject": _deleted,
    "DeleteObjects": _all_deleted,
    "PutObjectTagging": _same("ObjectTagging:Put"),
    "DeleteObjectTagging": _same("ObjectTagging:Delete"),
    "PutObjectAcl": _same("ObjectAcl:Put"),
}
