"""Reads the cells of the IAM credential report, where only `true` and `false` are answers and much else is silence.

Source: IAM User Guide, "Generate credential reports for your AWS account", section on the report format.
"""

from __future__ import annotations

from datetime import datetime

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight, parse_time
from rootwarden.model.view import View
from rootwarden.proofs.truth import SILENCE, Truth

ROOT = "<root_account>"

# What AWS writes where there is no date: never used, no such credential, not kept for root, or an empty column.
_SAID = {"true": Truth(True), "false": Truth(False)}
_NO_DATE = frozenset({"", "no_information", "n/a", "not_supported"})


def root_row(seen: View) -> Sight:
    """Return the root row of the credential report; unread when the report is, or when it has no such row."""
    return seen.once(_find_root_row).recorded_in(seen.log)


def _find_root_row(seen: View) -> Sight:
    row = seen.account["iam.credential_report"]["rows"].item("user", ROOT)
    if row.unknown is None and row.is_none:
        return Sight(row.path, Unknown("no_root_row", "iam.GetCredentialReport"), seen.log)
    return row


def report_flag(cell: Sight) -> bool | None:
    """Read a boolean cell, whatever its case: `not_supported`, `N/A` and the like mean unknown, never false.

    Raises:
        UnseenError: the cell could not be collected or is no text.
    """
    said = _SAID.get(cell.text(default="").strip().lower())
    return None if said is None else said.value


def report_says(cell: Sight) -> Truth:
    """Answer by a boolean cell; open where the cell is unread or holds neither true nor false."""
    try:
        text = cell.text(default="").strip()
    except UnseenError as error:
        return Truth(None, error.unknown, error.path)
    said = _SAID.get(text.lower())
    return Truth(None, Unknown(f"{SILENCE}{text or 'nothing'}"), cell.path) if said is None else said


def report_date(cell: Sight) -> datetime | None:
    """Read a date cell as aware UTC; None for what AWS writes when there is no date.

    Raises:
        UnseenError: the column is missing, unread, or holds something that is neither a date nor a known "no date".
    """
    text = cell.text().strip()
    if text.lower() in _NO_DATE:
        return None
    when = parse_time(text)
    if when is None:
        raise UnseenError(Unknown(f"malformed: expected a date, found {text[:40]!r}"), cell.path)
    return when


def report_age(seen: View) -> str:
    """Return when the report was generated, in words for people ("" where that is unread); records nothing."""
    return seen.once(_age)


def _age(seen: View) -> str:
    try:
        when = seen.account["iam.credential_report"]["GeneratedTime"].time(default=None)
    except UnseenError:
        return ""
    return f"{when.date()} {when.hour:02}:{when.minute:02} UTC" if when else ""
