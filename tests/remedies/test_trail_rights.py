"""Applying and taking back trail changes needs the actions of the plan's own policy, and no others."""

from __future__ import annotations

import json

import pytest

from rootwarden.aws.remediate_policy import plan_policy, remediate_policy
from rootwarden.model.plan import Plan
from tests.emulated.lab_at_work import client, entry
from tests.remedies.test_trail_made import organized
from tests.remedies.trail_bench import Bench, Start, _lab, _near, _start, bundled  # noqa: F401

# What an audit reads is granted apart from the plan.
_READING = ("*:Get*", "*:List*", "*:Describe*", "iam:GenerateCredentialReport")


def _limit(bench: Bench, patch: pytest.MonkeyPatch, plan: Plan, without: str = "") -> None:
    """Become somebody in the first account who may read, and do what the plan's policy says; `without` one action."""
    account = bench.world.management.id
    actions = {one for statement in plan_policy(plan.changes)["Statement"] for one in statement["Action"]}
    allow = [*sorted(actions - {without}), *_READING]
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allow, "Resource": "*"}]}
    sts = client(bench.lab, "sts", entry(bench.lab, account))
    keys = sts.assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/RootwardenRemediate", RoleSessionName="limited",
        Policy=json.dumps(document, separators=(",", ":")),
    )["Credentials"]  # fmt: skip
    patch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    patch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    patch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])


def test_a_plan_for_an_organization_needs_its_own_policy_only(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = start(organized())
    plan = bench.plan(record_all_management_events={"cloudwatch_logs": True})
    _limit(bench, monkeypatch, plan)
    bench.undo(bench.apply(plan))


def test_without_one_action_the_run_stops_there(near: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy is not wider than need be: what is taken from it is missed."""
    bench = near(bundled("solo-founder"))
    plan = bench.plan(("RW-TRAIL-04",))
    for action in ("kms:CreateAlias", "kms:EnableKeyRotation", "cloudtrail:UpdateTrail"):
        with monkeypatch.context() as patch, pytest.raises(AssertionError, match=action.split(":")[1]):
            _limit(bench, patch, plan, action)
            bench.apply(plan)
        bench.clear()


def test_the_policy_of_the_role_that_applies_holds_every_action_of_every_plan(start: Start) -> None:
    granted = {one for statement in remediate_policy()["Statement"] for one in statement["Action"]}
    plan = start(organized()).plan(record_all_management_events={"cloudwatch_logs": True})
    needed = {one for statement in plan_policy(plan.changes)["Statement"] for one in statement["Action"]}
    assert needed <= granted, needed - granted
