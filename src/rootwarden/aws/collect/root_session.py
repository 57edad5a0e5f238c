"""Root's own view of its credentials in a member account, read through AssumeRoot: opt-in, for it is root activity."""

from __future__ import annotations

from functools import partial
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_account
from rootwarden.aws.hop import assume_root
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.visit import NotAskedError, Visit
from rootwarden.model.readings import Unknown, unknown_in

# IAM API Reference, ListOrganizationsFeatures: without these two no feature can be on. Some codes end in "Exception".
_OFF = frozenset({"ServiceAccessNotEnabled", "OrganizationNotInAllFeaturesMode"})


@of_account(
    "root.privileged_audit",
    central=True,
    per={"iam.GetAccessKeyLastUsed": "root access key"},
)
def privileged_audit(visit: Visit) -> dict[str, Any]:
    """Return root's login profile, keys, MFA devices and certificates; member accounts only, as AWS allows no other."""
    auditor = visit.round.root_auditor
    if auditor is None or visit.place != "member":
        raise NotAskedError
    _must_be_enabled(visit)
    root = assume_root(auditor, visit.account)
    return {
        "login_profile": root.or_mark(partial(_has_password, root)),
        "access_keys": root.or_mark(partial(_keys, root)),
        "mfa_devices": root.or_mark(partial(_mfa_devices, root)),
        "signing_certificates": root.or_mark(partial(_certificates, root)),
    }


def _must_be_enabled(visit: Visit) -> None:
    """Spare every member a refused AssumeRoot where centralized root access is known to be off.

    Raises:
        UnreadError: it is off.
    """
    features = visit.round.facts.get("iam.org_features")
    why = unknown_in(features)
    off = why.why.removesuffix("Exception") in _OFF if why else features is not None and not features["EnabledFeatures"]
    if off:
        raise UnreadError(
            Unknown("central_root_access_off", "sts.AssumeRoot", hint="enable it in IAM, Root access management")
        )


def _has_password(root: Ask) -> bool:
    return root.call_or_none(("NoSuchEntity",), "iam", "GetLoginProfile") is not None


def _keys(root: Ask) -> list[dict[str, Any]]:
    keys = _picked(root.items("iam", "ListAccessKeys", "AccessKeyMetadata"), "AccessKeyId", "Status", "CreateDate")
    return [key | {"LastUsedDate": root.or_mark(partial(_last_used, root, key["AccessKeyId"]))} for key in keys]


def _last_used(root: Ask, key: str) -> Any:
    return root.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key).get("AccessKeyLastUsed", {}).get("LastUsedDate")


def _mfa_devices(root: Ask) -> list[dict[str, Any]]:
    return _picked(root.items("iam", "ListMFADevices", "MFADevices"), "SerialNumber", "EnableDate")


def _certificates(root: Ask) -> list[dict[str, Any]]:
    return _picked(root.items("iam", "ListSigningCertificates", "Certificates"), "CertificateId", "Status")


def _picked(items: list[dict[str, Any]], *fields: str) -> list[dict[str, Any]]:
    return [{name: item.get(name) for name in fields} for item in items]
