"""Last use of root: the newest of three dates counts, in whole days, and silence is not the same as unread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.findings import Finding
from tests.controls.judged import NOW, cited, only, unread
from tests.controls.root_facts import NO_ORGANIZATION, audit, bare_report, report, summary, without

SLUG = "root-not-used-recently"
COLUMNS = ("password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date")
NEVER = dict.fromkeys(COLUMNS, "N/A")


def verdict(facts: dict, **settings: int) -> Finding:
    return only(SLUG, facts, NO_ORGANIZATION, settings=settings)


def used(**cells: str) -> dict:
    return {"iam.credential_report": report(**(NEVER | cells)), "iam.account_summary": summary()}


def ago(**age: float) -> str:
    return (NOW - timedelta(**age)).isoformat()


def test_old_use_passes_with_date_and_age_of_the_report() -> None:
    """The reader sees how fresh the source is; only the dates are evidence."""
    finding = verdict(used(password_last_used="2025-01-10T08:00:00+00:00"))
    assert finding.status == "PASS"
    assert "682 days ago" in finding.message and "2026-11-23 21:00 UTC" in finding.message
    assert {fact.rpartition(".")[2] for fact in cited(finding) if "_last_" in fact} == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_date_counts_also_that_of_an_inactive_key(column: str) -> None:
    """One recent date is enough whatever the other two say."""
    cells = dict.fromkeys(COLUMNS, "2020-01-01T00:00:00+00:00") | {column: ago(days=3)}
    finding = verdict(used(**cells))
    assert (finding.status, finding.reason) == ("FAIL", "used_recently")
    assert "3 days ago" in finding.message


def test_a_recent_key_is_not_hidden_by_an_old_password_date() -> None:
    """The newest of all three decides."""
    assert verdict(used(password_last_used=ago(days=400), access_key_2_last_used_date=ago(days=1))).status == "FAIL"


@pytest.mark.parametrize(
    ("age", "status"),
    [
        ({"days": 90}, "FAIL"),
        ({"days": 90, "hours": 23, "minutes": 59}, "FAIL"),
        ({"days": 91}, "PASS"),
        ({"seconds": 1}, "FAIL"),
        ({"days": -2}, "FAIL"),
    ],
)
def test_age_is_in_whole_days(age: dict, status: str) -> None:
    """90 days and anything short of 91 still count; a clock that is ahead does not help."""
    assert verdict(used(password_last_used=ago(**age))).status == status


def test_window_is_a_setting() -> None:
    """One day, as other tools have it."""
    yesterday = used(password_last_used=ago(days=2))
    assert verdict(yesterday).status == "FAIL"
    assert verdict(yesterday, root_recency_days=1).status == "PASS"


@pytest.mark.parametrize("silence", ["no_information", "N/A", "n/a", "not_supported", "", "  "])
def test_words_for_no_date_are_no_date(silence: str) -> None:
    """They mean that no use is on record, and do not crash."""
    finding = verdict(used(**dict.fromkeys(COLUMNS, silence)))
    assert finding.status == "PASS"
    assert "no use is on record" in finding.message


@pytest.mark.parametrize("cell", ["yesterday", "2026-13-01", "1.1.2026"])
def test_other_text_is_unknown_not_silence(cell: str) -> None:
    """A format nobody knows could hide a use of today; a recent use elsewhere is proven all the same."""
    assert verdict(used(password_last_used=cell)).status == "UNKNOWN"
    assert verdict(used(password_last_used=cell, access_key_1_last_used_date=ago(days=1))).status == "FAIL"


def test_unread_report_or_column_is_unknown() -> None:
    """Nothing readable shows that root was left alone."""
    assert verdict({"iam.credential_report": unread("iam.credential_report")}).status == "UNKNOWN"
    assert verdict({}).status == "UNKNOWN"
    assert (
        verdict({"iam.credential_report": without(report(**NEVER), "access_key_2_last_used_date")}).status == "UNKNOWN"
    )
    cells = report(**NEVER)
    cells["rows"][1]["password_last_used"] = unread("iam.credential_report")
    assert verdict({"iam.credential_report": cells}).status == "UNKNOWN"


def test_no_credentials_and_no_date_is_not_applicable() -> None:
    """There is nothing that could be used."""
    facts = {"iam.credential_report": bare_report(**NEVER), "iam.account_summary": summary(password=0, mfa=0)}
    assert verdict(facts).reason == "no_root_credentials"
    by_audit = {"iam.credential_report": report(**NEVER, password_enabled="not_supported")}
    assert verdict(by_audit | {"root.privileged_audit": audit(False)}).status == "NOT_APPLICABLE"


def test_a_refused_source_leaves_open_whether_there_is_anything_to_use() -> None:
    """No date, no credentials by the report, but the summary was refused."""
    facts = {"iam.credential_report": bare_report(**NEVER), "iam.account_summary": unread("iam.account_summary")}
    assert verdict(facts).status == "UNKNOWN"


def test_no_credentials_but_an_old_date_is_judged() -> None:
    """Credentials that are gone were used once; the date still counts."""
    facts = {"iam.account_summary": summary(password=0, mfa=0)}
    recent = facts | {"iam.credential_report": bare_report(password_last_used=ago(days=5))}
    old = facts | {"iam.credential_report": bare_report(password_last_used=ago(days=500))}
    assert (verdict(recent).status, verdict(old).status) == ("FAIL", "PASS")


def test_report_without_a_time_is_still_judged() -> None:
    """Its age is told, not needed."""
    timeless = report(**NEVER)
    del timeless["GeneratedTime"]
    assert "unknown age" in verdict({"iam.credential_report": timeless}).message


@given(
    st.lists(
        st.none() | st.integers(0, 4400 * 86400).map(lambda seconds: NOW - timedelta(seconds=seconds)),
        min_size=3,
        max_size=3,
    ),
    st.integers(0, 5000),
)
def test_verdict_follows_the_newest_date(dates: list, window: int) -> None:
    """For any three dates and any window: fail exactly when the newest is at most that many whole days old."""
    cells = {column: date.isoformat() if date else "N/A" for column, date in zip(COLUMNS, dates, strict=True)}
    newest = max((date for date in dates if date), default=None)
    recent = newest is not None and (NOW - newest) // timedelta(days=1) <= window
    assert verdict(used(**cells), root_recency_days=window).status == ("FAIL" if recent else "PASS")
