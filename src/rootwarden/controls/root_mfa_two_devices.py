"""Root has two MFA devices in different hands: one lost key must not lock you out, nor one person hold it all.

With a single device, a lost phone or a broken key means a recovery through AWS Support, with notarised papers, during
the very emergency that root was kept for. With a single holder, the company depends on one person being reachable, and
on that person alone. AWS lets root register up to eight devices.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.membership import role_in_organization
from rootwarden.proofs.mfa_kind import root_virtual_devices
from rootwarden.proofs.root_credentials import MFA, credentials_present, summary_has
from rootwarden.proofs.truth import is_silent

CONTROL = Control(
    code="RW-ROOT-03",
    title="Root user has at least two MFA devices held by different custodians",
    question="Does the root user have a second MFA device, held by somebody else?",
    severity=Severity.MEDIUM,
    practice=Practice.ROOT_MFA,
    scope=Scope.ACCOUNT,
    facts=(
        "iam.account_summary",
        "iam.virtual_mfa_devices?",
        "iam.credential_report?",
        "root.privileged_audit?",
        "org.organization?",
    ),
    measured=(
        "Root's devices are counted by a root audit (ListMFADevices in a root session), which AWS allows for member "
        "accounts only. The account summary proves none or at least one; the list of virtual devices may prove more. "
        "Where that does not settle min_devices, a person has to look, or in a member account the root audit has to be "
        "made. Root without credentials needs none."
    ),
    misses=(
        "Who holds the devices and where: no AWS call tells. Two devices in one drawer pass. Whether each still works."
    ),
    remedy="enrol-second-root-mfa-device",
    fix=Fix(
        automation="manual",
        steps=(
            "In a member account, prefer removing the root credentials altogether (RW-ROOT-08).",
            "Sign in as the root user and open Security credentials.",
            "Assign a second security key or passkey as MFA device; name both after where they are kept.",
            "Give the two devices to two people and store them in two places.",
            "Write down who holds which, and check once a quarter that both are still there.",
        ),
    ),
    params={"min_devices": 2},
    links=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html",
    ),
)

_HOLDERS = "custodians_unproven: no AWS call tells who holds the devices; write it down and keep them apart"

_NOT_COUNTED = Unknown(
    "not_collected",
    "sts.AssumeRoot",
    ("sts:AssumeRoot",),
    "a root audit counts the devices of member accounts: collect with --root-audit",
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account."""
    aside = seen.about()
    present = credentials_present(aside)
    if present.value is False:
        yield aside.not_applicable(
            "Root has no password, no access key and no signing certificate; there is nothing for MFA to protect.",
            reason="no_root_credentials",
        )
        return
    wanted = int(limits.number("min_devices"))
    counted, uncounted = _count(seen)
    if 0 < counted < wanted:
        yield seen.fails(_too_few(counted, wanted), reason="too_few_devices")
        return
    if present.hidden:
        present.sure()
    if not summary_has(seen, MFA).sure():
        present.sure()
        yield seen.fails(_too_few(0, wanted), reason="no_mfa")
    elif counted >= wanted:
        yield seen.passes(f"Root has {counted} MFA devices.", notes=[_HOLDERS])
    elif uncounted is not None and not is_silent(uncounted.unknown):
        raise uncounted
    else:
        yield _judge_lower_bound(seen, wanted)


def _count(seen: View) -> tuple[int, UnseenError | None]:
    """Return how many devices the root audit lists, or 0 and why it does not tell."""
    quiet = seen.about().account["root.privileged_audit"]["mfa_devices"]
    try:
        listed = quiet.each()
    except UnseenError as error:
        return 0, error
    try:
        serials = {device["SerialNumber"].text() for device in listed}
    except UnseenError:
        return 0, UnseenError(Unknown("device_list_not_legible", "iam.ListMFADevices"), quiet.path)
    seen.account["root.privileged_audit"]["mfa_devices"].each()  # for the record: the list decides, not its serials
    return len(serials), None


def _judge_lower_bound(seen: View, wanted: int) -> Verdict:
    """Decide by what is proven without a count: MFA is on, so there is one; each listed virtual device is one."""
    proven = 1 if wanted <= 1 else max(1, len(root_virtual_devices(seen)[0]))
    if proven >= wanted:
        return seen.passes(f"Root has at least {proven} MFA device{'s' if proven > 1 else ''}.", notes=[_HOLDERS])
    if role_in_organization(seen) == "member":
        return seen.unknown(_NOT_COUNTED, "root.privileged_audit")
    return seen.manual(
        "Root has MFA, but AWS does not tell how many devices. Look at the root user's security credentials page and "
        f"make sure that there are {wanted}, held by different people.",
        reason="count_not_readable",
    )


def _too_few(count: int, wanted: int) -> str:
    have = "no MFA device" if count == 0 else f"{count} MFA device{'s' if count > 1 else ''}"
    return f"Root has {have}, not {wanted}. If it is lost, you are locked out of root when you need it most."
