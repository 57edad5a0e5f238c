"""Where the organization has Identity Center, the roster becomes people, groups and permission sets there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.aws.ask import Ask
from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.applying.running import apply_plan, resume_run
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.report.run_text import to_take_back
from tests.emulated.lab_at_work import client, entry
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    JOBS,
    MANAGEMENT,
    Company,
    _company,
    _open_company,
    person,
    roster,
)

NOBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
STAFF = [("dana", "developers"), ("erik", "support"), ("boss", "admins"), *((f"p{n}", "finance") for n in range(8))]


class Crash(BaseException):
    """The process dies here."""


@pytest.fixture(name="centre")
def _centre(company: Company) -> Any:
    """Identity Center of the organization, which has nobody in it yet."""
    admin = client(company.lab, "sso-admin", entry(company.lab, MANAGEMENT))
    admin.create_instance(Name="company")
    return admin


def directory(company: Company) -> dict[str, Any]:
    """Return who is in which group, and which permission set is given to whom where, by names."""
    who = entry(company.lab, MANAGEMENT)
    admin, store = client(company.lab, "sso-admin", who), client(company.lab, "identitystore", who)
    instance = admin.list_instances()["Instances"][0]
    at = {"IdentityStoreId": instance["IdentityStoreId"]}
    users = {one["UserId"]: one["UserName"] for one in store.list_users(**at)["Users"]}
    groups = {one["GroupId"]: one["DisplayName"] for one in store.list_groups(**at)["Groups"]}
    members = {
        name: sorted(users[one["MemberId"]["UserId"]]
                     for one in store.list_group_memberships(**at, GroupId=key)["GroupMemberships"])
        for key, name in groups.items()
    }  # fmt: skip
    arn = {"InstanceArn": instance["InstanceArn"]}
    sets = {}
    for one in admin.list_permission_sets(**arn)["PermissionSets"]:
        which = {**arn, "PermissionSetArn": one}
        name = admin.describe_permission_set(**which)["PermissionSet"]["Name"]
        held = admin.list_managed_policies_in_permission_set(**which)["AttachedManagedPolicies"]
        given = admin.list_account_assignments(**which, AccountId=ACCOUNT)["AccountAssignments"]
        sets[name] = [sorted(item["Name"] for item in held), [groups[item["PrincipalId"]] for item in given]]
    return {"users": sorted(users.values()), "members": members, "sets": sets}


def test_people_come_and_it_is_taken_back(company: Company, centre: Any) -> None:
    """Each job has its permission set and its people; planned again nothing is left to do; undone all of it is gone."""
    before = directory(company)
    wanted = roster(*(person(*one) for one in STAFF))
    plan = company.plan(wanted)
    assert {one.account for one in plan.changes} == {MANAGEMENT}
    assert all("Identity Center" in " ".join(one.notes) for one in plan.changes)
    assert not any(one.secrets for one in plan.changes)
    done = company.follow(wanted)
    found = directory(company)
    assert found["members"] == {job: sorted(user for user, its in STAFF if its == job) for job in JOBS}
    assert found["sets"]["developers"] == [["PowerUserAccess"], ["developers"]]
    assert found["sets"]["support"] == [[], ["support"]]
    assert "developers" in " ".join(
        role["RoleName"] for role in company.iam.list_roles(PathPrefix="/aws-reserved/")["Roles"]
    )
    assert company.iam.list_groups()["Groups"] == []
    shown: list[str] = []
    undone = undo_run(
        done.run.id, company.request, lambda _, changes: not shown.extend(to_take_back(changes)), company.told.append
    )
    assert undone is not None
    assert undone.exit == 0
    assert directory(company) == before
    assert any(one.startswith("    stays: a password that dana has chosen") for one in shown)
    assert "    user dana: developers -> not there" in shown


def test_undone_it_takes_nobodys_last_way_in(company: Company, centre: Any) -> None:
    """Root has lost its password since, and nobody else comes in: refused whatever is forced; else it is undone."""
    done = company.follow(roster(person("dana"), person("boss", "admins")))
    before = directory(company)
    company.lab.root_state(ACCOUNT).password = False
    company.iam.update_assume_role_policy(RoleName="OrganizationAccountAccessRole", PolicyDocument=json.dumps(NOBODY))
    for force in (False, True):
        with pytest.raises(RefusedError, match=f"nobody could enter account {ACCOUNT} as an administrator") as refused:
            undo_run(done.run.id, replace(company.request, force=force), lambda *_: True, print)
        assert refused.value.exit_code is Exit.REFUSED
    company.lab.deny("iam:GetAccountAuthorizationDetails", account=ACCOUNT)
    with pytest.raises(RefusedError, match=f"nobody can tell .* account {ACCOUNT}"):
        undo_run(done.run.id, replace(company.request, force=True), lambda *_: True, print)
    company.lab.clear_faults()
    assert directory(company) == before
    company.iam.create_user(UserName="founder")
    company.iam.attach_user_policy(UserName="founder", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    company.iam.create_access_key(UserName="founder")
    company.undo(done)
    assert directory(company)["users"] == []


def test_iam_users_all_the_same(company: Company, centre: Any) -> None:
    """--iam plans IAM users, and what is left of them is named once people sign in at Identity Center."""
    wanted = roster(person("dana"))
    forced = company.plan(wanted, iam=True)
    assert "Create the user dana for dana of Company" in {one.title for one in forced.changes}
    company.apply(forced)
    left = {one.title: one.why for one in company.plan(wanted).left}
    assert "beside Identity Center" in left["user dana"]


def test_movers_and_leavers(company: Company, centre: Any) -> None:
    """A mover changes groups; a leaver has none; both are taken back; the last administrator stays."""
    company.follow(roster(*(person(*one) for one in STAFF)))
    before = directory(company)
    done = company.follow(roster(*(person(user, "support" if user == "dana" else job) for user, job in STAFF[:-1])))
    found = directory(company)
    assert "dana" in found["members"]["support"]
    assert "p7" not in found["members"]["finance"]
    assert "p7" in found["users"]
    company.undo(done)
    assert directory(company) == before
    spared = company.plan(roster(*(person(*one) for one in STAFF if one[0] != "boss")))
    assert not spared.changes
    assert "last of admins" in next(one.why for one in spared.left if one.title == "leaver boss")
    with pytest.raises(RefusedError, match="--confirm-count 2"):
        company.plan(roster(*(person(*one) for one in STAFF[:-2])))


def test_somebody_elses_people_and_sets_stay(company: Company, centre: Any) -> None:
    """A user and a permission set that were there before are named, and never changed."""
    who = entry(company.lab, MANAGEMENT)
    instance = centre.list_instances()["Instances"][0]
    store = client(company.lab, "identitystore", who)
    store.create_user(
        IdentityStoreId=instance["IdentityStoreId"], UserName="dana", DisplayName="D",
        Name={"GivenName": "D", "FamilyName": "E"}, Emails=[{"Value": "d@x.example", "Primary": True}],
    )  # fmt: skip
    made = centre.create_permission_set(InstanceArn=instance["InstanceArn"], Name="developers")["PermissionSet"]
    centre.attach_managed_policy_to_permission_set(
        InstanceArn=instance["InstanceArn"], PermissionSetArn=made["PermissionSetArn"],
        ManagedPolicyArn="arn:aws:iam::aws:policy/AdministratorAccess",
    )  # fmt: skip
    plan = company.plan(roster(person("dana")))
    assert not any("dana" in one.title or one.resource == "developers" for one in plan.changes)
    assert {"user dana", "permission set developers"} <= {one.title for one in plan.left}


@pytest.mark.parametrize(
    "operation",
    ["CreatePermissionSet", "CreateGroup", "AttachManagedPolicyToPermissionSet", "CreateAccountAssignment",
     "CreateGroupMembership"],
)  # fmt: skip
def test_broken_off_after_any_call(
    company: Company, centre: Any, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """The process dies right after a call: gone on with, nothing is there twice, and undo takes all of it back."""
    before = directory(company)
    plan = company.plan(roster(person("dana"), person("erik", "support")))
    with monkeypatch.context() as patch:
        real = Ask.call

        def dying(self: Ask, service: str, asked: str, region: str = "", /, **parameters: Any) -> Any:
            answer = real(self, service, asked, region, **parameters)
            if asked == operation:
                raise Crash
            return answer

        patch.setattr(Ask, "call", dying)
        with pytest.raises(Crash):
            apply_plan(plan, company.request, lambda *_: True, print)
    done = resume_run(None, company.request, lambda *_: True, print)
    assert done is not None
    assert done.stopped is None, done.stopped
    assert done.exit == 0
    found = directory(company)
    assert found["members"]["developers"] == ["dana"]
    assert found["sets"]["developers"] == [["PowerUserAccess"], ["developers"]]
    company.undo(done)
    assert directory(company) == before


def test_a_membership_that_is_there_again_is_no_error(
    company: Company, centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undoing dies right after it put somebody back: undone again it goes on; another conflict is an error still."""
    company.follow(roster(person("dana"), person("erik", "support")))
    before = directory(company)
    done = company.follow(roster(person("dana", "support"), person("erik", "support")))
    with monkeypatch.context() as patch:
        real = Ask.call

        def dying(self: Ask, service: str, asked: str, region: str = "", /, **parameters: Any) -> Any:
            answer = real(self, service, asked, region, **parameters)
            if asked == "CreateGroupMembership":
                raise Crash
            return answer

        patch.setattr(Ask, "call", dying)
        with pytest.raises(Crash):
            undo_run(done.run.id, company.request, lambda *_: True, print)
    company.lab.deny("identitystore:GetGroupMembershipId")
    stopped = undo_run(done.run.id, company.request, lambda *_: True, print)
    company.lab.clear_faults()
    assert stopped is not None
    assert "ConflictException" in str(stopped.stopped)
    company.undo(done)
    assert any("it is there already" in line for line in company.told)
    assert directory(company) == before


def test_unread_it_is_refused(company: Company, centre: Any) -> None:
    """Where the people of Identity Center cannot be read nothing is planned: they might be made twice."""
    company.lab.deny("identitystore:ListUsers")
    try:
        with pytest.raises(RefusedError, match="could not be read"):
            company.plan(roster(person("dana")))
    finally:
        company.lab.clear_faults()


def test_unsure_of_identity_center_is_said(company: Company) -> None:
    """Where nobody could tell whether there is one, IAM users are planned, and the plan says what it does not know."""
    company.lab.deny("sso:ListInstances")
    try:
        plan = company.plan(roster(person("dana")))
    finally:
        company.lab.clear_faults()
    assert "Create the user dana for dana of Company" in {one.title for one in plan.changes}
    assert "sso:ListInstances" in next(one.why for one in plan.left if one.title == "IAM Identity Center")


def test_of_two_administrators_who_go_together_one_stays(company: Company, centre: Any) -> None:
    """Each is there for the other, and that does not count; nor is the last one moved to another group."""
    two = [*STAFF, ("chief", "admins")]
    company.follow(roster(*(person(*one) for one in two)))
    plan = company.plan(roster(*(person(*one) for one in STAFF[3:])), confirmed=3)
    assert [one.title for one in plan.changes if "boss" in one.title or "chief" in one.title] == [
        "Take all access from boss"
    ]
    assert "last of admins" in next(one.why for one in plan.left if one.title == "leaver chief")
    moved = company.plan(roster(*(person(user, "support" if job == "admins" else job) for user, job in two)))
    assert len([one for one in moved.changes if one.title.startswith("Bring")]) == 1
    assert "last of admins" in next(one.why for one in moved.left if one.title.startswith("user "))


def test_an_administrator_who_became_the_last_since_the_plan_stays(company: Company, centre: Any) -> None:
    """By the directory as it reads when the plan is applied."""
    two = [*STAFF, ("chief", "admins")]
    company.follow(roster(*(person(*one) for one in two)))
    plan = company.plan(roster(*(person(*one) for one in STAFF)))
    assert [one.title for one in plan.changes] == ["Take all access from chief"]
    who = entry(company.lab, MANAGEMENT)
    store = client(company.lab, "identitystore", who)
    instance = client(company.lab, "sso-admin", who).list_instances()["Instances"][0]
    at = {"IdentityStoreId": instance["IdentityStoreId"]}
    boss = next(one["UserId"] for one in store.list_users(**at)["Users"] if one["UserName"] == "boss")
    for one in store.list_group_memberships_for_member(**at, MemberId={"UserId": boss})["GroupMemberships"]:
        store.delete_group_membership(**at, MembershipId=one["MembershipId"])
    with pytest.raises(RefusedError, match="nobody could enter account 222233334444 as an administrator"):
        company.apply(plan)
