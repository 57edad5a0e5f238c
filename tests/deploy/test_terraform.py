"""The Terraform modules make what the CloudFormation templates make: same policies, settings, patterns, parameters."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from rootwarden.catalogue.event_pattern import event_patterns
from tests.deploy.same_policies import WHEN, said_in_template, said_in_terraform, same_condition, same_policy
from tests.deploy.templates import template
from tests.deploy.terraform_code import (
    MODULES,
    TERRAFORM,
    bare,
    local_values,
    named_blocks,
    read_all,
    resources,
    translated,
)

# (module, resource) -> the resource of the template that it is. Rules and roles are put together differently: below.
PAIRS = {
    ("central", "aws_kms_key.rootwarden"): "Key",
    ("central", "aws_kms_alias.rootwarden"): "KeyAlias",
    ("central", "aws_sqs_queue.dead"): "DeadLetterQueue",
    ("central", "aws_sqs_queue.events"): "Queue",
    ("central", "aws_sqs_queue_policy.events"): "QueuePolicy",
    ("central", "aws_sqs_queue_policy.dead"): "DeadLetterQueuePolicy",
    ("central", "aws_cloudwatch_event_bus.rootwarden"): "Bus",
    ("central", "aws_sns_topic.spending"): "SpendingTopic",
    ("central", "aws_sns_topic_policy.spending"): "SpendingTopicPolicy",
    ("central", "aws_sns_topic_subscription.spending"): "SpendingSubscription",
    ("central", "aws_sns_topic_subscription.payer"): "PayerSubscription",
    ("central", "aws_sns_topic_subscription.root_alarm"): "RootAlarmSubscription",
    ("central", "aws_sns_topic_subscription.trail"): "TrailSubscription",
    ("central", "aws_cloudwatch_metric_alarm.unhandled"): "UnhandledAlarm",
    ("central", "aws_cloudwatch_metric_alarm.unread"): "UnreadAlarm",
    ("central", "aws_iam_policy.watcher"): "WatcherPolicy",
    ("member", "aws_sqs_queue.undelivered"): "UndeliveredQueue",
    ("member", "aws_sqs_queue_policy.undelivered"): "UndeliveredQueuePolicy",
    ("payer", "aws_sns_topic.spending"): "SpendingTopic",
    ("payer", "aws_sns_topic_policy.spending"): "SpendingTopicPolicy",
}
APART = {
    ("central", "aws_cloudwatch_event_bus_policy.rootwarden"),
    ("central", "aws_cloudwatch_event_rule.watch"),
    ("central", "aws_cloudwatch_event_target.queue"),
    ("central", "aws_iam_role.watcher"),
    ("central", "aws_iam_role_policy_attachment.watcher"),
    ("member", "aws_cloudwatch_event_rule.watch"),
    ("member", "aws_cloudwatch_event_target.central"),
    ("member", "aws_iam_role.sender"),
    ("member", "aws_iam_role_policy.sender"),
    ("drill", "aws_iam_role.drill"),
    ("drill", "aws_iam_role_policy.drill"),
}
# Type of resource -> its arguments by the properties they are.
PROPERTIES = {
    "aws_kms_key": {
        "description": "Description",
        "enable_key_rotation": "EnableKeyRotation",
        "deletion_window_in_days": "PendingWindowInDays",
        "policy": "KeyPolicy",
    },
    "aws_kms_alias": {"name": "AliasName", "target_key_id": "TargetKeyId"},
    "aws_sqs_queue": {
        "name": "QueueName",
        "kms_master_key_id": "KmsMasterKeyId",
        "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
        "message_retention_seconds": "MessageRetentionPeriod",
        "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
        "visibility_timeout_seconds": "VisibilityTimeout",
        "redrive_policy": "RedrivePolicy",
        "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
    },
    "aws_sqs_queue_policy": {"queue_url": "Queues", "policy": "PolicyDocument"},
    "aws_cloudwatch_event_bus": {"name": "Name"},
    "aws_sns_topic": {"name": "TopicName", "kms_master_key_id": "KmsMasterKeyId"},
    "aws_sns_topic_policy": {"arn": "Topics", "policy": "PolicyDocument"},
    "aws_sns_topic_subscription": {"topic_arn": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"},
    "aws_cloudwatch_metric_alarm": {
        "alarm_name": "AlarmName",
        "alarm_description": "AlarmDescription",
        "namespace": "Namespace",
        "metric_name": "MetricName",
        "dimensions": "Dimensions",
        "statistic": "Statistic",
        "period": "Period",
        "evaluation_periods": "EvaluationPeriods",
        "threshold": "Threshold",
        "comparison_operator": "ComparisonOperator",
        "treat_missing_data": "TreatMissingData",
        "alarm_actions": "AlarmActions",
        "ok_actions": "OKActions",
    },
    "aws_iam_policy": {"name": "ManagedPolicyName", "policy": "PolicyDocument"},
}


@pytest.mark.parametrize(("name", "resource"), PAIRS)
def test_each_resource_is_the_one_of_the_template(name: str, resource: str) -> None:
    """Every argument is a property with the same value, and no property is left out; conditions are the same."""
    body = dict(resources(name)[resource])
    theirs = template(name).resources[PAIRS[name, resource]]
    assert same_condition(bare(body.pop("count", "")), theirs.condition)
    assert translated(body.pop("depends_on", '""'), name) == (list(theirs.after) or "")
    names = PROPERTIES[resource.partition(".")[0]]
    assert {names[argument] for argument in body} == set(theirs.properties)
    for argument, value in body.items():
        wanted = theirs.properties[names[argument]]
        if argument == "policy":
            same_policy(name, policy_of(value), wanted)
        else:
            assert shaped(argument, translated(value, name)) == wanted, argument


def policy_of(value: str) -> str:
    """Return the name of the policy document that an argument points at."""
    found = re.fullmatch(r"data\.aws_iam_policy_document\.(\w+)(\[0\])?\.json", bare(value))
    assert found is not None, value
    return found[1]


def shaped(argument: str, value: Any) -> Any:
    """Return a value in the shape that the property has."""
    if argument == "dimensions":
        return [{"Name": key, "Value": one} for key, one in value.items()]
    return [value] if argument in ("queue_url", "arn") else value


def test_every_resource_is_compared() -> None:
    """Nothing in Terraform that is in no template, and the other way round."""
    assert {(name, one) for name in MODULES for one in resources(name)} == set(PAIRS) | APART
    made = set(PAIRS.values()) | {"BusPolicy", "WatcherRole", "SenderRole", "DrillRole"}
    for name in MODULES:
        for logical, one in template(name).resources.items():
            assert logical in made or one.type == "AWS::Events::Rule", logical


def test_patterns_are_the_generated_ones() -> None:
    """patterns.json holds the same patterns, and both modules make a rule of each; members send on no drill's."""
    found = json.loads((TERRAFORM / "patterns.json").read_text(encoding="utf-8"))
    assert {key: one["pattern"] for key, one in found.items()} == {one.name: one.pattern for one in event_patterns()}
    assert bare(local_values("central")["patterns"]) == 'jsondecode(file("${path.module}/patterns.json"))'
    assert '../patterns.json"' in local_values("member")["sent"]
    assert local_values("member")["sent"].endswith('if name != "drill"}}')
    assert "in local.sent :" in local_values("member")["patterns"]
    assert local_values("member")["patterns"].endswith("if local.elsewhere}}")


@pytest.mark.parametrize(("name", "target"), [("central", "queue"), ("member", "central")])
def test_rules_and_targets(name: str, target: str) -> None:
    """Same names, states and targets as the rules of the template."""
    rule = resources(name)["aws_cloudwatch_event_rule.watch"]
    told = resources(name)[f"aws_cloudwatch_event_target.{target}"]
    rules = [one for one in template(name).resources.values() if one.type == "AWS::Events::Rule"]
    assert bare(rule["for_each"]) == bare(told["for_each"]) == "local.patterns"
    assert bare(rule["event_pattern"]) == "jsonencode(each.value.pattern)"
    assert rule["name"] == '"rootwarden-${each.key}"'
    organization = 'local.organization && each.key != "drill"'
    bus = f'{organization} ? aws_cloudwatch_event_bus.rootwarden[0].name : "default"'
    assert bare(rule.get("event_bus_name", "")) == (bus if name == "central" else "")
    for one in rules:
        assert one.properties["State"] == bare(rule["state"])
        if name == "central":
            ours = one.properties["Name"] == "rootwarden-drill"
            wanted = "default" if ours else {"Fn::If": ["Organization", {"Ref": "Bus"}, "default"]}
            assert one.properties["EventBusName"] == wanted
        assert one.condition == ("" if name == "central" else "Elsewhere")
        (there,) = one.properties["Targets"]
        assert there["Id"] == bare(told["target_id"])
        assert there["Arn"] == translated(told["arn"], name)
        assert there.get("RoleArn") == (translated(told["role_arn"], name) if "role_arn" in told else None)
        assert there["DeadLetterConfig"] == dead_letters(told, name)


def dead_letters(told: dict[str, Any], name: str) -> Any:
    """Return where a target's undeliverable events go, in the words of the template."""
    if "dead_letter_config" in told:
        return {"Arn": translated(told["dead_letter_config"][0]["arn"], name)}
    (block,) = told["dynamic"]
    part = block['"dead_letter_config"']
    assert bare(part["for_each"]).startswith(WHEN["Keeps"])
    return {"Fn::If": ["Keeps", {"Arn": translated(part["content"][0]["arn"], name)}, {"Ref": "AWS::NoValue"}]}


def test_the_bus_lets_in_the_organization() -> None:
    """One statement, the same."""
    properties = template("central").resources["BusPolicy"].properties
    statement = properties["Statement"] | {"Sid": properties["StatementId"]}
    same_policy("central", "bus", {"Statement": [statement]})
    body = resources("central")["aws_cloudwatch_event_bus_policy.rootwarden"]
    assert policy_of(body["policy"]) == "bus"
    assert bare(body["count"]).startswith(WHEN["Organization"])


def test_the_role_of_the_senders() -> None:
    """EventBridge of the own account may put events on the central bus, and that is all."""
    theirs = template("member").resources["SenderRole"].properties
    role, policy = (resources("member")[one] for one in ("aws_iam_role.sender", "aws_iam_role_policy.sender"))
    assert translated(role["name"], "member") == theirs["RoleName"]
    assert bare(role["description"]) == theirs["Description"]
    (inline,) = theirs["Policies"]
    assert bare(policy["name"]) == inline["PolicyName"]
    assert policy_of(policy["policy"]) == "sender"
    same_policy("member", "sender", inline["PolicyDocument"])
    (trust,) = resources("member", "data")["aws_iam_policy_document.sender_trust"]["statement"]
    (wanted,) = theirs["AssumeRolePolicyDocument"]["Statement"]
    ours = said_in_terraform({**trust, "resources": []}, "member")
    assert ours == said_in_template({"Statement": [{**wanted, "Sid": "", "Resource": []}]})[""]


def test_the_role_of_drills() -> None:
    """The same principal under the same condition, and the same inline policy."""
    theirs = template("drill").resources["DrillRole"].properties
    role, policy = (resources("drill")[one] for one in ("aws_iam_role.drill", "aws_iam_role_policy.drill"))
    assert (bare(role["name"]), bare(role["description"])) == (theirs["RoleName"], theirs["Description"])
    (inline,) = theirs["Policies"]
    assert bare(policy["name"]) == inline["PolicyName"]
    assert policy_of(policy["policy"]) == "drill"
    same_policy("drill", "drill", inline["PolicyDocument"])
    (trust,) = resources("drill", "data")["aws_iam_policy_document.drill_trust"]["statement"]
    (wanted,) = theirs["AssumeRolePolicyDocument"]["Statement"]
    ours = said_in_terraform({**trust, "resources": []}, "drill")
    assert ours == said_in_template({"Statement": [{**wanted, "Sid": "", "Resource": []}]})[""]


def test_the_role_of_the_watcher() -> None:
    """Same name, same policy attached, same trust: a service by its name, with a condition for ECS, or a role."""
    theirs = template("central").resources["WatcherRole"].properties
    role = resources("central")["aws_iam_role.watcher"]
    assert (bare(role["name"]), bare(role["description"])) == (theirs["RoleName"], theirs["Description"])
    attached = resources("central")["aws_iam_role_policy_attachment.watcher"]
    assert [translated(attached["policy_arn"], "central")] == theirs["ManagedPolicyArns"]
    (trust,) = resources("central", "data")["aws_iam_policy_document.watcher_trust"]["statement"]
    (who,) = trust["principals"]
    assert bare(who["type"]) == 'endswith(var.watcher_principal, ".amazonaws.com") ? "Service" : "AWS"'
    assert [bare(one) for one in who["identifiers"]] == ["var.watcher_principal"]
    condition = trust["dynamic"][0]['"condition"']
    assert bare(condition["for_each"]) == 'var.watcher_principal == "ecs-tasks.amazonaws.com" ? [1] : []'
    (content,) = condition["content"]
    said = {bare(content["test"]): {bare(content["variable"]): translated(content["values"], "central")[0]}}
    (wanted,) = theirs["AssumeRolePolicyDocument"]["Statement"]
    assert wanted["Condition"]["Fn::If"][1] == said


def test_what_locals_stand_for() -> None:
    """The names that the comparison takes for granted mean what the template's conditions and texts mean."""
    central, member = local_values("central"), local_values("member")
    assert bare(central["organization"]) == 'var.organization_id != ""'
    assert bare(central["trail_bucket"]) == 'var.trail_bucket_name != ""'
    assert bare(central["bucket_tells"]) == 'local.trail_bucket && var.trail_bucket_account_id != ""'
    assert bare(central["alarm_topics"]) == "compact([var.alarm_topic_arn])"
    topics = "local.spending_topic, var.payer_topic_arn, var.root_alarm_topic_arn, var.trail_topic_arn"
    assert bare(central["topics"]) == f"compact([{topics}])"
    assert central["rules_arn"] == '"arn:${local.partition}:events:${local.region}:${local.account}:rule"'
    assert bare(central["rule_arns"]) == (
        'local.organization ? "${local.rules_arn}/rootwarden/rootwarden-*" : "${local.rules_arn}/rootwarden-*"'
    )
    assert central["drill_rule_arn"] == '"${local.rules_arn}/rootwarden-drill"'
    assert bare(member["elsewhere"]) == "var.central_bus_arn != local.own_bus"
    assert member["own_bus"] == '"arn:${local.partition}:events:${local.region}:${local.account}:event-bus/default"'
    assert member["rule_arns"] == '"arn:${local.partition}:events:${local.region}:${local.account}:rule/rootwarden-*"'
    assert bare(member["keeps"]) == "local.elsewhere && var.keep_undelivered"


def snake(name: str) -> str:
    """Return a name of a template as Terraform spells it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def in_terraform(text: str) -> str:
    """Return a description in which the templates are called by the names of the modules."""
    named = re.sub(r"Output (\w+) of (\w+)\.yaml", lambda one: f"Output {snake(one[1])} of the {one[2]} module", text)
    return re.sub(r"(\w+)\.yaml", r"the \1 module", named)


@pytest.mark.parametrize("name", MODULES)
def test_same_parameters_and_outputs(name: str) -> None:
    """Every parameter is a variable with the same default and words, every output an output."""
    theirs, ours = template(name), named_blocks(name, "variable")
    assert set(ours) == {snake(one) for one in theirs.parameters}
    for parameter, one in theirs.parameters.items():
        variable = ours[snake(parameter)]
        default = variable.get("default")
        plain = bare(default) if isinstance(default, str) else default
        wanted = {"true": True, "false": False}.get(one.get("Default"), one.get("Default"))
        assert plain == wanted, parameter
        said = bare(variable["description"])
        assert said == in_terraform(one["Description"])
    assert set(named_blocks(name, "output")) == {snake(one) for one in theirs.outputs}


def test_nothing_in_it_is_bound_to_one_account() -> None:
    """No account id, and no partition but by its name."""
    text = read_all()
    assert not re.search(r"\b[0-9]{12}\b", text)
    assert "arn:aws:" not in text
