"""GovCloud and China: every ARN, Region and home of a global service is the partition's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rootwarden.aws.audit_policy import caller_policy
from rootwarden.aws.hop import role_arn, task_policy_arn
from rootwarden.flows.collect import explain_calls
from rootwarden.flows.request import CollectRequest
from rootwarden.lab.server import Lab
from tests.emulated.collecting import collected, sign_in
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry  # noqa: F401


@pytest.mark.parametrize(("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")])
def test_reads_in_its_partition(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str, partition: str
) -> None:
    """The partition is the caller's; what it lacks is marked as such, everything else is read in its own Regions."""
    iam = client(lab, "iam", entry(lab), region)
    iam.create_user(UserName="auditor")
    iam.put_user_policy(
        UserName="auditor", PolicyName="all",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    )  # fmt: skip
    key = iam.create_access_key(UserName="auditor")["AccessKey"]
    sign_in(monkeypatch, lab, MANAGEMENT)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    read = collected(tmp_path, region=region, regions=(region,))
    facts = read.accounts[MANAGEMENT]
    assert read.snapshot.header.partition == partition
    assert facts["account.identity"]["Arn"].startswith(f"arn:{partition}:")
    assert [item["region"] for item in facts["cloudwatch.alarms"]] == [region]
    marked = {name for name, value in facts.items() if isinstance(value, dict) and "_unknown" in value}
    assert {mark["why"] for mark in read.marks()} <= {"NotInPartition"}
    assert ("budgets.budgets" in marked) == (partition == "aws-us-gov")


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_every_arn_has_the_partition(partition: str) -> None:
    """Role, task policy and generated policies name the partition they are for."""
    assert role_arn(partition, MANAGEMENT, "path/Audit") == f"arn:{partition}:iam::{MANAGEMENT}:role/path/Audit"
    assert task_policy_arn(partition).startswith(f"arn:{partition}:iam::aws:policy/root-task/")
    statements = caller_policy(partition=partition, root_audit=True)["Statement"]
    named = [resource for one in statements for resource in [one["Resource"]] if resource != "*"]
    assert f"arn:{partition}:" in str(named)
    assert "arn:aws:" not in str(named) or partition == "aws"


def test_planned_calls_follow_the_region() -> None:
    """Without asking AWS, the partition is that of the Region."""
    planned = {call.service: call.region for call in explain_calls(CollectRequest(region="us-gov-east-1"))}
    assert planned["iam"] == "us-gov-west-1"
    assert planned["budgets"] == "not in this partition"
