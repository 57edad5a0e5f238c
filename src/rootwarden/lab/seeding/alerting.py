"""Seeds what should wake somebody: topics with their subscriptions, log groups, metric filters, alarms and rules."""

from __future__ import annotations

import json

from rootwarden.lab.blueprint import Account, Alarm, Rule, Topic, World
from rootwarden.lab.seeding.documents import topic_policy
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.services.sns import confirmation_token


def seed_alerting(hands: Hands, world: World, account: Account) -> None:
    """Create topics first, then what points at them; runs in the account."""
    for topic in account.topics:
        _seed_topic(hands, topic, topic.region or world.region, account.id)
    for group in account.log_groups:
        logs = hands("logs", group.region or world.region)
        logs.create_log_group(logGroupName=group.name)
        logs.put_retention_policy(logGroupName=group.name, retentionInDays=group.retention_days)
    for wanted in account.metric_filters:
        metric = {"metricName": wanted.metric, "metricNamespace": wanted.namespace, "metricValue": "1"}
        hands("logs", wanted.region or world.region).put_metric_filter(
            logGroupName=wanted.log_group,
            filterName=wanted.name,
            filterPattern=wanted.pattern,
            metricTransformations=[metric],
        )
    for alarm in account.alarms:
        _seed_alarm(hands, alarm, alarm.region or world.region, account.id)
    for rule in account.rules:
        _seed_rule(hands, rule, rule.region or world.region, account.id)


def seed_detection(hands: Hands, account: Account) -> None:
    """Switch GuardDuty and Access Analyzer on where they are; runs in the account."""
    for region in account.detectors:
        hands("guardduty", region).create_detector(Enable=True)
    for region in account.analyzers:
        hands("accessanalyzer", region).create_analyzer(analyzerName="account", type="ACCOUNT")


def topic_arn(region: str, account: str, name: str) -> str:
    """Return the ARN a topic will have."""
    return f"arn:aws:sns:{region}:{account}:{name}"


def _seed_topic(hands: Hands, topic: Topic, region: str, account: str) -> None:
    sns, arn = hands("sns", region), topic_arn(region, account, topic.name)
    attributes = {"Policy": json.dumps(topic_policy(topic, arn, account))}
    if topic.key:
        attributes["KmsMasterKeyId"] = f"alias/{topic.key}"
    sns.create_topic(Name=topic.name, Attributes=attributes)
    for one in topic.subscriptions:
        extra = {"Attributes": {"FilterPolicy": json.dumps(one.filter)}} if one.filter is not None else {}
        made = sns.subscribe(
            TopicArn=arn, Protocol=one.protocol, Endpoint=one.endpoint, ReturnSubscriptionArn=True, **extra
        )
        if one.confirmed:
            sns.confirm_subscription(TopicArn=arn, Token=confirmation_token(made["SubscriptionArn"]))


def _seed_alarm(hands: Hands, alarm: Alarm, region: str, account: str) -> None:
    hands("cloudwatch", region).put_metric_alarm(
        AlarmName=alarm.name,
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
        Statistic=alarm.statistic,
        Period=alarm.period,
        EvaluationPeriods=1,
        Threshold=alarm.threshold,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        ActionsEnabled=alarm.actions_enabled,
        AlarmActions=[topic_arn(region, account, name) for name in alarm.topics],
    )


def _seed_rule(hands: Hands, rule: Rule, region: str, account: str) -> None:
    events = hands("events", region)
    events.put_rule(Name=rule.name, State=rule.state, EventPattern=json.dumps(rule.pattern))
    if rule.topics:
        targets = [{"Id": name, "Arn": topic_arn(region, account, name)} for name in rule.topics]
        events.put_targets(Rule=rule.name, Targets=targets)
