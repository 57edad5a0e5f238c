"""Console passwords without MFA: what the report says decides, and what it does not say is no answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controls.iam_facts import report, row
from tests.controls.judged import ACCOUNT, decisive, judge, only, unread

SLUG = "user-mfa-enabled"
REPORT = "iam.credential_report"


def verdict(*rows: Any, **settings: Any) -> Any:
    return only(SLUG, {REPORT: report(*rows)}, settings=settings)


@pytest.mark.parametrize(
    ("password", "mfa", "status"),
    [
        ("true", "false", "FAIL"),
        ("TRUE", "False", "FAIL"),
        ("true", "true", "PASS"),
        ("false", "false", "PASS"),
        ("false", "true", "PASS"),
        ("not_supported", "true", "PASS"),
        ("false", "N/A", "PASS"),
        ("not_supported", "false", "UNKNOWN"),
        ("true", "N/A", "UNKNOWN"),
        ("true", "", "UNKNOWN"),
        ("true", unread(REPORT), "UNKNOWN"),
        (unread(REPORT), "false", "UNKNOWN"),
        (unread(REPORT), "true", "PASS"),
        (None, "false", "UNKNOWN"),
        (7, "false", "UNKNOWN"),
    ],
)
def test_password_and_mfa(password: Any, mfa: Any, status: str) -> None:
    """A cell that is neither true nor false is unknown, never false."""
    assert verdict(row("bob", password=password, mfa=mfa)).status == status


def test_a_pass_cites_the_one_cell_that_decides() -> None:
    """Without a password the password, with one the MFA."""
    assert decisive(verdict(row("bob"))) == {f"{REPORT}.rows[bob].password_enabled": "false"}
    with_mfa = verdict(row("bob", password="true", mfa="true"))
    assert decisive(with_mfa) == {f"{REPORT}.rows[bob].mfa_active": "true"}


def test_a_fail_names_the_user() -> None:
    """The resource is the user's ARN, the evidence both cells, the note the last sign-in."""
    finding = verdict(row("bob", password="true", path="/staff/", password_last_used="2026-11-01T08:00:00+00:00"))
    assert finding.resource == f"arn:aws:iam::{ACCOUNT}:user/staff/bob"
    assert list(decisive(finding).values()) == ["true", "false"]
    assert finding.notes == ("password_last_used: 2026-11-01",)
    assert "password alone" in finding.message


def test_root_is_no_user_and_a_user_named_root_is() -> None:
    """Only the row <root_account> is left out; a report without others does not apply."""
    assert verdict().status == "NOT_APPLICABLE"
    assert verdict().reason == "no_iam_users"
    assert verdict(row("root", password="true")).status == "FAIL"


@pytest.mark.parametrize(
    ("created", "used", "grace", "severity"),
    [
        ("2026-11-22T23:00:00+00:00", "no_information", 1, "low"),
        ("2026-11-22T22:00:00+00:00", "no_information", 1, "high"),
        ("2026-11-22T23:00:00+00:00", "no_information", 0, "high"),
        ("2026-11-22T23:00:00+00:00", "2026-11-23T08:00:00+00:00", 1, "high"),
        ("2026-11-22T23:00:00+00:00", unread(REPORT), 1, "high"),
        (unread(REPORT), "no_information", 1, "high"),
        ("yesterday", "no_information", 1, "high"),
    ],
)
def test_new_users_still_fail_but_weigh_less(created: Any, used: Any, grace: int, severity: str) -> None:
    """Within the grace period and never signed in: severity low; when in doubt, the full one."""
    fresh = row("bob", password="true", user_creation_time=created, password_last_used=used)
    finding = verdict(fresh, grace_days=grace)
    assert (finding.status, finding.severity) == ("FAIL", severity)
    assert (finding.reason == "new_user") is (severity == "low")


def test_one_finding_per_user_and_one_unread_row_hides_no_other() -> None:
    """A row that cannot be read is its own UNKNOWN."""
    findings = judge(SLUG, {REPORT: report(row("ann"), unread(REPORT), row("bob", password="true"), "junk")})
    assert [(f.resource.rpartition("/")[2], f.status) for f in findings] == [
        ("ann", "PASS"), ("", "UNKNOWN"), ("bob", "FAIL"),
    ]  # fmt: skip
    assert findings[1].unknown_because.missing == ("iam:GenerateCredentialReport", "iam:GetCredentialReport")


def test_a_user_listed_twice_is_judged_by_the_worse_row() -> None:
    """Two rows of one user give one finding."""
    assert verdict(row("bob"), row("bob", password="true")).status == "FAIL"
    assert verdict(row("bob", password="true", mfa=unread(REPORT)), row("bob")).status == "UNKNOWN"


def test_name_or_arn_is_enough_to_tell_who_it_is() -> None:
    """A missing name is read from the ARN, a missing ARN is made from the name; root is known by either."""
    nameless = row("bob", password="true") | {"user": unread(REPORT)}
    assert verdict(nameless).resource.endswith(":user/bob")
    assert verdict(row("bob", arn=unread(REPORT))).resource == f"arn:aws:iam::{ACCOUNT}:user/bob"
    rows = [row("<root_account>") | {"user": unread(REPORT)}, row("bob")]
    assert only(SLUG, {REPORT: {"rows": rows}}).resource.endswith("/bob")


@pytest.mark.parametrize(
    "fact", [unread(REPORT), {}, {"rows": None}, {"rows": unread(REPORT)}, {"rows": []}, {"rows": "x"}, [], None]
)
def test_an_unread_report_is_unknown(fact: Any) -> None:
    """Also one without any row: the row of root is always there."""
    assert only(SLUG, {REPORT: fact}).status == "UNKNOWN"


def test_not_collected() -> None:
    """Nobody asked for the report."""
    assert only(SLUG, {}).reason == "not_collected"
