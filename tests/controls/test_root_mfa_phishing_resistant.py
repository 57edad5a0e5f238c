"""Root's MFA devices: any app among them fails, hardware and passkeys pass, and names are compared whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.findings import Finding
from rootwarden.proofs.mfa_kind import MfaKind, mfa_kind
from tests.controls.judged import ACCOUNT, cited, only, unread
from tests.controls.root_facts import NO_ORGANIZATION, ROOT_ARN, audit, report, summary, virtual

SLUG = "root-mfa-phishing-resistant"
KEY = f"arn:aws:iam::{ACCOUNT}:u2f/root-account/key-A1B2"
APP = f"arn:aws:iam::{ACCOUNT}:mfa/root-account-mfa-device"
TEXT = f"arn:aws:iam::{ACCOUNT}:sms-mfa/root"
TOKEN = "GAHT12345678"


def verdict(facts: dict, **rest: object) -> Finding:
    return only(SLUG, facts, NO_ORGANIZATION, **rest)


def facts(*users: str | None, **extra: object) -> dict:
    return {"iam.account_summary": summary(), "iam.virtual_mfa_devices": virtual(*users)} | {
        name.replace("__", "."): value for name, value in extra.items()
    }


def test_no_app_on_root_passes_with_the_doubt_that_remains() -> None:
    """AWS does not tell a hardware key from a synced passkey, and the finding says so."""
    finding = verdict(facts(f"arn:aws:iam::{ACCOUNT}:user/alice"))
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("mfa_kind_unproven")
    assert set(cited(finding)) == {"iam.account_summary.AccountMFAEnabled", "iam.virtual_mfa_devices.devices"}


def test_app_on_root_fails() -> None:
    """A virtual device of exactly the root ARN; its owner is evidence."""
    finding = verdict(facts(f"arn:aws:iam::{ACCOUNT}:user/alice", ROOT_ARN))
    assert (finding.status, finding.reason) == ("FAIL", "weak_device")
    assert ROOT_ARN in cited(finding).values()


@pytest.mark.parametrize(
    "other",
    [
        f"arn:aws:iam::{ACCOUNT}:user/groot",
        f"arn:aws:iam::{ACCOUNT}:user/a:root",
        "arn:aws:iam::999988887777:root",
        f"arn:aws-cn:iam::{ACCOUNT}:root",
        None,
    ],
)
def test_only_the_exact_root_arn_counts(other: str | None) -> None:
    """A user named groot is not root, and a device of nobody proves nothing."""
    assert verdict(facts(other)).status == "PASS"


def test_no_mfa_fails() -> None:
    """Without any device there is none that resists phishing."""
    given_facts = facts() | {"iam.account_summary": summary(mfa=0)}
    assert (verdict(given_facts).status, verdict(given_facts).reason) == ("FAIL", "no_mfa")


def test_no_mfa_with_unknown_credentials_is_unknown() -> None:
    """There may be nothing to protect."""
    assert verdict(facts() | {"iam.account_summary": {"AccountMFAEnabled": 0}}).status == "UNKNOWN"


def test_no_credentials_is_not_applicable() -> None:
    """Even with a left-over device: nothing can be opened with it."""
    finding = verdict(facts(ROOT_ARN) | {"iam.account_summary": summary(password=0)})
    assert (finding.status, finding.reason) == ("NOT_APPLICABLE", "no_root_credentials")


def test_a_refused_source_leaves_open_whether_the_control_applies() -> None:
    """Unless a weak device is proven."""
    kept = {"iam__credential_report": unread("iam.credential_report")}
    bare = {"iam.account_summary": summary(password=0)}
    assert verdict(facts(**kept) | bare).status == "UNKNOWN"
    assert verdict(facts(ROOT_ARN, **kept) | bare).status == "FAIL"


@pytest.mark.parametrize("partition", ["aws-us-gov", "aws-cn"])
def test_other_partitions_are_not_applicable(partition: str) -> None:
    """Root has other devices there, or none."""
    assert verdict(facts(), partition=partition).status == "NOT_APPLICABLE"


def test_stale_report_never_stands_in_for_the_summary() -> None:
    """mfa_active of hours ago says nothing about the devices of now."""
    given_facts = facts(iam__credential_report=report()) | {"iam.account_summary": unread("iam.account_summary")}
    assert verdict(given_facts).status == "UNKNOWN"


def test_unread_device_list_is_unknown() -> None:
    """The list is needed to pass."""
    finding = verdict({"iam.account_summary": summary(), "iam.virtual_mfa_devices": unread("iam.virtual_mfa_devices")})
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because is not None
    assert finding.unknown_because.missing == ("iam:ListVirtualMFADevices",)


def test_a_proven_failure_wins_over_what_is_unread() -> None:
    """One device of root is enough, even with the summary and other devices unread."""
    devices = virtual(ROOT_ARN, ROOT_ARN)
    devices["devices"][0]["User"] = unread("iam.virtual_mfa_devices")
    given_facts = {"iam.account_summary": unread("iam.account_summary"), "iam.virtual_mfa_devices": devices}
    assert verdict(given_facts).status == "FAIL"


@pytest.mark.parametrize("damage", [{"User": {}}, {"User": unread("iam.virtual_mfa_devices")}, {"User": "root"}, {}])
def test_device_whose_user_is_not_legible_is_unknown(damage: dict) -> None:
    """It may be root's."""
    device = {"SerialNumber": APP} | damage
    assert verdict(facts(iam__virtual_mfa_devices={"devices": [device]})).status == "UNKNOWN"


@pytest.mark.parametrize("serial", [APP, TEXT])
def test_root_audit_finds_what_the_list_does_not(serial: str) -> None:
    """Serial numbers of a root session tell the kind; the weakest decides."""
    finding = verdict(facts(root__privileged_audit=audit(devices=(KEY, serial))))
    assert (finding.status, finding.reason) == ("FAIL", "weak_device")
    assert "stronger devices do not help" in finding.message


def test_root_audit_with_keys_or_tokens_passes() -> None:
    """Hardware tokens are beyond doubt; for FIDO devices the doubt is noted."""
    assert verdict(facts(root__privileged_audit=audit(devices=(KEY,)))).notes[0].startswith("mfa_kind_unproven")
    finding = verdict(facts(root__privileged_audit=audit(devices=(TOKEN,))))
    assert (finding.status, finding.notes) == ("PASS", ())


def test_serial_number_of_unknown_form_is_unknown() -> None:
    """A kind that AWS may invent is not taken for a strong one."""
    strange = audit(devices=(f"arn:aws:iam::{ACCOUNT}:telepathy/root",))
    assert verdict(facts(root__privileged_audit=strange)).reason == "mfa_kind_not_known"
    assert verdict(facts(root__privileged_audit=unread("root.privileged_audit"))).status == "UNKNOWN"
    damaged = audit() | {"mfa_devices": "none"}
    assert verdict(facts(root__privileged_audit=damaged)).status == "UNKNOWN"
    assert verdict(facts(ROOT_ARN, root__privileged_audit=damaged)).status == "FAIL"


def test_allow_mixed_mfa_turns_a_mixed_set_into_a_warning() -> None:
    """Only where a stronger device is proven beside the app."""
    mixed = facts(ROOT_ARN, root__privileged_audit=audit(devices=(KEY, APP)))
    assert verdict(mixed).status == "FAIL"
    allowed = verdict(mixed, settings={"allow_mixed_mfa": True})
    assert allowed.status == "PASS"
    assert allowed.notes[0].startswith("mixed_mfa")
    only_app = facts(ROOT_ARN, root__privileged_audit=audit(devices=(APP,)))
    assert verdict(only_app, settings={"allow_mixed_mfa": True}).status == "FAIL"
    unproven = facts(ROOT_ARN)
    assert verdict(unproven, settings={"allow_mixed_mfa": True}).status == "FAIL"


@pytest.mark.parametrize(
    ("serial", "kind"),
    [
        (KEY, MfaKind.FIDO),
        ("arn:aws-us-gov:iam::111122223333:u2f/user/bob/k", MfaKind.FIDO),
        (APP, MfaKind.VIRTUAL),
        (f"arn:aws:iam::{ACCOUNT}:mfa/path/u2f/bob", MfaKind.VIRTUAL),
        (TEXT, MfaKind.SMS),
        (TOKEN, MfaKind.HARDWARE_TOKEN),
        (" ", MfaKind.OTHER),
        ("arn:aws:iam", MfaKind.OTHER),
        ("arn:aws:iam::1:user/x", MfaKind.OTHER),
    ],
)
def test_kinds_of_serial_numbers(serial: str, kind: MfaKind) -> None:
    """The documented forms."""
    assert mfa_kind(serial) is kind


@given(st.text())
def test_any_text_has_a_kind_and_an_arn_is_never_a_token(text: str) -> None:
    """Whatever stands there, nothing crashes, and no ARN passes for printed hardware."""
    kind = mfa_kind(text)
    if text.strip().lower().startswith("arn:"):
        assert kind is not MfaKind.HARDWARE_TOKEN


@given(
    st.sampled_from(["aws", "aws-cn"]),
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.text(alphabet="ab/:1", max_size=9),
)
def test_virtual_devices_are_never_taken_for_strong_ones(partition: str, account: str, name: str) -> None:
    """Whatever the device is called."""
    assert mfa_kind(f"arn:{partition}:iam::{account}:mfa/{name}") is MfaKind.VIRTUAL


@pytest.mark.parametrize(
    "owner", ["x", "", "root", f"arn:aws:iam::{ACCOUNT}:root2", "arn:aws:iam:::root", f"{ROOT_ARN} "]
)
def test_an_owner_that_is_no_arn_is_unknown(owner: str) -> None:
    """It may be root's, written in a way that nobody understands; an app that is root's for certain still fails."""
    finding = verdict(facts(owner))
    assert finding.status == "UNKNOWN"
    assert finding.reason.startswith("malformed")
    assert verdict(facts(owner, ROOT_ARN)).status == "FAIL"
