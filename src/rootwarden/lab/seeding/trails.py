"""Seeds trails, once their buckets and keys are there, and how their deliveries went."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from rootwarden.lab.blueprint import Account, Trail, World
from rootwarden.lab.seeding.documents import policy, trail_arn
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.seeding.storage import KeyRing

_WRITER = "CloudTrailToCloudWatchLogs"
_USUAL_DELAY_MINUTES = 5


def seed_trails(hands: Hands, world: World, account: Account, keys: KeyRing, now: datetime) -> None:
    """Create the account's trails and start them; runs in the account."""
    for trail in account.trails:
        _create(hands, world, account, trail, keys)
        api = hands("cloudtrail", trail.region or world.region)
        if trail.selectors or trail.advanced_selectors:
            kind = "EventSelectors" if trail.selectors else "AdvancedEventSelectors"
            api.put_event_selectors(
                **{"TrailName": trail.name, kind: list(trail.selectors or trail.advanced_selectors)}
            )
        if trail.started_days_ago is not None:
            api.start_logging(Name=trail.name)
        if trail.stopped_days_ago is not None:
            api.stop_logging(Name=trail.name)
        hands.control("POST", f"trails/{trail_arn(account, trail, world)}", _history(trail, now))
        if trail.bucket_deleted:
            hands("s3", world.region).delete_bucket(Bucket=trail.bucket)


def _create(hands: Hands, world: World, account: Account, trail: Trail, keys: KeyRing) -> None:
    region = trail.region or world.region
    wanted: dict[str, Any] = {
        "Name": trail.name,
        "S3BucketName": trail.bucket,
        "IncludeGlobalServiceEvents": trail.global_events,
        "IsMultiRegionTrail": trail.multi_region,
        "IsOrganizationTrail": trail.organization,
        "EnableLogFileValidation": trail.validation,
    }
    if trail.key:
        wanted["KmsKeyId"] = keys[trail.key, region]
    if trail.log_group:
        _seed_log_writer(hands)
        wanted["CloudWatchLogsLogGroupArn"] = f"arn:aws:logs:{region}:{account.id}:log-group:{trail.log_group}:*"
        wanted["CloudWatchLogsRoleArn"] = f"arn:aws:iam::{account.id}:role/{_WRITER}"
    hands("cloudtrail", region).create_trail(**wanted)


def _seed_log_writer(hands: Hands) -> None:
    """Create the role by which CloudTrail writes to CloudWatch Logs."""
    iam = hands("iam")
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    iam.create_role(RoleName=_WRITER, AssumeRolePolicyDocument=json.dumps(policy(service)))
    iam.put_role_policy(RoleName=_WRITER, PolicyName="write", PolicyDocument=json.dumps(policy(write)))


def _history(trail: Trail, now: datetime) -> dict[str, Any]:
    """Return what the control plane is told; a healthy trail's last delivery stays as fresh as the lab's clock."""
    history: dict[str, Any] = {"error": trail.delivery_error}
    if trail.started_days_ago is not None:
        history["started"] = (now - timedelta(days=trail.started_days_ago)).isoformat()
    if trail.stopped_days_ago is not None:
        history["stopped"] = (now - timedelta(days=trail.stopped_days_ago)).isoformat()
    minutes = trail.last_delivery_minutes_ago
    if minutes is None:
        history["never_delivered"] = True
    elif minutes > _USUAL_DELAY_MINUTES:
        history["last_delivery"] = (now - timedelta(minutes=minutes)).isoformat()
    return history
