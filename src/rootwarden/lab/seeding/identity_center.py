"""Seeds IAM Identity Center: an instance, groups, permission sets, and who gets which of them where."""

from __future__ import annotations

from rootwarden.lab.blueprint import Organization, PermissionSet, World
from rootwarden.lab.seeding.documents import aws_policy
from rootwarden.lab.seeding.hands import Hands


def seed_identity_center(hands: Hands, world: World, wanted: Organization) -> None:
    """Create what the world's permission sets need; runs in the management account, in the world's Region."""
    if not wanted.permission_sets:
        return
    api = hands("sso-admin", world.region)
    api.create_instance(Name=world.name)
    instance = api.list_instances()["Instances"][0]
    store, groups = hands("identitystore", world.region), {}
    for name in dict.fromkeys(one.group for one in wanted.permission_sets):
        made = store.create_group(IdentityStoreId=instance["IdentityStoreId"], DisplayName=name)
        groups[name] = made["GroupId"]
    for permission_set in wanted.permission_sets:
        _seed_permission_set(hands, world, instance["InstanceArn"], permission_set, groups[permission_set.group])


def _seed_permission_set(hands: Hands, world: World, instance: str, wanted: PermissionSet, group: str) -> None:
    api = hands("sso-admin", world.region)
    made = api.create_permission_set(InstanceArn=instance, Name=wanted.name, SessionDuration="PT4H")
    arn = made["PermissionSet"]["PermissionSetArn"]
    for name in wanted.policies:
        api.attach_managed_policy_to_permission_set(
            InstanceArn=instance, PermissionSetArn=arn, ManagedPolicyArn=aws_policy(name)
        )
    for account in world.accounts:
        if account.name in wanted.accounts or "*" in wanted.accounts:
            api.create_account_assignment(
                InstanceArn=instance,
                PermissionSetArn=arn,
                TargetId=account.id,
                TargetType="AWS_ACCOUNT",
                PrincipalType="GROUP",
                PrincipalId=group,
            )
