"""Cells of the credential report: two words are answers, four words mean no date, and everything else is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.readings import UnseenError
from rootwarden.model.shared import Shared
from rootwarden.model.sight import Log, Sight
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.proofs.credential_report import report_date, report_flag, report_says, root_row
from tests.controls.judged import unread
from tests.controls.root_facts import report


def cell(value: Any) -> Sight:
    return Sight("cell", value, Log())


def view(**facts: Any) -> View:
    own = Facts({name.replace("__", "."): value for name, value in facts.items()})
    return View(Subject(account="111122223333", partition="aws"), own, Facts({}), Shared())


@pytest.mark.parametrize(("text", "value"), [("true", True), (" TRUE", True), ("False", False), ("N/A", None)])
def test_booleans(text: str, value: bool | None) -> None:
    """Case and blanks do not matter; not_supported and N/A are silence."""
    assert report_flag(cell(text)) is value
    assert report_says(cell(text)).value is value


@given(st.text())
def test_only_true_and_false_are_answers(text: str) -> None:
    """Any other text is open, with the reason."""
    says = report_says(cell(text))
    assert (says.value is None) == (text.strip().lower() not in ("true", "false"))
    assert (says.unknown is None) == (says.value is not None)


@given(st.none() | st.booleans() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_cells_that_are_no_text_are_open(value: Any) -> None:
    """A hand-edited snapshot may hold anything."""
    assert report_says(cell(value)).value is None
    with pytest.raises(UnseenError):
        report_date(cell(value))


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=OFFSETS).filter(lambda when: 1990 < when.year < 9000))
def test_dates_keep_their_instant(when: datetime) -> None:
    """Whatever offset AWS writes, the instant is the same in UTC."""
    read = report_date(cell(when.isoformat()))
    assert read == when
    assert read is not None
    assert read.tzinfo is UTC


@given(st.text())
def test_any_text_is_a_date_no_date_or_unread(text: str) -> None:
    """Nothing else comes out, and only the known words mean that there is none."""
    try:
        when = report_date(cell(text))
    except UnseenError:
        return
    assert when is not None or text.strip().lower() in ("", "no_information", "n/a", "not_supported")


def test_root_row_is_found_whatever_its_place() -> None:
    """Behind other users, by the name that no IAM user can have; no other row is recorded."""
    seen = view(iam__credential_report=report())
    assert root_row(seen)["arn"].text().endswith(":root")
    assert list(seen.log.entries) == ["iam.credential_report.rows[<root_account>].arn"]


@pytest.mark.parametrize(
    "rows", [[], [{"user": "alice"}], [unread("iam.credential_report")], [{"user": 7}], ["x"], None, {"user": "x"}]
)
def test_no_root_row_is_unread(rows: Any) -> None:
    """Nothing that could be mistaken for a root without credentials."""
    assert root_row(view(iam__credential_report={"rows": rows})).unknown is not None


def test_unread_rows_beside_the_root_row_leave_it_open() -> None:
    """One of them may be a second row of root's that says something else, wherever it stands."""
    rows = report()["rows"]
    kept = unread("iam.credential_report")
    assert root_row(view(iam__credential_report={"rows": [kept, *rows]})).unknown is not None
    assert root_row(view(iam__credential_report={"rows": [{"user": 7}, *rows]})).unknown is not None
    assert root_row(view(iam__credential_report={"rows": [*rows, kept]})).unknown is not None
    assert root_row(view(iam__credential_report={"rows": [*rows, {"user": 7}]})).unknown is not None
    assert root_row(view(iam__credential_report={"rows": [*rows, rows[-1]]})).unknown is not None
    assert root_row(view(iam__credential_report={"rows": rows})).unknown is None
