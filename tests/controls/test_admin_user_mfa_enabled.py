"""Administrators without MFA: power is worked out from policies, and an open question is never a no."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controls.iam_facts import (
    ADMINISTRATOR,
    AWS_ADMINISTRATOR,
    account,
    allow,
    deny,
    group,
    inline,
    managed,
    policy,
    row,
    user,
)  # fmt: skip
from tests.controls.judged import ACCOUNT, decisive, judge, only, unread

SLUG = "admin-user-mfa-enabled"
AUTHORIZATION, REPORT = "iam.authorization", "iam.credential_report"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/Boundary"
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
BARE = row("bob", password="true")


def verdict(bob: Any, *rows: Any, **parts: Any) -> Any:
    return only(SLUG, account(*(rows or (BARE,)), users=[bob], **parts))


def bounded(document: Any) -> dict[str, Any]:
    """Return the parts that bound bob by a document."""
    return {"policies": [managed(BOUNDARY, document)]}


LIMIT = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}


@pytest.mark.parametrize(
    ("bob", "parts"),
    [
        (user("bob", ADMINISTRATOR), {}),
        (user("bob", AWS_ADMINISTRATOR), {}),
        (user("bob", UserPolicyList=inline(policy(allow()))), {}),
        (user("bob", UserPolicyList=inline(policy(allow("iam:*")))), {}),
        (user("bob", GroupList=["admins"]), {"groups": [group("admins", ADMINISTRATOR)]}),
        (user("bob", GroupList=["admins"]), {"groups": [group("admins", GroupPolicyList=inline(policy(allow())))]}),
        (user("bob", ADMINISTRATOR, UserPolicyList=None, Tags=None), {}),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny(Condition=NO_MFA)))), {}),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny("s3:*")))), {}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary=LIMIT), bounded(policy(allow()))),
        (user("bob", ADMINISTRATOR, PermissionsBoundary=LIMIT | {"PermissionsBoundaryArn": AWS_ADMINISTRATOR}), {}),
    ],
)
def test_every_way_to_be_an_administrator(bob: Any, parts: Any) -> None:
    """Attached, inline, by group; by a policy of any name; a conditional or partial Deny does not change it."""
    assert verdict(bob, **parts).status == "FAIL"


@pytest.mark.parametrize(
    ("bob", "parts"),
    [
        (user("bob"), {}),
        (user("AdministratorAccess", UserPolicyList=inline(policy(allow("s3:*")))), {}),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny("iam:*")))), {}),
        (user("bob", ADMINISTRATOR, GroupList=["barred"]),
         {"groups": [group("barred", GroupPolicyList=inline(policy(deny())))]}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary=LIMIT), bounded(policy(allow("s3:*")))),
        (user("bob", PermissionsBoundary=LIMIT), bounded(policy(allow()))),
    ],
)  # fmt: skip
def test_nobody_is_administrative(bob: Any, parts: Any) -> None:
    """Neither by a name, nor past a Deny of all of IAM or a boundary."""
    finding = verdict(bob, **parts)
    assert (finding.status, finding.reason) == ("NOT_APPLICABLE", "no_administrative_user")


def test_no_users_at_all() -> None:
    """The control does not apply, whatever else cannot be read."""
    finding = only(SLUG, account(users=[]) | {REPORT: unread(REPORT)})
    assert (finding.status, finding.reason) == ("NOT_APPLICABLE", "no_iam_users")


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        (row("bob", password="true"), "FAIL"),
        (row("bob", keys=1), "FAIL"),
        (row("bob", access_key_2_active="true"), "FAIL"),
        (row("bob"), "PASS"),
        (row("bob", password="true", keys=2, mfa="true"), "PASS"),
        (row("bob", mfa="N/A"), "PASS"),
        (row("bob", password="true", mfa="N/A"), "UNKNOWN"),
        (row("bob", password="not_supported"), "UNKNOWN"),
        (row("bob", password="not_supported", keys=1), "FAIL"),
        (row("bob", password=unread(REPORT), mfa="true"), "PASS"),
        (row("bob", access_key_1_active=None), "UNKNOWN"),
        (row("ann", mfa="true"), "UNKNOWN"),
        (unread(REPORT), "UNKNOWN"),
    ],
)
def test_credentials_of_an_administrator(credentials: Any, status: str) -> None:
    """A usable credential without MFA fails; a user who is not in the report, or a cell without answer, is unknown."""
    assert verdict(user("bob", ADMINISTRATOR), credentials).status == status


def test_evidence() -> None:
    """A PASS cites what could fail it, a FAIL the way in and the missing MFA."""
    cells = {name: f"{REPORT}.rows[bob].{name}" for name in row("bob")}
    bob = user("bob", ADMINISTRATOR)
    assert decisive(verdict(bob, row("bob", password="true", mfa="true"))) == {cells["mfa_active"]: "true"}
    assert set(decisive(verdict(bob, row("bob")))) == {
        cells["password_enabled"], cells["access_key_1_active"], cells["access_key_2_active"],
    }  # fmt: skip
    assert decisive(verdict(bob, row("bob", keys=1))) == {
        cells["access_key_1_active"]: "true", cells["mfa_active"]: "false",
    }  # fmt: skip
    assert "Everything" in verdict(bob).message


def test_notes() -> None:
    """Keys that work without MFA, conditions and denials are said."""

    def kinds(bob: Any) -> set[str]:
        finding = verdict(bob, row("bob", password="true", keys=1, mfa="true"))
        return {note.partition(":")[0] for note in finding.notes}

    assert kinds(user("bob", ADMINISTRATOR)) == {"keys_not_gated_by_mfa"}
    gated = inline(policy(deny(Condition=NO_MFA)))
    assert kinds(user("bob", ADMINISTRATOR, UserPolicyList=gated)) == {"conditional_deny"}
    only_at_home = inline(policy(allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})))
    assert kinds(user("bob", UserPolicyList=only_at_home)) == {"conditional_power", "keys_not_gated_by_mfa"}
    partly = inline(policy(deny("s3:*")))
    assert kinds(user("bob", ADMINISTRATOR, UserPolicyList=partly)) == {"partly_denied", "keys_not_gated_by_mfa"}


ELSEWHERE = f"arn:aws:iam::{ACCOUNT}:policy/Elsewhere"
UNREAD = unread(AUTHORIZATION)


@pytest.mark.parametrize(
    ("bob", "parts"),
    [
        (user("bob", ELSEWHERE), {}),
        (user("bob", ELSEWHERE), {"policies": [managed(ELSEWHERE, UNREAD)]}),
        (user("bob", ELSEWHERE), {"policies": [managed(ELSEWHERE, {"Statement": "?"})]}),
        (user("bob", ELSEWHERE), {"policies": [managed(ELSEWHERE, None)]}),
        (user("bob", ELSEWHERE), {"policies": [managed(ELSEWHERE, policy(allow(UNREAD)))]}),
        (user("bob", ELSEWHERE), {"policies": [UNREAD]}),
        (user("bob", GroupList=["gone"]), {}),
        (user("bob", GroupList=["g"]), {"groups": UNREAD}),
        (user("bob", GroupList=["g"]), {"groups": [UNREAD]}),
        (user("bob", GroupList=["g"]), {"groups": [group("g", AttachedManagedPolicies=UNREAD)]}),
        (user("bob", GroupList=UNREAD), {}),
        (user("bob", GroupList=[UNREAD]), {}),
        (user("bob", GroupList=None), {}),
        (user("bob", AttachedManagedPolicies=UNREAD), {}),
        (user("bob", AttachedManagedPolicies=None), {}),
        (user("bob", AttachedManagedPolicies=[UNREAD]), {}),
        (user("bob", AttachedManagedPolicies=["x"]), {}),
        (user("bob", AttachedManagedPolicies=[{"PolicyName": "x", "PolicyArn": UNREAD}]), {}),
        (user("bob", UserPolicyList=UNREAD), {}),
        (user("bob", UserPolicyList=[UNREAD]), {}),
        (user("bob", UserPolicyList=[7]), {}),
        (user("bob", UserPolicyList=inline(UNREAD)), {}),
        (user("bob", UserPolicyList=[{"PolicyName": "x"}]), {}),
        (user("bob", UserPolicyList=inline(policy(allow("iam:*", Condition={"Odd": {"x": "y"}})))), {}),
        (user("bob", ADMINISTRATOR, UserPolicyList=inline(policy(deny(Condition=UNREAD)))), {}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary=UNREAD), {}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary={"PermissionsBoundaryArn": UNREAD}), {}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary={}), {}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary=LIMIT), {}),
        (user("bob", ADMINISTRATOR, PermissionsBoundary=LIMIT), bounded(UNREAD)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_unknown(bob: Any, parts: Any) -> None:
    """Each part of what makes an administrator, unread, missing or malformed, leaves the question open."""
    assert verdict(bob, **parts).status == "UNKNOWN"


def test_the_missing_permission_is_named() -> None:
    """The reason of the mark reaches the finding, however deep it stood."""
    deep = user("bob", ELSEWHERE)
    finding = verdict(deep, policies=[managed(ELSEWHERE, policy(allow(Condition={"Bool": {"aws:x": UNREAD}})))])
    assert finding.status == "UNKNOWN"
    assert finding.reason == "AccessDenied"
    assert "iam:GetAccountAuthorizationDetails" in finding.unknown_because.missing


def test_a_proven_administrator_is_not_hidden_by_an_unread_neighbour() -> None:
    """One finding per administrator, one for each user that could not be read, none for the others."""
    users = [user("ann"), UNREAD, user("bob", ADMINISTRATOR), user("cy", AWS_ADMINISTRATOR), {"Path": "/"}]
    findings = judge(SLUG, account(BARE, row("cy", mfa="true"), row("gone", keys=1), users=users))
    assert [(f.resource.rpartition("/")[2], f.status) for f in findings] == [
        ("", "UNKNOWN"), ("bob", "FAIL"), ("cy", "PASS"),
    ]  # fmt: skip


def test_one_user_twice_is_judged_by_the_worse() -> None:
    """Pages may overlap; rows that disagree leave it open."""
    bob = user("bob", ADMINISTRATOR)
    same = judge(SLUG, account(BARE, BARE, users=[bob, bob]))
    assert [finding.status for finding in same] == ["FAIL"]
    assert only(SLUG, account(BARE, row("bob", mfa="true"), users=[bob])).status == "UNKNOWN"


def test_the_name_can_come_from_the_arn() -> None:
    """And the ARN from name and path."""
    assert verdict(user("bob", ADMINISTRATOR, UserName=UNREAD)).status == "FAIL"
    moved = user("bob", ADMINISTRATOR, path="/ops/", Arn=UNREAD)
    assert verdict(moved).resource == f"arn:aws:iam::{ACCOUNT}:user/ops/bob"


@pytest.mark.parametrize("fact", [UNREAD, {}, {"users": UNREAD}, {"users": None}, {"users": {}}, None, 7])
def test_unread_authorization(fact: Any) -> None:
    """Without the list of users nothing can be said."""
    assert only(SLUG, {AUTHORIZATION: fact, REPORT: account(BARE)[REPORT]}).status == "UNKNOWN"


@pytest.mark.parametrize("fact", [unread(REPORT), {"rows": []}, {}])
def test_unread_report(fact: Any) -> None:
    """An administrator without a readable report is unknown."""
    assert only(SLUG, account(users=[user("bob", ADMINISTRATOR)]) | {REPORT: fact}).status == "UNKNOWN"


def test_conditions_on_the_user_itself_are_evaluated() -> None:
    """The name and ARN of the user are known, so a grant to somebody else is none."""
    mine = inline(policy(allow(Condition={"StringEquals": {"aws:username": "alice"}})))
    assert verdict(user("bob", UserPolicyList=mine)).status == "NOT_APPLICABLE"
    assert only(SLUG, account(row("alice", keys=1), users=[user("alice", UserPolicyList=mine)])).status == "FAIL"
