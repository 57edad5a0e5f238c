"""Facts about root, people and the organization in which nothing is wrong."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NEVER = "no_information"


def account_summary(*, root: bool) -> Json:
    """Return the SummaryMap of an account whose root user has a password and MFA, or no credentials at all."""
    return {
        "AccountMFAEnabled": int(root), "AccountAccessKeysPresent": 0, "AccountPasswordPresent": int(root),
        "AccountSigningCertificatesPresent": 0, "MFADevices": 1, "MFADevicesInUse": 1 + int(root),
        "Users": 2, "Groups": 1, "Roles": 2, "Policies": 0, "UsersQuota": 5000,
    }  # fmt: skip


def report_row(account: str, user: str, **cells: str) -> Json:
    """Return a row of the credential report; `cells` differ from those of a user without any credential."""
    root = user == "<root_account>"
    row = {
        "user": user,
        "arn": f"arn:aws:iam::{account}:" + ("root" if root else f"user/{user}"),
        "user_creation_time": "2024-02-01T09:00:00+00:00",
        "password_enabled": "false", "password_last_used": "N/A", "password_last_changed": "N/A",
        "password_next_rotation": "N/A", "mfa_active": "false",
    }  # fmt: skip
    for n in ("1", "2"):
        row |= {
            f"access_key_{n}_active": "false", f"access_key_{n}_last_rotated": "N/A",
            f"access_key_{n}_last_used_date": "N/A", f"access_key_{n}_last_used_region": "N/A",
            f"access_key_{n}_last_used_service": "N/A", f"cert_{n}_active": "false", f"cert_{n}_last_rotated": "N/A",
        }  # fmt: skip
    return row | cells


def credential_report(account: str, *, root: bool) -> Json:
    """Return a report with root, a person who signs in with MFA, and a workload with one access key."""
    on = {"password_enabled": "true", "mfa_active": "true", "password_last_used": "2025-06-30T08:00:00+00:00"}
    off = {"password_last_used": NEVER}
    person = on | {"password_last_used": "2026-11-20T08:00:00+00:00", "password_last_changed": "2026-10-01T08:00:00Z"}
    key = {"access_key_1_active": "true", "access_key_1_last_rotated": "2026-10-01T09:00:00+00:00"}
    return {
        "GeneratedTime": "2026-11-23T20:00:00Z",
        "rows": [
            report_row(account, "<root_account>", **(on if root else off)),
            report_row(account, "alice", **person),
            report_row(account, "deployer", **key),
        ],
    }


def privileged_audit() -> Json:
    """Return what AssumeRoot shows of a member whose root user has no credentials."""
    return {"login_profile": False, "access_keys": [], "mfa_devices": [], "signing_certificates": []}


def virtual_mfa_devices(account: str) -> Json:
    """Return the assigned virtual devices: one, of a person."""
    return {
        "devices": [
            {
                "SerialNumber": f"arn:aws:iam::{account}:mfa/alice",
                "User": {"Arn": f"arn:aws:iam::{account}:user/alice"},
                "EnableDate": "2025-01-01T00:00:00Z",
            }
        ]
    }


def authorization(account: str, trusted: str) -> Json:
    """Return users, groups, roles and policies: a person who is administrator by a group, a workload, two roles.

    `trusted` is the account that may assume the administrator role.
    """
    administrator = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    own = {"PolicyName": "administrators", "PolicyArn": f"arn:aws:iam::{account}:policy/administrators"}
    return {
        "users": [
            {
                "Path": "/", "UserName": "alice", "UserId": "AIDAALICE0000000000", "CreateDate": "2024-02-01T09:00:00Z",
                "Arn": f"arn:aws:iam::{account}:user/alice", "GroupList": ["admins"], "UserPolicyList": [],
                "AttachedManagedPolicies": [], "Tags": [{"Key": "owner", "Value": "alice@example.com"}],
            },
            {
                "Path": "/service/", "UserName": "deployer", "UserId": "AIDADEPLOYER0000000",
                "CreateDate": "2024-02-01T09:00:00Z", "Arn": f"arn:aws:iam::{account}:user/service/deployer",
                "GroupList": [], "AttachedManagedPolicies": [],
                "UserPolicyList": [
                    {"PolicyName": "put", "PolicyDocument": _allow("s3:PutObject", "arn:aws:s3:::app/*")}
                ],
                "Tags": [{"Key": "owner", "Value": "deploy-pipeline"}],
            },
        ],
        "groups": [
            {
                "Path": "/", "GroupName": "admins", "GroupId": "AGPAADMINS000000000",
                "Arn": f"arn:aws:iam::{account}:group/admins", "CreateDate": "2024-02-01T09:00:00Z",
                "GroupPolicyList": [], "AttachedManagedPolicies": [own],
            }
        ],
        "roles": [
            _role(account, "OrganizationAccountAccessRole", f"arn:aws:iam::{trusted}:root", [administrator]),
            _role(account, "RootwardenAudit", f"arn:aws:iam::{trusted}:root", []),
        ],
        "policies": [_managed(one["PolicyName"], one["PolicyArn"]) for one in (administrator, own)],
    }  # fmt: skip


def contacts() -> Json:
    """Return the four contacts of an account."""
    security = {
        "AlternateContactType": "SECURITY", "Name": "Security desk", "Title": "On call",
        "EmailAddress": "security@example.com", "PhoneNumber": "+49 30 5550100",
    }  # fmt: skip
    primary = {"FullName": "Example GmbH", "PhoneNumber": "+49 30 5550199", "City": "Berlin", "CountryCode": "DE"}
    return {"SECURITY": security, "BILLING": None, "OPERATIONS": None, "PRIMARY": primary}


def permission_sets() -> Json:
    """Return what Identity Center provisions here: administrators, assigned to a group."""
    return {
        "sets": [
            {
                "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "Name": "Administrators",
                "ManagedPolicies": [
                    {"Name": "AdministratorAccess", "Arn": "arn:aws:iam::aws:policy/AdministratorAccess"}
                ],
                "assignments": [{"PrincipalType": "GROUP", "PrincipalId": "9067-1"}],
            }
        ]
    }  # fmt: skip


def organization_facts(management: str, members: tuple[str, ...]) -> Json:
    """Return the facts of an organization with root of its members managed centrally."""
    everyone = (management, *members)
    return {
        "org.organization": {
            "Id": "o-exampleorg1", "Arn": f"arn:aws:organizations::{management}:organization/o-exampleorg1",
            "FeatureSet": "ALL", "MasterAccountId": management,
            "MasterAccountArn": f"arn:aws:organizations::{management}:account/o-exampleorg1/{management}",
        },
        "org.accounts": [
            {"Id": one, "Name": f"account-{one[0]}", "Email": f"aws+{one}@example.com", "State": "ACTIVE"}
            for one in everyone
        ],
        "org.tree": {
            "roots": [{"Id": "r-1", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}],
            "parents": dict.fromkeys(everyone, "r-1"),
            "units": {},
        },
        "org.scps": {"FullAWSAccess": _allow("*", "*")},
        "org.attachments": {one: ["FullAWSAccess"] for one in ("r-1", *everyone)},
        "org.service_access": ["cloudtrail.amazonaws.com", "iam.amazonaws.com"],
        "org.delegated_admins": {"iam.amazonaws.com": [members[0]]},
        "iam.org_features": {
            "OrganizationId": "o-exampleorg1", "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"],
        },
        "sso.instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "Status": "ACTIVE"}],
    }  # fmt: skip


def _allow(action: str, resource: str) -> Json:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


def _managed(name: str, arn: str) -> Json:
    version = {
        "Document": _allow("*", "*"),
        "VersionId": "v1",
        "IsDefaultVersion": True,
        "CreateDate": "2015-02-06T18:39:46Z",
    }
    return {
        "PolicyName": name, "PolicyId": f"ANPA{name.upper():0<17}", "Arn": arn, "Path": "/", "DefaultVersionId": "v1",
        "AttachmentCount": 1, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True,
        "CreateDate": "2015-02-06T18:39:46Z", "PolicyVersionList": [version],
    }  # fmt: skip


def _role(account: str, name: str, principal: str, policies: list[Json]) -> Json:
    trust = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {
        "Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper()[:12]:0<12}", "CreateDate": "2024-02-01T09:00:00Z",
        "Arn": f"arn:aws:iam::{account}:role/{name}", "InstanceProfileList": [], "RolePolicyList": [], "Tags": [],
        "AttachedManagedPolicies": policies, "RoleLastUsed": {},
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
    }  # fmt: skip
