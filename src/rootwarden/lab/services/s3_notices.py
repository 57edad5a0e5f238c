"""Whom a bucket tells of its objects: checked when it is set, across accounts, and with EventBridge."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeBucket, Notification, NotificationConfiguration
from moto.s3.responses import S3Response

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.object_changes import listening, notices_backends
from rootwarden.lab.sending.bucket_notices import check, send_test


class BucketNotices(S3Response):
    """moto keeps the EventBridge setting and never shows it, and knows queues and topics of the same account only."""

    def get_bucket_notification(self) -> Any:
        """Return the configuration; an empty one for a bucket that tells nobody."""
        self.data["Action"] = "GetBucketNotificationConfiguration"
        self.backend.get_bucket(self.bucket_name)  # refuses a bucket that is not there
        _, notices = listening(self.bucket_name)
        answer: dict[str, Any] = {}
        if notices is not None:
            kinds = {"Topic": notices.topic, "Queue": notices.queue, "LambdaFunction": notices.cloud_function}
            for kind, listed in kinds.items():
                if listed:
                    answer[f"{kind}Configurations"] = [_shown(one, f"{kind}Arn") for one in listed]
            if notices.event_bridge is not None:
                answer["EventBridgeConfiguration"] = {}
        return self.serialized(ActionResult(answer))


def set_notices(bucket: FakeBucket, asked: dict[str, Any], *, unchecked: bool) -> None:
    """Set whom a bucket tells, and try each destination; an empty configuration ends it all.

    Raises:
        AwsError: a destination is elsewhere or does not let S3 in; `unchecked` leaves out the second check.
    """
    kept = notices_backends[bucket.account_id][bucket.partition].of
    kept.pop(bucket.name, None)
    if not asked:
        return
    notices = NotificationConfiguration(
        topic=asked.get("TopicConfiguration"),
        queue=asked.get("QueueConfiguration"),
        cloud_function=asked.get("CloudFunctionConfiguration"),
        event_bridge=asked.get("EventBridgeConfiguration"),
    )
    destinations = [*notices.queue, *notices.topic, *notices.cloud_function]
    for one in destinations:
        if one.arn.split(":")[3] != bucket.region_name:
            raise AwsError("InvalidArgument", "The notification destination service region is not valid for the bucket")
        if not unchecked and check(bucket, one):
            raise AwsError("InvalidArgument", "Unable to validate the following destination configurations")
    kept[bucket.name] = notices
    for arn in dict.fromkeys(one.arn for one in (*notices.queue, *notices.topic)):
        send_test(bucket, arn)


def _shown(one: Notification, arn_key: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"Id": one.id, arn_key: one.arn, "Events": one.events}
    if one.filters:
        shown["Filter"] = {"Key": {"FilterRules": one.filters["S3Key"]["FilterRule"]}}
    return shown
