"""Which access keys of IAM users nobody has used for long, and which of them must be left alone all the same.

Left alone are the keys of break-glass users (they rest on purpose), of whoever asks, keys made a few days ago, and
those by which the last administrators come in. A key of which nobody knows when it was used is not unused. Sources: IAM
User Guide, "Generate credential reports for your AWS account"; CIS AWS Foundations Benchmark, "unused for 45 days".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.expect import Expect, Item
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.credential_report import report_date, report_flag
from rootwarden.proofs.iam_users import REPORT, Named, Report
from rootwarden.proofs.ways_in import WaysIn, is_break_glass

_NEVER = "never used, and made on"
_LAST = "last used on"


class Limits(Struct, frozen=True, kw_only=True):
    """What counts as unused: `days` without use; a new key has `grace` days. `break_glass` are names of users."""

    days: float = 45
    grace: float = 7
    break_glass: tuple[str, ...] = ()


class Unused(Struct, frozen=True, kw_only=True):
    """A credential that nobody uses: whose, which key (1 or 2; 0 the password), made when, and since when, in words.

    `made` is the date of the report's last rotation as it stands there, by which the key itself is found.
    """

    user: str
    arn: str
    key: int
    made: str
    since: str


class Spared(Struct, frozen=True):
    """An unused credential that is left alone, and why."""

    unused: Unused
    why: str


def unused_credentials(seen: View, limits: Limits, now: datetime) -> tuple[list[Unused], list[Spared]]:
    """Return the keys of an account that may be switched off, and what else is unused and left alone.

    Raises:
        UnseenError: the report, the authorization details or who asks could not be read: then nothing is proven.
    """
    caller = seen.account["account.identity"]["Arn"].text()
    may: list[Unused] = []
    spared: list[Spared] = []
    for row in seen.once(Report).users():
        for one in _of_user(row, limits, now):
            why = _spares(one, limits, caller)
            if why:
                spared.append(Spared(one, why))
            else:
                may.append(one)
    left, last = _without_last_way(seen, may)
    return left, [*spared, *last]


def _of_user(row: Named, limits: Limits, now: datetime) -> Iterator[Unused]:
    """Yield what a user has and does not use; what cannot be read of it is not unused."""
    cells = row.at(Log())
    for key, prefix in enumerate(("password", "access_key_1", "access_key_2")):
        try:
            found = _key(row, cells, key, prefix, limits, now) if key else _password(row, cells, limits, now)
        except UnseenError:
            continue
        if found is not None:
            yield found


def _key(row: Named, cells: Sight, key: int, prefix: str, limits: Limits, now: datetime) -> Unused | None:
    if not report_flag(cells[f"{prefix}_active"]):
        return None
    used, made = report_date(cells[f"{prefix}_last_used_date"]), report_date(cells[f"{prefix}_last_rotated"])
    if made is None:
        return None  # without a date the key cannot be told from another
    if now - made <= timedelta(days=limits.grace):
        return None
    # A key that was never used counts from its own day; where there is a password too, the grace was enough.
    beside = report_flag(cells["password_enabled"]) is True
    days = limits.grace if used is None and beside else limits.days
    if now - (used or made) <= timedelta(days=days):
        return None
    since = f"{_NEVER} {made:%Y-%m-%d}" if used is None else f"{_LAST} {used:%Y-%m-%d}"
    return Unused(user=row.name, arn=row.arn, key=key, made=cells[f"{prefix}_last_rotated"].text(), since=since)


def _password(row: Named, cells: Sight, limits: Limits, now: datetime) -> Unused | None:
    if not report_flag(cells["password_enabled"]):
        return None
    used = report_date(cells["password_last_used"])
    made = report_date(cells["password_last_changed"]) or report_date(cells["user_creation_time"])
    latest = used or made  # "no_information" may also mean a use before 2014
    if latest is None or now - latest <= timedelta(days=limits.days):
        return None
    since = f"{_NEVER} {latest:%Y-%m-%d}" if used is None else f"{_LAST} {used:%Y-%m-%d}"
    return Unused(user=row.name, arn=row.arn, key=0, made="", since=since)


def _spares(one: Unused, limits: Limits, caller: str) -> str:
    """Return why a credential is left alone whoever else there is, "" if nothing speaks for it."""
    if is_break_glass(one.user, limits.break_glass):
        return "it is a break-glass user's, which rests on purpose"
    if one.arn == caller:
        return "it is the user's who asks"
    if not one.key:
        return "a password cannot be switched off and on again; it can only be deleted"
    return ""


def switched_off(user: str, key: int) -> Expect:
    """Return how the report reads once a key is off."""
    return Expect(fact=REPORT, at=("rows", Item("user", user), f"access_key_{key}_active"), value="false")


def _without_last_way(seen: View, may: Sequence[Unused]) -> tuple[list[Unused], list[Spared]]:
    """Leave alone the keys of administrators where nobody else would be left to come in as one.

    Whoever comes in through a role by such a key counts as gone too; where that leaves nobody, all keys stay.
    """
    if not may or _way_left(seen, may):
        return list(may), []
    closed = {f"user {one.user} (access key)" for one in may}
    by_key = {way.says for way in WaysIn(seen).straight() if way.there.value is not False} & closed
    others = [one for one in may if f"user {one.user} (access key)" not in by_key]
    if not _way_left(seen, others):
        others = []
    why = "nobody else is known to come in as an administrator"
    return others, [Spared(one, why) for one in may if one not in others]


def _way_left(seen: View, off: Sequence[Unused]) -> bool:
    """Return whether somebody surely comes in as an administrator when these keys are off."""
    ways = WaysIn(seen.supposing(switched_off(one.user, one.key) for one in off))
    return any(way.there.value for way in ways.straight()) or any(way.there.value for way in ways.through_roles())
