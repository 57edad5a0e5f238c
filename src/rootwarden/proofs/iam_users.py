"""The IAM users of an account, each with its ARN, and their rows in the credential report.

The two sources are not of one moment: the report may be four hours older. A user without a row is newer than the
report, a row without a user is of somebody deleted since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from rootwarden.model.findings import Status, Verdict
from rootwarden.model.readings import Unknown, UnseenError, first_unknown, unknown_in
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.credential_report import ROOT, report_says
from rootwarden.proofs.iam_directory import FACT, Directory, listed
from rootwarden.proofs.truth import Truth, any_true

REPORT = "iam.credential_report"
_ORDER = {status: rank for rank, status in enumerate(Status)}
_NEWER = Unknown("not_in_report", "iam.GetCredentialReport", hint="the user is newer than the report")
_CONTRADICTION = Unknown("rows_disagree", "iam.GetCredentialReport", hint="the report has two rows for this user")
_CELLS = ("password_enabled", "access_key_1_active", "access_key_2_active", "mfa_active")
_SAID = {"true": Truth(True), "false": Truth(False)}


class Named(Struct, frozen=True, gc=False):
    """A user or role, as the report or the authorization details tell of it; `name` is "" where that is unread."""

    name: str
    arn: str
    raw: Any
    path: str

    def at(self, log: Log) -> Sight:
        """Return the place in the snapshot, recording into `log`."""
        return Sight(self.path, self.raw, log)


class Report:
    """The rows of the credential report by user name, without the root row; a report that is unread leaves all open."""

    __slots__ = ("_by_name", "_unread", "_users")

    def __init__(self, seen: View) -> None:
        """Index the report. One without any row counts as unread: the row of root is always there."""
        self._by_name: dict[str, list[Named]] = {}
        self._users: list[Named] = []
        self._unread: UnseenError | None = None
        try:
            rows = listed(seen.about().account[REPORT]["rows"].as_collected(), f"{REPORT}.rows")
        except UnseenError as error:
            self._unread = error
            return
        if not rows:
            self._unread = UnseenError(Unknown("no_root_row", "iam.GetCredentialReport"), f"{REPORT}.rows")
        named = (_named(row, f"{REPORT}.rows", n, "user", "arn", seen) for n, row in enumerate(rows))
        self._users = [row for row in named if row.name != ROOT]
        for row in self._users:
            self._by_name.setdefault(row.name, []).append(row)

    def users(self) -> list[Named]:
        """Return the rows of all users.

        Raises:
            UnseenError: the report could not be read.
        """
        if self._unread is not None:
            raise self._unread
        return self._users

    def row(self, name: str) -> Named:
        """Return the row of a user; unread where there is none, or where two rows disagree."""
        if self._unread is not None:
            return Named(name, "", self._unread.unknown, self._unread.path)
        rows = self._by_name.get(name) if name else None
        if rows and (len(rows) == 1 or all(row.raw == rows[0].raw for row in rows)):
            return rows[0]
        nameless = first_unknown([row.raw for row in self._by_name.get("", [])])
        return Named(name, "", _CONTRADICTION if rows else nameless or _NEWER, f"{REPORT}.rows[{name}]")


def account_users(seen: View) -> list[Named]:
    """Return the users of the authorization details, in a list that must not be changed.

    Raises:
        UnseenError: the list could not be read.
    """
    return seen.once(_all_users)


def _all_users(seen: View) -> list[Named]:
    users = seen.once(Directory).items("users")
    return [_named(user, f"{FACT}.users", n, "UserName", "Arn", seen) for n, user in enumerate(users)]


def account_role(role: Any, number: int, seen: View) -> Named:
    """Return a role of the authorization details, the `number`th in the list."""
    return _named(role, f"{FACT}.roles", number, "RoleName", "Arn", seen)


class Credentials(Struct, frozen=True, gc=False):
    """What a user can sign in with, each as an open question where the report does not say."""

    password: Truth
    keys: tuple[Truth, Truth]
    mfa: Truth

    @property
    def usable(self) -> Truth:
        """Whether there is any way in: a console password or an active access key."""
        return any_true((self.password, *self.keys))


def credentials(row: Named) -> Credentials:
    """Read the credentials of a row of the report; records nothing."""
    cells: Any = row.raw if isinstance(row.raw, dict) else {}
    said: list[Truth] = []
    for name in _CELLS:
        text = cells.get(name)
        usual = _SAID.get(text) if isinstance(text, str) else None  # all other spellings are read with care
        said.append(usual or report_says(row.at(Log())[name]))
    password, first, second, mfa = said
    return Credentials(password, (first, second), mfa)


def worst_of_each(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Keep one verdict per resource, the worst: a user that is listed twice is judged by the worse of the two."""
    kept: dict[str, Verdict] = {}
    for verdict in verdicts:
        held = kept.get(verdict.resource)
        if held is None or _ORDER[verdict.status] < _ORDER[held.status]:
            kept[verdict.resource] = verdict
    yield from kept.values()


def _named(item: Any, path: str, number: int, name_key: str, arn_key: str, seen: View) -> Named:
    fields: Any = item if isinstance(item, dict) else {}
    name, arn, folder = fields.get(name_key), fields.get(arn_key), fields.get("Path")
    if not isinstance(arn, str) or ":" not in arn:
        arn = ""
    if not isinstance(name, str) or not name:
        name = _name_in(arn)
    if name and not arn:
        kind = "role" if name_key == "RoleName" else "user"
        folder = folder if isinstance(folder, str) else "/"
        arn = f"arn:{seen.subject.partition}:iam::{seen.subject.account}:{kind}{folder}{name}"
    return Named(name, arn, item, f"{path}[{name or number}]")


def _name_in(arn: str) -> str:
    return ROOT if arn.endswith(":root") else arn.rpartition("/")[2]


def unreadable(user: Named, name_key: str) -> Unknown:
    """Return why an item that should be a user has no name."""
    inner = user.raw.get(name_key) if isinstance(user.raw, dict) else None
    return unknown_in(user.raw) or unknown_in(inner) or Unknown(f"malformed: a user without {name_key}")
