"""What AWS does not answer becomes a mark with its reason, in its place and nowhere else."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.audit_policy import caller_policy, member_policy
from rootwarden.aws.collectors import collectors
from rootwarden.flows.collect import CollectRequest, collect
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.facts import FACTS
from tests.emulated.collecting import ONE_REGION, Collected, collected, read_back, sign_in
from tests.emulated.lab_at_work import client, entry

Seeded = tuple[Lab, World]


@pytest.fixture(scope="module", name="startup")
def _startup() -> Iterator[Seeded]:
    """A small organization in which something of everything is set up."""
    with Lab() as lab:
        world = seed(lab.endpoint, "enterprise")
        events = client(lab, "events", entry(lab, world.management.id), "eu-west-1")
        events.put_rule(Name="root", EventPattern='{"source": ["aws.signin"]}')
        client(lab, "guardduty", entry(lab, world.management.id), "eu-west-1").create_detector(Enable=True)
        yield lab, world


@pytest.fixture(name="at_work")
def _at_work(startup: Seeded, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seeded]:
    """Somebody with all rights works in the management account; faults end with the test."""
    lab, world = startup
    sign_in(monkeypatch, lab, world.management.id)
    yield lab, world
    lab.clear_faults()


def own(read: Collected) -> dict[str, Any]:
    """Return the facts of the only account."""
    (facts,) = read.accounts.values()
    return facts


def mark(why: str, call: str, *missing: str, **hint: str) -> dict[str, Any]:
    """Return the mark of an unread value."""
    return {"_unknown": {"why": why, "call": call, "missing": list(missing), **hint}}


# Actions that another one makes up for: EC2 lists Regions too, and a credential report is kept for four hours.
MADE_UP_FOR = {"account:ListRegions", "ec2:DescribeRegions", "iam:GenerateCredentialReport"}
NEEDED_BY = {
    action: tuple(one.fact for one in collectors() if action in FACTS[one.fact].permissions)
    for statement in caller_policy()["Statement"]
    if statement["Resource"] == "*"
    for action in statement["Action"]
    if action not in MADE_UP_FOR
}


@pytest.mark.parametrize("action", sorted(NEEDED_BY))
def test_each_missing_permission_is_named(at_work: Seeded, tmp_path: Path, action: str) -> None:
    """Each action of the generated policy is needed: denied alone, it is named, and nothing else goes unread."""
    lab, world = at_work
    account = world.account("log-archive") if action.startswith(("s3:", "kms:", "account:")) else world.management
    lab.deny(action)
    read = collected(tmp_path, accounts=(account.id,), facts=NEEDED_BY[action], regions=ONE_REGION)
    assert read.marks(), f"{action} is in the policy and nothing needs it"
    assert {name for found in read.marks() for name in found["missing"]} == {action}
    assert {found["why"] for found in read.marks()} == {"AccessDenied"}


def test_a_region_that_refuses_is_one_item(at_work: Seeded, tmp_path: Path) -> None:
    """One Region refuses, the others are read; a bucket's field refuses, the other fields are read."""
    lab, world = at_work
    lab.deny("logs:DescribeLogGroups", "s3:GetBucketLogging")
    archive = world.account("log-archive").id
    facts = own(collected(tmp_path, accounts=(archive,), regions=("eu-west-1", "us-east-1")))
    assert facts["logs.log_groups"] == [
        {"region": region} | mark("AccessDenied", "logs.DescribeLogGroups", "logs:DescribeLogGroups")
        for region in ("us-east-1", "eu-west-1")
    ]
    (bucket,) = facts["s3.buckets"].values()
    assert bucket["logging"] == mark("AccessDenied", "s3.GetBucketLogging", "s3:GetBucketLogging")
    assert bucket["versioning"] == {"Status": "Enabled"}


def test_unlisted_regions_are_never_taken_for_empty(at_work: Seeded, tmp_path: Path) -> None:
    """Where neither service tells which Regions are enabled, the default ones are read and the rest is marked."""
    lab, _ = at_work
    lab.deny("account:ListRegions", "ec2:DescribeRegions")
    facts = own(collected(tmp_path, facts=("cloudtrail.trails", "cloudwatch.alarms", "logs.log_groups")))
    why = mark("AccessDenied", "account.ListRegions", "account:ListRegions")
    assert facts["account.regions"] == why
    assert {"region": "*"} | why in facts["logs.log_groups"]
    assert {"region": "*"} | why in facts["cloudtrail.trails"]
    assert len(facts["cloudwatch.alarms"]) == 18
    lab.clear_faults()
    lab.deny("account:ListRegions")
    listed = own(collected(tmp_path, facts=("account.regions",)))["account.regions"]
    assert {"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"} in listed


def test_a_throttling_storm_ends(at_work: Seeded, tmp_path: Path) -> None:
    """Calls that stay throttled are given up after their retries and marked; a little throttling is waited out."""
    lab, _ = at_work
    lab.throttle(calls=1000, actions=["iam:GetAccountSummary"])
    lab.throttle(calls=1, actions=["cloudtrail:DescribeTrails"])
    facts = own(collected(tmp_path, facts=("iam.account_summary", "cloudtrail.trails"), regions=ONE_REGION))
    assert facts["iam.account_summary"] == mark("Throttled", "iam.GetAccountSummary")
    assert facts["cloudtrail.trails"][0]["status"]["IsLogging"]


def test_credentials_that_expire_on_the_way(at_work: Seeded, tmp_path: Path) -> None:
    """Once the session has expired every further call says so; the file is whole."""
    lab, world = at_work
    stop = lambda line: lab.expire() if line.startswith("entered") else None  # noqa: E731
    read = read_back(collect(CollectRequest(regions=ONE_REGION), tmp_path / "s.gz", progress=stop))
    assert own(read)["iam.account_summary"] == mark("ExpiredToken", "iam.GetAccountSummary")
    assert list(read.accounts) == [world.management.id]
    assert not read.snapshot.truncated


def test_the_deadline_marks_the_rest(at_work: Seeded, tmp_path: Path) -> None:
    """When time is up every account still gets its line, whatever was not read marked as Timeout."""
    _, world = at_work
    read = collected(tmp_path, org=True, timeout=0.4)
    assert read.result.timed_out
    assert len(read.accounts) == len(world.accounts)
    assert "Timeout" in {found["why"] for found in read.marks()}
    assert not read.snapshot.truncated


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="needs POSIX signals")
def test_ctrl_c_leaves_a_valid_partial_snapshot(at_work: Seeded, tmp_path: Path) -> None:
    """Ctrl-C after the first account: what was read is in the file, begun accounts are marked, no more are begun."""
    _, world = at_work
    assert threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)

    def press(line: str) -> None:
        if line.startswith("read 1 of"):
            os.kill(os.getpid(), signal.SIGINT)

    result = collect(CollectRequest(org=True, regions=ONE_REGION), tmp_path / "s.gz", progress=press)
    read = read_back(result)
    assert result.interrupted
    assert signal.getsignal(signal.SIGINT) is before
    assert 1 <= len(read.accounts) < len(world.accounts)
    assert read.snapshot.truncated
    assert {found["why"] for found in read.marks()} <= {"Interrupted"}
    assert read.organization["org.accounts"][0]["Id"]


def test_ctrl_c_at_once(at_work: Seeded, tmp_path: Path) -> None:
    """Ctrl-C before any account: header and organization are there, no account is."""
    press = lambda line: os.kill(os.getpid(), signal.SIGINT) if line.startswith("reading") else None  # noqa: E731
    read = read_back(collect(CollectRequest(org=True, regions=ONE_REGION), tmp_path / "s.gz", progress=press))
    assert read.accounts == {}
    assert read.result.interrupted
    assert read.snapshot.header.accounts_expected == 13


def test_a_missing_role_is_a_line_of_marks(at_work: Seeded, tmp_path: Path) -> None:
    """One member does not know the role: its facts name the role; what the management account can tell is read."""
    _, world = at_work
    lost, other = world.accounts[1].id, world.accounts[2].id
    read = collected(tmp_path, accounts=(lost, other), roles={lost: "NoSuchRole"}, regions=ONE_REGION)
    hint = "role NoSuchRole is missing in this account, or does not let the caller in"
    assert read.accounts[lost]["iam.account_summary"] == mark(
        "AccessDenied", "sts.AssumeRole", "sts:AssumeRole", hint=hint
    )
    assert read.accounts[lost]["account.primary_email"] == {"PrimaryEmail": world.accounts[1].email}
    assert "_unknown" not in read.accounts[other]["iam.account_summary"]
    assert read.result.accounts_read == 1


def test_an_unreachable_endpoint_is_not_waited_for_again(at_work: Seeded, tmp_path: Path) -> None:
    """A service that nobody answers for is marked, quickly, and the rest is read."""
    _, _ = at_work
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_BUDGETS", "http://127.0.0.1:9")
        facts = own(collected(tmp_path, facts=("budgets.subscribers", "iam.account_summary"), regions=ONE_REGION))
    assert facts["budgets.budgets"] == mark("EndpointUnreachable", "budgets.DescribeBudgets")
    assert facts["budgets.subscribers"] == facts["budgets.budgets"]
    assert facts["iam.account_summary"]["Users"] >= 0


def test_runs_under_exactly_its_policy(startup: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the two generated policies and nothing else, the whole organization is read."""
    lab, world = startup
    sign_in(monkeypatch, lab, world.management.id)
    _only_policy(lab, world.management.id, "Caller", caller_policy(roles=("Member",), root_audit=True))
    for account in world.accounts[1:]:
        _only_policy(lab, account.id, "Member", member_policy(), trusts=world.management.id)
    sign_in(monkeypatch, lab, world.management.id, "Caller")
    read = collected(tmp_path, org=True, role="Member", root_audit=True, regions=ONE_REGION)
    assert read.result.unread == ()


def _only_policy(lab: Lab, account: str, role: str, policy: dict[str, Any], trusts: str = "") -> None:
    for statement in policy["Statement"]:
        if str(statement["Resource"]).endswith(":root"):
            statement["Resource"] = "*"  # moto's check of policies does not know the resource of sts:AssumeRoot
    iam = client(lab, "iam", entry(lab, account))
    principal = {"AWS": f"arn:aws:iam::{trusts or account}:root"}
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=role, PolicyName="only", PolicyDocument=json.dumps(policy))
