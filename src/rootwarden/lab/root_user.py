"""The root user of one account: password, MFA devices, access keys and certificates, which AWS offers no API to set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from moto.moto_api._internal import mock_random
from msgspec import Struct, convert, field

from rootwarden.lab.clock import now

MfaKind = Literal["virtual", "hardware-token", "security-key"]
KeyStatus = Literal["Active", "Inactive"]


def _letters(count: int) -> str:
    return "".join(mock_random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=count))


class RootMfa(Struct):
    """An MFA device of root; serial numbers tell the kinds apart, as on AWS."""

    kind: MfaKind
    serial: str
    enabled: datetime | None = field(default_factory=now)


class RootKey(Struct):
    """A long-term access key of root; it can be used to call the lab."""

    id: str = field(default_factory=lambda: "AKIA" + _letters(16))
    secret: str = field(default_factory=lambda: _letters(40))
    status: KeyStatus = "Active"
    created: datetime = field(default_factory=now)
    last_used: datetime | None = None
    last_used_service: str = "N/A"
    last_used_region: str = "N/A"


class RootCertificate(Struct):
    """An X.509 signing certificate of root."""

    id: str = field(default_factory=lambda: _letters(32))
    status: KeyStatus = "Active"
    uploaded: datetime = field(default_factory=now)
    body: str = "-----BEGIN CERTIFICATE-----\nTEFC\n-----END CERTIFICATE-----"


class RootUser(Struct):
    """Everything the lab knows of one root user; `created` is the account's birth. Change the fields freely."""

    account: str
    created: datetime = field(default_factory=now)
    password: bool = True
    password_changed: datetime | None = None
    password_last_used: datetime | None = None
    mfa: list[RootMfa] = []
    unassigned_mfa: list[RootMfa] = []
    access_keys: list[RootKey] = []
    certificates: list[RootCertificate] = []

    @property
    def arn(self) -> str:
        """Return the ARN of the root user."""
        return f"arn:aws:iam::{self.account}:root"

    def key(self, access_key: str) -> RootKey | None:
        """Return the access key with this id, if root has it."""
        return next((key for key in self.access_keys if key.id == access_key), None)

    def active_key(self) -> RootKey:
        """Return an access key of root that works, made when there is none."""
        for key in self.access_keys:
            if key.status == "Active":
                return key
        self.access_keys.append(RootKey())
        return self.access_keys[-1]

    def mark_used(self, access_key: str, service: str, region: str) -> None:
        """Remember that this key of root has just called `service` in `region`."""
        key = self.key(access_key)
        if key is not None:
            key.last_used, key.last_used_service, key.last_used_region = now(), service, region

    def set_mfa(self, kinds: Sequence[MfaKind]) -> None:
        """Give root exactly these devices, one per kind named, enabled now."""
        self.mfa = []
        for kind in kinds:
            self.mfa.append(RootMfa(kind=kind, serial=_SERIALS[kind](self.account, len(self.mfa))))

    def update(self, fields: dict[str, Any]) -> None:
        """Set fields by name from plain data: `mfa` is a list of kinds, keys and certificates lists of objects.

        Raises:
            msgspec.ValidationError: a field is unknown or has the wrong type.
        """
        wanted = convert(fields, _Wanted)
        for name, value in ((name, getattr(wanted, name)) for name in fields):
            if name == "mfa":
                self.set_mfa(value)
            else:
                setattr(self, name, value)


class _Wanted(Struct, forbid_unknown_fields=True):
    created: datetime | None = None
    password: bool = True
    password_changed: datetime | None = None
    password_last_used: datetime | None = None
    mfa: list[MfaKind] = []
    access_keys: list[RootKey] = []
    certificates: list[RootCertificate] = []


def _virtual(account: str, number: int) -> str:
    return f"arn:aws:iam::{account}:mfa/root-account-mfa-device" + (f"-{number}" if number else "")


def _hardware(account: str, number: int) -> str:
    return f"GAHT{int(account) % 10**6:06}{number:02}"


def _security_key(account: str, number: int) -> str:
    return f"arn:aws:iam::{account}:u2f/root-account/key{number}-{_letters(26)}"


_SERIALS: dict[MfaKind, Callable[[str, int], str]] = {
    "virtual": _virtual,
    "hardware-token": _hardware,
    "security-key": _security_key,
}
