"""Every MFA device of root is a hardware device or a passkey: codes from an app can be typed into a false page.

A person who is lured to a copy of the AWS sign-in page types the password and the six digits, and the attacker uses
both within the minute. Security keys and passkeys answer only to the real site. An authenticator app on a phone is also
a copy that can be backed up, cloned or lost with the phone. The weakest device decides: whoever may choose, chooses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.mfa_kind import WEAK, MfaKind, audited_kinds, root_virtual_devices
from rootwarden.proofs.root_credentials import MFA, credentials_present, summary_has
from rootwarden.proofs.truth import Truth

CONTROL = Control(
    code="RW-ROOT-02",
    title="Root user MFA is phishing-resistant or hardware",
    question="Is every MFA device of the root user a security key, a passkey or a hardware token?",
    severity=Severity.HIGH,
    practice=Practice.ROOT_MFA,
    scope=Scope.ACCOUNT,
    facts=(
        "iam.account_summary",
        "iam.virtual_mfa_devices",
        "iam.credential_report?",
        "root.privileged_audit?",
    ),
    measured=(
        "Root must have MFA (AccountMFAEnabled of the account summary), and none of the assigned virtual MFA devices "
        "may belong to exactly the root ARN. In member accounts with a root audit, the serial numbers of root's "
        "devices are looked at too: an app or a text-message device fails. A mix of strong and weak devices fails "
        "unless allow_mixed_mfa is set. Not applicable where root has no credentials, nor outside the partition aws."
    ),
    misses=(
        "AWS does not tell a hardware security key from a passkey that a phone or browser keeps in a cloud account. "
        "Without a root audit, what is not an app is taken as hardware or passkey, because only apps are listed."
    ),
    remedy="enrol-root-security-keys",
    fix=Fix(
        automation="manual",
        steps=(
            "In a member account, prefer removing the root credentials altogether (RW-ROOT-08).",
            "Buy two FIDO2 security keys and decide where each is kept.",
            "Sign in as the root user, open Security credentials, and assign both keys as MFA devices.",
            "Sign in once with each key.",
            "Only then remove the authenticator app from the list of devices.",
        ),
        commands=(
            "aws iam list-virtual-mfa-devices --assignment-status Assigned "
            "--query 'VirtualMFADevices[?User.Arn==`arn:{partition}:iam::{account}:root`].SerialNumber'",
        ),
    ),
    frameworks={
        "cis_aws_1.4": ("1.6",),
        "cis_aws_1.5": ("1.6",),
        "cis_aws_2.0": ("1.6",),
        "cis_aws_3.0": ("1.6",),
        "cis_aws_4.0": ("1.6",),
        "cis_aws_5.0": ("1.5",),
        "cis_aws_6.0": ("2.5",),
        "cis_aws_7.0": ("2.6",),
        "aws_fsbp": ("IAM.6",),
        "nist_800_53_r5": ids(
            "ac_2_1 ac_3_2 ac_3_3 ac_3_3_a ac_3_3_b_1 ac_3_3_b_2 ac_3_3_b_3 ac_3_3_b_4 ac_3_3_b_5 ac_3_3_c ac_3_4 "
            "ac_3_4_a ac_3_4_b ac_3_4_c ac_3_4_d ac_3_4_e ac_3_8 ac_3_12_a ac_3_13 ac_3_15_a ac_3_15_b ac_4_28 ac_7_4 "
            "ac_7_4_a ac_24 cm_5_1_a cm_6_a cm_9_b ia_2_1 ia_2_2 ia_2_6 ia_2_6_a ia_2_8 sc_23_3"
        ),
        "pci_dss_4.0": ("8.4.1", "8.4.2", "8.4.3"),
    },
    params={"allow_mixed_mfa": False},
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_MFADevice.html",
    ),
)

_UNPROVEN = "mfa_kind_unproven: AWS does not tell a hardware key from a passkey that is copied to a cloud account"


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    if seen.subject.partition != "aws":
        yield seen.not_applicable(
            f"The partition {seen.subject.partition} offers root other MFA devices, or none.",
            reason="partition_without_root_hardware_mfa",
        )
        return
    aside = seen.about()
    present = credentials_present(aside)
    if present.value is False:
        yield aside.not_applicable(
            "Root has no password, no access key and no signing certificate; there is nothing for MFA to protect.",
            reason="no_root_credentials",
        )
        return
    mfa = summary_has(seen, MFA)
    if mfa.value is False:
        present.sure()
        yield seen.fails("Root has no MFA device at all, so none that resists phishing.", reason="no_mfa")
        return
    yield _judge_devices(seen, limits, (present, mfa))


def _judge_devices(seen: View, limits: Thresholds, before: tuple[Truth, Truth]) -> Verdict:
    """Judge the devices that could be seen; `before` are the credentials and MFA, which a PASS needs as well."""
    apps, unread = root_virtual_devices(seen)
    kinds, kinds_unread = audited_kinds(seen)
    weak = sorted({kind.value for kind in kinds if kind in WEAK} | ({MfaKind.VIRTUAL.value} if apps else set()))
    strong = any(kind not in WEAK for kind in kinds)
    if weak and not (strong and limits.flag("allow_mixed_mfa")):
        what = " and ".join(weak)
        others = " Root's stronger devices do not help while this one is accepted too." if strong else ""
        return seen.fails(
            f"Root signs in with a code from an MFA device of kind {what}, which can be copied or typed into a false "
            f"page.{others}",
            reason="weak_device",
        )
    present, mfa = before
    if present.hidden:
        present.sure()
    mfa.sure()
    for missing in (unread, kinds_unread):
        if missing is not None:
            raise missing
    if weak:
        return seen.passes(
            f"Root has a strong MFA device beside one of kind {' and '.join(weak)}, which the settings allow.",
            notes=["mixed_mfa: the weaker device can still be used to sign in"],
        )
    proven = kinds and all(kind is MfaKind.HARDWARE_TOKEN for kind in kinds)
    return seen.passes(
        "Root has MFA, and none of its devices is an authenticator app.", notes=[] if proven else [_UNPROVEN]
    )
