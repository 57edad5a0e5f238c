"""The boundary around people: whatever their groups allow, nobody behind it can lift it or step around the MFA gate.

Source: IAM User Guide, "Permissions boundaries for IAM entities" and "Delegating responsibility to others using
permissions boundaries". What it cannot stop: a role without the boundary that is there already and lets people in.
"""

from __future__ import annotations

from typing import Any

from rootwarden.proofs.answers import Answer
from rootwarden.proofs.identity_decision import decide_within
from rootwarden.proofs.mfa_gate import GRANTED, gate_document
from rootwarden.proofs.policy_decision import Request

# Calls by which a user or role, and what it may do, is made: only inside the same boundary.
_MAKING = (
    "iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateRole", "iam:CreateUser",
    "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy",
)  # fmt: skip
_LIFTING = ("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary")
_OTHERS_CREDENTIALS = (
    "iam:ChangePassword", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:DeactivateMFADevice",
    "iam:EnableMFADevice", "iam:UpdateLoginProfile",
)  # fmt: skip
_REWRITING = (
    "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion",
)  # fmt: skip
_GROUPS = (
    "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:DeleteGroup", "iam:DeleteGroupPolicy", "iam:DetachGroupPolicy",
    "iam:PutGroupPolicy", "iam:RemoveUserFromGroup", "iam:UpdateGroup",
)  # fmt: skip
_WHOLE_ACCOUNT = (
    "account:CloseAccount", "cloudtrail:DeleteTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail", "organizations:LeaveOrganization",
)  # fmt: skip


def boundary_document(partition: str, account: str, path: str, own: str) -> dict[str, Any]:
    """Return the boundary; `own` is its ARN, `path` that of the people, groups and policies it protects."""
    oneself = [f"arn:{partition}:iam::{account}:user/{at}${{aws:username}}" for at in ("", "*/")]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "AllThatGroupsAllow", "Effect": "Allow", "Action": "*", "Resource": "*"},
            _deny("NobodyOutsideTheBoundary", _MAKING, "*")
            | {"Condition": {"StringNotEquals": {"iam:PermissionsBoundary": own}}},
            _deny("NobodyLiftsIt", _LIFTING, "*"),
            _deny("NobodyRewritesIt", _REWRITING, [own, f"arn:{partition}:iam::{account}:policy{path}*"]),
            _deny("NobodyMovesPeople", _GROUPS, f"arn:{partition}:iam::{account}:group{path}*"),
            {
                "Sid": "OwnCredentialsOnly",
                "Effect": "Deny",
                "Action": list(_OTHERS_CREDENTIALS),
                "NotResource": oneself,
            },
            _deny("TheAccountStays", _WHOLE_ACCOUNT, "*"),
        ],
    }


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


def _deny(sid: str, actions: tuple[str, ...], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": resource}
