"""Root signing certificates: any source that shows one fails, and silence of the report is no proof."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding, Severity
from tests.controls.judged import only, unread
from tests.controls.root_facts import NO_ORGANIZATION, audit, report, summary, without

SLUG = "root-signing-certificates-absent"
DATE = "2012-02-02T00:00:00+00:00"
COLUMNS = ("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated")


def verdict(**facts: object) -> Finding:
    return only(SLUG, {name.replace("__", "."): value for name, value in facts.items()}, NO_ORGANIZATION)


def test_none_by_every_source_passes() -> None:
    """Summary, report and audit agree."""
    finding = verdict(iam__account_summary=summary(), iam__credential_report=report(), root__privileged_audit=audit())
    assert (finding.status, finding.notes) == ("PASS", ())


@pytest.mark.parametrize("column", ["cert_1_active", "cert_2_active"])
def test_active_certificate_fails(column: str) -> None:
    """Either column."""
    finding = verdict(iam__account_summary=summary(certificates=1), iam__credential_report=report(**{column: "true"}))
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.HIGH, "active_certificate")


def test_summary_alone_fails_without_knowing_the_status() -> None:
    """The count is of any status."""
    assert verdict(iam__account_summary=summary(certificates=1)).reason == "certificate_of_unknown_status"


def test_inactive_certificate_fails() -> None:
    """By its date in the report, or by its status in the audit."""
    by_report = verdict(iam__credential_report=report(cert_1_last_rotated=DATE))
    by_audit = verdict(root__privileged_audit=audit(certificates=("Inactive",)))
    assert by_report.reason == by_audit.reason == "inactive_certificate"
    assert verdict(root__privileged_audit=audit(certificates=("Active",))).reason == "active_certificate"


def test_contradiction_is_noted() -> None:
    """The report is older than the summary."""
    finding = verdict(iam__account_summary=summary(), iam__credential_report=report(cert_1_active="true"))
    assert finding.status == "FAIL"
    assert finding.notes[0].startswith("sources_disagree")


@pytest.mark.parametrize(
    "silent", [without(report(), *COLUMNS), report(cert_1_active="N/A"), report(cert_2_active="not_supported")]
)
def test_silent_columns_prove_nothing_without_the_summary(silent: dict) -> None:
    """Missing or N/A is false only when the summary counts none."""
    assert verdict(iam__credential_report=silent).status == "UNKNOWN"
    assert verdict(iam__account_summary=summary(), iam__credential_report=silent).status == "PASS"


def test_report_alone_can_pass() -> None:
    """All four columns say that there is none."""
    finding = verdict(iam__credential_report=report())
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("report_only")
    assert verdict(iam__account_summary=summary()).status == "PASS"


@pytest.mark.parametrize("refused", ["iam.account_summary", "iam.credential_report", "root.privileged_audit"])
def test_a_source_that_refused_may_hide_a_certificate(refused: str) -> None:
    """Clean sources do not speak for the one that was kept from us."""
    clean = {"iam.account_summary": summary(), "iam.credential_report": report(), "root.privileged_audit": audit()}
    facts = {name.replace(".", "__"): unread(name) if name == refused else value for name, value in clean.items()}
    assert verdict(**facts).status == "UNKNOWN"


def test_both_unread_is_unknown() -> None:
    """An audit alone does not replace them."""
    assert verdict(root__privileged_audit=audit()).status == "UNKNOWN"
    assert verdict(iam__account_summary={}).status == "UNKNOWN"
