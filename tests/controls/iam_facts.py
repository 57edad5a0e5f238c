"""Facts about IAM users, roles and policies, as the collector writes them: one call builds a whole small account."""

from __future__ import annotations

from typing import Any

from tests.controls.judged import ACCOUNT

Json = dict[str, Any]
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:policy/Everything"
AWS_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def policy(*statements: Json) -> Json:
    """Return a document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> Json:
    """Return an Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> Json:
    """Return a Deny."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def row(
    user: str, *, password: str = "false", mfa: str = "false", keys: int = 0, path: str = "/", **cells: Any
) -> Json:
    """Return a row of the credential report."""
    root = user == "<root_account>"
    return {
        "user": user,
        "arn": f"arn:aws:iam::{ACCOUNT}:root" if root else f"arn:aws:iam::{ACCOUNT}:user{path}{user}",
        "user_creation_time": "2024-02-01T09:00:00+00:00",
        "password_enabled": password,
        "password_last_used": "no_information",
        "mfa_active": mfa,
        "access_key_1_active": str(keys > 0).lower(),
        "access_key_2_active": str(keys > 1).lower(),
    } | cells


def report(*rows: Any) -> Json:
    """Return a credential report with the root row and these."""
    return {"GeneratedTime": "2026-11-23T20:00:00Z", "rows": [row("<root_account>", password="not_supported"), *rows]}


def attached(*arns: str) -> list[Json]:
    """Return AttachedManagedPolicies."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def inline(*documents: Json) -> list[Json]:
    """Return a list of inline policies."""
    return [{"PolicyName": f"inline-{n}", "PolicyDocument": text} for n, text in enumerate(documents)]


def user(name: str, *policies: str, path: str = "/", owner: str | None = "alice", **parts: Any) -> Json:
    """Return a UserDetail with attached policies; `parts` overlay its fields, None removes one."""
    whole = {
        "Path": path,
        "UserName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:user{path}{name}",
        "GroupList": [],
        "AttachedManagedPolicies": attached(*policies),
        "UserPolicyList": [],
        "Tags": [{"Key": "owner", "Value": owner}] if owner is not None else [],
    } | parts
    return {key: value for key, value in whole.items() if value is not None}


def role(name: str, trust: Any, *policies: str, path: str = "/", **parts: Any) -> Json:
    """Return a RoleDetail; `trust` is the Principal of its trust policy, or a whole document."""
    whole_trust = isinstance(trust, dict) and ("Statement" in trust or "_unknown" in trust)
    action = "sts:AssumeRoleWithSAML" if isinstance(trust, dict) and "Federated" in trust else "sts:AssumeRole"
    statement = {"Effect": "Allow", "Principal": trust, "Action": action}
    whole = {
        "Path": path,
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
        "AttachedManagedPolicies": attached(*policies),
        "RolePolicyList": [],
        "AssumeRolePolicyDocument": trust if whole_trust else policy(statement),
    } | parts
    return {key: value for key, value in whole.items() if value is not None}


def managed(arn: str, document: Any) -> Json:
    """Return a ManagedPolicyDetail with its default version."""
    return {
        "PolicyName": arn.rpartition("/")[2],
        "Arn": arn,
        "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document}],
    }


def group(name: str, *policies: str, **parts: Any) -> Json:
    """Return a GroupDetail."""
    return {"GroupName": name, "AttachedManagedPolicies": attached(*policies), "GroupPolicyList": []} | parts


def account(
    *rows: Any, users: Any = (), roles: Any = (), groups: Any = (), policies: Any = (), **facts: Any
) -> dict[str, Any]:
    """Return the facts of an account; the policy Everything is always there. `facts` use __ for dots."""
    authorization = {
        "users": list(users) if isinstance(users, tuple | list) else users,
        "groups": list(groups) if isinstance(groups, tuple | list) else groups,
        "roles": list(roles) if isinstance(roles, tuple | list) else roles,
        "policies": [managed(ADMINISTRATOR, policy(allow())), *policies],
    }
    own = {"iam.authorization": authorization, "iam.credential_report": report(*rows)}
    return own | {name.replace("__", "."): value for name, value in facts.items()}
