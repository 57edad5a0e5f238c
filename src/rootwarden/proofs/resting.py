"""What others may have come to rest on since something was made: looked at before it is taken back, and then it stays.

Each function returns the probes of one thing. What AWS keeps no list of is said in the file of the thing, or in
docs/fixing.md. Sources: the API reference of each operation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from rootwarden.model.placeholders import quoted
from rootwarden.model.plan import Call, Probe
from rootwarden.model.writes.guardduty import NO_DETECTOR

# A partition that has no alarms on logs refuses to be asked for that kind alone: then there are none.
_NO_SUCH_KIND = ("ValidationError: enum value set", "ValidationException: enum value set", "InvalidParameterValue")
_NO_ROLE = ("NoSuchEntity",)
_NO_RULE = ("ResourceNotFoundException",)


def probe(
    service: str, operation: str, done: str, absent: tuple[str, ...] = (), region: str = "", **parameters: Any
) -> Probe:
    """Return the probe of one call; `done` finds those that rest on the thing, `absent` says that it is not there."""
    call = Call(service=service, operation=operation, region=region, parameters=parameters)
    return Probe(call=call, done=done, absent=absent)


def others(path: str, field: str, ours: Iterable[str]) -> str:
    """Return the expression for the items of a list whose field is none of these."""
    return f"{path}[?{' && '.join(f'{field} != {quoted(one)}' for one in ours) or '`true`'}]"


def on_topic(arn: str, emails: Iterable[str], publishers: Iterable[str]) -> tuple[Probe, ...]:
    """Look who is subscribed to a topic beside these addresses, and which alarms and rules, but ours, send to it.

    Whoever publishes by a call of their own is in no list; the topic's policy names them, and is compared before.
    """
    region, ours = arn.split(":")[3], sorted(publishers)
    alarms: dict[str, Any] = {"region": region, "ActionPrefix": arn}
    told = " && ".join(f"Endpoint != {quoted(one)}" for one in sorted(emails)) or "`true`"
    beside = f"Subscriptions[?SubscriptionArn != 'Deleted' && (Protocol != 'email' || ({told}))]"
    rules = (one.rpartition("/")[2] for one in ours if ":rule/" in one)
    return (
        probe("sns", "ListSubscriptionsByTopic", beside, ("NotFound",), region, TopicArn=arn),
        probe(
            "cloudwatch", "DescribeAlarms", others("[MetricAlarms, CompositeAlarms][] | ", "AlarmArn", ours),
            AlarmTypes=["MetricAlarm", "CompositeAlarm"], **alarms,
        ),
        probe(
            "cloudwatch", "DescribeAlarms", others("LogAlarms || `[]`", "AlarmArn", ours), _NO_SUCH_KIND,
            AlarmTypes=["LogAlarm"], **alarms,
        ),
        probe("events", "ListRuleNamesByTarget", others("RuleNames", "@", rules), _NO_RULE, region, TargetArn=arn),
        _on_other_buses(arn, region),
    )  # fmt: skip


def _on_other_buses(topic: str, region: str) -> Probe:
    """Look whether a rule of an event bus other than the default one sends to a topic; ours are all of that one.

    Without the name of a bus EventBridge looks at the default one only (API Reference, ListRuleNamesByTarget).
    """
    about = {"TargetArn": topic, "EventBusName": {"$ref": "item"}}
    each = Call(service="events", operation="ListRuleNamesByTarget", region=region, parameters=about)
    listed = probe("events", "ListEventBuses", "RuleNames", _NO_RULE, region)
    return replace(listed, over="EventBuses[?Name != 'default'].Name", each=each)


def on_key(key: Any, alias: str, topic: str) -> tuple[Probe, ...]:
    """Look whether a key has grants or other names, or a topic is encrypted with it still.

    Who else uses it is in no list; it waits some days for its deletion, and who misses it can have that cancelled.
    """
    region = topic.split(":")[3]
    return (
        probe("kms", "ListGrants", "Grants", ("NotFoundException",), region, KeyId=key),
        probe("kms", "ListAliases", others("Aliases", "AliasName", (alias,)), ("NotFoundException",), region,
              KeyId=key),
        on_alias(alias, topic),
    )  # fmt: skip


def on_alias(alias: str, topic: str) -> Probe:
    """Look whether a topic is encrypted by this name of a key still."""
    encrypted = f"Attributes.KmsMasterKeyId == {quoted(alias)}"
    return probe("sns", "GetTopicAttributes", encrypted, ("NotFound",), topic.split(":")[3], TopicArn=topic)


def on_rule(name: str, region: str, target: str) -> tuple[Probe, ...]:
    """Look whether an event rule sends to others than our own target: EventBridge deletes none that does."""
    beside = others("Targets", "Id", (target,))
    where = {"Rule": name, "EventBusName": "default"}
    return (probe("events", "ListTargetsByRule", beside, ("ResourceNotFoundException",), region, **where),)


def on_metric(namespace: str, name: str, region: str, alarm: str) -> tuple[Probe, ...]:
    """Look whether other alarms watch the metric that a filter counts.

    AWS lists none whose math expression uses it (CloudWatch API Reference, DescribeAlarmsForMetric).
    """
    beside = others("MetricAlarms", "AlarmName", (alarm,))
    return (
        probe("cloudwatch", "DescribeAlarmsForMetric", beside, region=region, MetricName=name, Namespace=namespace),
    )


def on_alarm(name: str, region: str) -> tuple[Probe, ...]:
    """Look whether a composite alarm is made up of this one."""
    gone = ("ResourceNotFound", "ResourceNotFoundException")
    return (probe("cloudwatch", "DescribeAlarms", "CompositeAlarms", gone, region, ParentsOfAlarmName=name),)


def on_trail_logs(group: str, region: str) -> tuple[Probe, ...]:
    """Look whether somebody counts or forwards what a trail writes into its log group."""
    gone, about = ("ResourceNotFoundException",), {"logGroupName": group}
    return (
        probe("logs", "DescribeMetricFilters", "metricFilters", gone, region, **about),
        probe("logs", "DescribeSubscriptionFilters", "subscriptionFilters", gone, region, **about),
    )


def on_cloudtrail_trust(trail: str, principal: str) -> tuple[Probe, ...]:
    """Look whether the organization has another trail, or an administrator of CloudTrail beside the management."""
    return (
        _other_trails(trail, "Trail.IsOrganizationTrail"),
        probe(
            "organizations", "ListDelegatedAdministrators", "DelegatedAdministrators",
            ("AWSOrganizationsNotInUseException",), ServicePrincipal=principal,
        ),
    )  # fmt: skip


def on_role(name: str, *, attached: Iterable[str] = (), inline: Iterable[str] = ()) -> tuple[Probe, ...]:
    """Look whether a role was entered since, or holds policies or an instance profile that it was not made with.

    AWS tells some hours late of an entry (IAM User Guide, "Refine permissions using last accessed information").
    """
    return (
        probe("iam", "GetRole", "Role.RoleLastUsed.LastUsedDate", _NO_ROLE, RoleName=name),
        *_beyond(name, attached, inline),
    )


def on_service_role(name: str, arn: str, trail: str, inline: Iterable[str]) -> tuple[Probe, ...]:
    """Look whether another trail writes as this role, or it holds policies that it was not made with."""
    return (_other_trails(trail, f"Trail.CloudWatchLogsRoleArn == {quoted(arn)}"), *_beyond(name, (), inline))


def _other_trails(ours: str, done: str) -> Probe:
    """Look at the trails of all Regions but ours, each in its home Region: elsewhere AWS may not know it.

    DescribeTrails answers for one Region and what is copied into it (API Reference); ListTrails names them all.
    """
    each = Call(service="cloudtrail", operation="GetTrail", parameters={"Name": {"$ref": "item"}})
    listed = probe("cloudtrail", "ListTrails", done, region=ours.split(":")[3])
    over = f"Trails[?TrailARN != {quoted(ours)}].TrailARN"
    return replace(listed, over=over, each=each, at_home=True)


def _beyond(name: str, attached: Iterable[str], inline: Iterable[str]) -> tuple[Probe, ...]:
    return (
        probe("iam", "ListAttachedRolePolicies", others("AttachedPolicies", "PolicyArn", attached), _NO_ROLE,
              RoleName=name),
        probe("iam", "ListRolePolicies", others("PolicyNames", "@", inline), _NO_ROLE, RoleName=name),
        probe("iam", "ListInstanceProfilesForRole", "InstanceProfiles", _NO_ROLE, RoleName=name),
    )  # fmt: skip


def on_detector(detector: Any, region: str) -> tuple[Probe, ...]:
    """Look whether a detector has members, filters, or a place it sends its findings to."""
    about = {"DetectorId": detector}
    return (
        probe("guardduty", "ListMembers", "Members", NO_DETECTOR, region, **about, OnlyAssociated="false"),
        probe("guardduty", "ListFilters", "FilterNames", NO_DETECTOR, region, **about),
        probe("guardduty", "ListPublishingDestinations", "Destinations", NO_DETECTOR, region, **about),
    )


def on_analyzer(name: str, region: str) -> tuple[Probe, ...]:
    """Look whether somebody has told an analyzer what to archive."""
    gone = ("ResourceNotFoundException",)
    return (probe("accessanalyzer", "ListArchiveRules", "archiveRules", gone, region, analyzerName=name),)


def on_monitor(monitor: Any) -> tuple[Probe, ...]:
    """Look whether others are told of what a cost monitor finds."""
    gone = ("UnknownMonitorException",)
    return (probe("ce", "GetAnomalySubscriptions", "AnomalySubscriptions", gone, MonitorArn=monitor),)


def on_subscription(subscription: Any, emails: Iterable[str]) -> tuple[Probe, ...]:
    """Look whether a subscription to anomalies tells others, or of other monitors too."""
    gone = ("UnknownSubscriptionException",)
    about: dict[str, Any] = {"SubscriptionArnList": [subscription]}
    beside = others("AnomalySubscriptions[].Subscribers[] | ", "Address", sorted(emails))
    return (
        probe("ce", "GetAnomalySubscriptions", beside, gone, **about),
        probe("ce", "GetAnomalySubscriptions", "AnomalySubscriptions[?length(MonitorArnList) > `1`]", gone, **about),
    )
