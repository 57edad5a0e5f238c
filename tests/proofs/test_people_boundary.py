"""What nobody behind the boundary can do, call by call, although their group allows all; and what they still can."""

from __future__ import annotations

import json

import pytest
from botocore.loaders import Loader

from rootwarden.proofs.answers import Answer
from rootwarden.proofs.identity_decision import decide_within
from rootwarden.proofs.mfa_gate import gate_document
from rootwarden.proofs.people_boundary import MOST, boundary_document, fits, lets_newcomers_in
from rootwarden.proofs.policy_decision import Request
from tests.proofs.policies import allow, policy

IAM = "arn:aws:iam::111122223333"
OWN = f"{IAM}:policy/people/company-boundary"
DANA, BOSS, LEFT, OUTSIDER = (f"{IAM}:user/{one}" for one in ("people/dana", "people/boss", "people/left", "old-hand"))
MINE, THEIRS, LINKED = (f"{IAM}:role/{one}" for one in ("people/made/app", "admin", "aws-service-role/x/Linked"))
BOUNDARY = boundary_document("aws", "111122223333", "/people/", OWN)
BY_MFA = {"aws:username": "dana", "aws:principalarn": DANA, "aws:multifactorauthpresent": "true"}
AS_ROLE = BY_MFA | {"aws:username": None, "aws:principalarn": MINE, "aws:multifactorauthpresent": None}
ALL = policy(allow())


def may(action: str, on: str, limit: str | None = None, *, session: dict[str, str | None] = BY_MFA) -> bool | None:
    """Return whether a session may make a call; `limit` is iam:PermissionsBoundary, None where there is no such key."""
    gate = () if session is AS_ROLE else (gate_document("aws"),)
    known = {"iam:permissionsboundary": limit} | session
    return decide_within((*gate, ALL), BOUNDARY, Request(action, on, None, known)).allowed


CREDENTIALS = (
    "ChangePassword", "CreateLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile",
    "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey",
    "EnableMFADevice", "DeactivateMFADevice", "ResyncMFADevice",
    "UploadSSHPublicKey", "UpdateSSHPublicKey", "DeleteSSHPublicKey",
    "UploadSigningCertificate", "UpdateSigningCertificate", "DeleteSigningCertificate",
    "CreateServiceSpecificCredential", "UpdateServiceSpecificCredential", "ResetServiceSpecificCredential",
    "DeleteServiceSpecificCredential",
)  # fmt: skip
# Marks, denials, names, policies and limits of users: of nobody, not even oneself, or a leaver would stay.
USERS = (
    "CreateUser", "UpdateUser", "DeleteUser", "TagUser", "UntagUser", "PutUserPolicy", "DeleteUserPolicy",
    "AttachUserPolicy", "DetachUserPolicy", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary",
)  # fmt: skip
GROUPS = (
    "CreateGroup", "UpdateGroup", "DeleteGroup", "AddUserToGroup", "RemoveUserFromGroup", "AttachGroupPolicy",
    "DetachGroupPolicy", "PutGroupPolicy", "DeleteGroupPolicy",
)  # fmt: skip
# Service Authorization Reference: all of these know iam:PermissionsBoundary, of the role that is made or changed.
ROLES = (
    "CreateRole", "UpdateRole", "UpdateRoleDescription", "DeleteRole", "UpdateAssumeRolePolicy", "PutRolePolicy",
    "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy",
)  # fmt: skip
POLICIES = ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion")
NEVER = (
    "AcquireRole", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
    "CreateSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider",
    "CreateOpenIDConnectProvider", "UpdateOpenIDConnectProvider", "DeleteOpenIDConnectProvider",
    "UpdateOpenIDConnectProviderThumbprint", "AddClientIDToOpenIDConnectProvider",
    "RemoveClientIDFromOpenIDConnectProvider",
    "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy", "PutAccountProperties",
    "EnableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions", "DisableOrganizationsRootSessions",
)  # fmt: skip
# What takes power from nobody and gives none: a thing without power of its own, or one that needs iam:PassRole too.
FREE = (
    "CreatePolicy", "TagPolicy", "UntagPolicy", "TagRole", "UntagRole", "CreateServiceLinkedRole",
    "DeleteServiceLinkedRole", "CreateInstanceProfile", "DeleteInstanceProfile", "AddRoleToInstanceProfile",
    "RemoveRoleFromInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile", "CreateVirtualMFADevice",
    "TagMFADevice", "UntagMFADevice", "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "TagSAMLProvider",
    "UntagSAMLProvider", "UploadServerCertificate", "UpdateServerCertificate", "DeleteServerCertificate",
    "TagServerCertificate", "UntagServerCertificate", "CreateAccountAlias", "DeleteAccountAlias",
    "SetSecurityTokenServicePreferences", "EnableOutboundWebIdentityFederation",
    "DisableOutboundWebIdentityFederation", "AcceptDelegationRequest", "AssociateDelegationRequest",
    "CreateDelegationRequest", "RejectDelegationRequest", "SendDelegationToken", "UpdateDelegationRequest",
)  # fmt: skip


def test_every_writing_call_of_iam_is_decided() -> None:
    """A call that AWS adds is in one of these lists before people behind the boundary may or may not make it."""
    calls = Loader().load_service_model("iam", "service-2")["operations"]
    writing = {one for one in calls if not one.startswith(("Get", "List", "Generate", "Simulate"))}
    named = [*CREDENTIALS, *USERS, *GROUPS, *ROLES, *POLICIES, *NEVER, *FREE, "DeleteVirtualMFADevice"]
    assert sorted(named) == sorted(writing)


@pytest.mark.parametrize("call", CREDENTIALS)
def test_credentials_are_everybodys_own(call: str) -> None:
    """One's own stay manageable under any path; nobody else's are, nor anybody's in a session of a role."""
    for own in (DANA, f"{IAM}:user/dana", f"{IAM}:user/a/b/dana"):
        assert may(f"iam:{call}", own)
    for other in (BOSS, LEFT, OUTSIDER, f"{IAM}:user/people/malicedana", f"{IAM}:user/dana/boss"):
        assert may(f"iam:{call}", other, OWN) is False
    assert may(f"iam:{call}", DANA, OWN, session=AS_ROLE) is False


def test_mfa_devices_are_everybodys_own() -> None:
    """A device is one's own by its name: the ARN of a device does not tell whose it is."""
    for own in ("dana", "phones/dana", "dana/phone"):
        assert may("iam:DeleteVirtualMFADevice", f"{IAM}:mfa/{own}")
    for other in ("boss", "danas", "boss/phone", "root-account-mfa-device"):
        assert may("iam:DeleteVirtualMFADevice", f"{IAM}:mfa/{other}") is False


@pytest.mark.parametrize("call", USERS)
def test_users_are_administered_by_administrators(call: str) -> None:
    """Whatever boundary a user has: the mark and the denial of a leaver stay, and nobody takes off their own mark."""
    for user in (DANA, BOSS, LEFT, OUTSIDER, f"{IAM}:user/new"):
        for limit in (OWN, None):
            assert may(f"iam:{call}", user, limit) is False


@pytest.mark.parametrize("call", GROUPS)
def test_groups_are_administered_by_administrators(call: str) -> None:
    """Those of the roster, and others: a group decides what its members may do, whoever they are."""
    for group in ("people/company-mfa-gate", "people/admins", "operators"):
        assert may(f"iam:{call}", f"{IAM}:group/{group}") is False


@pytest.mark.parametrize("call", ROLES)
def test_roles_only_behind_the_same_boundary(call: str) -> None:
    """A role without it, or behind another, is neither made nor changed, nor is it said who may come in."""
    for role in (MINE, THEIRS, f"{IAM}:role/OrganizationAccountAccessRole"):
        assert may(f"iam:{call}", role, OWN)
        assert may(f"iam:{call}", role, None) is False
        assert may(f"iam:{call}", role, f"{IAM}:policy/people/other") is False
    assert may(f"iam:{call}", THEIRS, None, session=AS_ROLE) is False


@pytest.mark.parametrize("call", POLICIES)
def test_no_policy_is_rewritten_but_those_that_people_made(call: str) -> None:
    """Not the boundary, nor the gate, nor what a role outside of the boundary may do."""
    for name in ("people/company-boundary", "people/company-mfa-gate", "people/docs", "app-reader", "made/x"):
        assert may(f"iam:{call}", f"{IAM}:policy/{name}") is False
    assert may(f"iam:{call}", f"{IAM}:policy/people/made/app")


def test_only_roles_that_people_made_are_passed() -> None:
    """A service works as the role that it is given: with another one its work would leave the boundary.

    A role for a service alone (service-linked) can be passed: AWS says what it may do.
    """
    assert may("iam:PassRole", MINE)
    assert may("iam:PassRole", LINKED)
    for role in (THEIRS, f"{IAM}:role/people/boss", f"{IAM}:role/service-role/x", f"{IAM}:role/made/x"):
        assert may("iam:PassRole", role) is False
        assert may("iam:PassRole", role, OWN) is False, "IAM tells no boundary of a role that is passed"
    named = boundary_document("aws", "111122223333", "/people/", OWN, ("app-*", "service-role/glue"))
    for role, passed in (("app-1", True), ("service-role/glue", True), ("service-role/glue2", False), ("x", False)):
        asked = Request("iam:PassRole", f"{IAM}:role/{role}", None, BY_MFA)
        assert decide_within((ALL,), named, asked).allowed is passed


@pytest.mark.parametrize("call", NEVER)
def test_what_would_open_or_lift_it_for_all(call: str) -> None:
    """Boundaries stay as they are; who vouches for people, rules for passwords and roots of members are no job's."""
    on = {"Put": MINE, "Del": MINE}.get(call[:3], "*") if "Role" in call else "*"
    assert may(f"iam:{call}", on, OWN) is False


@pytest.mark.parametrize("call", FREE)
def test_what_gives_nobody_power_is_free(call: str) -> None:
    """It is in nobody's way."""
    assert may(f"iam:{call}", "*")


@pytest.mark.parametrize("action", [
    "sts:AssumeRoot", "sso:CreateAccountAssignment", "sso:PutInlinePolicyToPermissionSet",
    "sso:AttachManagedPolicyToPermissionSet", "sso:ProvisionPermissionSet", "sso:UpdateInstance",
    "sso:DeleteAccountAssignment", "identitystore:CreateGroupMembership", "identitystore:CreateUser",
    "identitystore:UpdateUser", "identitystore:DeleteUser", "sso-directory:UpdatePassword",
    "sso-directory:AddMemberToGroup", "sso-directory:CreateUser", "organizations:LeaveOrganization",
    "account:CloseAccount", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail",
    "cloudtrail:PutEventSelectors",
])  # fmt: skip
def test_other_ways_out(action: str) -> None:
    """Root of a member account, access by Identity Center, the end of the organization or of its trail."""
    assert may(action, "*") is False


@pytest.mark.parametrize("action", [
    "iam:GetLoginProfile", "iam:ListUsers", "iam:GetAccountAuthorizationDetails", "iam:GetAccountPasswordPolicy",
    "iam:GenerateCredentialReport", "iam:GetGroup", "iam:GetSAMLProvider", "iam:ListAccessKeys", "iam:GetRole",
    "iam:ListOrganizationsFeatures", "sso:ListInstances", "sso:DescribePermissionSet", "identitystore:ListUsers",
    "sso-directory:SearchUsers", "cloudtrail:LookupEvents", "s3:CreateBucket", "lambda:CreateFunction",
    "ec2:RunInstances", "cloudformation:CreateStack", "dynamodb:PutItem", "sts:AssumeRole", "sts:GetSessionToken",
    "aws-portal:ViewBilling",
])  # fmt: skip
def test_the_work_of_a_job_goes_on(action: str) -> None:
    """Reading, building, billing: what the groups allow and nobody is hurt by."""
    assert may(action, "*")


@pytest.mark.parametrize(
    ("partition", "path"), [("aws", "/"), ("aws-us-gov", "/people/eu/"), ("aws-cn", f"/{'p' * 200}/")]
)
def test_newcomers_come_in_and_the_policy_is_short_enough(partition: str, path: str) -> None:
    """IAM and STS quotas: a managed policy has at most 6,144 characters, white space not counted."""
    own = f"arn:{partition}:iam::111122223333:policy{path}{'r' * 32}-boundary"
    text = boundary_document(partition, "111122223333", path, own)
    assert fits(text) == Answer(True)
    assert len(json.dumps(text, separators=(",", ":"))) < MOST
    assert lets_newcomers_in(text, partition, "111122223333", f"arn:{partition}:iam::111122223333:user{path}new").value
    longer = fits(boundary_document(partition, "111122223333", path, own, tuple(f"app-{n:060d}" for n in range(80))))
    assert (longer.value, "6,144" in longer.why) == (False, True)
