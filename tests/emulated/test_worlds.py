"""The people of the seeded worlds, read back over HTTP: organization, root, users, roles and contacts."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import Any

from tests.emulated.lab_at_work import client, entry, error_of
from tests.emulated.seeded_world import Seeded, _seeded, api, only  # noqa: F401


# -- the organization ------------------------------------------------------------------------------------------------
@only("startup", "enterprise", "fortress")
def test_the_organization_is_as_written(seeded: Seeded):
    """Ids, names, addresses and units of all accounts, trusted services, features and delegations read back."""
    lab, world = seeded
    wanted = world.organization
    assert wanted is not None
    organizations = api(lab, "organizations", world.management)
    described = organizations.describe_organization()["Organization"]
    assert (described["Id"], described["MasterAccountId"]) == (wanted.id, world.management.id)
    listed = organizations.get_paginator("list_accounts").paginate().build_full_result()["Accounts"]
    assert {(one["Id"], one["Name"], one["Email"], one["State"]) for one in listed} == {
        (one.id, one.name, one.email, "ACTIVE") for one in world.accounts
    }
    root = organizations.list_roots()["Roots"][0]["Id"]
    units = {"": root}
    for unit in organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]:
        units[unit["Name"]] = unit["Id"]
    assert set(units) == {"", *wanted.units}
    for account in world.accounts[1:]:
        assert organizations.list_parents(ChildId=account.id)["Parents"][0]["Id"] == units[account.unit]
    services = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert {one["ServicePrincipal"] for one in services} == set(wanted.trusted_services)
    for principal, name in wanted.delegated.items():
        found = organizations.list_delegated_administrators(ServicePrincipal=principal)["DelegatedAdministrators"]
        assert [one["Name"] for one in found] == [name]
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert {one["Name"] for one in policies} - {"FullAWSAccess"} == {one.name for one in wanted.control_policies}


@only("startup", "enterprise")
def test_root_features_are_on_only_where_the_world_says_so(seeded: Seeded):
    """A startup that never trusted IAM gets the error of that step; the enterprise has both features."""
    lab, world = seeded
    iam = api(lab, "iam", world.management)
    if world.name == "startup":
        assert error_of(iam.list_organizations_features)[0] == "ServiceAccessNotEnabledException"
    else:
        assert set(iam.list_organizations_features()["EnabledFeatures"]) == {
            "RootCredentialsManagement",
            "RootSessions",
        }


@only("solo-founder")
def test_a_standalone_account_is_in_no_organization(seeded: Seeded):
    """The solo founder's account has a name and an address, and no organization or Identity Center."""
    lab, world = seeded
    assert error_of(api(lab, "organizations", world.management).describe_organization)[0] == (
        "AWSOrganizationsNotInUseException"
    )
    assert api(lab, "sso-admin", world.management, world.region).list_instances()["Instances"] == []
    assert api(lab, "account", world.management).get_account_information()["AccountName"] == "solo-founder"


@only("enterprise", "fortress")
def test_people_come_in_through_identity_center(seeded: Seeded):
    """Permission sets are provisioned with their policies, and each leaves its role and provider in the account."""
    lab, world = seeded
    sso = api(lab, "sso-admin", world.management, world.region)
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    member = world.accounts[-1]
    arns = sso.list_permission_sets_provisioned_to_account(InstanceArn=instance, AccountId=member.id)["PermissionSets"]
    sets = [
        sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]["Name"] for arn in arns
    ]
    assert sets == ["AdministratorAccess", "SecurityAudit"]
    assigned = sso.list_account_assignments(InstanceArn=instance, AccountId=member.id, PermissionSetArn=arns[0])
    assert [one["PrincipalType"] for one in assigned["AccountAssignments"]] == ["GROUP"]
    iam = api(lab, "iam", member)
    roles = {one["RoleName"].rpartition("_")[0]: one for one in iam.list_roles()["Roles"]}
    trust = roles["AWSReservedSSO_AdministratorAccess"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert trust["Federated"] == iam.list_saml_providers()["SAMLProviderList"][0]["Arn"]


# -- root and people -------------------------------------------------------------------------------------------------
def test_root_is_in_the_state_the_world_describes(seeded: Seeded):
    """Account summary, credential report and virtual devices tell the same story of root as the world."""
    lab, world = seeded
    for account in world.accounts:
        iam, root = api(lab, "iam", account), account.root
        summary = iam.get_account_summary()["SummaryMap"]
        assert summary["AccountPasswordPresent"] == int(root.password), account.name
        assert summary["AccountMFAEnabled"] == int(bool(root.mfa))
        assert summary["AccountAccessKeysPresent"] == int(bool(root.access_keys))
        assert summary["AccountSigningCertificatesPresent"] == int(bool(root.certificates))
        row = report(iam)["<root_account>"]
        active = [row[f"access_key_{number}_active"] for number in (1, 2)]
        assert active.count("true") == sum(key.active for key in root.access_keys)
        used = {age(row[f"access_key_{number}_last_used_date"]) for number in (1, 2)} - {None}
        assert used == {key.last_used_days_ago for key in root.access_keys} - {None}
        if root.password_last_used_days_ago is not None:
            assert age(row["password_last_used"]) == root.password_last_used_days_ago
        devices = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
        of_root = [one for one in devices if one["User"]["Arn"].endswith(":root")]
        assert len(of_root) == root.mfa.count("virtual")


def report(iam: Any) -> dict[str, dict[str, str]]:
    """Return the rows of the credential report by user."""
    iam.generate_credential_report()
    text = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(text.splitlines())}


def age(cell: str) -> int | None:
    """Return the age of a date in the credential report in whole days, None for no date."""
    return None if cell in ("N/A", "no_information") else (datetime.now(UTC) - datetime.fromisoformat(cell)).days


def test_people_are_as_written(seeded: Seeded):
    """Users, groups and roles have their tags, credentials, policies and memberships."""
    lab, world = seeded
    for account in world.accounts:
        iam = api(lab, "iam", account)
        rows, details = report(iam), iam.get_account_authorization_details()
        users = {one["UserName"]: one for one in details["UserDetailList"]}
        assert set(users) == {one.name for one in account.users}, account.name
        for user in account.users:
            found, row = users[user.name], rows[user.name]
            tags = {one["Key"]: one["Value"] for one in found.get("Tags", [])}
            assert tags == user.tags | ({"owner": user.owner} if user.owner else {})
            assert found["GroupList"] == list(user.groups)
            assert {one["PolicyArn"] for one in found["AttachedManagedPolicies"]} == {
                f"arn:aws:iam::aws:policy/{name}" for name in user.policies
            }
            assert row["password_enabled"] == str(user.password).lower()
            assert row["mfa_active"] == str(bool(user.mfa)).lower()
            active = [row["access_key_1_active"], row["access_key_2_active"]].count("true")
            assert active == user.active_keys
        roles = {one["RoleName"]: one for one in details["RoleDetailList"]}
        assert ("RootwardenAudit" in roles) == account.audit_role
        for role in account.roles:
            attached = {one["PolicyName"] for one in roles[role.name]["AttachedManagedPolicies"]}
            assert attached == {name.rpartition("/")[2] for name in role.policies}


@only("startup", "enterprise")
def test_the_audit_role_can_be_reached_from_the_management_account(seeded: Seeded):
    """The management account's audit role hops into every member but the startup's sandbox, which has none."""
    lab, world = seeded
    sts = client(lab, "sts", entry(lab, world.management.id, "RootwardenAudit"))
    for account in world.accounts[1:]:
        wanted = {"RoleArn": f"arn:aws:iam::{account.id}:role/RootwardenAudit", "RoleSessionName": "audit"}
        if account.audit_role:
            answer = sts.assume_role(**wanted)
            there = client(lab, "sts", answer["Credentials"]).get_caller_identity()
            assert there["Account"] == account.id
        else:
            assert error_of(sts.assume_role, **wanted)[0] == "AccessDenied"
    assert [one.name for one in world.accounts if not one.audit_role] == (
        ["sandbox"] if world.name == "startup" else []
    )


def test_whom_aws_writes_to(seeded: Seeded):
    """Security contacts and addresses are there where the world has them, and missing where it has none."""
    lab, world = seeded
    for account in world.accounts:
        there = api(lab, "account", account)
        assert there.get_contact_information()["ContactInformation"]["FullName"] == account.contacts.primary.full_name
        if account.contacts.security is None:
            refusal = error_of(there.get_alternate_contact, AlternateContactType="SECURITY")
            assert refusal == ("ResourceNotFoundException", 404)
        else:
            contact = there.get_alternate_contact(AlternateContactType="SECURITY")["AlternateContact"]
            assert contact["EmailAddress"] == account.contacts.security.email
