"""Members without root credentials: asked only where they can be removed; any of the four kinds fails."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding, Severity
from tests.controls.judged import only, unread
from tests.controls.root_facts import MANAGEMENT, NO_ORGANIZATION, audit, bare_report, organization, report, summary

SLUG = "root-credentials-absent-in-members"
NONE = summary(password=0, mfa=0)
DEVICE = ("arn:aws:iam::111122223333:u2f/root-account/k",)


def verdict(facts: dict, org: dict | None = None, **rest: object) -> Finding:
    return only(SLUG, facts, organization() if org is None else org, **rest)


@pytest.mark.parametrize("source", [{"iam.account_summary": NONE}, {"root.privileged_audit": audit(False)}])
def test_none_of_four_passes_by_either_source(source: dict) -> None:
    """The summary is free; the root audit is as good."""
    assert verdict(source).status == "PASS"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"iam.account_summary": summary(password=1, mfa=0)}, "a password"),
        ({"iam.account_summary": summary(password=0, keys=1, mfa=0)}, "an access key"),
        ({"iam.account_summary": summary(password=0, certificates=1, mfa=0)}, "a signing certificate"),
        ({"root.privileged_audit": audit(True)}, "a password"),
        ({"root.privileged_audit": audit(False, keys=("Inactive",))}, "an access key"),
        ({"root.privileged_audit": audit(False, certificates=("Inactive",))}, "a signing certificate"),
        ({"iam.account_summary": summary(keys=1)}, "a password, an access key and an MFA device"),
        ({"iam.account_summary": summary(), "root.privileged_audit": unread("root.privileged_audit")}, "a password"),
    ],
)
def test_any_credential_fails_and_is_named(facts: dict, words: str) -> None:
    """AccountPasswordPresent is enough, without a root audit."""
    finding = verdict(facts)
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.HIGH, "root_credentials_present")
    assert words in finding.message


@pytest.mark.parametrize(
    "facts", [{"iam.account_summary": summary(password=0)}, {"root.privileged_audit": audit(False, devices=DEVICE)}]
)
def test_left_over_mfa_device_is_low(facts: dict) -> None:
    """It opens nothing, but should go too."""
    finding = verdict(facts)
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.LOW, "orphan_mfa_device")


def test_mfa_device_with_unread_rest_is_not_taken_for_left_over() -> None:
    """Only what is proven alone is low."""
    finding = verdict({"iam.account_summary": {"AccountMFAEnabled": 1, "AccountPasswordPresent": 0}})
    assert (finding.status, finding.severity) == ("FAIL", Severity.HIGH)
    assert "an access key or a signing certificate could not be read" in finding.message


def test_unread_credentials_are_unknown() -> None:
    """A proven part is no whole; the report is too old to vouch for a removal."""
    assert verdict({"iam.account_summary": unread("iam.account_summary")}).status == "UNKNOWN"
    assert verdict({"iam.credential_report": bare_report()}).status == "UNKNOWN"
    partial = {name: value for name, value in NONE.items() if name != "AccountSigningCertificatesPresent"}
    assert verdict({"iam.account_summary": partial}).status == "UNKNOWN"
    assert verdict({"iam.account_summary": partial, "root.privileged_audit": audit(False)}).status == "PASS"
    refused = {"root.privileged_audit": unread("root.privileged_audit")}
    assert verdict({"iam.account_summary": NONE} | refused).status == "UNKNOWN"


def test_stale_report_does_not_undo_a_removal() -> None:
    """Right after the deletion the report still shows the password; the summary is of now."""
    assert verdict({"iam.account_summary": NONE, "iam.credential_report": report()}).status == "PASS"


def test_sources_that_disagree_fail() -> None:
    """The one that found something is believed."""
    assert verdict({"iam.account_summary": NONE, "root.privileged_audit": audit(True)}).status == "FAIL"


def test_standalone_and_management_are_not_applicable() -> None:
    """Their root credentials cannot be removed."""
    facts = {"iam.account_summary": summary()}
    assert verdict(facts, NO_ORGANIZATION).reason == "standalone"
    assert verdict(facts, account=MANAGEMENT).reason == "management"


@pytest.mark.parametrize(
    "features",
    [
        {"EnabledFeatures": []},
        {"EnabledFeatures": ["RootSessions"]},
        unread("iam.org_features", "ServiceAccessNotEnabledException"),
        unread("iam.org_features", "OrganizationNotInAllFeaturesModeException"),
    ],
)
def test_feature_off_is_not_applicable(features: dict) -> None:
    """RW-ORG-01 reports that; IAM's refusals say it as well as an empty list."""
    finding = verdict({"iam.account_summary": summary()}, organization(iam__org_features=features))
    assert (finding.status, finding.reason) == ("NOT_APPLICABLE", "central_root_credentials_off")


@pytest.mark.parametrize("fact", ["org.organization", "iam.org_features"])
def test_unread_organization_is_unknown(fact: str) -> None:
    """Nobody can say whether the control applies."""
    org = organization(**{fact.replace(".", "__"): unread(fact)})
    assert verdict({"iam.account_summary": summary()}, org).status == "UNKNOWN"
    assert verdict({"iam.account_summary": NONE}, org).status == "UNKNOWN"
    assert verdict({"iam.account_summary": NONE}, {}).status == "UNKNOWN"
