"""Root has MFA: the summary decides, the report stands in, and no credentials means nothing to protect."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding, Severity
from tests.controls.judged import ACCOUNT, cited, decisive, only, unread
from tests.controls.root_facts import audit, bare_report, organization, report, summary, without

SLUG = "root-mfa-enabled"


def verdict(facts: dict, org: dict | None = None, **rest: object) -> Finding:
    return only(SLUG, facts, organization() if org is None else org, **rest)


def test_mfa_by_the_summary_passes_and_cites_only_what_decides() -> None:
    """The number of MFA devices of root is the one value that matters."""
    finding = verdict({"iam.account_summary": summary(), "iam.credential_report": report()})
    assert finding.status == "PASS"
    assert decisive(finding) == {"iam.account_summary.AccountMFAEnabled": 1}
    assert finding.notes == ()


def test_no_mfa_fails_as_critical() -> None:
    """A password without a second factor is the worst case, and the password is named as evidence."""
    finding = verdict({"iam.account_summary": summary(mfa=0), "iam.credential_report": report(mfa_active="false")})
    assert (finding.status, finding.severity) == ("FAIL", Severity.CRITICAL)
    assert cited(finding)["iam.account_summary.AccountPasswordPresent"] == 1


def test_keys_without_a_password_still_need_mfa() -> None:
    """A root with access keys only is applicable."""
    facts = {"iam.account_summary": summary(password=0, keys=1, mfa=0)}
    assert verdict(facts).status == "FAIL"


def test_report_stands_in_for_an_unread_summary() -> None:
    """mfa_active decides, whatever its case; over a summary that was refused it can only deny, being hours old."""
    refused = {"iam.account_summary": unread("iam.account_summary")}
    assert verdict({"iam.credential_report": report(mfa_active="TRUE")}).status == "PASS"
    assert verdict(refused | {"iam.credential_report": report(mfa_active="TRUE")}).status == "UNKNOWN"
    assert verdict(refused | {"iam.credential_report": report(mfa_active="False")}).status == "FAIL"


def test_a_refused_source_leaves_open_whether_the_control_applies() -> None:
    """The summary shows no credentials, but the report that might show some was refused."""
    kept = {"iam.account_summary": summary(password=0), "iam.credential_report": unread("iam.credential_report")}
    assert verdict(kept).status == "UNKNOWN"
    assert verdict(kept | {"iam.account_summary": summary()}).status == "PASS"


@pytest.mark.parametrize(("mfa", "cell", "status"), [(1, "false", "PASS"), (0, "true", "FAIL")])
def test_summary_wins_over_an_older_report(mfa: int, cell: str, status: str) -> None:
    """The report may be four hours old; the contradiction is noted with its time."""
    finding = verdict({"iam.account_summary": summary(mfa=mfa), "iam.credential_report": report(mfa_active=cell)})
    assert finding.status == status
    (note,) = finding.notes
    assert note.startswith("sources_disagree") and "2026-11-23 21:00 UTC" in note


def test_contradiction_without_a_report_time_is_still_noted() -> None:
    """A report whose time could not be read does not hide the contradiction."""
    late = report(mfa_active="false") | {"GeneratedTime": unread("iam.credential_report")}
    assert "an unknown time" in verdict({"iam.account_summary": summary(), "iam.credential_report": late}).notes[0]


def test_no_credentials_is_not_applicable() -> None:
    """A member whose root credentials were removed centrally is never a failure."""
    finding = verdict({"iam.account_summary": summary(password=0, mfa=0)})
    assert (finding.status, finding.reason) == ("NOT_APPLICABLE", "no_root_credentials")
    assert cited(finding)["iam.account_summary.AccountPasswordPresent"] == 0


@pytest.mark.parametrize("source", [{"iam.credential_report": bare_report()}, {"root.privileged_audit": audit(False)}])
def test_report_or_root_audit_alone_can_show_that_there_are_no_credentials(source: dict) -> None:
    """Any of the three sources may show that root has nothing."""
    assert verdict(source).status == "NOT_APPLICABLE"


def test_not_supported_never_means_absent() -> None:
    """An older report does not tell of the password: without the summary the answer is open."""
    cells = {"password_enabled": "not_supported", "mfa_active": "false"}
    refused = {"iam.account_summary": unread("iam.account_summary")}
    finding = verdict(refused | {"iam.credential_report": report(**cells)})
    assert finding.status == "UNKNOWN"
    known = {"iam.account_summary": summary(mfa=0), "iam.credential_report": report(**cells)}
    assert verdict(known).status == "FAIL"


def test_both_sources_unread_is_unknown_with_the_missing_permission() -> None:
    """What could not be read is never a pass, and the finding says what to grant."""
    finding = verdict(
        {
            "iam.account_summary": unread("iam.account_summary"),
            "iam.credential_report": unread("iam.credential_report"),
            "root.privileged_audit": audit(devices=("arn:aws:iam::111122223333:u2f/root-account/key-A",)),
        }
    )
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because is not None
    assert finding.unknown_because.missing == ("iam:GetAccountSummary",)


def test_nothing_collected_is_unknown() -> None:
    """An empty snapshot proves nothing."""
    assert verdict({}).status == "UNKNOWN"


def test_unknown_credentials_without_mfa_are_unknown() -> None:
    """MFA is off, but nobody can tell whether there is anything to protect."""
    facts = {"iam.account_summary": {"AccountMFAEnabled": 0, "AccountAccessKeysPresent": 0}}
    assert verdict(facts).status == "UNKNOWN"
    assert verdict({"iam.account_summary": {"AccountMFAEnabled": 1}}).status == "PASS"


def test_govcloud_is_not_applicable() -> None:
    """Root cannot sign in to the console there."""
    finding = verdict({"iam.account_summary": summary(mfa=0)}, partition="aws-us-gov")
    assert (finding.status, finding.reason) == ("NOT_APPLICABLE", "no_root_console_in_govcloud")


def test_central_management_is_recommended_to_members_only() -> None:
    """Where credentials could be deleted for good, the message says so."""
    facts = {"iam.account_summary": summary(mfa=0)}
    assert "RW-ROOT-08" in verdict(facts).message
    assert "RW-ROOT-08" not in verdict(facts, account="999988887777").message
    assert "RW-ROOT-08" not in verdict(facts, organization(iam__org_features=unread("iam.org_features"))).message


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE"])
@pytest.mark.parametrize("field", ["State", "Status"])
def test_sleeping_accounts_are_judged_and_named(state: str, field: str) -> None:
    """They can be brought back with the old root credentials, so they are listed with the reason."""
    org = organization(org__accounts=[{"Id": ACCOUNT, "Email": "a@example.com", field: state}])
    finding = verdict({"iam.account_summary": summary(mfa=0)}, org)
    assert finding.status == "FAIL"
    assert finding.notes[0].startswith(f"account_{state.lower()}")


@pytest.mark.parametrize("state", ["CLOSED", "PENDING_ACTIVATION"])
def test_lifeless_accounts_are_not_applicable(state: str) -> None:
    """Nobody can sign in to them."""
    org = organization(org__accounts=[{"Id": ACCOUNT, "Email": "a@example.com", "State": state}])
    assert verdict({"iam.account_summary": summary(mfa=0)}, org).status == "NOT_APPLICABLE"


def test_unread_state_is_no_note() -> None:
    """The state decides nothing here."""
    org = organization(org__accounts=[{"Id": ACCOUNT, "State": unread("org.accounts")}])
    assert verdict({"iam.account_summary": summary()}, org).notes == ()


def test_malformed_values_are_unknown() -> None:
    """Text where a number belongs, or a report without a root row, proves nothing."""
    assert verdict({"iam.account_summary": {"AccountMFAEnabled": "yes"}}).status == "UNKNOWN"
    assert verdict({"iam.credential_report": {"rows": []}}).status == "UNKNOWN"
    assert verdict({"iam.credential_report": "gone"}).status == "UNKNOWN"
    assert verdict({"iam.credential_report": without(report(), "mfa_active")}).status == "UNKNOWN"
