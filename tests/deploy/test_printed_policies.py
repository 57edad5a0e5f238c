"""What `rootwarden iam-policy watch` and `drill` print: valid by AWS's own lists, and for named resources only."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from rootwarden.aws.watch_policy import DRILL, WATCH
from rootwarden.proofs.policy_decision import Effect, Request, decide
from tests.deploy.test_templates import complaints
from tests.journeys.terminal import rootwarden

QUEUE = "arn:aws:sqs:us-east-1:222233334444:rootwarden"
KEY = "arn:aws:kms:us-east-1:222233334444:key/1b2c3d4e-1111-2222-3333-444455556666"
TOPIC = "arn:aws:sns:eu-west-1:222233334444:root-alerts"
SECRET = "arn:aws:secretsmanager:us-east-1:222233334444:secret:pager-AbCdEf"
ALARM = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:root-used"
ROLE = "arn:aws:iam::111122223333:role/RootwardenDrill"
EVERYTHING = {
    "watch": ["--queue", QUEUE, "--key", KEY, "--bucket", "trail-logs/AWSLogs/", "--lookup-events", "--topic", TOPIC,
              "--topic-key", KEY, "--secret", SECRET],
    "drill": ["--target", "333344445555", "--synthetic", "--alarm", ALARM, "--drill-role", ROLE],
}  # fmt: skip


def printed(verb: str, *options: str) -> dict[str, Any]:
    """Return the policy that is printed."""
    answer = rootwarden("iam-policy", verb, *options)
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


@pytest.mark.parametrize(("verb", "table"), [("watch", WATCH), ("drill", DRILL)])
def test_all_options_together_print_the_whole_table(verb: str, table: dict[str, Any]) -> None:
    """Every need is reached by some option, and only what AWS cannot narrow is for all resources."""
    found = {one["Sid"]: one for one in printed(verb, *EVERYTHING[verb])["Statement"]}
    assert {sid: one["Action"] for sid, one in found.items()} == {sid: list(one.actions) for sid, one in table.items()}
    assert {sid for sid, one in found.items() if one["Resource"] == "*"} == {
        sid for sid, one in table.items() if one.on == "*"
    }


def in_a_template(policy: dict[str, Any]) -> str:
    """Return a template with nothing but this policy."""
    wanted = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    return yaml.safe_dump({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Policy": wanted}})


@pytest.mark.parametrize("verb", EVERYTHING)
def test_aws_knows_each_action_and_its_kind_of_resource(verb: str) -> None:
    """cfn-lint holds AWS's list of actions and of the resources each can be narrowed to; and it does look."""
    policy = printed(verb, *EVERYTHING[verb])
    assert complaints(in_a_template(policy)) == []
    first = policy["Statement"][0]
    wrong = {**policy, "Statement": [{**first, "Action": ["sqs:ReceiveLetter"]}]}
    assert complaints(in_a_template(wrong))
    elsewhere = {**policy, "Statement": [{**first, "Resource": ["arn:aws:s3:::bucket"]}]}
    assert complaints(in_a_template(elsewhere))


ROOT_TASKS = "arn:aws:iam::aws:policy/root-task"
AS_A_DRILL = {"sts:TaskPolicyArn": f"{ROOT_TASKS}/IAMAuditRootUserCredentials", "aws:SourceIdentity": "rw-drill-01K"}
CANARY = "arn:aws:iam::333344445555:root"
BUS = "arn:aws:events:us-east-1:111122223333:event-bus"


@pytest.mark.parametrize(
    ("action", "resource", "context", "allowed"),
    [
        ("sts:AssumeRoot", CANARY, AS_A_DRILL, True),
        ("sts:AssumeRoot", "arn:aws:iam::444455556666:root", AS_A_DRILL, False),
        ("sts:AssumeRoot", CANARY, AS_A_DRILL | {"aws:SourceIdentity": "ana"}, False),
        ("sts:AssumeRoot", CANARY, AS_A_DRILL | {"aws:SourceIdentity": None}, False),
        (
            "sts:AssumeRoot", CANARY,
            AS_A_DRILL | {"sts:TaskPolicyArn": f"{ROOT_TASKS}/IAMDeleteRootUserCredentials"}, False,
        ),
        ("events:PutEvents", f"{BUS}/default", {"events:source": "rootwarden.drill"}, True),
        ("events:PutEvents", f"{BUS}/default", {"events:source": "shop.orders"}, False),
        ("events:PutEvents", f"{BUS}/orders", {"events:source": "rootwarden.drill"}, False),
        ("cloudwatch:SetAlarmState", ALARM, {}, True),
        ("cloudwatch:SetAlarmState", f"{ALARM}-too", {}, False),
        ("sts:AssumeRole", ROLE, {}, True),
        ("sts:AssumeRole", f"{ROLE}2", {}, False),
    ],
)  # fmt: skip
def test_a_drill_may_do_what_it_is_for_and_not_the_next_thing(
    action: str, resource: str, context: dict[str, str | None], allowed: bool
) -> None:
    """The canary and no other account, to read and for nothing else, under a drill's name only."""
    policy = printed("drill", *EVERYTHING["drill"])
    effect = decide(policy, Request(action, resource, context=context)).effect
    assert effect is (Effect.ALLOW if allowed else Effect.NO_MATCH)


def test_another_partition() -> None:
    """ARNs that are made are made for the partition that is asked for."""
    options = ["--target", "333344445555", "--synthetic", "--partition", "aws-cn"]
    assert "arn:aws:" not in json.dumps(printed("drill", *options))
    objects = printed("watch", "--bucket", "trail-logs", "--partition", "aws-us-gov")["Statement"][0]["Resource"]
    assert objects == ["arn:aws-us-gov:s3:::trail-logs/*"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["watch"], "nothing to allow"),
        (["drill"], "nothing to allow"),
        (["watch", "--queue", "https://sqs.us-east-1.amazonaws.com/222233334444/rootwarden"], "is no ARN of sqs"),
        (["watch", "--topic", QUEUE], "is no ARN of sns"),
        (["watch", "--bucket", "s3://trail-logs"], "is no bucket"),
        (["drill", "--target", "production"], "is no account id"),
        (["drill", "--alarm", "root-used"], "is no ARN of cloudwatch"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], said: str) -> None:
    """With what to give instead, and exit code 2."""
    answer = rootwarden("iam-policy", *options)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert "Next: " in answer.err
