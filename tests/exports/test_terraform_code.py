"""Plans as Terraform code: it parses, keeps its form, imports what exists, and says what it leaves out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rootwarden.model.placeholders import refer
from rootwarden.model.plan import Call, Step
from tests.exports.hcl_read import parsed, text_of
from tests.exports.sample_plans import (
    ACCOUNT,
    OTHER,
    alarm,
    change,
    contact,
    declared,
    detectors,
    everything,
    get,
    money,
    no_trail,
    people,
    plan,
    ref,
    validation,
)
from tests.exports.stacks import text


def resources(code: str) -> dict[str, dict[str, Any]]:
    """Return the bodies of all resources by their address."""
    found: dict[str, dict[str, Any]] = {}
    for block in parsed(code).get("resource", []):
        for type_, named in block.items():
            for label, body in named.items():
                address = f"{text_of(type_[1:-1])}.{text_of(label[1:-1])}"
                assert address not in found, f"{address} stands there twice"
                found[address] = body
    return found


def test_everything_has_words() -> None:
    """Every type of the sample is a resource, each address is there once, and all that is referred to exists."""
    code = text(everything(), "terraform")
    found = resources(code)
    assert "left out" not in code
    assert {address.partition(".")[0] for address in found} == {
        "aws_accessanalyzer_analyzer", "aws_budgets_budget", "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription",
        "aws_cloudtrail", "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_metric_filter", "aws_cloudwatch_metric_alarm", "aws_guardduty_detector",
        "aws_guardduty_detector_feature", "aws_iam_group", "aws_iam_group_policy", "aws_iam_group_policy_attachment",
        "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_iam_user", "aws_iam_user_group_membership",
        "aws_kms_alias", "aws_kms_key", "aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_logging", "aws_s3_bucket_object_lock_configuration", "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning", "aws_sns_topic",
        "aws_sns_topic_policy", "aws_sns_topic_subscription",
    }  # fmt: skip
    for one in found.values():
        for wanted in one.get("depends_on", []):
            assert wanted.removeprefix("${").removesuffix("}") in found


@pytest.mark.parametrize(
    "made",
    [no_trail(), alarm(), people(), money(), detectors(), validation()],
    ids=lambda made: made.id,
)
@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform here")
def test_it_has_the_form_that_terraform_gives_it(made: Any, tmp_path: Path) -> None:
    """`terraform fmt` finds nothing to change, and so nothing that it cannot read."""
    (tmp_path / "fix.tf").write_text(text(plan(made), "terraform"), encoding="utf-8")
    (tmp_path / "rc").touch()
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "rc")}
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-diff"],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_references_become_addresses() -> None:
    """An ARN where Terraform wants one, and the ARN of a log group with what CloudFormation ends it with."""
    found = resources(text(plan(no_trail(), alarm()), "terraform"))
    trail = found["aws_cloudtrail.trail"]
    assert trail["kms_key_id"] == "${aws_kms_key.trail_key.arn}"
    assert trail["s3_bucket_name"] == "${aws_s3_bucket.trail_bucket.id}"
    assert "${aws_s3_bucket_policy.trail_bucket_policy}" in trail["depends_on"]
    policy = found["aws_iam_role_policy.root_log_writer"]["policy"]
    assert '"${aws_cloudwatch_log_group.root_log.arn}:*"' in policy
    assert found["aws_kms_alias.trail_key_alias"]["target_key_id"] == "${aws_kms_key.trail_key.key_id}"


def test_what_holds_evidence_is_not_destroyed() -> None:
    """Buckets, keys and log groups are kept, whatever somebody deletes from the code."""
    found = resources(text(plan(no_trail(), alarm()), "terraform"))
    kept = {address for address, body in found.items() if "lifecycle" in body}
    assert kept == {
        "aws_s3_bucket.log_bucket",
        "aws_s3_bucket.trail_bucket",
        "aws_kms_key.trail_key",
        "aws_cloudwatch_log_group.root_log",
    }


@pytest.mark.parametrize(
    ("made", "named", "left_alone"),
    [
        (declared("KMS::Key", "K", "1234", KeyPolicy={}), {"policy"},
         {"enable_key_rotation", "tags", "description", "key_usage", "multi_region", "rotation_period_in_days"}),
        (declared("KMS::Key", "K", "1234", KeyPolicy={}, EnableKeyRotation=True), {"policy", "enable_key_rotation"},
         {"tags", "tags_all", "description"}),
        (declared("CloudTrail::Trail", "T", "t", TrailName="t", S3BucketName="b", IsLogging=True),
         {"name", "s3_bucket_name", "enable_logging"}, {"insight_selector", "tags"}),
        (declared("GuardDuty::Detector", "D", "d1", Enable=True), {"enable"},
         {"tags", "finding_publishing_frequency"}),
        (declared("Budgets::Budget", "B", "b", Budget={
            "BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": 5, "Unit": "USD"}}),
         {"limit_amount"}, {"tags", "time_period_end"}),
    ],
)  # fmt: skip
def test_what_is_imported_keeps_what_the_plan_is_not_about(made: Any, named: set[str], left_alone: set[str]) -> None:
    """Terraform would set the rest to defaults of its own; what the plan is about is not among what it overlooks."""
    (body,) = resources(text(plan(change("c", made)), "terraform")).values()
    assert named <= set(body)
    ignored = {one.strip("${}") for one in body["lifecycle"][0]["ignore_changes"]}
    assert left_alone <= ignored
    assert not ignored & set(body)


def test_what_is_made_overlooks_nothing() -> None:
    """Whoever changes it outside of the code is set right."""
    made = declared("KMS::Key", "K", "", KeyPolicy={})
    (body,) = resources(text(plan(change("c", made)), "terraform")).values()
    assert "ignore_changes" not in body["lifecycle"][0]


@pytest.mark.parametrize(
    ("made", "address", "id_"),
    [
        (declared("S3::Bucket", "B", "acme", BucketName="acme"), "aws_s3_bucket.b", "acme"),
        (declared("S3::BucketPolicy", "B", "acme", Bucket="acme", PolicyDocument={}), "aws_s3_bucket_policy.b", "acme"),
        (declared("KMS::Key", "K", "1234", KeyPolicy={}), "aws_kms_key.k", "1234"),
        (declared("KMS::Alias", "K", "alias/k", AliasName="alias/k", TargetKeyId="1"), "aws_kms_alias.k", "alias/k"),
        (declared("CloudTrail::Trail", "T", "t", TrailName="t", S3BucketName="b", IsLogging=True), "aws_cloudtrail.t",
         f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t"),
        (declared("CloudTrail::Trail", "T", f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/t", IsLogging=True),
         "aws_cloudtrail.t", f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/t"),
        (declared("Logs::LogGroup", "G", "a/b", LogGroupName="a/b"), "aws_cloudwatch_log_group.g", "a/b"),
        (declared("Logs::MetricFilter", "F", "a/b|f", LogGroupName="a/b", FilterName="f", FilterPattern="x",
                  MetricTransformations=[]), "aws_cloudwatch_log_metric_filter.f", "a/b:f"),
        (declared("IAM::Role", "R", "r", RoleName="r", AssumeRolePolicyDocument={}), "aws_iam_role.r", "r"),
        (declared("IAM::Group", "G", "g", GroupName="g"), "aws_iam_group.g", "g"),
        (declared("IAM::User", "U", "u", UserName="u"), "aws_iam_user.u", "u"),
        (declared("IAM::ManagedPolicy", "P", f"arn:aws:iam::{ACCOUNT}:policy/x/p", ManagedPolicyName="p",
                  PolicyDocument={}), "aws_iam_policy.p", f"arn:aws:iam::{ACCOUNT}:policy/x/p"),
        (declared("Budgets::Budget", "B", "b", Budget={"BudgetName": "b"}), "aws_budgets_budget.b", f"{ACCOUNT}:b"),
        (declared("SNS::Topic", "T", f"arn:aws:sns:us-east-1:{ACCOUNT}:t", TopicName="t"), "aws_sns_topic.t",
         f"arn:aws:sns:us-east-1:{ACCOUNT}:t"),
        (declared("SNS::Subscription", "S", "arn:aws:sns:us-east-1:1:t:s", TopicArn="t", Protocol="email",
                  Endpoint="a@example.com"), "aws_sns_topic_subscription.s", "arn:aws:sns:us-east-1:1:t:s"),
        (declared("Events::Rule", "R", f"arn:aws:events:us-east-1:{ACCOUNT}:rule/r", Name="r"),
         "aws_cloudwatch_event_rule.r", "r"),
        (declared("CloudWatch::Alarm", "A", "a", AlarmName="a"), "aws_cloudwatch_metric_alarm.a", "a"),
        (declared("GuardDuty::Detector", "D", "12abc", Enable=True), "aws_guardduty_detector.d", "12abc"),
        (declared("AccessAnalyzer::Analyzer", "A", f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/a",
                  AnalyzerName="a", Type="ACCOUNT"), "aws_accessanalyzer_analyzer.a", "a"),
        (declared("CE::AnomalyMonitor", "M", "arn:aws:ce::1:anomalymonitor/m", MonitorName="m", MonitorType="CUSTOM"),
         "aws_ce_anomaly_monitor.m", "arn:aws:ce::1:anomalymonitor/m"),
        (declared("CE::AnomalySubscription", "S", "arn:aws:ce::1:anomalysubscription/s", SubscriptionName="s"),
         "aws_ce_anomaly_subscription.s", "arn:aws:ce::1:anomalysubscription/s"),
    ],
    ids=lambda value: getattr(value, "type", None),
)  # fmt: skip
def test_what_exists_is_imported(made: Any, address: str, id_: str) -> None:
    """By the id that the provider's documentation names for the type."""
    code = parsed(text(plan(change("one", made)), "terraform"))
    (block,) = code["import"]
    assert block["to"] == f"${{{address}}}"
    assert text_of(block["id"][1:-1]) == id_


def test_a_topic_policy_is_put_anew() -> None:
    """It has no id of its own; putting it is the same whether it was there or not."""
    policy = declared("SNS::TopicPolicy", "P", "x", Topics=["arn:aws:sns:us-east-1:1:t"], PolicyDocument={})
    code = parsed(text(plan(change("one", policy)), "terraform"))
    assert "import" not in code


def test_an_unknown_type_is_said_and_takes_along_what_needs_it() -> None:
    """A comment names the type; what refers to its id cannot be said either, what refers to nothing of it can."""
    made = change(
        "one",
        declared("DynamoDB::Table", "Table", TableName="x"),
        declared("SNS::Topic", "Needs", TopicName="n", DisplayName=get("Table", "StreamArn")),
        declared("SNS::Topic", "Free", TopicName="f"),
        steps=(Step(id="x", does="x", call=Call(service="dynamodb", operation="CreateTable")),),
    )
    code = text(plan(made), "terraform")
    assert set(resources(code)) == {"aws_sns_topic.free"}
    assert "# AWS::DynamoDB::Table Table is left out: the type AWS::DynamoDB::Table is not known here." in code
    assert "# AWS::SNS::Topic Needs is left out: it refers to Table, which cannot be said." in code
    assert "#   aws dynamodb create-table" in code


def test_an_unknown_property_is_said() -> None:
    """Nothing is dropped in silence, a password least of all."""
    user = declared("IAM::User", "U", UserName="u", LoginProfile={"Password": "x"})
    code = text(plan(change("one", user)), "terraform")
    assert not resources(code)
    assert "LoginProfile of AWS::IAM::User is not known here" in code


def test_a_change_about_more_than_it_declares() -> None:
    """Commands that need nothing new come after; those that need the id of a new key do all of the change."""
    other = Step(id="use", does="x", call=Call(service="cloudtrail", operation="UpdateTrail", parameters={"Name": "t"}))
    key = Step(id="key", does="x", call=Call(service="kms", operation="CreateKey"), keeps={"arn": "KeyMetadata.Arn"})
    declares = declared("KMS::Key", "Key", KeyPolicy={})
    code = text(plan(change("loose", declares, steps=(key, other))), "terraform")
    assert set(resources(code)) == {"aws_kms_key.key"}
    assert "# To be done after `terraform apply`: Do loose" in code
    assert "kms create-key" not in code
    needs = Call(service="cloudtrail", operation="UpdateTrail", parameters={"KmsKeyId": refer("key", "arn")})
    tied = (key, Step(id="use", does="x", call=needs))
    code = text(plan(change("tied", declares, steps=tied)), "terraform")
    assert not resources(code)
    assert "# Not in Terraform: Do tied" in code
    assert "kms create-key" in code


def test_several_accounts_are_several_providers() -> None:
    """Each resource names its provider, which takes no other account's credentials."""
    code = text(plan(validation(), validation(OTHER, "eu-west-1"), contact(OTHER)), "terraform")
    found = parsed(code)
    accounts = [text_of(block['"aws"']["allowed_account_ids"][0][1:-1]) for block in found["provider"]]
    assert accounts == [ACCOUNT, OTHER]
    assert [block["provider"] for block in resources(code).values()] == [
        f"${{aws.in_{ACCOUNT}_us_east_1}}",
        f"${{aws.in_{OTHER}_eu_west_1}}",
    ]
    assert "variable" in found
    assert f"# Not in Terraform: Do contact (account {OTHER})" in code


def test_joined_texts_and_pseudo_parameters() -> None:
    """Fn::Sub and Fn::Join become one text with addresses in it; what is known of a place is written out."""
    topic = declared("SNS::Topic", "T", TopicName={"Fn::Sub": "in-${AWS::Region}-${!x}"})
    other = declared("SNS::Topic", "O", TopicName={"Fn::Join": ["-", ["for", get("T", "TopicName")]]})
    third = declared("SNS::Topic", "L", TopicName={"Fn::Select": [0, ["a"]]})
    fourth = declared("SNS::Subscription", "S", TopicArn=ref("T"), Protocol="sqs", Endpoint={"Ref": "AWS::NoValue"})
    code = text(plan(change("one", topic, other, third, fourth)), "terraform")
    found = resources(code)
    assert found["aws_sns_topic.t"]["name"] == '"in-us-east-1-$${x}"'
    assert found["aws_sns_topic.o"]["name"] == '"for-${aws_sns_topic.t.name}"'
    assert "Fn::Select is not known here" in code
    assert "AWS::NoValue is not known here" in code
