"""Thirty people from a roster: each can do their job and nothing else, and nothing at all before MFA."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.remediate_policy import plan_policy
from rootwarden.errors import RefusedError
from rootwarden.lab.actions import action_of
from rootwarden.model.view import View
from rootwarden.people.roster import MANAGED
from rootwarden.proofs.identity_decision import user_may
from rootwarden.proofs.mfa_gate import EXEMPT
from rootwarden.proofs.policy_decision import Effect
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    JOBS,
    Company,
    _company,
    _open_company,
    person,
    roster,
)

TABLE = "arn:aws:dynamodb:us-east-1:222233334444:table/orders"
LOGS = "arn:aws:logs:us-east-1:222233334444:log-group:/app/shop"
# Call -> the jobs that may make it. PowerUserAccess is everything but IAM, organizations and the account itself.
CALLS = {
    ("dynamodb:PutItem", TABLE): {"developers", "admins"},
    ("aws-portal:ViewBilling", "*"): {"finance", "developers", "admins"},
    ("iam:ListUsers", "*"): {"auditors", "admins"},
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/mallory"): {"admins"},
    ("logs:GetLogEvents", f"{LOGS}:log-stream:1"): {"support", "developers", "admins"},
    ("logs:GetLogEvents", "arn:aws:logs:us-east-1:222233334444:log-group:/payroll/x:log-stream:1"):
        {"developers", "admins"},
    ("dynamodb:DeleteTable", TABLE): {"developers", "admins"},
}  # fmt: skip
# What `boundary: default` was at first.
FORMER = Path(__file__).parents[1] / "data" / "people" / "former_boundary.json"
THIRTY = [(f"p{n:02d}", list(JOBS)[n % len(JOBS)]) for n in range(30)]


def may(seen: View, user: str, action: str, on: str, **how: Any) -> bool | None:
    """Return whether a user may make a call; the call creates users without boundary."""
    context = {"iam:permissionsboundary": None, "aws:requestedregion": "us-east-1"} | how.pop("context", {})
    return user_may(seen, user, action, on, context=context, **how).allowed


def test_thirty_people(company: Company) -> None:
    """All thirty come at once; each job's calls are allowed to that job and to no other, once there is MFA."""
    company.follow(roster(*(person(*one) for one in THIRTY)))
    seen = company.view()
    for user, job in THIRTY:
        for (action, on), jobs in CALLS.items():
            assert may(seen, user, action, on, mfa=True) is (job in jobs), (user, job, action)
            assert may(seen, user, action, on, mfa=False) is False, (user, job, action)
    files = sorted(path.name for path in (company.folder / "handover").iterdir())
    assert files == [f"{ACCOUNT}-{user}.txt" for user, _ in THIRTY]


@pytest.mark.parametrize("present", [None, "false"], ids=["no key in the request", "signed in with a password"])
def test_before_mfa_only_the_way_to_it(company: Company, present: str | None) -> None:
    """Before MFA a new person can do what leads to MFA, on themselves, and nothing else."""
    company.follow(roster(person("dana", "admins"), person("erik")))
    seen, without = company.view(), {"aws:multifactorauthpresent": present}
    for user in ("dana", "erik"):
        own = f"arn:aws:iam::{ACCOUNT}:user/people/{user}"
        for action in EXEMPT[:-1]:
            on = f"arn:aws:iam::{ACCOUNT}:mfa/{user}" if action == "iam:CreateVirtualMFADevice" else own
            assert may(seen, user, action, on, context=without) is True, action
        assert may(seen, user, "iam:DeactivateMFADevice", own, context=without) is False
        assert may(seen, user, "s3:ListAllMyBuckets", "*", context=without) is False
        other = f"arn:aws:iam::{ACCOUNT}:user/people/someone"
        assert may(seen, "erik", "iam:ChangePassword", other, context=without) is False


def test_nobody_steps_over_the_boundary(company: Company) -> None:
    """With MFA and a group that allows all of IAM, somebody behind the boundary can neither lift nor pass it on."""
    jobs = {"makers": "{documents: {all: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', "
                      "Resource: '*'}]}}}"}  # fmt: skip
    company.follow(roster(person("mick", "makers"), jobs=jobs))
    seen, iam = company.view(), f"arn:aws:iam::{ACCOUNT}"
    boundary = f"{iam}:policy/people/company-boundary"

    def tries(action: str, on: str, limit: str | None = None) -> bool | None:
        return may(seen, "mick", action, on, mfa=True, context={"iam:permissionsboundary": limit})

    assert tries("s3:CreateBucket", "arn:aws:s3:::new")
    assert tries("iam:CreateRole", f"{iam}:role/mine", boundary)
    assert not tries("iam:CreateRole", f"{iam}:role/mine")
    assert not tries("iam:CreateRole", f"{iam}:role/mine", f"{iam}:policy/other")
    assert not tries("iam:DeleteUserPermissionsBoundary", f"{iam}:user/people/mick")
    assert not tries("iam:CreatePolicyVersion", boundary)
    assert not tries("iam:RemoveUserFromGroup", f"{iam}:group/people/company-mfa-gate")
    assert not tries("iam:CreateAccessKey", f"{iam}:user/people/other")
    assert tries("iam:CreateAccessKey", f"{iam}:user/people/mick")
    assert not tries("cloudtrail:StopLogging", "arn:aws:cloudtrail:us-east-1:222233334444:trail/t")


def test_undone_it_reads_as_before(company: Company) -> None:
    """Users, groups, policies and rules for passwords are as they were; the users there before were never touched."""
    before = company.people()
    done = company.follow(roster(person("dana", "admins"), person("erik", "support", ", groups: [finance]")))
    assert company.people() != before
    company.undo(done)
    assert company.people() == before
    with pytest.raises(company.iam.exceptions.NoSuchEntityException):
        company.iam.get_account_password_policy()


def test_only_the_actions_of_its_policy(company: Company) -> None:
    """Every call was made within a session of its change's own policy, and nothing of that policy is to spare."""
    plan = company.plan(roster(person("dana", "support"), person("erik")))
    done = company.apply(plan)
    company.undo(done)
    calls = [call for change in plan.changes for step in change.steps for call in (step.call, *step.undo)]
    allowed = {action for one in plan_policy(plan.changes)["Statement"] for action in one["Action"]}
    made = {action_of(call.service, call.operation) for call in calls}
    assert made <= allowed
    looked = {"iam:GetUser", "iam:GetGroup", "iam:GetPolicy", "iam:GetLoginProfile"}
    looked |= {"iam:ListAccessKeys", "iam:ListMFADevices", "iam:ListEntitiesForPolicy"}  # whether somebody rests on it
    looked |= {"iam:ListUserTags", "iam:ListPolicyTags"}  # whose they are
    assert allowed - made == looked | {"iam:TagUser", "iam:TagPolicy"}


def test_a_user_of_before_is_left_alone_and_taken_over_when_asked(company: Company) -> None:
    """Somebody else's user is never changed by being named; --adopt marks it, and the next plan brings it up."""
    wanted = roster(person("old-hand"))
    first = company.plan(wanted)
    assert [one.title for one in first.left if "old-hand" in one.title] == ["user old-hand"]
    assert all("old-hand" not in one.resource for one in first.changes)
    done = company.apply(company.plan(wanted, adopting=True))
    tags = {one["Key"]: one["Value"] for one in company.iam.get_user(UserName="old-hand")["User"]["Tags"]}
    assert tags[MANAGED] == "company"
    second = company.plan(wanted)
    assert [one.title for one in second.changes] == ["Bring old-hand to what the roster says"]
    company.follow(wanted)
    groups = company.iam.list_groups_for_user(UserName="old-hand")["Groups"]
    assert {one["GroupName"] for one in groups} == {"developers", "company-mfa-gate"}
    assert done.run.id


def test_a_key_keeps_a_user_from_behind_the_gate(company: Company) -> None:
    """A managed user with an active access key is not put behind the gate, and the plan says so."""
    company.iam.create_user(UserName="rita", Path="/people/", Tags=[{"Key": MANAGED, "Value": "company"}])
    company.iam.create_access_key(UserName="rita")
    plan = company.plan(roster(person("rita")))
    assert any("active access key" in one.why for one in plan.left)
    company.apply(plan)
    groups = company.iam.list_groups_for_user(UserName="rita")["Groups"]
    assert [one["GroupName"] for one in groups] == ["developers"]


def test_a_mover_moves_and_back(company: Company) -> None:
    """Another job is other groups, and undoing gives the old ones back."""
    company.follow(roster(person("dana"), person("erik")))
    before = company.people()
    done = company.follow(roster(person("dana", "finance"), person("erik")))
    seen = company.view()
    assert may(seen, "dana", "aws-portal:ViewBilling", "*", mfa=True)
    assert not may(seen, "dana", "dynamodb:PutItem", TABLE, mfa=True)
    company.undo(done)
    assert company.people() == before


def test_a_group_is_brought_to_the_roster(company: Company) -> None:
    """What a group lacks is given, a changed document is written, and what it holds beyond is only named."""
    company.follow(roster(person("dana", "support")))
    company.iam.attach_group_policy(GroupName="support", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    jobs = JOBS | {"support": JOBS["support"].replace("/app/*", "/shop/*")}
    before = company.people()
    plan = company.plan(roster(person("dana", "support"), jobs=jobs))
    assert [one.title for one in plan.changes] == ["Give the group support what the roster says"]
    assert "AdministratorAccess" in next(one.todo for one in plan.left if one.title == "group support")
    company.undo(company.apply(plan))
    assert company.people() == before


def test_passwords_that_never_expire(company: Company) -> None:
    """AWS may read back an age of 0 where passwords do not expire, and takes none below 1: it is not sent."""
    company.iam.update_account_password_policy(MinimumPasswordLength=8)
    before = company.iam.get_account_password_policy()["PasswordPolicy"]
    (change,) = [one for one in company.plan(roster(person("dana"))).changes if "rules for passwords" in one.title]
    sent = [call.parameters for step in change.steps for call in (step.call, *step.undo)]
    assert all(one.get("MaxPasswordAge", 1) for one in sent)
    company.undo(company.follow(roster(person("dana"))))
    assert company.iam.get_account_password_policy()["PasswordPolicy"] == before


def test_stricter_rules_for_passwords_stay(company: Company) -> None:
    """Rules are made stronger, never weaker, and come back as they were."""
    company.iam.update_account_password_policy(MinimumPasswordLength=20, MaxPasswordAge=60, HardExpiry=False)
    before = company.iam.get_account_password_policy()["PasswordPolicy"]
    done = company.follow(roster(person("dana")))
    now = company.iam.get_account_password_policy()["PasswordPolicy"]
    assert (now["MinimumPasswordLength"], now["MaxPasswordAge"], now["PasswordReusePrevention"]) == (20, 60, 24)
    assert now["AllowUsersToChangePassword"]
    company.undo(done)
    assert company.iam.get_account_password_policy()["PasswordPolicy"] == before


def test_a_new_boundary_is_a_new_version(company: Company) -> None:
    """A boundary whose text was changed by hand gets its text back, and undoing puts the other in force again."""
    company.follow(roster(person("dana")))
    arn = f"arn:aws:iam::{ACCOUNT}:policy/people/company-boundary"
    loose = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    company.iam.create_policy_version(PolicyArn=arn, PolicyDocument=loose, SetAsDefault=True)
    done = company.follow(roster(person("dana")))
    assert company.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v3"
    company.undo(done)
    assert company.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"


def test_a_former_boundary_is_brought_up_to_date(company: Company) -> None:
    """The boundary of a former version gets today's text, which holds for everybody behind it at once."""
    company.follow(roster(person("dana"), person("erik", "auditors")))
    arn = f"arn:aws:iam::{ACCOUNT}:policy/people/company-boundary"
    company.iam.create_policy_version(PolicyArn=arn, PolicyDocument=FORMER.read_text(), SetAsDefault=True)
    key = f"arn:aws:iam::{ACCOUNT}:user/people/erik"
    admin = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
    text = {"Version": "2012-10-17", "Statement": [admin]}
    company.iam.put_user_policy(UserName="dana", PolicyName="iam", PolicyDocument=json.dumps(text))
    assert may(company.view(), "dana", "iam:UpdateAccessKey", key, mfa=True)
    done = company.follow(roster(person("dana"), person("erik", "auditors"), top="pass_roles: [app-*]"))
    (change,) = done.run.plan.changes
    assert [step.call.operation for step in change.steps] == ["CreatePolicyVersion"]
    seen = company.view()
    assert may(seen, "dana", "iam:UpdateAccessKey", key, mfa=True) is False
    for role, passed in (("people/made/x", True), ("app-1", True), ("OrganizationAccountAccessRole", False)):
        assert may(seen, "dana", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{role}", mfa=True) is passed


@pytest.mark.parametrize(
    ("boundary", "why"),
    [
        ("{document: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]}}",
         "iam:ChangePassword"),
        ("{arn: 'arn:aws:iam::aws:policy/PowerUserAccess'}", "only where it is attached"),
    ],
)  # fmt: skip
def test_a_boundary_that_shuts_people_out_is_refused(company: Company, boundary: str, why: str) -> None:
    """A boundary under which nobody could change the first password is refused before anything is planned."""
    with pytest.raises(RefusedError, match=why) as refused:
        company.plan(roster(person("dana"), top=f"boundary: {boundary}"))
    assert refused.value.exit_code == 6


def test_unsure_is_never_allowed(company: Company) -> None:
    """A condition on what nobody knows leaves the answer open instead of guessing."""
    jobs = {"far": "{documents: {x: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 's3:*', Resource: '*', "
                   "Condition: {IpAddress: {'aws:SourceIp': '192.0.2.0/24'}}}]}}}"}  # fmt: skip
    company.follow(roster(person("dana", "far"), jobs=jobs))
    found = user_may(company.view(), "dana", "s3:GetObject", "arn:aws:s3:::b/o", mfa=True)
    assert found.effect is Effect.UNKNOWN
