"""Root sessions: on passes, off fails, and no organization has none."""

from __future__ import annotations

import pytest

from rootwarden.model.findings import Finding, Severity
from tests.controls.judged import only, unread
from tests.controls.root_facts import NO_ORGANIZATION, organization

SLUG = "root-sessions-enabled"


def verdict(org: dict | None = None, **facts: object) -> Finding:
    return only(SLUG, {}, organization(**facts) if org is None else org)


def test_sessions_on_pass() -> None:
    """Both features on: nothing to warn of."""
    assert (verdict().status, verdict().notes) == ("PASS", ())


def test_sessions_without_credentials_management_are_noted() -> None:
    """Possible, but half a measure."""
    finding = verdict(iam__org_features={"EnabledFeatures": ["RootSessions"]})
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("credentials_management_off")


@pytest.mark.parametrize(
    "features",
    [
        {"EnabledFeatures": ["RootCredentialsManagement"]},
        {"EnabledFeatures": []},
        unread("iam.org_features", "ServiceAccessNotEnabledException"),
        unread("iam.org_features", "OrganizationNotInAllFeaturesModeException"),
    ],
)
def test_sessions_off_fail(features: dict) -> None:
    """By the list, or by IAM's own refusal."""
    finding = verdict(iam__org_features=features)
    assert (finding.status, finding.severity, finding.reason) == ("FAIL", Severity.MEDIUM, "root_sessions_off")


def test_no_organization_is_not_applicable() -> None:
    """A standalone account has no members."""
    assert verdict(NO_ORGANIZATION).reason == "no_organization"


@pytest.mark.parametrize("fact", ["org__organization", "iam__org_features"])
def test_unread_facts_are_unknown(fact: str) -> None:
    """With the hint where to ask."""
    finding = verdict(**{fact: unread(fact.replace("__", "."))})
    assert finding.status == "UNKNOWN"
    assert verdict({}).status == "UNKNOWN"


def test_endpoint_without_the_call_is_unknown() -> None:
    """Not offered in this partition."""
    assert verdict(iam__org_features=unread("iam.org_features", "InvalidAction")).reason == "feature_not_offered_here"


def test_organization_of_nobody_is_unknown() -> None:
    """Without the management account nobody can say whose organization was judged."""
    nameless = {"Id": "o-example", "FeatureSet": "ALL", "MasterAccountId": unread("org.organization")}
    assert verdict(org__organization=nameless).status == "UNKNOWN"
