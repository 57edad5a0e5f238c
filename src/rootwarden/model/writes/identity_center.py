"""IAM Identity Center: people, groups, permission sets and assignments; two rows only look an id up.

The actions of the service sso-admin begin with `sso:` (Service Authorization Reference, AWS IAM Identity Center).
"""

from __future__ import annotations

from rootwarden.model.write import Write

_GONE = ("ResourceNotFoundException",)
ROWS = (
    Write(call="identitystore.CreateUser", action="identitystore:CreateUser", again=False),
    Write(call="identitystore.UpdateUser", action="identitystore:UpdateUser", gone=_GONE),
    Write(call="identitystore.DeleteUser", action="identitystore:DeleteUser", gone=_GONE, settled=_GONE),
    Write(call="identitystore.CreateGroup", action="identitystore:CreateGroup", again=False),
    Write(call="identitystore.DeleteGroup", action="identitystore:DeleteGroup", gone=_GONE, settled=_GONE),
    Write(
        call="identitystore.CreateGroupMembership",
        action="identitystore:CreateGroupMembership",
        again=False,
        # The same error tells that somebody else writes just now.
        there=("ConflictException",),
        same="identitystore.GetGroupMembershipId",
    ),
    Write(
        call="identitystore.DeleteGroupMembership",
        action="identitystore:DeleteGroupMembership",
        gone=_GONE,
        settled=_GONE,
    ),
    Write(call="identitystore.GetGroupId", action="identitystore:GetGroupId"),
    Write(call="identitystore.GetGroupMembershipId", action="identitystore:GetGroupMembershipId"),
    Write(
        call="sso-admin.CreatePermissionSet",
        action="sso:CreatePermissionSet",
        also=("sso:TagResource",),
        again=False,
    ),
    Write(call="sso-admin.DeletePermissionSet", action="sso:DeletePermissionSet", gone=_GONE, settled=_GONE),
    Write(
        call="sso-admin.AttachManagedPolicyToPermissionSet",
        action="sso:AttachManagedPolicyToPermissionSet",
        again=False,
    ),
    Write(
        call="sso-admin.DetachManagedPolicyFromPermissionSet",
        action="sso:DetachManagedPolicyFromPermissionSet",
        gone=_GONE,
        settled=_GONE,
    ),
    Write(call="sso-admin.PutInlinePolicyToPermissionSet", action="sso:PutInlinePolicyToPermissionSet"),
    Write(
        call="sso-admin.DeleteInlinePolicyFromPermissionSet",
        action="sso:DeleteInlinePolicyFromPermissionSet",
        gone=_GONE,
        settled=_GONE,
    ),
    Write(
        call="sso-admin.CreateAccountAssignment",
        action="sso:CreateAccountAssignment",
        again=False,
        there=("ConflictException",),
        same="sso-admin.ListAccountAssignments",
        asked={"InstanceArn": "InstanceArn", "AccountId": "TargetId", "PermissionSetArn": "PermissionSetArn"},
        shown="AccountAssignments[?PrincipalId==${PrincipalId} && PrincipalType==${PrincipalType}]",
    ),
    Write(call="sso-admin.DeleteAccountAssignment", action="sso:DeleteAccountAssignment", gone=_GONE, settled=_GONE),
)
LOOKS = {
    "identitystore.GetUserId": ("identitystore:GetUserId",),
    "identitystore.GetGroupId": ("identitystore:GetGroupId",),
    "identitystore.GetGroupMembershipId": ("identitystore:GetGroupMembershipId",),
    "sso-admin.ListPermissionSets": ("sso:ListPermissionSets",),
    "sso-admin.DescribePermissionSet": ("sso:DescribePermissionSet",),
    "sso-admin.ListManagedPoliciesInPermissionSet": ("sso:ListManagedPoliciesInPermissionSet",),
    "identitystore.ListGroupMemberships": ("identitystore:ListGroupMemberships",),
    "identitystore.ListGroupMembershipsForMember": ("identitystore:ListGroupMembershipsForMember",),
    "sso-admin.ListAccountAssignments": ("sso:ListAccountAssignments",),
    "sso-admin.ListAccountAssignmentsForPrincipal": ("sso:ListAccountAssignmentsForPrincipal",),
    "sso-admin.ListAccountsForProvisionedPermissionSet": ("sso:ListAccountsForProvisionedPermissionSet",),
}
