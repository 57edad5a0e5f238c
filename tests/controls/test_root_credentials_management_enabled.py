"""Central root credentials management: three steps, the first missing one is named, and refusals are told apart."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding
from tests.controls.judged import cited, only, unread
from tests.controls.root_facts import MANAGEMENT, NO_ORGANIZATION, organization

SLUG = "root-credentials-management-enabled"
WRONG_CALLER = "AccountNotManagementOrDelegatedAdministratorException"


def verdict(org: dict | None = None, **facts: object) -> Finding:
    return only(SLUG, {}, organization(**facts) if org is None else org)


def billing_only() -> dict:
    return {"Id": "o-example", "FeatureSet": "CONSOLIDATED_BILLING", "MasterAccountId": MANAGEMENT}


def test_all_three_steps_pass() -> None:
    """Each of the three is evidence."""
    finding = verdict()
    assert (finding.status, finding.notes) == ("PASS", ())
    assert {"org.organization.FeatureSet", "org.service_access", "iam.org_features.EnabledFeatures"} <= set(
        cited(finding)
    )


def test_no_organization_is_not_applicable() -> None:
    """There are no member accounts."""
    assert verdict(NO_ORGANIZATION).reason == "no_organization"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"org__organization": billing_only()}, "feature_set"),
        ({"org__service_access": ["cloudtrail.amazonaws.com"]}, "trusted_access"),
        ({"org__service_access": []}, "trusted_access"),
        ({"iam__org_features": {"EnabledFeatures": []}}, "root_credentials_management"),
        ({"iam__org_features": {"EnabledFeatures": ["RootSessions"]}}, "root_credentials_management"),
        ({"org__organization": billing_only(), "iam__org_features": {"EnabledFeatures": []}}, "feature_set"),
        ({"org__service_access": [], "iam__org_features": {"EnabledFeatures": []}}, "trusted_access"),
    ],
)
def test_first_missing_step_is_named(facts: dict, reason: str) -> None:
    """In the order in which they are done."""
    finding = verdict(**facts)
    assert (finding.status, finding.reason) == ("FAIL", reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("OrganizationNotInAllFeaturesModeException", "feature_set"),
        ("OrganizationNotInAllFeaturesMode", "feature_set"),
        ("ServiceAccessNotEnabledException", "trusted_access"),
    ],
)
def test_refusals_that_are_answers_fail(error: str, reason: str) -> None:
    """IAM itself says what is missing, even where the list of services is unread."""
    features = unread("iam.org_features", error)
    assert verdict(iam__org_features=features).reason == reason
    assert verdict(iam__org_features=features, org__service_access=unread("org.service_access")).reason == reason


@pytest.mark.parametrize("error", [WRONG_CALLER, "AccessDenied", "AccessDeniedException"])
def test_wrong_caller_is_unknown_with_a_hint(error: str) -> None:
    """A member account without delegation has to be told where to ask."""
    finding = verdict(iam__org_features=unread("iam.org_features", error))
    assert finding.status == "UNKNOWN"
    assert finding.unknown_because is not None
    assert finding.unknown_because.hint.startswith("run_from_management")
    assert finding.unknown_because.missing == ("iam:ListOrganizationsFeatures",)
    services = verdict(org__service_access=unread("org.service_access", error))
    assert services.unknown_because is not None
    assert services.unknown_because.hint.startswith("run_from_management")


def test_a_hint_that_is_there_is_kept() -> None:
    """The collector may know better."""
    finding = verdict(iam__org_features=unread("iam.org_features", "AccessDenied", "ask the security team"))
    assert finding.unknown_because is not None
    assert finding.unknown_because.hint == "ask the security team"


@pytest.mark.parametrize("error", ["UnknownOperation", "UnknownOperationException", "InvalidAction"])
def test_partition_without_the_feature_is_unknown(error: str) -> None:
    """An endpoint that does not know the call proves nothing about root."""
    assert verdict(iam__org_features=unread("iam.org_features", error)).reason == "feature_not_offered_here"


def test_a_proven_missing_step_wins_over_an_unread_one() -> None:
    """One step that is missing is enough to fail."""
    finding = verdict(iam__org_features={"EnabledFeatures": []}, org__service_access=unread("org.service_access"))
    assert (finding.status, finding.reason) == ("FAIL", "root_credentials_management")


@pytest.mark.parametrize("fact", ["org__organization", "org__service_access", "iam__org_features"])
def test_each_unread_fact_is_unknown(fact: str) -> None:
    """All three are needed to pass."""
    assert verdict(**{fact: unread(fact.replace("__", "."))}).status == "UNKNOWN"
    assert verdict({}).status == "UNKNOWN"


@pytest.mark.parametrize(
    "facts",
    [
        {"org__service_access": "iam.amazonaws.com"},
        {"org__service_access": [7]},
        {"iam__org_features": {}},
        {"iam__org_features": {"EnabledFeatures": [unread("iam.org_features")]}},
        {"org__organization": {"Id": "o-example"}},
    ],
)
def test_malformed_facts_are_unknown(facts: dict) -> None:
    """Never a pass, never a crash."""
    assert verdict(**facts).status == "UNKNOWN"


@pytest.mark.parametrize("admins", [{}, {"iam.amazonaws.com": []}, {"guardduty.amazonaws.com": ["444455556666"]}])
def test_management_account_as_only_administrator_is_noted(admins: dict) -> None:
    """It passes, with a warning."""
    finding = verdict(org__delegated_admins=admins)
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("no_delegated_administrator")


def test_unread_administrators_are_no_warning() -> None:
    """Nothing is claimed that was not read."""
    assert verdict(org__delegated_admins=unread("org.delegated_admins")).notes == ()


def test_organization_of_nobody_is_unknown() -> None:
    """Without the management account nobody can say whose organization was judged."""
    nameless = {"Id": "o-example", "FeatureSet": "ALL", "MasterAccountId": unread("org.organization")}
    assert verdict(org__organization=nameless).status == "UNKNOWN"
