"""Two devices for root: counted by a root audit, proven in part by other sources, else a person has to look."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding
from tests.controls.judged import ACCOUNT, cited, only, unread
from tests.controls.root_facts import (
    MANAGEMENT,
    NO_ORGANIZATION,
    ROOT_ARN,
    audit,
    bare_report,
    organization,
    summary,
    virtual,
)

SLUG = "root-mfa-two-devices"
KEY = f"arn:aws:iam::{ACCOUNT}:u2f/root-account/key-"


def verdict(facts: dict, org: dict = NO_ORGANIZATION, account: str = ACCOUNT, **settings: int) -> Finding:
    return only(SLUG, facts, org, account=account, settings=settings)


def counted(count: int, **extra: object) -> dict:
    devices = tuple(f"{KEY}{n}" for n in range(count))
    return {"iam.account_summary": summary(), "root.privileged_audit": audit(devices=devices)} | extra


def test_two_counted_devices_pass_and_say_that_holders_are_unproven() -> None:
    """No AWS call tells who holds a device."""
    finding = verdict(counted(2))
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("custodians_unproven")
    assert cited(finding) == {
        "root.privileged_audit.mfa_devices": "2 items",
        "iam.account_summary.AccountMFAEnabled": 1,
    }


def test_one_counted_device_fails_even_when_the_summary_is_unread() -> None:
    """A failure that is proven needs nothing else."""
    assert (verdict(counted(1)).status, verdict(counted(1)).reason) == ("FAIL", "too_few_devices")
    unseen = {"iam.account_summary": unread("iam.account_summary")}
    assert verdict(counted(1, **unseen)).status == "FAIL"
    assert verdict(counted(2, **unseen)).status == "UNKNOWN"


def test_min_devices_is_a_setting() -> None:
    """Three are asked for, two are there."""
    assert verdict(counted(2), min_devices=3).status == "FAIL"
    assert verdict(counted(3), min_devices=3).status == "PASS"


def test_zero_devices_fail() -> None:
    """The same finding as RW-ROOT-01, told again because it fails here too."""
    finding = verdict({"iam.account_summary": summary(mfa=0)})
    assert (finding.status, finding.reason) == ("FAIL", "no_mfa")
    assert verdict({"iam.account_summary": {"AccountMFAEnabled": 0}}).status == "UNKNOWN"


def test_count_that_cannot_be_read_is_manual() -> None:
    """Management and standalone accounts: AWS proves at least one device, not two."""
    finding = verdict({"iam.account_summary": summary(), "iam.virtual_mfa_devices": virtual(ROOT_ARN)})
    assert (finding.status, finding.reason) == ("MANUAL", "count_not_readable")
    assert verdict({"iam.account_summary": summary()}).status == "MANUAL"
    assert verdict({"iam.account_summary": summary()}, organization(), MANAGEMENT).status == "MANUAL"


def test_member_without_a_root_audit_is_unknown_with_the_way_to_count() -> None:
    """There the devices can be counted, so nobody is sent to look; an unread organization leaves it open too."""
    finding = verdict({"iam.account_summary": summary()}, organization())
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because is not None
    assert finding.unknown_because.missing == ("sts:AssumeRoot",)
    assert "--root-audit" in finding.unknown_because.hint
    assert verdict({"iam.account_summary": summary()}, {}).status == "UNKNOWN"


def test_virtual_devices_prove_a_lower_bound() -> None:
    """Two apps of root are two devices, whoever counts; apps of users are none."""
    two = {"iam.account_summary": summary(), "iam.virtual_mfa_devices": virtual(ROOT_ARN, ROOT_ARN)}
    assert verdict(two).status == "PASS"
    users = virtual(ROOT_ARN, f"arn:aws:iam::{ACCOUNT}:user/groot", None)
    assert verdict({"iam.account_summary": summary(), "iam.virtual_mfa_devices": users}).status == "MANUAL"


def test_one_device_is_enough_where_the_setting_says_so() -> None:
    """MFA that is on proves one device."""
    finding = verdict({"iam.account_summary": summary()}, min_devices=1)
    assert finding.status == "PASS"
    assert cited(finding)["iam.account_summary.AccountMFAEnabled"] == 1


@pytest.mark.parametrize(
    "source",
    [{"iam.account_summary": summary(password=0)}, {"iam.credential_report": bare_report()}],
)
def test_no_credentials_is_not_applicable(source: dict) -> None:
    """Nothing to protect."""
    assert verdict(source).status == "NOT_APPLICABLE"


def test_unread_summary_is_unknown() -> None:
    """Without it nothing says that MFA is on now."""
    assert verdict({"iam.account_summary": unread("iam.account_summary")}).status == "UNKNOWN"
    assert verdict({}).status == "UNKNOWN"


@pytest.mark.parametrize("device", [{}, "key", {"SerialNumber": 7}, {"SerialNumber": unread("root.privileged_audit")}])
def test_devices_that_are_not_legible_are_not_counted(device: object) -> None:
    """A list with holes is no count."""
    listed = audit(devices=(f"{KEY}0",))
    listed["mfa_devices"].append(device)
    finding = verdict({"iam.account_summary": summary(), "root.privileged_audit": listed})
    assert (finding.status, finding.reason) == ("UNKNOWN", "device_list_not_legible")


def test_a_root_audit_that_was_refused_is_unknown() -> None:
    """It was asked for and may show a single device, whatever else is proven."""
    two = {"iam.account_summary": summary(), "iam.virtual_mfa_devices": virtual(ROOT_ARN, ROOT_ARN)}
    assert verdict(two | {"root.privileged_audit": unread("root.privileged_audit")}).status == "UNKNOWN"
    bare = {"iam.account_summary": summary(password=0), "root.privileged_audit": unread("root.privileged_audit")}
    assert verdict(bare).status == "UNKNOWN"


def test_the_same_serial_number_twice_is_one_device() -> None:
    """A list that repeats itself does not double the devices."""
    listed = audit(devices=(f"{KEY}0", f"{KEY}0"))
    assert verdict({"iam.account_summary": summary(), "root.privileged_audit": listed}).status == "FAIL"
