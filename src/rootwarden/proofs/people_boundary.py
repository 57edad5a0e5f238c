"""The boundary around people: whatever their groups allow, nobody can lift it, step around it or shut others out.

Source: IAM User Guide, "Permissions boundaries for IAM entities" and "Delegating responsibility to others using
permissions boundaries"; which call knows which condition key: Service Authorization Reference, AWS IAM. Where a call
does not know iam:PermissionsBoundary, "is not this boundary" holds, and it is denied: in doubt nobody steps out.

iam:PassRole does not know the key, and a tag would not do: whoever may tag roles could tag any role. The path of a
role can never be changed, so only roles under one path are passed: people make roles there behind this boundary alone.
For the same reason only policies under it are rewritten: no key tells to whom a policy is attached.

What it cannot stop: a role without the boundary that is there already and lets people in, and what already works as
such a role and takes their orders (a function whose code they may replace, a machine on which they may run commands).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from rootwarden.proofs.answers import Answer
from rootwarden.proofs.identity_decision import decide_within
from rootwarden.proofs.mfa_gate import GRANTED, gate_document
from rootwarden.proofs.policy_decision import Request

# IAM and STS quotas: characters of a managed policy, without white space.
MOST = 6144
# Under the path of the roster: where roles and policies are that people made themselves.
MADE = "made/"
# Roles as far as AWS knows iam:PermissionsBoundary of them: only inside the same boundary.
_ROLES = (
    "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole*",
)  # fmt: skip
_LIFTING = ("iam:*PermissionsBoundary", "iam:AcquireRole")
_OTHERS_CREDENTIALS = (
    "iam:ChangePassword", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:DeleteLoginProfile",
    "iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey",
    "iam:DeactivateMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice",
    "iam:DeleteSSHPublicKey", "iam:UpdateSSHPublicKey", "iam:UploadSSHPublicKey",
    "iam:DeleteSigningCertificate", "iam:UpdateSigningCertificate", "iam:UploadSigningCertificate",
    "iam:CreateServiceSpecificCredential", "iam:DeleteServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential", "iam:UpdateServiceSpecificCredential",
)  # fmt: skip
_REWRITING = (
    "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion",
)  # fmt: skip
# Of nobody, not even oneself: without its mark a user is nobody's, and without its denial a leaver is back.
_PEOPLE = (
    "iam:AttachUserPolicy", "iam:CreateUser", "iam:DeleteUser", "iam:DeleteUserPolicy", "iam:DetachUserPolicy",
    "iam:PutUserPolicy", "iam:TagUser", "iam:UntagUser", "iam:UpdateUser",
    "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:CreateGroup", "iam:DeleteGroup", "iam:DeleteGroupPolicy",
    "iam:DetachGroupPolicy", "iam:PutGroupPolicy", "iam:RemoveUserFromGroup", "iam:UpdateGroup",
)  # fmt: skip
# Who vouches for people: an identity provider could let anybody in as any role that trusts it, root sessions as root.
_DOORS = (
    "iam:AddClientID*", "iam:Create*Provider", "iam:Delete*Provider", "iam:RemoveClientID*", "iam:Update*Provider*",
    "iam:DeleteAccountPasswordPolicy", "iam:UpdateAccountPasswordPolicy", "iam:PutAccountProperties",
    "iam:*OrganizationsRoot*", "sts:AssumeRoot",
    "identitystore:Create*", "identitystore:Delete*", "identitystore:Update*",
    "sso:Associate*", "sso:Attach*", "sso:Create*", "sso:Delete*", "sso:Detach*", "sso:Disassociate*", "sso:Import*",
    "sso:Provision*", "sso:Put*", "sso:Start*", "sso:Update*",
    "sso-directory:Add*", "sso-directory:Complete*", "sso-directory:Create*", "sso-directory:Delete*",
    "sso-directory:Disable*", "sso-directory:Enable*", "sso-directory:Import*", "sso-directory:Remove*",
    "sso-directory:Start*", "sso-directory:Update*",
)  # fmt: skip
_WHOLE_ACCOUNT = (
    "account:CloseAccount", "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail", "organizations:LeaveOrganization",
)  # fmt: skip


def boundary_document(partition: str, account: str, path: str, own: str, passed: Iterable[str] = ()) -> dict[str, Any]:
    """Return the boundary; `own` is its ARN, `path` that of the people, groups and policies it protects.

    `passed` are roles that people may hand to services besides those they made, by path and name, with wildcards.
    """
    iam = f"arn:{partition}:iam::{account}:"
    me = "${aws:username}"
    roles = (f"{path[1:]}{MADE}*", "aws-service-role/*", *passed)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "AllThatGroupsAllow", "Effect": "Allow", "Action": "*", "Resource": "*"},
            _deny("NoRoleOutsideTheBoundary", _ROLES)
            | {"Condition": {"StringNotEquals": {"iam:PermissionsBoundary": own}}},
            _deny("NobodyLiftsIt", _LIFTING),
            _deny("NobodyRewritesIt", _REWRITING, beside=[f"{iam}policy{path}{MADE}*"]),
            _deny("NobodyWorksOutsideOfIt", ("iam:PassRole",), beside=[f"{iam}role/{one}" for one in roles]),
            _deny("OwnCredentialsOnly", _OTHERS_CREDENTIALS, beside=[f"{iam}user/{at}{me}" for at in ("", "*/")]),
            # A session of a role has no aws:username: it is nobody's own.
            _deny("NoCredentialsByRoles", _OTHERS_CREDENTIALS) | {"Condition": {"Null": {"aws:username": "true"}}},
            # The ARN of a device holds the name that it was given, and not whose it is.
            _deny("OwnDevicesOnly", ("iam:DeleteVirtualMFADevice",),
                  beside=[f"{iam}mfa/{one}" for one in (me, f"*/{me}", f"{me}/*")]),
            _deny("NobodyMovesPeople", _PEOPLE),
            _deny("NobodyOpensAnotherDoor", _DOORS),
            _deny("TheAccountStays", _WHOLE_ACCOUNT),
        ],
    }  # fmt: skip


def fits(document: Any) -> Answer:
    """Return whether AWS takes a document of this length as a managed policy."""
    length = len("".join(msgspec.json.encode(document).decode().split()))
    if length <= MOST:
        return Answer(True)
    return Answer(False, f"it has {length:,} characters, and AWS takes {MOST:,}")


def lets_newcomers_in(boundary: Any, partition: str, account: str, user_arn: str) -> Answer:
    """Return whether a new person behind this boundary and the gate can change the password and enrol MFA."""
    name = user_arn.rpartition("/")[2]
    known = {"aws:username": name, "aws:principalarn": user_arn, "aws:multifactorauthpresent": "false"}
    for action in GRANTED:
        on = f"arn:{partition}:iam::{account}:mfa/{name}" if action == "iam:CreateVirtualMFADevice" else user_arn
        found = decide_within((gate_document(partition),), boundary, Request(action, on, None, known))
        if not found.allowed:
            return Answer(found.allowed, f"{action}: {found.why}")
    return Answer(True)


def _deny(sid: str, actions: tuple[str, ...], *, beside: list[str] | None = None) -> dict[str, Any]:
    """Return a denial on everything, or on everything beside some resources."""
    on = {"Resource": "*"} if beside is None else {"NotResource": beside}
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions)} | on
