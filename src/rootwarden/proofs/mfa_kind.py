"""What kind of MFA device a serial number stands for, and which virtual ones belong to the root user.

Source: IAM API reference, MFADevice and ListMFADevices: virtual devices have an ARN of kind `mfa/`, FIDO2 devices one
of kind `u2f/`, text-message devices one of kind `sms-mfa/`; hardware tokens have the number printed on them.
"""

from __future__ import annotations

from enum import StrEnum

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
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
    root = f"arn:{seen.subject.partition}:iam::{seen.subject.account}:root"
    found: list[Sight] = []
    unread: UnseenError | None = None
    try:
        devices = seen.account["iam.virtual_mfa_devices"]["devices"].each()
    except UnseenError as error:
        return [], error
    aside = seen.about()
    for device, quiet in zip(devices, aside.account["iam.virtual_mfa_devices"]["devices"].each(), strict=True):
        try:
            if not quiet["User"].is_null and quiet["User"]["Arn"].text() == root:
                device["User"]["Arn"].text()
                found.append(device)
        except UnseenError as error:
            unread = unread or error
    return found, unread


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
