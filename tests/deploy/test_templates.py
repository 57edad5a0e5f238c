"""The templates are valid, up to date with the detections, and say what the security of the path rests on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from rootwarden.aws.watch_policy import DRILL, DRILL_SOURCE, WATCH, statement
from rootwarden.catalogue.event_pattern import event_patterns
from tests.deploy.same_policies import listed
from tests.deploy.templates import CLOUDFORMATION, DEPLOY, NAMES, template, text

# What CloudFormation takes: CloudFormation User Guide, "Quotas", template body in a request.
MOST_BYTES = 51_200


def complaints(of: str) -> list[str]:
    """Return what cfn-lint says of a template, its informational rules included."""
    found = lint(of, config=ManualArgs(regions=["us-east-1", "eu-central-1"], include_checks=["I"]))
    return [f"{one.rule.id} line {one.linenumber}: {one.message}" for one in found]


@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_has_nothing_to_say(name: str) -> None:
    """No error, warning or remark, and none suppressed."""
    assert complaints(text(name)) == []
    assert "cfn-lint" not in text(name)


def test_cfn_lint_would_say_something() -> None:
    """The test above can fail."""
    assert complaints(text("central").replace("VisibilityTimeout", "VisibleTimeout"))


def generate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the generator of a copy of deploy/."""
    return subprocess.run(
        [sys.executable, str(folder / "generate.py"), *options], capture_output=True, text=True, check=False
    )


def test_generated_parts_are_up_to_date() -> None:
    """Regenerate with `python deploy/generate.py`."""
    answer = generate(DEPLOY, "--check")
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    "stale", ["cloudformation/central.yaml", "cloudformation/member.yaml", "terraform/patterns.json"]
)
def test_what_is_out_of_date_is_found_and_mended(stale: str, tmp_path: Path) -> None:
    """A pattern that misses a name is out of date until it is written again."""
    copy = Path(shutil.copytree(DEPLOY, tmp_path / "deploy"))
    right = (copy / stale).read_text(encoding="utf-8")
    (copy / stale).write_text(right.replace("StopLogging", "StopLoggin"), encoding="utf-8")
    assert generate(copy, "--check").returncode == 1
    assert generate(copy).returncode == 0
    assert (copy / stale).read_text(encoding="utf-8") == right
    assert generate(copy, "--check").returncode == 0


def test_the_roll_out_carries_the_member_template() -> None:
    """What the stack set puts into accounts is member.yaml, byte for byte."""
    properties = template("stackset").resources["Members"].properties
    assert properties["TemplateBody"] == text("member")
    given = {one["ParameterKey"] for one in properties["Parameters"]}
    assert given == set(template("member").parameters)


@pytest.mark.parametrize("name", NAMES)
def test_small_enough_to_be_deployed_without_a_bucket(name: str) -> None:
    """Each template fits into a request, so nothing has to be uploaded first."""
    assert (CLOUDFORMATION / f"{name}.yaml").stat().st_size < MOST_BYTES


@pytest.mark.parametrize("name", ["central", "member"])
def test_rules_carry_the_generated_patterns(name: str) -> None:
    """Same patterns in every template, read-only calls included, sent to where they belong with a way out.

    Only what drills make up is not sent on by members.
    """
    rules = [one.properties for one in template(name).resources.values() if one.type == "AWS::Events::Rule"]
    assert {one["Name"]: one["EventPattern"] for one in rules} == {
        f"rootwarden-{one.name}": one.pattern for one in event_patterns() if name == "central" or one.name != "drill"
    }
    assert {one["State"] for one in rules} == {"ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}
    for one in rules:
        (target,) = one["Targets"]
        assert "DeadLetterConfig" in target
        # EventBridge User Guide, "Using resource-based policies": no role for queues, a role for buses.
        assert ("RoleArn" in target) is (name == "member")


def statements(name: str, logical: str, key: str = "PolicyDocument") -> dict[str, dict[str, Any]]:
    """Return the statements of a policy by Sid, those of a condition too."""
    listed = template(name).resources[logical].properties[key]["Statement"]
    flat = [one["Fn::If"][1] if "Fn::If" in one else one for one in listed]
    return {one["Sid"]: one for one in flat}


@pytest.mark.parametrize(
    ("name", "logical", "action"),
    [
        ("central", "QueuePolicy", "sqs:*"),
        ("central", "DeadLetterQueuePolicy", "sqs:*"),
        ("central", "SpendingTopicPolicy", "sns:Publish"),
        ("member", "UndeliveredQueuePolicy", "sqs:*"),
        ("payer", "SpendingTopicPolicy", "sns:Publish"),
    ],
)
def test_no_policy_opens_a_door_without_saying_for_whom(name: str, logical: str, action: str) -> None:
    """Every service that is let in is held to a source, and nothing comes or goes without TLS."""
    found = statements(name, logical)
    only_tls = found.pop("OnlyTls")
    assert (only_tls["Effect"], only_tls["Principal"], only_tls["Action"]) == ("Deny", "*", action)
    assert only_tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    subscriber = found.pop("Queue", None)  # the payer's topic lets one account subscribe, and do nothing else
    assert subscriber is None or (subscriber["Action"], set(subscriber["Principal"])) == ("sns:Subscribe", {"AWS"})
    for one in found.values():
        asked = {key for test in one["Condition"].values() for key in test}
        assert asked & {"aws:SourceArn", "aws:SourceAccount"}, one
        assert set(one["Principal"]) == {"Service"}


def test_the_key_is_held_to_sources_where_aws_supports_it() -> None:
    """Only EventBridge's statement has no condition: AWS documents that it would not deliver with one."""
    found = statements("central", "Key", "KeyPolicy")
    assert {sid for sid, one in found.items() if "Condition" not in one} == {"Administrators", "Rules"}
    assert found["Administrators"]["Principal"] == {
        "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    }
    for sid in set(found) - {"Administrators"}:
        assert found[sid]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_the_watcher_may_read_its_queue_and_nothing_else() -> None:
    """Least privilege: what the table of needs says, each on a resource that is named."""
    found = statements("central", "WatcherPolicy")
    needs = {sid: WATCH[sid] for sid in ("Queue", "Key", "TrailBucket")} | {"TrailKey": WATCH["Key"]}
    assert {sid: listed(one["Action"]) for sid, one in found.items()} == {
        sid: list(need.actions) for sid, need in needs.items()
    }
    assert all("Condition" not in one and one["Resource"] != "*" for one in found.values())


def test_the_role_of_drills_may_what_drills_need() -> None:
    """The same statements, with the same conditions, as are printed for somebody who makes the role himself."""
    (policy,) = template("drill").resources["DrillRole"].properties["Policies"]
    listed_there = policy["PolicyDocument"]["Statement"]
    found = {one["Sid"]: one for one in (each.get("Fn::If", [0, each])[1] for each in listed_there)}
    assert set(found) == set(DRILL) - {"EnterRole"}
    for sid, one in found.items():
        printed = statement(sid, DRILL[sid], [], "${AWS::Partition}")
        assert listed(one["Action"]) == printed["Action"], sid
        conditions = one.get("Condition", {}).items()
        said = {test: {key: plain(value) for key, value in keys.items()} for test, keys in conditions}
        assert said == printed.get("Condition", {}), sid
        assert (one["Resource"] == "*") is (DRILL[sid].on == "*"), sid


def plain(value: Any) -> Any:
    """Return the text of a value, substitutions as written."""
    return value["Fn::Sub"] if isinstance(value, dict) else value


def test_drills_are_let_through_by_the_source_that_they_may_put() -> None:
    """The rule for made-up records asks for the one source that the role of drills may put events of."""
    (rule,) = (one for one in event_patterns() if one.name == "drill")
    assert rule.pattern["source"] == [DRILL_SOURCE]


def test_only_the_organization_may_put_events() -> None:
    """The bus lets in accounts of the organization, for this one action."""
    statement = template("central").resources["BusPolicy"].properties["Statement"]
    assert statement["Action"] == "events:PutEvents"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}
