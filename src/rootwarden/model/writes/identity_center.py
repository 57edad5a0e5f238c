"""IAM Identity Center: people, groups, permission sets and assignments; two rows only look an id up.

The actions of the service sso-admin begin with `sso:` (Service Authorization Reference, AWS IAM Identity Center).
"""

from __future__ import annotations

from rootwarden.model.write import Right, Write

_GONE = ("ResourceNotFoundException",)
# In the management account Identity Center uses the rights of whoever asks to make the role of a permission set (IAM
# Identity Center User Guide, "Identity-based policy examples", example 2).
_ITS_ROLES = (
    "AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy", "GetRole",
    "ListAttachedRolePolicies", "ListRolePolicies", "PutRolePolicy", "UpdateRole", "UpdateRoleDescription",
)  # fmt: skip
_RESERVED = ("arn:*:iam::{account}:role/aws-reserved/sso.amazonaws.com/*",)
_PROVIDER = ("arn:*:iam::{account}:saml-provider/AWSSSO_*_DO_NOT_DELETE",)
_HERE = (
    *(Right(action=f"iam:{name}", given="TargetId", said="{account}", on=_RESERVED) for name in _ITS_ROLES),
    *(
        Right(action=f"iam:{name}", given="TargetId", said="{account}", on=_PROVIDER)
        for name in ("GetSAMLProvider", "UpdateSAMLProvider")
    ),
    *(Right(action=f"iam:{name}", given="TargetId", said="{account}") for name in ("ListPolicies", "ListRoles")),
)
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
        also=(Right(action="sso:TagResource", given="Tags"),),
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
        also=_HERE,
        again=False,
        there=("ConflictException",),
        same="sso-admin.ListAccountAssignments",
        asked={"InstanceArn": "InstanceArn", "AccountId": "TargetId", "PermissionSetArn": "PermissionSetArn"},
        shown="AccountAssignments[?PrincipalId==${PrincipalId} && PrincipalType==${PrincipalType}]",
    ),
    Write(
        call="sso-admin.DeleteAccountAssignment",
        action="sso:DeleteAccountAssignment",
        also=_HERE,
        gone=_GONE,
        settled=_GONE,
    ),
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
# The store of an organization belongs to its management account, whoever administers it.
_STORE = "arn:*:identitystore::*:identitystore/{IdentityStoreId}"
_USER, _GROUP = "arn:*:identitystore:::user/{UserId}", "arn:*:identitystore:::group/{GroupId}"
_MEMBERSHIP = "arn:*:identitystore:::membership/{MembershipId}"
_INSTANCE, _SET = "{InstanceArn}", "arn:*:sso:::permissionSet/{InstanceArn_id}/{PermissionSetArn}"
_ACCOUNT = "arn:*:sso:::account/{AccountId}"
_OF_SET = (
    "CreatePermissionSet", "DeletePermissionSet", "AttachManagedPolicyToPermissionSet",
    "DetachManagedPolicyFromPermissionSet", "PutInlinePolicyToPermissionSet", "DeleteInlinePolicyFromPermissionSet",
    "TagResource", "DescribePermissionSet", "ListManagedPoliciesInPermissionSet",
    "ListAccountsForProvisionedPermissionSet",
)  # fmt: skip
ON = {
    "identitystore:CreateUser": (_STORE,),
    "identitystore:UpdateUser": (_STORE, _USER),
    "identitystore:DeleteUser": (_STORE, _USER),
    "identitystore:GetUserId": (_STORE, _USER),
    "identitystore:CreateGroup": (_STORE,),
    "identitystore:DeleteGroup": (_STORE, _GROUP),
    "identitystore:GetGroupId": (_STORE, _GROUP),
    "identitystore:CreateGroupMembership": (_STORE, _GROUP, _USER),
    "identitystore:DeleteGroupMembership": (_STORE, _GROUP, _USER, _MEMBERSHIP),
    "identitystore:GetGroupMembershipId": (_STORE, _GROUP, _USER, _MEMBERSHIP),
    "identitystore:ListGroupMemberships": (_STORE, _GROUP, _MEMBERSHIP),
    "identitystore:ListGroupMembershipsForMember": (_STORE, _USER, _MEMBERSHIP),
    **{f"sso:{name}": (_INSTANCE, _SET) for name in _OF_SET},
    "sso:ListPermissionSets": (_INSTANCE,),
    "sso:CreateAccountAssignment": (_INSTANCE, _SET, "arn:*:sso:::account/{TargetId}"),
    "sso:DeleteAccountAssignment": (_INSTANCE, _SET, "arn:*:sso:::account/{TargetId}"),
    "sso:ListAccountAssignments": (_INSTANCE, _SET, _ACCOUNT),
    "sso:ListAccountAssignmentsForPrincipal": (_INSTANCE,),
    "iam:ListPolicies": (),
    "iam:ListRoles": (),
}
