"""Facts about a root user, as the collector writes them: a healthy one by default, any detail changed by name."""

from __future__ import annotations

from typing import Any

from tests.controls.judged import ACCOUNT

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
MANAGEMENT = "999988887777"
NO_ORGANIZATION: dict[str, Any] = {"org.organization": None}


def summary(password: int = 1, keys: int = 0, certificates: int = 0, mfa: int = 1) -> dict[str, Any]:
    """Return an account summary; the counts that do not concern root are there as AWS sends them."""
    return {
        "AccountPasswordPresent": password,
        "AccountAccessKeysPresent": keys,
        "AccountSigningCertificatesPresent": certificates,
        "AccountMFAEnabled": mfa,
        "MFADevices": 3,
        "MFADevicesInUse": 3,
        "Users": 2,
    }


def report(generated: str = "2026-11-23T21:00:00Z", **cells: str) -> dict[str, Any]:
    """Return a credential report with a root row (cells overlaid) and an IAM user who is called root but is not."""
    root = {
        "user": "<root_account>",
        "arn": ROOT_ARN,
        "user_creation_time": "2019-05-01T10:00:00+00:00",
        "password_enabled": "true",
        "password_last_used": "2025-01-10T08:00:00+00:00",
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "true",
        "access_key_1_active": "false",
        "access_key_1_last_rotated": "N/A",
        "access_key_1_last_used_date": "N/A",
        "access_key_1_last_used_region": "N/A",
        "access_key_1_last_used_service": "N/A",
        "access_key_2_active": "false",
        "access_key_2_last_rotated": "N/A",
        "access_key_2_last_used_date": "N/A",
        "access_key_2_last_used_region": "N/A",
        "access_key_2_last_used_service": "N/A",
        "cert_1_active": "false",
        "cert_1_last_rotated": "N/A",
        "cert_2_active": "false",
        "cert_2_last_rotated": "N/A",
    }
    user = {name: "true" if name.endswith(("_active", "_enabled")) else "2026-11-23T08:00:00+00:00" for name in root}
    user |= {"user": "root", "arn": f"arn:aws:iam::{ACCOUNT}:user/root", "mfa_active": "false"}
    return {"GeneratedTime": generated, "rows": [user, root | cells]}


def without(report_fact: dict[str, Any], *columns: str) -> dict[str, Any]:
    """Return the report with columns missing from the root row."""
    user, root = report_fact["rows"]
    return {**report_fact, "rows": [user, {name: cell for name, cell in root.items() if name not in columns}]}


def bare_report(**cells: str) -> dict[str, Any]:
    """Return the report of an account whose root has no credentials at all."""
    return report(**({"password_enabled": "false", "password_last_used": "N/A", "mfa_active": "false"} | cells))


def audit(
    login_profile: bool = True,
    keys: tuple[str, ...] = (),
    devices: tuple[str, ...] = (),
    certificates: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return a privileged root audit: statuses of keys and certificates, serial numbers of devices."""
    return {
        "login_profile": login_profile,
        "access_keys": [
            {
                "AccessKeyId": f"AKIAROOT{n}",
                "Status": status,
                "CreateDate": "2020-01-01T00:00:00Z",
                "LastUsedDate": None,
            }
            for n, status in enumerate(keys)
        ],
        "mfa_devices": [{"SerialNumber": serial, "EnableDate": "2026-01-01T00:00:00Z"} for serial in devices],
        "signing_certificates": [{"CertificateId": f"C{n}", "Status": status} for n, status in enumerate(certificates)],
    }


def virtual(*arns: str | None) -> dict[str, Any]:
    """Return assigned virtual MFA devices by the ARN of whom they belong to; None: a device of nobody."""
    return {
        "devices": [
            {
                "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/device-{n}",
                "User": None if arn is None else {"Arn": arn},
                "EnableDate": "2026-01-01T00:00:00Z",
            }
            for n, arn in enumerate(arns)
        ]
    }


def organization(**facts: Any) -> dict[str, Any]:
    """Return the facts of an organization that has everything right and of which ACCOUNT is a member."""
    return {
        "org.organization": {"Id": "o-example", "FeatureSet": "ALL", "MasterAccountId": MANAGEMENT},
        "org.accounts": [
            {"Id": MANAGEMENT, "Name": "management", "Email": "aws-root@example.com", "State": "ACTIVE"},
            {"Id": ACCOUNT, "Name": "prod", "Email": "aws-root+prod@example.com", "State": "ACTIVE"},
        ],
        "org.service_access": ["cloudtrail.amazonaws.com", "iam.amazonaws.com"],
        "org.delegated_admins": {"iam.amazonaws.com": ["444455556666"]},
        "iam.org_features": {
            "OrganizationId": "o-example",
            "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"],
        },
    } | {name.replace("__", "."): value for name, value in facts.items()}
