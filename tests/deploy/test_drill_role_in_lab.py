"""The role of drills, made from its template: who may enter it, under which name, and that it does for each drill.

moto refuses a policy that names a root user as a resource, which AWS has for AssumeRoot, so the role is made without a
canary; what it may do with one is judged by the printed policy, which test_templates.py finds the same.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from msgspec import Struct

from rootwarden.aws.drill_acts import DrillActs
from rootwarden.aws.opening import Way
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import apply
from rootwarden.proofs.policy_decision import Effect, Request, decide
from tests.deploy.deployed import HOME
from tests.deploy.templates import text
from tests.deploy.test_printed_policies import printed
from tests.emulated.lab_at_work import MANAGEMENT, _open_lab, client, entry, organize

__all__ = ["_open_lab"]
NAME = "rw-drill-01M8A0000000000000000000A1"


class Site(Struct, frozen=True):
    """Who is who: the canary, the security account with who starts drills, and the role with its policy."""

    lab: Lab
    hands: Hands
    security: str
    canary: str
    role: str
    policy: dict[str, Any]


@pytest.fixture(scope="module", name="site")
def _site(open_lab: Lab) -> Site:
    """The template in the management account, for a role of the security account."""
    security, canary = organize(open_lab, "security", "canary")
    hands = Hands(open_lab.endpoint)
    given = {"DrillPrincipalArn": f"arn:aws:iam::{security}:role/Scheduler", "AlarmName": "root-*"}
    role = apply(text("drill"), given, hands, MANAGEMENT, HOME).outputs["RoleArn"]
    alarms = f"arn:aws:cloudwatch:*:{MANAGEMENT}:alarm:root-*"
    policy = printed("drill", "--target", canary, "--synthetic", "--alarm", alarms)
    assert inline(hands, MANAGEMENT) == [one["Action"] for one in policy["Statement"] if one["Sid"] != "RootSession"]
    return Site(open_lab, hands, security, canary, role, policy)


def inline(hands: Hands, account: str) -> list[list[str]]:
    """Return the actions of each statement of the role's policy."""
    with hands.working_in(account):
        asked = {"RoleName": "RootwardenDrill", "PolicyName": "drill"}
        statements = hands("iam", HOME).get_role_policy(**asked)["PolicyDocument"]["Statement"]
    return [[one["Action"]] for one in statements]


def become(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    """Let this process work with these credentials."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_drill_enters_it_under_its_own_name(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler opens a root session in the canary, carries the drill's name, and every call is allowed."""
    become(monkeypatch, site.lab.environment(site.security, "Scheduler", HOME))
    keys: list[str] = []
    session = DrillActs(Way()).open_root(site.role, site.canary, "aws", NAME, keys.append)
    assert (session.source_identity, session.note) == (NAME, "")
    assert len(keys) == 2
    (opened,) = (one for one in site.lab.records(MANAGEMENT) if one["eventName"] == "AssumeRoot")
    asked = opened["requestParameters"]
    context = {
        "sts:TaskPolicyArn": asked["taskPolicyArn"]["arn"],
        "aws:SourceIdentity": opened["userIdentity"]["sessionContext"]["sourceIdentity"],
    }
    root = f"arn:aws:iam::{asked['targetPrincipal']}:root"
    assert decide(site.policy, Request("sts:AssumeRoot", root, context=context)).effect is Effect.ALLOW
    nameless = context | {"aws:SourceIdentity": None}
    assert decide(site.policy, Request("sts:AssumeRoot", root, context=nameless)).effect is Effect.NO_MATCH
    other = f"arn:aws:iam::{site.security}:root"
    assert decide(site.policy, Request("sts:AssumeRoot", other, context=context)).effect is Effect.NO_MATCH


@pytest.mark.parametrize(
    ("account", "role", "identity"),
    [("security", "Scheduler", "ana"), ("security", "Somebody", NAME), ("canary", "Scheduler", NAME)],
)
def test_nobody_else_and_under_no_other_name(site: Site, account: str, role: str, identity: str) -> None:
    """Another role, another account or another name is refused."""
    sts = client(site.lab, "sts", entry(site.lab, getattr(site, account), role))
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=site.role, RoleSessionName="drill", SourceIdentity=identity)


def test_drills_without_a_root_session(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the role itself (--role-arn): a marked record on the bus, an alarm looked at, set off and put back."""
    with site.hands.working_in(MANAGEMENT):
        site.hands("cloudwatch", HOME).put_metric_alarm(
            AlarmName="root-used", Namespace="CloudTrailMetrics", MetricName="RootUsed", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
        )  # fmt: skip
    become(monkeypatch, site.lab.environment(site.security, "Scheduler", HOME))
    acts = DrillActs(Way(role_arn=site.role))
    account, _ = acts.account()
    assert account == MANAGEMENT
    acts.put_event(HOME, account, NAME, datetime.now(UTC))
    alarm = acts.see_alarm(HOME, "root-used")
    assert alarm is not None
    acts.set_alarm(HOME, "root-used", "ALARM", f"DRILL {NAME}")
    made = {one["eventName"]: one for one in site.lab.records(MANAGEMENT) if "drill" in json.dumps(one["userIdentity"])}
    bus = f"arn:aws:events:{HOME}:{MANAGEMENT}:event-bus/default"
    (entered,) = made["PutEvents"]["requestParameters"]["entries"]
    calls = [
        Request("events:PutEvents", bus, context={"events:source": entered["source"]}),
        Request("cloudwatch:DescribeAlarms", "*"),
        Request("cloudwatch:SetAlarmState", alarm.arn),
    ]
    assert {one.action.partition(":")[2] for one in calls} <= set(made)
    assert {decide(site.policy, one).effect for one in calls} == {Effect.ALLOW}
    assert decide(site.policy, Request("cloudwatch:SetAlarmState", alarm.arn.replace("root-", "pay-"))).effect is (
        Effect.NO_MATCH
    )


def test_without_canary_and_alarm_it_may_do_less(site: Site) -> None:
    """A single account: the marked record is all that is left."""
    given = {"DrillPrincipalArn": "arn:aws:iam::999988887777:role/Scheduler"}
    apply(text("drill"), given, site.hands, "999988887777", HOME)
    assert inline(site.hands, "999988887777") == [["events:PutEvents"]]
