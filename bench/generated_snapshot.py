"""Writes the snapshot of a made-up organization: as many accounts as wanted, each as full as a real one."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from generated_people import authorization, people
from generated_watch import ARCHIVE, MANAGEMENT, REGIONS, watching

Json = dict[str, Any]
FIRST = int(MANAGEMENT)
SMALLEST = 100_000


def write_snapshot(path: Path, accounts: int, seed: int = 7) -> int:
    """Write a snapshot of so many accounts; return the bytes of its JSON, raw.

    Raises:
        ValueError: an account came out under 100 kB.
    """
    total = 0
    with path.open("wb") as file:
        for n, line in enumerate(_lines(accounts, seed)):
            data = msgspec.json.encode(line) + b"\n"
            if n > 1 and len(data) < SMALLEST:
                raise ValueError(f"account {n - 1} has only {len(data)} bytes")
            file.write(gzip.compress(data, compresslevel=6, mtime=0))
            total += len(data)
    return total


def _lines(accounts: int, seed: int) -> Iterator[Json]:
    ids = [f"{FIRST + n:012d}" for n in range(accounts)]
    scope = {"org": True, "regions": list(REGIONS), "root_audit": False}
    yield {
        "rootwarden": "snapshot/1", "tool_version": "0.1.0", "collected_at": "2026-11-23T22:45:13Z", "partition": "aws",
        "scope": scope, "accounts_expected": accounts,
    }  # fmt: skip
    yield {"organization": _organization(ids)}
    for account in ids:
        yield {"account": account, "facts": _facts(random.Random(f"{seed}/{account}"), account)}


def _organization(ids: list[str]) -> Json:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return {
        "org.organization": {"Id": "o-exampleorg1", "FeatureSet": "ALL", "MasterAccountId": MANAGEMENT},
        "org.accounts": [
            {"Id": one, "Name": f"team-{one[-4:]}", "Email": f"aws+{one}@example.com", "State": "ACTIVE"} for one in ids
        ],
        "org.tree": {"roots": [{"Id": "r-1", "PolicyTypes": []}], "parents": dict.fromkeys(ids, "r-1"), "units": {}},
        "org.scps": {"FullAWSAccess": everything},
        "org.attachments": {one: ["FullAWSAccess"] for one in ids},
        "org.service_access": ["cloudtrail.amazonaws.com", "iam.amazonaws.com"],
        "org.delegated_admins": {"iam.amazonaws.com": [ARCHIVE]},
        "iam.org_features": {
            "OrganizationId": "o-exampleorg1", "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"],
        },
        "sso.instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "Status": "ACTIVE"}],
    }  # fmt: skip


def _facts(dice: random.Random, account: str) -> Json:
    users = people(dice, dice.randint(2, 6))
    root = int(account == MANAGEMENT or dice.random() < 0.05)
    return {
        "account.identity": {"Account": account, "Arn": f"arn:aws:sts::{account}:assumed-role/RootwardenAudit/rw"},
        "iam.account_summary": {
            "AccountMFAEnabled": root, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": root,
            "AccountSigningCertificatesPresent": 0, "MFADevices": len(users), "MFADevicesInUse": len(users),
            "Users": len(users), "Groups": 2, "Roles": 84, "Policies": 12, "UsersQuota": 5000, "GroupsQuota": 300,
        },
        "iam.credential_report": {
            "GeneratedTime": "2026-11-23T20:00:00Z",
            "rows": [_row(account, "<root_account>", password=bool(root), mfa=bool(root))]
            + [_row(account, user, password=True, mfa=dice.random() < 0.95) for user in users],
        },
        "iam.virtual_mfa_devices": {
            "devices": [
                {
                    "SerialNumber": f"arn:aws:iam::{account}:mfa/{user}", "EnableDate": "2025-01-01T00:00:00Z",
                    "User": {"Arn": f"arn:aws:iam::{account}:user/{user}"},
                }
                for user in users
            ]
        },
        "iam.authorization": authorization(dice, account, users),
        "iam.password_policy": {"MinimumPasswordLength": 14, "PasswordReusePrevention": 24, "ExpirePasswords": False},
        "iam.saml_providers": {"arns": []},
        "account.contacts": {
            "SECURITY": {"Name": "Security", "EmailAddress": "security@example.com", "PhoneNumber": "+49 30 5550100"},
            "BILLING": None, "OPERATIONS": None, "PRIMARY": {"FullName": "Example", "PhoneNumber": "+49 30 5550199"},
        },
        "account.primary_email": {"PrimaryEmail": f"aws+{account}@example.com"},
        "sso.permission_sets": {"sets": []},
        **watching(dice, account),
    }  # fmt: skip


def _row(account: str, user: str, *, password: bool, mfa: bool) -> Json:
    arn = f"arn:aws:iam::{account}:root" if user == "<root_account>" else f"arn:aws:iam::{account}:user/{user}"
    row = {
        "user": user, "arn": arn, "user_creation_time": "2024-02-01T09:00:00+00:00",
        "password_enabled": str(password).lower(), "mfa_active": str(mfa).lower(),
        "password_last_used": "2026-02-20T08:00:00+00:00" if password else "no_information",
        "password_last_changed": "2026-02-01T08:00:00+00:00" if password else "N/A", "password_next_rotation": "N/A",
    }  # fmt: skip
    for n in ("1", "2"):
        row |= {
            f"access_key_{n}_active": "false", f"access_key_{n}_last_rotated": "N/A",
            f"access_key_{n}_last_used_date": "N/A", f"access_key_{n}_last_used_region": "N/A",
            f"access_key_{n}_last_used_service": "N/A", f"cert_{n}_active": "false", f"cert_{n}_last_rotated": "N/A",
        }  # fmt: skip
    return row
