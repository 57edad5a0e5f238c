"""Which credentials the root user has, decided from every source that could be read."""

from __future__ import annotations

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View

ROOT = "<root_account>"


class Truth(Struct, frozen=True):
    """A three-valued answer: True, False, or None with the reason."""

    value: bool | None
    unknown: Unknown | None = None
    path: str = ""

    def sure(self) -> bool:
        """Return the answer.

        Raises:
            UnseenError: nothing readable decides.
        """
        if self.value is None:
            raise UnseenError(self.unknown or Unknown("undecided"), self.path or "iam.account_summary")
        return self.value


def root_row(seen: View) -> Sight:
    """Return the root row of the credential report; null when the report has none."""
    report = seen.account["iam.credential_report"]
    if report.unknown is not None:
        return report
    for row in report["rows"].each(key="user"):
        if row["user"].text() == ROOT:
            return row
    return Sight("iam.credential_report.rows", Unknown("no_root_row", "iam.GetCredentialReport"), seen.log)


def report_flag(cell: Sight) -> bool | None:
    """Read a boolean cell of the credential report: `not_supported`, `N/A` and the like mean unknown, never false.

    Source: IAM User Guide, "Understanding the report format".
    """
    return {"true": True, "false": False}.get(cell.text(default="").strip().lower())
