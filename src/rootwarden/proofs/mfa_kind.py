"""What kind of MFA device a serial number stands for, and which virtual ones belong to the root user.

Source: IAM API reference, MFADevice and ListMFADevices: virtual devices have an ARN of kind `mfa/`, FIDO2 devices one
of kind `u2f/`, text-message devices one of kind `sms-mfa/`; hardware tokens have the number printed on them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError, unknown_in
from rootwarden.model.sight import ABSENT, Sight
from rootwarden.model.view import View
from rootwarden.proofs.truth import is_silent


class MfaKind(StrEnum):
    """Kinds of MFA devices, as far as AWS tells them apart."""

    FIDO = "security key or passkey"
    HARDWARE_TOKEN = "hardware token"
    VIRTUAL = "authenticator app"
    SMS = "text message"
    OTHER = "unknown kind"


# Codes that a person can be talked into typing on a false page, from a device that is only software.
WEAK = frozenset({MfaKind.VIRTUAL, MfaKind.SMS})

_BY_RESOURCE = {"u2f": MfaKind.FIDO, "mfa": MfaKind.VIRTUAL, "sms-mfa": MfaKind.SMS}
_ARN_PARTS = 6
_VIRTUAL = "iam.virtual_mfa_devices"
# Who can own a device: root, or an IAM user with its path (IAM User Guide, "IAM identifiers").
_OWNER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:root|user/\S+)", re.ASCII)


def mfa_kind(serial: str) -> MfaKind:
    """Return the kind of device that a SerialNumber of ListMFADevices stands for; never raises."""
    text = serial.strip()
    if not text:
        return MfaKind.OTHER
    if not text.lower().startswith("arn:"):
        return MfaKind.HARDWARE_TOKEN
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return MfaKind.OTHER
    return _BY_RESOURCE.get(parts[-1].split("/", 1)[0], MfaKind.OTHER)


def root_virtual_devices(seen: View) -> tuple[list[Sight], UnseenError | None]:
    """Return the virtual MFA devices whose user is exactly the root ARN, and what kept others from being read, if any.

    A device without a user (`"User": null`) is unassigned and proves nothing. Devices of IAM users are not recorded.
    """
    devices = seen.account[_VIRTUAL]["devices"]
    try:
        missing = devices.is_null
    except UnseenError as error:
        return [], error
    owners = seen.account.derived(_VIRTUAL, _owners)
    if missing or owners is None:
        return [], UnseenError(Unknown("malformed: expected a list"), devices.path)
    root = f"arn:{seen.subject.partition}:iam::{seen.subject.account}:root"
    found = owners.devices.get(root, [])
    every = devices.each() if found else []
    for number in found:
        every[number]["User"]["Arn"].text()
    unread = None if owners.unread is None else UnseenError(owners.unread, devices.path)
    return [every[number] for number in found], unread


class _Owners(Struct, frozen=True):
    """Positions of devices by the ARN of their user, and why the user of one is not legible, if so."""

    devices: dict[str, list[int]]
    unread: Unknown | None


def _owners(fact: Any) -> _Owners | None:
    """Sort virtual devices by user as plain values, for there may be hundreds; None where there is no list."""
    listed = fact.get("devices") if isinstance(fact, dict) else None
    if not isinstance(listed, list):
        return None
    devices: dict[str, list[int]] = {}
    unread: Unknown | None = None
    for number, device in enumerate(listed):
        user = device.get("User", ABSENT) if isinstance(device, dict) else ABSENT
        arn = user.get("Arn") if isinstance(user, dict) else None
        if isinstance(arn, str) and _OWNER.fullmatch(arn):
            devices.setdefault(arn, []).append(number)
        elif user is not None:
            why = "field_missing" if arn is None else "malformed: the owner of a device is no ARN of a user"
            unread = unread or unknown_in(device) or unknown_in(user) or unknown_in(arn) or Unknown(why)
    return _Owners(devices, unread)


def audited_kinds(seen: View) -> tuple[list[MfaKind], UnseenError | None]:
    """Return the kinds of root's devices by the privileged audit, and what kept some from being told, if anything did.

    No audit at all is no obstacle: it is an optional source, made for member accounts only. One that was refused is.
    """
    kinds: list[MfaKind] = []
    unread: UnseenError | None = None
    try:
        devices = seen.account["root.privileged_audit"]["mfa_devices"].each()
    except UnseenError as error:
        return [], None if is_silent(error.unknown) else error
    for device in devices:
        try:
            kinds.append(_kind(device["SerialNumber"]))
        except UnseenError as error:
            unread = unread or error
    return kinds, unread


def _kind(serial: Sight) -> MfaKind:
    kind = mfa_kind(serial.text())
    if kind is MfaKind.OTHER:
        raise UnseenError(Unknown("mfa_kind_not_known"), serial.path)
    return kind
