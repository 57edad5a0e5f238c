"""Reading root's own view of members: opt-in, announced beforehand, traceable, and only where AWS allows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.ask import Ask
from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT, caller_policy, member_policy, session_policy
from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.hop import assume_role, role_arn
from rootwarden.aws.opening import Way, open_aws
from rootwarden.aws.refusals import UnreadError
from rootwarden.flows.collect import CollectRequest, StandingWindow, collect
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from tests.emulated.collecting import ONE_REGION, collected, read_back, sign_in
from tests.emulated.lab_at_work import client, entry

Seeded = tuple[Lab, World]
FACTS = ("root.privileged_audit",)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":%s}]}'
ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.fixture(scope="module", name="seeded")
def _seeded() -> Iterator[Seeded]:
    """An organization with centralized root access."""
    with Lab() as lab:
        yield lab, seed(lab.endpoint, "enterprise")


@pytest.fixture(name="at_work")
def _at_work(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> Seeded:
    """Somebody with all rights works in the management account."""
    lab, world = seeded
    sign_in(monkeypatch, lab, world.management.id)
    return seeded


def calls(lab: Lab, account: str, name: str) -> list[dict[str, Any]]:
    """Return what CloudTrail recorded of one API operation."""
    return [record for record in lab.records(account) if record["eventName"] == name]


def make_role(lab: Lab, account: str, name: str, *actions: str) -> str:
    """Make a role that may do everything and that anybody may enter with these STS actions."""
    iam = client(lab, "iam", entry(lab, account))
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST % json.dumps(actions))
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=ALL)
    return role_arn("aws", account, name)


def test_is_not_done_unless_asked_for(at_work: Seeded, tmp_path: Path) -> None:
    """Without the option nobody becomes root, and the fact is absent: it was not asked for."""
    lab, world = at_work
    before = len(calls(lab, world.management.id, "AssumeRoot"))
    read = collected(tmp_path, org=True, regions=ONE_REGION, facts=FACTS)
    assert len(calls(lab, world.management.id, "AssumeRoot")) == before
    assert read.result.window is None
    assert not any("root.privileged_audit" in facts for facts in read.accounts.values())


def test_is_announced_first_and_traceable(at_work: Seeded, tmp_path: Path) -> None:
    """The window is told before the first AssumeRoot, and what happens then is what it says."""
    lab, world = at_work
    role = make_role(lab, world.management.id, "RootAuditor", "sts:AssumeRole", "sts:SetSourceIdentity")
    told: list[tuple[StandingWindow, int]] = []
    before = len(calls(lab, world.management.id, "AssumeRoot"))

    def announce(window: StandingWindow) -> None:
        told.append((window, len(calls(lab, world.management.id, "AssumeRoot"))))

    request = CollectRequest(org=True, regions=ONE_REGION, facts=FACTS, root_audit=True, role_arn=role)
    read = read_back(collect(request, tmp_path / "s.gz", announce=announce))
    ((window, so_far),) = told
    made = calls(lab, world.management.id, "AssumeRoot")[before:]
    assert so_far == before
    assert read.result.window == window
    assert window.source_identity.startswith("rw-audit-")
    assert {record["userIdentity"]["arn"] for record in made} == {window.caller}
    assert {record["requestParameters"]["taskPolicyArn"]["arn"] for record in made} == {window.task_policy}
    assert {record["requestParameters"]["durationSeconds"] for record in made} == {900}
    targets = {record["requestParameters"]["targetPrincipal"] for record in made}
    assert targets == set(window.accounts) == {account.id for account in world.accounts[1:]}
    assert world.management.id not in targets
    (hop,) = [
        record
        for record in calls(lab, world.management.id, "AssumeRole")
        if record["requestParameters"].get("sourceIdentity") == window.source_identity
    ]
    assert hop["requestParameters"]["roleSessionName"] == "rootwarden-audit"
    assert window.source_identity in window.text()
    assert (window.end - window.start).total_seconds() == request.timeout + 900


def test_as_root_only_questions_about_root(at_work: Seeded, tmp_path: Path) -> None:
    """In the member, root does nothing but read its own credentials, and names no user."""
    lab, world = at_work
    member = world.accounts[5].id
    begun = len(lab.records(member))
    collected(tmp_path, accounts=(member,), regions=ONE_REGION, facts=FACTS, root_audit=True)
    by_root = [record for record in lab.records(member)[begun:] if record["userIdentity"]["type"] == "Root"]
    names = {record["eventName"] for record in by_root}
    assert names <= {
        "GetLoginProfile", "ListAccessKeys", "GetAccessKeyLastUsed", "ListMFADevices", "ListSigningCertificates",
    }  # fmt: skip
    assert names
    assert not any("userName" in (record["requestParameters"] or {}) for record in by_root)


def test_without_a_role_the_caller_is_named(at_work: Seeded, tmp_path: Path) -> None:
    """No role to set a source identity with: the window says by whom to match."""
    _, world = at_work
    read = collected(tmp_path, accounts=(world.accounts[1].id,), regions=ONE_REGION, facts=FACTS, root_audit=True)
    assert read.result.window is not None
    assert read.result.window.source_identity == ""
    assert read.result.window.caller.endswith(":assumed-role/Admin/rootwarden-lab")
    assert "match by caller" in read.result.window.text()


def test_a_role_that_takes_no_source_identity(at_work: Seeded, tmp_path: Path) -> None:
    """A trust policy without sts:SetSourceIdentity: the audit goes on, and the window does not claim one."""
    lab, world = at_work
    role = make_role(lab, world.management.id, "OldAuditor", "sts:AssumeRole")
    read = collected(
        tmp_path, accounts=(world.accounts[1].id,), regions=ONE_REGION, facts=FACTS, root_audit=True, role_arn=role
    )
    assert read.result.window is not None
    assert read.result.window.source_identity == ""
    assert "AWS refused to set it: AccessDenied; match by caller" in read.result.window.text()
    assert "_unknown" not in read.accounts[world.accounts[1].id]["root.privileged_audit"]


def test_every_hop_carries_the_audit_policy(at_work: Seeded, tmp_path: Path) -> None:
    """Even through an administrator's role the session can only read: STS is given the generated policy."""
    lab, world = at_work
    member = world.accounts[2].id
    begun = len(calls(lab, world.management.id, "AssumeRole"))
    read = collected(tmp_path, accounts=(member,), role="OrganizationAccountAccessRole", regions=ONE_REGION)
    assert "_unknown" not in read.accounts[member]["iam.account_summary"]
    (hop,) = calls(lab, world.management.id, "AssumeRole")[begun:]
    assert json.loads(hop["requestParameters"]["policy"]) == member_policy()
    assert hop["requestParameters"]["roleArn"].endswith("role/OrganizationAccountAccessRole")


def test_a_write_through_that_session_is_denied(at_work: Seeded) -> None:
    """The same session, as the product opens it, cannot change anything, although the role could."""
    _, world = at_work
    arn = role_arn("aws", world.accounts[2].id, "OrganizationAccountAccessRole")
    caller = open_aws(Way(), SystemClock()).ask
    free, bound = assume_role(caller, arn), assume_role(caller, arn, policy=session_policy())
    assert _writes(free) == ""
    assert _writes(bound) == "AccessDenied"


def _writes(ask: Ask) -> str:
    try:
        ask.call("iam", "CreateUser", UserName=f"made-{new_ulid()}")
    except UnreadError as refusal:
        return refusal.unknown.why
    return ""


@pytest.mark.parametrize("paid", [False, True])
def test_the_session_policy_fits_and_only_reads(paid: bool) -> None:
    """STS takes at most 2,048 characters; every action begins with a verb that only reads."""
    text = session_policy(paid=paid)
    assert len(text) <= SESSION_POLICY_LIMIT
    verbs = {action.split(":")[1] for action in json.loads(text)["Statement"][0]["Action"]}
    assert all(verb.startswith(("Get", "List", "Describe", "View", "Generate")) for verb in verbs)
    assert "*" not in "".join(verbs)


def test_the_callers_policy_lets_a_source_identity_be_set() -> None:
    """With the root audit, and only then, the named role may be entered under the audit's own source identity."""
    for root_audit in (False, True):
        (entering,) = [one for one in caller_policy(roles=("Reader",), root_audit=root_audit)["Statement"]
                       if one["Sid"] == "RootwardenEnterAccounts"]  # fmt: skip
        assert ("sts:SetSourceIdentity" in entering["Action"]) == root_audit
        assert "sts:AssumeRole" in entering["Action"]
        assert entering["Resource"] == ["arn:aws:iam::*:role/Reader"]
