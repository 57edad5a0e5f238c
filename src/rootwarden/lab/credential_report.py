"""Writes the credential report of an account as AWS does: root first, then the users, one line of 22 cells each.

Source: IAM User Guide, "Generate credential reports for your AWS account"; dates ending in Z, the order of users, keys
and certificates, and the missing newline at the end follow observed reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from moto.iam.models import AccessKey, IAMBackend, User

from rootwarden.lab.clock import iso
from rootwarden.lab.key_use import KeyUse, last_use
from rootwarden.lab.root_user import RootUser
from rootwarden.lab.state import AccountState

_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
HEADER = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{number}_{name}" for number in (1, 2) for name in _KEY),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
)

_Key = tuple[str, datetime, KeyUse]
_Certificate = tuple[str, datetime]


def credential_report(state: AccountState, backend: IAMBackend) -> bytes:
    """Return the report of an account as it stands now, CSV in UTF-8."""
    users = sorted(backend.users.values(), key=lambda user: user.name.lower())
    rows = [HEADER, _root(state.root), *(_user(user, state, backend) for user in users)]
    return "\n".join(",".join(row) for row in rows).encode()


def _root(root: RootUser) -> Sequence[str]:
    keys = [
        (key.status, key.created, KeyUse(key.last_used, key.last_used_service, key.last_used_region))
        for key in sorted(root.access_keys, key=lambda key: key.id)
    ]
    certificates = [(one.status, one.uploaded) for one in root.certificates]
    changed = iso(root.password_changed) if root.password and root.password_changed else "not_supported"
    return (
        *("<root_account>", root.arn, iso(root.created), _flag(root.password)),
        *(_last_used(root.password, root.password_last_used), changed, "not_supported", _flag(bool(root.mfa))),
        *_key_cells(keys),
        *_certificate_cells(certificates),
    )


def _user(user: User, state: AccountState, backend: IAMBackend) -> Sequence[str]:
    keys = [(key.status, key.create_date, last_use(key)) for key in _by_id(user)]
    certificates = [(one.status, one.upload_date) for one in user.signing_certificates.values()]
    has_password = bool(user.password)
    changed = state.password_changed.get(user.name, user.create_date)
    return (
        *(user.name, user.arn, iso(user.create_date), _flag(has_password)),
        *(_last_used(has_password, user.password_last_used), iso(changed) if has_password else "N/A"),
        *(_next_rotation(has_password, changed, backend), _flag(bool(user.mfa_devices))),
        *_key_cells(keys),
        *_certificate_cells(certificates),
    )


def _by_id(user: User) -> Iterable[AccessKey]:
    return sorted(user.access_keys, key=lambda key: key.access_key_id)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _last_used(has_password: bool, when: datetime | None) -> str:
    if not has_password:
        return "N/A"
    return iso(when) if when else "no_information"


def _next_rotation(has_password: bool, changed: datetime, backend: IAMBackend) -> str:
    policy = backend.account_password_policy
    if not has_password or policy is None or not policy.max_password_age:
        return "N/A"
    return iso(changed + timedelta(days=policy.max_password_age))


def _key_cells(keys: Sequence[_Key]) -> list[str]:
    cells: list[str] = []
    for status, created, used in keys[:2]:
        date = iso(used.date) if used.date else "N/A"
        cells += [_flag(status == "Active"), iso(created), date, used.region, used.service]
    return cells + ["false", "N/A", "N/A", "N/A", "N/A"] * (2 - len(keys[:2]))


def _certificate_cells(certificates: Sequence[_Certificate]) -> list[str]:
    ordered = sorted(certificates, key=lambda one: one[0] == "Active")  # inactive ones first
    cells = [text for status, uploaded in ordered[:2] for text in (_flag(status == "Active"), iso(uploaded))]
    return cells + ["false", "N/A"] * (2 - len(ordered[:2]))
