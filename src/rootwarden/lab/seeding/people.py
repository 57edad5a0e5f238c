"""Seeds people and machines: groups, IAM users with passwords, keys and MFA, roles, providers, the audit role."""

from __future__ import annotations

import json
from typing import Any

from rootwarden.lab.blueprint import Account, Group, Role, User, World
from rootwarden.lab.seeding.documents import audit_permissions, aws_policy, change_permissions, home, trust
from rootwarden.lab.seeding.hands import Hands

AUDIT_ROLE, REMEDIATE_ROLE = "RootwardenAudit", "RootwardenRemediate"
_METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"/>'


def seed_people(hands: Hands, world: World, account: Account) -> None:
    """Create everybody who can come into the account; runs in it."""
    iam = hands("iam")
    for group in account.groups:
        _seed_group(iam, group)
    for user in account.users:
        _seed_user(iam, account, user)
    for name in account.saml_providers:
        iam.create_saml_provider(Name=name, SAMLMetadataDocument=_METADATA)
    for role in account.roles:
        _seed_role(iam, role)
    if account.audit_role:
        _seed_role(iam, _audit_role(world, account))
    if account.remediate_role:
        document = change_permissions()
        _seed_role(iam, Role(name=REMEDIATE_ROLE, trusts=home(world.management.id), inline={REMEDIATE_ROLE: document}))
    if account.password_policy is not None:
        iam.update_account_password_policy(
            MinimumPasswordLength=account.password_policy.length,
            PasswordReusePrevention=account.password_policy.reuse,
            RequireLowercaseCharacters=True,
            RequireUppercaseCharacters=True,
            RequireNumbers=True,
            RequireSymbols=True,
            AllowUsersToChangePassword=True,
        )


def _audit_role(world: World, account: Account) -> Role:
    document = audit_permissions(organization=account is world.management)
    return Role(name=AUDIT_ROLE, trusts=home(world.management.id), inline={AUDIT_ROLE: document})


def _seed_group(iam: Any, group: Group) -> None:
    iam.create_group(GroupName=group.name)
    for name in group.policies:
        iam.attach_group_policy(GroupName=group.name, PolicyArn=aws_policy(name))
    for name, document in group.inline.items():
        iam.put_group_policy(GroupName=group.name, PolicyName=name, PolicyDocument=json.dumps(document))


def _seed_role(iam: Any, role: Role) -> None:
    iam.create_role(
        RoleName=role.name,
        Path=role.path,
        AssumeRolePolicyDocument=json.dumps(trust(role.trusts, role.condition)),
    )
    for name in role.policies:
        iam.attach_role_policy(RoleName=role.name, PolicyArn=aws_policy(name))
    for name, document in role.inline.items():
        iam.put_role_policy(RoleName=role.name, PolicyName=name, PolicyDocument=json.dumps(document))


def _seed_user(iam: Any, account: Account, user: User) -> None:
    tags = user.tags | ({"owner": user.owner} if user.owner else {})
    iam.create_user(
        UserName=user.name, Path=user.path, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )
    for group in user.groups:
        iam.add_user_to_group(GroupName=group, UserName=user.name)
    for name in user.policies:
        iam.attach_user_policy(UserName=user.name, PolicyArn=aws_policy(name))
    for name, document in user.inline.items():
        iam.put_user_policy(UserName=user.name, PolicyName=name, PolicyDocument=json.dumps(document))
    _seed_credentials(iam, account, user)


def _seed_credentials(iam: Any, account: Account, user: User) -> None:
    if user.password:
        iam.create_login_profile(UserName=user.name, Password="Lab-only-7-not-a-secret!", PasswordResetRequired=False)
    for number in range(user.active_keys + user.inactive_keys):
        key = iam.create_access_key(UserName=user.name)["AccessKey"]
        if number >= user.active_keys:
            iam.update_access_key(UserName=user.name, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    if user.mfa:
        serial = f"GAHT{account.users.index(user):08d}"
        if user.mfa == "virtual":
            made = iam.create_virtual_mfa_device(VirtualMFADeviceName=user.name)
            serial = made["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=user.name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )
