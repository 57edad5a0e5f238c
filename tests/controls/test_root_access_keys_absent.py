"""Root access keys: active ones are critical, inactive ones medium, and no source may be talked over by another."""

from __future__ import annotations

import pytest

from rootwarden.model.facts import calls_and_permissions
from rootwarden.model.findings import Finding, Severity
from rootwarden.model.readings import Unknown
from tests.controls.judged import cited, decisive, only, unread
from tests.controls.root_facts import NO_ORGANIZATION, audit, bare_report, report, summary, without

SLUG = "root-access-keys-absent"
DATE = "2020-02-02T00:00:00+00:00"
ACTIVE = {"access_key_1_active": "true", "access_key_1_last_rotated": DATE}
INACTIVE = {"access_key_2_active": "false", "access_key_2_last_rotated": DATE}


def verdict(**facts: object) -> Finding:
    return only(SLUG, {name.replace("__", "."): value for name, value in facts.items()}, NO_ORGANIZATION)


def test_no_key_by_every_source_passes_and_cites_them_all() -> None:
    """Each cited value would change the verdict."""
    finding = verdict(iam__account_summary=summary(), iam__credential_report=report(), root__privileged_audit=audit())
    assert (finding.status, finding.notes) == ("PASS", ())
    assert decisive(finding) == {
        "iam.account_summary.AccountAccessKeysPresent": 0,
        "iam.credential_report.rows[<root_account>].access_key_1_active": "false",
        "iam.credential_report.rows[<root_account>].access_key_1_last_rotated": "N/A",
        "iam.credential_report.rows[<root_account>].access_key_2_active": "false",
        "iam.credential_report.rows[<root_account>].access_key_2_last_rotated": "N/A",
        "root.privileged_audit.access_keys": [],
    }


def test_root_without_any_credentials_passes() -> None:
    """Nothing is the good state."""
    assert verdict(iam__account_summary=summary(password=0), iam__credential_report=bare_report()).status == "PASS"


@pytest.mark.parametrize("key", ["access_key_1", "access_key_2"])
@pytest.mark.parametrize("cell", ["true", "TRUE", " True "])
def test_active_key_is_critical_and_its_last_use_is_told(key: str, cell: str) -> None:
    """Either column, whatever its case; people need to know what would break."""
    cells = {
        f"{key}_active": cell,
        f"{key}_last_rotated": DATE,
        f"{key}_last_used_date": "2026-11-01T10:00:00+00:00",
        f"{key}_last_used_service": "s3",
        f"{key}_last_used_region": "eu-west-1",
    }
    finding = verdict(iam__account_summary=summary(keys=1), iam__credential_report=report(**cells))
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.CRITICAL, "active_key")
    assert "last used 2026-11-01 for s3 in eu-west-1" in finding.message


def test_active_key_that_was_never_used_says_so() -> None:
    """Safe to delete."""
    assert "never used" in verdict(iam__credential_report=report(**ACTIVE)).message


def test_last_use_that_is_not_legible_changes_nothing() -> None:
    """The failure stands without it."""
    damaged = report(**ACTIVE, access_key_1_last_used_date="yesterday")
    assert verdict(iam__credential_report=damaged).reason == "active_key"


def test_inactive_key_is_medium() -> None:
    """Root can switch it on again: a date of rotation beside `false` is a key that exists."""
    finding = verdict(iam__account_summary=summary(keys=1), iam__credential_report=report(**INACTIVE))
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.MEDIUM, "inactive_key")


def test_inactive_key_is_medium_by_the_root_audit_too() -> None:
    """The audit lists the status of each key."""
    finding = verdict(iam__account_summary=summary(keys=1), root__privileged_audit=audit(keys=("Inactive",)))
    assert finding.reason == "inactive_key"
    both = audit(keys=("Inactive", "Active"))
    assert verdict(root__privileged_audit=both).reason == "active_key"


def test_key_of_unknown_status_is_taken_as_active() -> None:
    """With the summary alone nobody knows: what is not proven inactive stays critical."""
    finding = verdict(iam__account_summary=summary(keys=1), iam__credential_report=unread("iam.credential_report"))
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.CRITICAL, "key_of_unknown_status")
    hidden = audit(keys=("Inactive",))
    hidden["access_keys"][0]["Status"] = unread("root.privileged_audit")
    assert verdict(root__privileged_audit=hidden).reason == "key_of_unknown_status"


@pytest.mark.parametrize(
    ("keys", "cells", "reason"),
    [(0, ACTIVE, "active_key"), (0, INACTIVE, "inactive_key"), (1, {}, "inactive_key")],
)
def test_sources_that_disagree_fail_with_both(keys: int, cells: dict, reason: str) -> None:
    """The report may be older than the summary; the worse answer counts and both are evidence."""
    finding = verdict(iam__account_summary=summary(keys=keys), iam__credential_report=report(**cells))
    assert (finding.status, finding.reason) == ("FAIL", reason)
    assert finding.notes[0].startswith("sources_disagree") and "2026-11-23 21:00 UTC" in finding.notes[0]
    assert cited(finding)["iam.account_summary.AccountAccessKeysPresent"] == keys
    assert any("access_key" in fact for fact in cited(finding))


def test_one_source_is_enough_and_the_report_is_named_with_its_age() -> None:
    """When nobody asked the other."""
    assert verdict(iam__account_summary=summary()).status == "PASS"
    finding = verdict(iam__credential_report=report())
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("report_only: by the credential report of 2026-11-23 21:00 UTC")


@pytest.mark.parametrize("refused", ["iam.account_summary", "iam.credential_report", "root.privileged_audit"])
def test_a_source_that_refused_may_hide_a_key(refused: str) -> None:
    """Two clean sources do not speak for the third, or a denied permission would turn a failure into a pass."""
    clean = {"iam.account_summary": summary(), "iam.credential_report": report(), "root.privileged_audit": audit()}
    facts = {name.replace(".", "__"): unread(name) if name == refused else value for name, value in clean.items()}
    finding = verdict(**facts)
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because == Unknown("AccessDenied", *calls_and_permissions(refused))


def test_both_unread_is_unknown_even_with_an_audit_that_shows_none() -> None:
    """The summary or the report must say it."""
    finding = verdict(
        iam__account_summary=unread("iam.account_summary"),
        iam__credential_report=unread("iam.credential_report"),
        root__privileged_audit=audit(),
    )
    assert finding.status == "UNKNOWN"
    assert verdict().status == "UNKNOWN"


@pytest.mark.parametrize(
    "damaged",
    [
        report(access_key_1_active="not_supported"),
        report(access_key_1_active="N/A"),
        without(report(), "access_key_2_active"),
        without(report(), "access_key_1_last_rotated"),
        {"rows": None},
        {},
    ],
)
def test_report_that_does_not_tell_is_no_pass(damaged: dict) -> None:
    """Anything but `false` with no date proves nothing by itself; silence does not speak against the summary."""
    assert verdict(iam__credential_report=damaged).status == "UNKNOWN"
    assert verdict(iam__account_summary=summary(), iam__credential_report=damaged).status == "PASS"


@pytest.mark.parametrize("damaged", [report(access_key_2_last_rotated="soon"), {"rows": "none"}, "none"])
def test_damaged_report_is_no_silence(damaged: object) -> None:
    """What cannot be understood may be a key."""
    assert verdict(iam__account_summary=summary(), iam__credential_report=damaged).status == "UNKNOWN"


@pytest.mark.parametrize("value", [None, "0", True, unread("iam.account_summary")])
def test_summary_that_does_not_tell_is_no_pass(value: object) -> None:
    """A number is asked for."""
    assert verdict(iam__account_summary={"AccountAccessKeysPresent": value}).status == "UNKNOWN"


def test_root_row_is_not_the_user_called_root() -> None:
    """An IAM user may be called root; its active key is not root's."""
    assert verdict(iam__credential_report=report()).status == "PASS"
