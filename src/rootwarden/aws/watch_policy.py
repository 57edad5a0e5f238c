"""The least that the watch and its drills need of AWS: one table, from which policies are printed and templates judged.

Sources: Service Authorization Reference, pages of each service; SNS Developer Guide, "Key management" (publishing to an
encrypted topic); IAM User Guide, "Monitor and control actions taken with assumed roles"; CloudWatch API reference,
DescribeAlarms (composite alarms are shown only to those whose permission is not narrowed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from rootwarden.aws.hop import task_policy_arn
from rootwarden.errors import UsageError
from rootwarden.model.drill import DRILL_SOURCE, MARK

ANY = "*"


class Need(Struct, frozen=True, kw_only=True):
    """One statement: the actions, on which kind of resource (`ANY`: AWS narrows it to none), and what for.

    `made_for_us` are those that AWS asks for when it does something for the caller, such as decrypting a message: no
    call of ours has their name. `condition` is as in a policy.
    """

    actions: tuple[str, ...]
    on: str
    why: str
    made_for_us: bool = False
    condition: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


# By Sid, the same as in deploy/cloudformation and deploy/terraform.
WATCH: Mapping[str, Need] = MappingProxyType({
    "Queue": Need(
        actions=("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"),
        on="queue", why="take messages off the queue once they are kept",
    ),
    "Key": Need(actions=("kms:Decrypt",), on="key", made_for_us=True,
                why="read messages, log files and secrets that a key of yours encrypts"),
    "TrailBucket": Need(actions=("s3:GetObject",), on="bucket", why="read the log files that the queue announces"),
    "EventHistory": Need(actions=("cloudtrail:LookupEvents", "ec2:DescribeRegions"), on=ANY,
                         why="poll the event history, of all enabled Regions unless some are named"),
    "Topics": Need(actions=("sns:Publish",), on="topic", why="tell people through channels of kind sns"),
    "TopicKeys": Need(actions=("kms:Decrypt", "kms:GenerateDataKey"), on="topic key", made_for_us=True,
                      why="publish to a topic that a key of yours encrypts"),
    "Secrets": Need(actions=("secretsmanager:GetSecretValue",), on="secret", why="look up the secrets of channels"),
})  # fmt: skip
DRILL: Mapping[str, Need] = MappingProxyType({
    "EnterRole": Need(actions=("sts:AssumeRole", "sts:SetSourceIdentity"), on="role",
                      why="become the drill's role, under a name of its own for each drill"),
    "RootSession": Need(
        actions=("sts:AssumeRoot",), on="root user", why="open a root session that can only read, as a drill",
        condition={"StringEquals": {"sts:TaskPolicyArn": task_policy_arn("PARTITION")},
                   "StringLike": {"aws:SourceIdentity": f"{MARK}*"}},
    ),
    "MarkedEvent": Need(actions=("events:PutEvents",), on="bus", why="put a record marked as a drill's on the bus",
                        condition={"StringEquals": {"events:source": DRILL_SOURCE}}),
    "SeeAlarms": Need(actions=("cloudwatch:DescribeAlarms",), on=ANY, why="see what an alarm does before it is set"),
    "SetAlarms": Need(actions=("cloudwatch:SetAlarmState",), on="alarm", why="set an alarm off, and put it back"),
})  # fmt: skip


def watch_policy(resources: Mapping[str, Sequence[str]], *, event_history: bool = False) -> dict[str, Any]:
    """Return the policy of a watcher for these resources: kind (as `Need.on`) -> ARNs.

    Raises:
        UsageError: there is nothing to allow.
    """
    granted = {"EventHistory"} if event_history else set()
    return _policy(WATCH, resources, granted, "--queue with an ARN, or --lookup-events")


def drill_policy(resources: Mapping[str, Sequence[str]], *, partition: str = "aws") -> dict[str, Any]:
    """Return the policy of whoever drills with these resources; alarms are looked at only where one may be set.

    Raises:
        UsageError: there is nothing to allow.
    """
    granted = {"SeeAlarms"} if resources.get("alarm") else set()
    return _policy(DRILL, resources, granted, "--target, --synthetic, --alarm or --drill-role", partition)


def _policy(
    table: Mapping[str, Need], resources: Mapping[str, Sequence[str]], granted: set[str], ask: str, partition: str = ""
) -> dict[str, Any]:
    statements = [
        statement(sid, need, resources.get(need.on, ()), partition)
        for sid, need in table.items()
        if resources.get(need.on) or sid in granted
    ]
    if not statements:
        raise UsageError("there is nothing to allow", todo=f"give {ask}")
    return {"Version": "2012-10-17", "Statement": statements}


def statement(sid: str, need: Need, resources: Iterable[str], partition: str) -> dict[str, Any]:
    """Return a need as a statement of a policy, for resources (ARNs); one that AWS cannot narrow names none."""
    written: dict[str, Any] = {"Sid": sid, "Effect": "Allow", "Action": list(need.actions)}
    written["Resource"] = ANY if need.on == ANY else sorted(set(resources))
    condition = {
        test: {key: value.replace("PARTITION", partition) for key, value in keys.items()}
        for test, keys in need.condition.items()
    }
    return written | ({"Condition": condition} if condition else {})
