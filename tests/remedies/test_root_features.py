"""Central root access is switched on from the management account, proved, and taken back exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rootwarden.aws.remediate_policy import plan_policy
from rootwarden.errors import Exit
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from tests.emulated.lab_at_work import client, entry
from tests.remedies.root_at_work import Desk, at_work
from tests.remedies.root_world import MANAGEMENT, NEW, OLD, member, organization

BOTH = ("RW-ORG-01", "RW-ORG-02")
Open = Callable[..., Desk]


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="opened")
def _opened(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Seed an organization with these root features and sign in to its management account, or another."""

    def opened(features: tuple[str, ...] = (), account: str = "") -> Desk:
        open_lab.reset()
        world = seed(open_lab.endpoint, organization(member(NEW, "new"), features=features))
        return at_work(open_lab, world, tmp_path, monkeypatch, account)

    return opened


def state(desk: Desk) -> tuple[list[str], list[str]]:
    """Return the services that the organization trusts, and the features that are on ("off" where IAM refuses)."""
    who = entry(desk.lab, MANAGEMENT)
    trusted = client(desk.lab, "organizations", who).list_aws_service_access_for_organization()
    services = [one["ServicePrincipal"] for one in trusted["EnabledServicePrincipals"]]
    iam = client(desk.lab, "iam", who)
    try:
        return services, iam.list_organizations_features()["EnabledFeatures"]
    except iam.exceptions.ServiceAccessNotEnabledException:
        return services, ["off"]


def test_both_are_switched_on_and_taken_back(opened: Open) -> None:
    """Trusted access first, then the features; nothing is left to plan; afterwards all is as before."""
    desk = opened()
    before = state(desk)
    plan = desk.plan(*BOTH)
    assert [(one.remedy, [step.call.operation for step in one.steps]) for one in plan.changes] == [
        ("enable-root-credentials-management",
         ["EnableAWSServiceAccess", "EnableOrganizationsRootCredentialsManagement"]),
        ("enable-root-sessions", ["EnableOrganizationsRootSessions"]),
    ]  # fmt: skip
    done = desk.apply(plan)
    assert done is not None and done.exit is Exit.FINE
    assert {one.after for one in done.checked} == {Status.PASS}
    assert state(desk) == (["iam.amazonaws.com"], ["RootSessions", "RootCredentialsManagement"])
    assert desk.plan(*BOTH).changes == ()
    undone = desk.undo(done.run.id)
    assert undone is not None and undone.exit is Exit.FINE
    assert state(desk) == before == ([], ["off"])


def test_trusted_access_that_was_there_stays(opened: Open) -> None:
    """Where IAM is trusted already only the feature is touched, either way."""
    desk = opened(("RootSessions",))
    before = state(desk)
    plan = desk.plan(*BOTH)
    assert [step.call.operation for step in plan.changes[0].steps] == ["EnableOrganizationsRootCredentialsManagement"]
    done = desk.apply(plan)
    assert done is not None and done.exit is Exit.FINE
    desk.undo(done.run.id)
    assert state(desk) == before


def test_trusted_access_stays_while_another_feature_needs_it(opened: Open) -> None:
    """The first run gave it, a second one uses it: taking back the first leaves it, and says so (exit 7)."""
    desk = opened()
    first, second = (desk.apply(desk.plan(one)) for one in BOTH)
    assert first is not None and second is not None
    undone = desk.undo(first.run.id)
    assert undone is not None and undone.exit is Exit.UNVERIFIED
    assert any("something else rests on it by now" in line for line in desk.told)
    assert state(desk) == (["iam.amazonaws.com"], ["RootSessions"])


def test_only_the_management_account_may(opened: Open) -> None:
    """Elsewhere a person is told where to go; nothing is planned."""
    desk = opened(account=NEW)
    plan = desk.plan(*BOTH, org=False, root_audit=False)
    assert plan.changes == ()
    for one in plan.left:
        assert (one.why, MANAGEMENT in one.todo) == ("only the management account may switch this on", True)


def test_an_organization_without_all_features_comes_first(
    open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Consolidated billing alone cannot have it; that is a decision that cannot be taken back."""
    open_lab.reset()
    world = seed(open_lab.endpoint, organization(features=(), feature_set="CONSOLIDATED_BILLING"))
    plan = at_work(open_lab, world, tmp_path, monkeypatch).plan("RW-ORG-01", root_audit=False)
    assert plan.changes == ()
    assert [one.why for one in plan.left] == ["the organization has consolidated billing only"]


# -- least privilege ---------------------------------------------------------------------------------------------------
def test_the_plan_s_own_policy_for_deleting(
    open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """It holds AssumeRoot for that task and those accounts, and what the guards look at; no right to delete."""
    open_lab.reset()
    world = seed(open_lab.endpoint, organization())
    desk = at_work(open_lab, world, tmp_path, monkeypatch)
    plan = desk.plan("RW-ROOT-08")
    policy = plan_policy(plan.changes)
    assert policy["Statement"] == [
        {"Effect": "Allow", "Action": ["cloudtrail:LookupEvents", "s3:ListAllMyBuckets"], "Resource": ["*"]},
        {"Effect": "Allow", "Action": ["s3:GetBucketVersioning"], "Resource": ["arn:*:s3:::*"]},
        {"Effect": "Allow", "Action": ["sts:AssumeRoot"],
         "Resource": [f"arn:*:iam::{OLD}:root", f"arn:*:iam::{NEW}:root"],
         "Condition": {"StringLike": {
             "sts:TaskPolicyArn": "arn:*:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"}}},
    ]  # fmt: skip
    assert "iam:Delete" not in json.dumps(policy)
