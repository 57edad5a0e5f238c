"""Seeds the organization: accounts in their units, trusted services, delegated administrators, control policies."""

from __future__ import annotations

import json

from rootwarden.lab.blueprint import Account, Organization, World
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.seeding_header import Given

_FEATURES = {
    "RootCredentialsManagement": "enable_organizations_root_credentials_management",
    "RootSessions": "enable_organizations_root_sessions",
}


def seed_organization(hands: Hands, world: World, wanted: Organization) -> None:
    """Create the organization and its accounts; runs in the management account."""
    api = hands("organizations")
    manager = world.management
    with hands.giving(Given(id=wanted.id, name=manager.name, email=manager.email)):
        api.create_organization(FeatureSet=wanted.feature_set)
    root = api.list_roots()["Roots"][0]["Id"]
    places = {"": root, "Root": root, manager.name: manager.id}
    for path in wanted.units:
        parent, _, name = path.rpartition("/")
        made = api.create_organizational_unit(ParentId=places[parent], Name=name)
        places[path] = made["OrganizationalUnit"]["Id"]
    for account in world.accounts[1:]:
        _seed_member(hands, account, root, places[account.unit])
        places[account.name] = account.id
    for principal in wanted.trusted_services:
        api.enable_aws_service_access(ServicePrincipal=principal)
    for principal, name in wanted.delegated.items():
        api.register_delegated_administrator(AccountId=places[name], ServicePrincipal=principal)
    for feature in wanted.root_features:
        getattr(hands("iam"), _FEATURES[feature])()
    _seed_control_policies(hands, wanted, root, places)


def _seed_member(hands: Hands, account: Account, root: str, unit: str) -> None:
    api = hands("organizations")
    with hands.giving(Given(id=account.id)):
        api.create_account(AccountName=account.name, Email=account.email)
    if unit != root:
        api.move_account(AccountId=account.id, SourceParentId=root, DestinationParentId=unit)


def _seed_control_policies(hands: Hands, wanted: Organization, root: str, places: dict[str, str]) -> None:
    api = hands("organizations")
    if not wanted.control_policies:
        return
    api.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    for policy in wanted.control_policies:
        made = api.create_policy(
            Name=policy.name,
            Description="",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(policy.document),
        )
        for target in policy.targets:
            api.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=places[target])


def close_accounts(hands: Hands, world: World) -> None:
    """Close the accounts that the world calls closed, after everything else was put into them."""
    for account in world.accounts[1:]:
        if account.state == "CLOSED":
            hands("organizations").close_account(AccountId=account.id)
