"""Plans as CloudFormation templates: valid by cfn-lint, and nothing in them that a stack should not make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.errors import UsageError
from rootwarden.model.plan import Call, Plan, Step
from tests.exports.sample_plans import (
    ACCOUNT,
    OTHER,
    change,
    contact,
    declared,
    everything,
    get,
    new_key,
    no_trail,
    plan,
    ref,
    validation,
)
from tests.exports.stacks import text


def template(made: Plan) -> dict[str, Any]:
    """Return a template as data, its metadata without the outer name."""
    found: dict[str, Any] = yaml.safe_load(text(made, "cloudformation"))
    return found


def about(made: Plan) -> dict[str, Any]:
    """Return what a template tells beside its resources."""
    found: dict[str, Any] = template(made)["Metadata"]["Rootwarden"]
    return found


PLANS = {
    "everything": everything(),
    "only what exists": plan(validation()),
    "mixed": plan(validation(), contact(), new_key(), no_trail()),
    "nothing": plan(),
}


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    """Neither errors nor warnings, also in what stands under Metadata for an import, put into a template."""
    for name, made in PLANS.items():
        (tmp_path / f"{name}.yaml").write_text(text(made, "cloudformation"), encoding="utf-8")
    resources = {"Resources": yaml.safe_load(about(plan(validation()))["ToImport"]["Resources"])}
    (tmp_path / "import.yaml").write_text(yaml.safe_dump(resources), encoding="utf-8")
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [str(lint), "--regions", "us-east-1", "--", *map(str, sorted(tmp_path.glob("*.yaml")))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_what_is_imported_has_what_an_import_needs() -> None:
    """An identifier, and DeletionPolicy, without which CloudFormation refuses to import."""
    told = about(plan(validation()))["ToImport"]
    assert told["ResourcesToImport"] == [
        {
            "ResourceType": "AWS::CloudTrail::Trail",
            "LogicalResourceId": "MainTrail",
            "ResourceIdentifier": {"TrailName": "main"},
        }
    ]
    assert yaml.safe_load(told["Resources"])["MainTrail"]["DeletionPolicy"] == "Retain"


def test_what_exists_is_no_resource() -> None:
    """A plain create cannot try to make it; the commands that change it stand beside it."""
    made = template(plan(validation(), contact()))
    assert set(made["Resources"]) == {"NothingToCreate"}
    commands = made["Metadata"]["Rootwarden"]["ByCommand"]
    assert [(one["Title"], one["When"]) for one in commands] == [
        ("Do validation", "Not done by the stack"),
        ("Do contact", "Not done by the stack"),
    ]
    assert "aws cloudtrail update-trail" in commands[0]["Commands"]
    code = text(plan(validation(), contact()), "cloudformation")
    assert "# Not done by the stack: Do contact\n#   aws account put-alternate-contact" in code


def test_a_trail_waits_for_the_policy_of_its_bucket() -> None:
    """CloudFormation cannot see it, and CloudTrail would refuse the bucket."""
    made = template(plan(no_trail()))["Resources"]
    assert made["Trail"]["DependsOn"] == ["TrailBucketPolicy"]
    assert made["TrailBucket"]["DependsOn"] == ["LogBucketPolicy"]
    assert made["TrailBucket"]["DeletionPolicy"] == made["TrailKey"]["UpdateReplacePolicy"] == "Retain"


def test_a_change_of_something_old_and_something_new_is_done_by_its_commands() -> None:
    """Otherwise there would be two keys: the stack's and that of the commands."""
    mixed = change(
        "mixed",
        declared("KMS::Key", "Key", KeyPolicy={"Version": "2012-10-17", "Statement": []}),
        declared("CloudTrail::Trail", "Trail", "main", TrailName="main", KMSKeyId=get("Key")),
    )
    depends = change("depends", declared("KMS::Alias", "Alias", AliasName="alias/a", TargetKeyId="x"))
    made = template(plan(mixed, depends))
    assert set(made["Resources"]) == {"Alias"}
    told = made["Metadata"]["Rootwarden"]
    assert [one["Title"] for one in told["ByCommand"]] == ["Do mixed"]
    assert {one["LogicalResourceId"] for one in told["ToImport"]["ResourcesToImport"]} == {"Key", "Trail"}


def test_new_things_refer_to_old_ones_by_name() -> None:
    """A filter on a log group that an earlier change found there."""
    group = change("group", declared("Logs::LogGroup", "Group", "a/b", LogGroupName="a/b", RetentionInDays=365))
    counted = change(
        "filter",
        declared("Logs::MetricFilter", "Filter", FilterName="f", LogGroupName=ref("Group"), FilterPattern="x",
                 MetricTransformations=[]),
    )  # fmt: skip
    made = template(plan(group, counted))["Resources"]
    assert made["Filter"]["Properties"]["LogGroupName"] == "a/b"


def test_steps_beside_the_stack_come_before_or_after() -> None:
    """What the change is about besides is not lost."""
    trust = Step(id="trust", does="x", call=Call(service="organizations", operation="EnableAWSServiceAccess"))
    made = Step(id="make", does="x", call=Call(service="sns", operation="CreateTopic", parameters={"Name": "t"}))
    put = Step(id="put", does="x", call=Call(service="s3", operation="PutBucketLogging", parameters={"Bucket": "old"}))
    topic = change("one", declared("SNS::Topic", "T", TopicName="t"), steps=(trust, made, put))
    told = about(plan(topic))["ByCommand"]
    assert [(one["When"], one["Commands"].split()[1]) for one in told] == [
        ("To be done before the stack is created", "organizations"),
        ("To be done when the stack is created", "s3api"),
    ]


def test_one_account_and_region_is_one_template() -> None:
    """Two are refused, with the way out."""
    with pytest.raises(UsageError, match="one account and Region") as refused:
        text(plan(validation(), validation(OTHER, "eu-west-1")), "cloudformation")
    assert "{account}" in refused.value.todo
    assert OTHER in refused.value.why


def test_iam_is_told_of() -> None:
    """Without the capability CloudFormation refuses named IAM resources."""
    role = declared("IAM::Role", "R", RoleName="r", AssumeRolePolicyDocument={})
    assert "CAPABILITY_NAMED_IAM" in text(plan(change("one", role)), "cloudformation")
    assert "CAPABILITY_NAMED_IAM" not in text(plan(no_trail()), "cloudformation")


texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.sampled_from(
        ["089012345678", "1e3", "yes", "no", "on", "null", "~", "2012-10-17", "a: b", "- x", "&a", "x\ny", "0x1", "y"]
    ),
)
values = st.recursive(
    st.one_of(st.booleans(), st.integers(), texts),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)


@given(values)
@settings(max_examples=100, deadline=None)
def test_any_properties_survive(value: Any) -> None:
    """YAML gives back what was put in, numbers that are text among it."""
    made = template(
        plan(
            change(
                "one", declared("SNS::Topic", "T", TopicName="t", Tags=[{"Key": "k", "Value": {"a": value, "b": 1}}])
            )
        )
    )
    assert made["Resources"]["T"]["Properties"]["Tags"] == [{"Key": "k", "Value": {"a": value, "b": 1}}]


def test_account_ids_stay_text_to_every_reader() -> None:
    """An id that begins with 0 is no number for a reader of YAML 1.2."""
    topic = declared("SNS::Topic", "T", TopicName="089012345678", DisplayName="1e3")
    code = text(plan(change("one", topic)), "cloudformation")
    assert "TopicName: '089012345678'" in code
    assert "DisplayName: '1e3'" in code
    assert f"Account: '{ACCOUNT}'" in code
