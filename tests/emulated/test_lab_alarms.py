"""The chain from a record to a ringing alarm: log group, metric filter, metric, alarm, topic."""

from __future__ import annotations

import json
from typing import Any

from rootwarden.lab.clock import now
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of  # noqa: F401
from tests.emulated.lab_listening import HOME, Box, trail

PATTERN = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
GROUP = "trail-group"


def topic_with_box(lab: Lab) -> tuple[str, Box]:
    """Make a topic and a queue that hears it."""
    sns = client(lab, "sns", entry(lab))
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    box = Box(lab, MANAGEMENT, "heard").admit("sns.amazonaws.com", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn)
    return str(topic), box


def alarm(lab: Lab, topic: str, **more: Any) -> Any:
    """Make an alarm on the root metric and return a client."""
    cloudwatch = client(lab, "cloudwatch", entry(lab))
    wanted = {
        "AlarmName": "root-used", "Namespace": "Security", "MetricName": "RootUsage", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching", "AlarmActions": [topic], "AlarmDescription": "root was used",
    }  # fmt: skip
    cloudwatch.put_metric_alarm(**(wanted | more))
    return cloudwatch


def state(cloudwatch: Any) -> str:
    """Return the state of the alarm."""
    return str(cloudwatch.describe_alarms(AlarmNames=["root-used"])["MetricAlarms"][0]["StateValue"])


def watched_group(lab: Lab, **more: Any) -> Any:
    """Make a log group with a metric filter on root, and a trail that writes to it; return a client for logs."""
    logs = client(lab, "logs", entry(lab))
    logs.create_log_group(logGroupName=GROUP)
    transformation = {"metricNamespace": "Security", "metricName": "RootUsage", "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=GROUP, filterName="root", filterPattern=PATTERN, metricTransformations=[transformation | more]
    )
    arn = f"arn:aws:logs:{HOME}:{MANAGEMENT}:log-group:{GROUP}:*"
    role = f"arn:aws:iam::{MANAGEMENT}:role/writer"
    trail(lab, CloudWatchLogsLogGroupArn=arn, CloudWatchLogsRoleArn=role)
    return logs


def test_a_sign_in_of_root_rings(lab: Lab):
    """One sign-in: a line, a count, an alarm, a message as CloudWatch writes it; another user rings nothing."""
    logs = watched_group(lab)
    topic, box = topic_with_box(lab)
    cloudwatch = alarm(lab, topic)
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    client(lab, "iam", entry(lab)).create_user(UserName="person")
    assert box.bodies() == []
    record = lab.sign_in(MANAGEMENT)
    (line,) = logs.filter_log_events(logGroupName=GROUP, filterPattern=PATTERN)["events"]
    assert json.loads(line["message"]) == record
    assert line["logStreamName"] == f"{MANAGEMENT}_CloudTrail_{HOME}"
    (envelope,) = box.bodies()
    message = json.loads(envelope["Message"])
    assert envelope["Subject"] == 'ALARM: "root-used" in US East (N. Virginia)'
    assert (message["AlarmName"], message["NewStateValue"], message["OldStateValue"]) == (
        "root-used",
        "ALARM",
        "INSUFFICIENT_DATA",
    )
    assert message["NewStateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [1.0 (")
    assert message["AlarmArn"] == f"arn:aws:cloudwatch:{HOME}:{MANAGEMENT}:alarm:root-used"
    assert (message["AWSAccountId"], message["AlarmActions"]) == (MANAGEMENT, [topic])
    assert message["Trigger"]["MetricName"] == "RootUsage"
    assert (message["Trigger"]["Statistic"], message["Trigger"]["Threshold"]) == ("SUM", 1.0)
    assert state(cloudwatch) == "ALARM"
    lab.sign_in(MANAGEMENT)
    assert box.bodies() == []  # an alarm rings when it changes, not again and again


def test_actions_switched_off_and_topics_that_are_closed(lab: Lab):
    """Without actions the state changes silently; a topic that lets CloudWatch not in is a loss and in the history."""
    watched_group(lab)
    topic, box = topic_with_box(lab)
    cloudwatch = alarm(lab, topic, ActionsEnabled=False)
    lab.sign_in(MANAGEMENT)
    assert (state(cloudwatch), box.bodies()) == ("ALARM", [])
    cloudwatch.enable_alarm_actions(AlarmNames=["root-used"])
    sns = client(lab, "sns", entry(lab))
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue='{"Statement": []}')
    cloudwatch.set_alarm_state(AlarmName="root-used", StateValue="OK", StateReason="drill")
    cloudwatch.set_alarm_state(AlarmName="root-used", StateValue="ALARM", StateReason="drill")
    assert box.bodies() == []
    assert lab.undelivered()[-1].target == topic
    items = cloudwatch.describe_alarm_history(AlarmName="root-used", HistoryItemType="Action")["AlarmHistoryItems"]
    assert [one["HistorySummary"] for one in items] == [f"Failed to execute action {topic}"]


def test_setting_a_state_by_hand_rings(lab: Lab):
    """SetAlarmState fires the actions of that state, once; the history lists it, newest first."""
    topic, box = topic_with_box(lab)
    cloudwatch = alarm(lab, topic, OKActions=[topic])
    for value in ("ALARM", "ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName="root-used", StateValue=value, StateReason="drill", StateReasonData="{}")
    messages = [json.loads(one["Message"]) for one in box.bodies()]
    assert [(one["NewStateValue"], one["NewStateReason"]) for one in messages] == [("ALARM", "drill"), ("OK", "drill")]
    items = cloudwatch.describe_alarm_history(HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [one["HistorySummary"] for one in items] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]
    assert (
        error_of(cloudwatch.set_alarm_state, AlarmName="no", StateValue="OK", StateReason="x")[0] == "ResourceNotFound"
    )


def test_metric_data_moves_alarms(lab: Lab):
    """Sums, dimensions, M of N: only the data an alarm looks at counts, and it keeps its state when it is changed."""
    topic, box = topic_with_box(lab)
    dimensions = [{"Name": "Account", "Value": MANAGEMENT}]
    many = {"Threshold": 10, "Dimensions": dimensions, "EvaluationPeriods": 3, "DatapointsToAlarm": 1, "Period": 86400}
    cloudwatch = alarm(lab, topic, **many, TreatMissingData="missing")

    def put(value: float, **more: Any) -> None:
        datum = {"MetricName": "RootUsage", "Value": value, "Dimensions": dimensions} | more
        cloudwatch.put_metric_data(Namespace="Security", MetricData=[datum])

    put(50, Dimensions=[])
    put(50, MetricName="Other")
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    put(9)
    assert (state(cloudwatch), box.bodies()) == ("OK", [])
    put(3)
    assert state(cloudwatch) == "ALARM"
    assert len(box.bodies()) == 1
    alarm(lab, topic, **many, AlarmDescription="another text")
    assert state(cloudwatch) == "ALARM"


def test_filters_read_values_and_replace_each_other(lab: Lab):
    """A filter of the same name replaces the one before; a value can come from the line; lines by API count, too."""
    logs = client(lab, "logs", entry(lab))
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    transformation = {"metricNamespace": "Security", "metricName": "Size", "metricValue": "$.size"}
    for pattern in ("{ $.size = 0 }", "{ $.size > 1 }"):
        logs.put_metric_filter(
            logGroupName=GROUP, filterName="size", filterPattern=pattern, metricTransformations=[transformation]
        )
    shown = logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"]
    assert [one["filterPattern"] for one in shown] == ["{ $.size > 1 }"]
    cloudwatch = alarm(lab, topic_with_box(lab)[0], MetricName="Size", Threshold=7)
    moment = int(now().timestamp() * 1000)
    lines = [{"timestamp": moment, "message": json.dumps({"size": size})} for size in (1, 3, 5)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=lines)
    assert state(cloudwatch) == "ALARM"  # 3 + 5, and not the 1 that the pattern leaves out
    bad = {"logGroupName": GROUP, "filterName": "bad", "metricTransformations": [transformation]}
    broken = '{ &.eventType = "x" }'
    assert error_of(logs.put_metric_filter, **bad, filterPattern=broken)[0] == "InvalidParameterException"
    tested = logs.test_metric_filter(filterPattern="{ $.size > 1 }", logEventMessages=['{"size": 1}', '{"size": 2}'])
    assert [one["eventNumber"] for one in tested["matches"]] == [2]
