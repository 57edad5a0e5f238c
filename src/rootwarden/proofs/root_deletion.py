"""What of a member's root credentials is there to delete, in which order, and how it reads afterwards.

The order leaves no password without MFA when it breaks off in between: password, keys, certificates, MFA devices. All
is done in a root session whose task policy allows nothing else. Sources: IAM User Guide, "Perform a privileged task on
a member account"; the managed policy IAMDeleteRootUserCredentials, which has no iam:UpdateAccessKey, so that a key
cannot be switched off first to see who complains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Case, Not
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.central_root import CREDENTIALS, feature_on
from rootwarden.proofs.credential_report import ROOT, root_row
from rootwarden.proofs.membership import role_in_organization
from rootwarden.proofs.root_credentials import AUDIT, SUMMARY

TASK = "IAMDeleteRootUserCredentials"
# The kinds as a root audit lists them, in the order in which they are deleted.
PASSWORD, KEYS, CERTIFICATES, DEVICES = "login_profile", "access_keys", "signing_certificates", "mfa_devices"
ALL = (PASSWORD, KEYS, CERTIFICATES, DEVICES)

_REPORT = "iam.credential_report"
# AWS renews a credential report at most every four hours (IAM User Guide, "Generate credential reports").
_FOUR_HOURS = 4 * 3600
_LOOKS = ("cloudtrail.LookupEvents", "s3.GetBucketVersioning", "s3.ListBuckets")
_NOTES = (
    "Before anything is deleted it is made sure that no key was used in 90 days, that no bucket has MFA Delete on, "
    "that an administrator who is not root can enter the account (RW-IAM-13), and that root's mailbox is attested.",
    "Without an approved window it is announced first, and done no earlier than 24 hours later.",
)
# By kind: what tells one item from another, how its state is called, and how people call it.
_NAMED = {KEYS: ("AccessKeyId", "Status"), CERTIFICATES: ("CertificateId", "Status"), DEVICES: ("SerialNumber", "")}
_WORDS = {PASSWORD: "password", KEYS: "access keys", CERTIFICATES: "signing certificates", DEVICES: "MFA devices"}
_COUNTED = {
    PASSWORD: "AccountPasswordPresent", KEYS: "AccountAccessKeysPresent",
    CERTIFICATES: "AccountSigningCertificatesPresent", DEVICES: "AccountMFAEnabled",
}  # fmt: skip
_REPORTED = {
    PASSWORD: {"password_enabled": "false"},
    KEYS: {f"access_key_{n}_{cell}": value for n in (1, 2)
           for cell, value in (("active", "false"), ("last_rotated", "N/A"), ("last_used_date", "N/A"))},
    CERTIFICATES: {f"cert_{n}_{cell}": value for n in (1, 2)
                   for cell, value in (("active", "false"), ("last_rotated", "N/A"))},
    DEVICES: {"mfa_active": "false"},
}  # fmt: skip
_STAYS = {
    PASSWORD: "a deleted password does not come back; its recovery can be allowed again (IAMCreateRootUserPassword)",
    KEYS: "a deleted access key never works again",
    CERTIFICATES: "a deleted signing certificate does not come back",
    DEVICES: "a removed MFA device has to be registered anew by root itself",
}


def deletion(case: Case, kinds: Sequence[str], runbook: str) -> Change | Not:
    """Return the change that deletes what there is of these kinds; `runbook` is how root itself does it by hand.

    Raises:
        UnseenError: what there is, or whether it can be deleted centrally, could not be read.
    """
    hindered = _hindered(case.seen, runbook)
    if hindered is not None:
        return hindered
    there = {kind: _listed(case.seen, kind) for kind in ALL if kind in kinds}
    present = {kind: items for kind, items in there.items() if items}
    if not present:
        return Not(
            "root itself lists nothing of the kind any more; the credential report is older",
            "audit again in four hours, when AWS has made a new report",
        )
    return _change(case, there, present)


def _hindered(seen: View, runbook: str) -> Not | None:
    role = role_in_organization(seen)
    if role != "member":
        return Not(
            f"only root itself can delete it in a {role} account", f"`rootwarden runbook {runbook}` leads through it"
        )
    if not feature_on(seen, CREDENTIALS).sure():
        return Not(
            "the organization does not manage root credentials centrally",
            f"switch it on first (RW-ORG-01); until then `rootwarden runbook {runbook}` leads through it by hand",
        )
    why = seen.account[AUDIT].unknown
    if why is not None and why.why == "not_collected":
        return Not("root's credentials were not listed", "plan with --root-audit, which lists them in root sessions")
    return None


def _listed(seen: View, kind: str) -> list[dict[str, Any]]:
    """Return what there is of a kind, each with what tells it from others; of the password only that it is there."""
    place = seen.account[AUDIT][kind]
    if kind == PASSWORD:
        return [{}] if place.flag() else []
    return [_picked(one, *_NAMED[kind]) for one in place.each()]


def _picked(item: Sight, name: str, state: str) -> dict[str, Any]:
    return {name: item[name].text()} | ({state: item[state].text()} if state else {})


def _change(case: Case, there: dict[str, Any], present: dict[str, list[dict[str, Any]]]) -> Change:
    account = case.finding.account
    words = [_worded(kind, items) for kind, items in present.items()]
    named = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    change = case.change(
        f"Delete root's {named}",
        risk=Risk.DANGEROUS,
        steps=tuple(_steps(present)),
        expects=(Expect(fact=AUDIT, value=_as_listed(there)),),
        then=tuple(_afterwards(case.seen, there)),
        shows=tuple(Difference(what=f"root's {_WORDS[kind]}", before=_shown(kind, items), after="none")
                    for kind, items in present.items()),
        account=account,
    )  # fmt: skip
    return replace(change, as_root=TASK, late=(_REPORT,), patience=_FOUR_HOURS, notes=_NOTES, looks=_LOOKS)


def _as_listed(there: dict[str, Any]) -> dict[str, Any]:
    return {kind: bool(items) if kind == PASSWORD else items for kind, items in there.items()}


def _afterwards(seen: View, there: dict[str, Any]) -> Iterator[Expect]:
    yield Expect(fact=AUDIT, value=_as_listed({kind: [] for kind in there}))
    if seen.account[SUMMARY].unknown is None:
        yield Expect(fact=SUMMARY, value={_COUNTED[kind]: 0 for kind in there})
    if _is_read(root_row(seen)):
        cells = {cell: value for kind in there for cell, value in _REPORTED[kind].items()}
        yield Expect(fact=_REPORT, at=("rows", Item("user", ROOT)), value=cells)


def _is_read(row: Sight) -> bool:
    try:
        return row.unknown is None and not row.is_none
    except UnseenError:
        return False


def _steps(present: dict[str, list[dict[str, Any]]]) -> Iterator[Step]:
    for kind in ALL:
        for n, item in enumerate(present.get(kind, ()), start=1):
            yield from _STEPS[kind](n, item)


def _password(n: int, item: dict[str, Any]) -> Iterator[Step]:
    yield _step("password", "Delete the password", "DeleteLoginProfile", {}, PASSWORD)


def _key(n: int, item: dict[str, Any]) -> Iterator[Step]:
    name = item["AccessKeyId"]
    yield _step(f"key-{n}", f"Delete the access key {ending(name)}", "DeleteAccessKey", {"AccessKeyId": name}, KEYS)


def _certificate(n: int, item: dict[str, Any]) -> Iterator[Step]:
    name = {"CertificateId": item["CertificateId"]}
    does = f"Delete the signing certificate {ending(item['CertificateId'])}"
    yield _step(f"certificate-{n}", does, "DeleteSigningCertificate", name, CERTIFICATES)


def _device(n: int, item: dict[str, Any]) -> Iterator[Step]:
    serial = item["SerialNumber"]
    name = {"SerialNumber": serial}
    yield _step(f"device-{n}", f"Remove the MFA device {serial}", "DeactivateMFADevice", name, DEVICES)
    if ":mfa/" in serial:  # a virtual device outlives its assignment
        yield _step(f"device-{n}-gone", f"Delete the MFA device {serial}", "DeleteVirtualMFADevice", name, DEVICES)


_STEPS = {PASSWORD: _password, KEYS: _key, CERTIFICATES: _certificate, DEVICES: _device}


def _step(name: str, does: str, operation: str, parameters: dict[str, Any], kind: str) -> Step:
    call = Call(service="iam", operation=operation, parameters=parameters)
    return Step(id=name, does=does, call=call, stays=_STAYS[kind], stays_as=())


def ending(name: str) -> str:
    """Return the last four characters of an id, as people are shown it."""
    return f"...{name[-4:]}"


def _worded(kind: str, items: list[dict[str, Any]]) -> str:
    if kind == PASSWORD:
        return "password"
    return f"{len(items)} {_WORDS[kind]}" if len(items) > 1 else _WORDS[kind].removesuffix("s")


def _shown(kind: str, items: list[dict[str, Any]]) -> str:
    if kind == PASSWORD:
        return "there"
    name, state = _NAMED[kind]
    shown = [(one[name] if kind == DEVICES else ending(one[name])) + (f" ({one[state]})" if state else "")
             for one in items]  # fmt: skip
    return ", ".join(shown)
