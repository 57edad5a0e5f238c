"""Cooling off: what cannot be taken back and nobody approved is announced first, and done a day later at the earliest.

Somebody who works alone has nobody to approve. A night between the plan and the deed, and a message to everybody who is
told of alerts, take the place of the second person: whoever objects has time to say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.errors import RefusedError, WaitingError
from rootwarden.flows.applying.looking import again
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.context import MATCH_GRACE
from rootwarden.model.plan import Change, Plan
from rootwarden.report.labels import plural
from rootwarden.store.announcements import Announced, announcement_of, keep_announcement
from rootwarden.store.opening import open_store

WAIT = timedelta(hours=24)
LASTS = timedelta(days=7)


class Cooling(Struct, frozen=True):
    """What of a plan waits, and since when it was announced (None: it was not, or too long ago)."""

    changes: tuple[Change, ...]
    since: datetime | None = None

    @property
    def over(self) -> datetime | None:
        """The instant from which it may be done."""
        return self.since + WAIT if self.since is not None else None


def cooling(plan: Plan, changes: Iterable[Change], request: ApplyRequest, now: datetime) -> Cooling | None:
    """Return what of these changes has to wait and since when it does; None where nothing has to.

    Raises:
        StoreError: the store does not answer.
    """
    hot = tuple(one for one in changes if one.dangerous and not _approved(one, request, now))
    if not hot:
        return None
    with closing(open_store(request.store)) as store:
        found = announcement_of(store, plan.digest)
    if found is None or now - found.at > LASTS or found.at > now:
        return Cooling(hot)
    return Cooling(hot, found.at)


def still_waiting(one: Cooling, now: datetime) -> None:
    """See that what was announced may be done by now; what was not announced is no matter of this function's.

    Raises:
        WaitingError: it is too early.
    """
    if one.since is not None and one.over is not None and now < one.over:
        raise WaitingError(
            f"the plan was announced on {_said(one.since)} and may be applied from {_said(one.over)}",
            why=f"{plural(len(one.changes), 'change')} in it cannot be taken back, and nobody approved a window",
            todo=f"apply it again then, until {_said(one.since + LASTS)}",
        )


def still_approved(
    started: datetime, plan: Plan, changes: Iterable[Change], request: ApplyRequest, now: datetime
) -> None:  # fmt: skip
    """See that a run that is gone on with still has the approval that it began with, for what it has not begun yet.

    Raises:
        RefusedError: the window that it began in is over, or it began too long after it was announced.
        StoreError: the store does not answer.
    """
    hot = [one for one in changes if one.dangerous and not _approved(one, request, now)]
    if not hot:
        return
    with closing(open_store(request.store)) as store:
        found = announcement_of(store, plan.digest)
    if found is None or started < found.at + WAIT:
        raise RefusedError(
            f"no approved window is open for account {hot[0].account}, and what is left cannot be taken back",
            why=f"the run began on {_said(started)} in a window that is over, and was never announced",
            todo="have another window approved and go on in it, or " + again(hot),
        )
    if now - started > LASTS:
        raise RefusedError(
            f"the run began on {_said(started)}, and what it has left cannot be taken back",
            why=f"what was announced or approved for it ended {LASTS.days} days later",
            todo=again(hot),
        )


def announce(one: Cooling, plan: Plan, request: ApplyRequest, by: str, now: datetime, tell: Tell) -> WaitingError:
    """Announce a plan: keep it in the store, tell people; return what ends this attempt.

    Raises:
        StoreError: it cannot be kept.
    """
    accounts = tuple(dict.fromkeys(change.account for change in one.changes))
    with closing(open_store(request.store)) as store:
        keep_announcement(store, Announced(digest=plan.digest, at=now, by=by, accounts=accounts))
        name = store.name
    tell(f"announced in {name}")
    ripe, ends = now + WAIT, now + LASTS
    if request.inform is not None:
        title = f"{plural(len(one.changes), 'change')} that cannot be taken back will be made from {_said(ripe)}"
        what = tuple(f"{change.account}: {change.title}" for change in one.changes)
        request.inform(title, (f"Who: {by}", *what), ("If you object, say so before then.",))
    return WaitingError(
        f"nothing was changed yet: the plan is announced, and may be applied from {_said(ripe)}",
        why=f"{plural(len(one.changes), 'change')} in it cannot be taken back, and nobody approved a window",
        todo=f"apply it again then, until {_said(ends)}",
    )


def foretold(one: Cooling, now: datetime) -> str:
    """Return what would happen with what waits if this were no dry run."""
    if one.since is None:
        return f"it would be announced now, and could be applied from {_said(now + WAIT)} until {_said(now + LASTS)}"
    return f"it was announced on {_said(one.since)}, and may be applied from {_said(one.since + WAIT)}"


def _approved(change: Change, request: ApplyRequest, now: datetime) -> bool:
    """Return whether an approved window is open for what this change does as root of the account."""
    return bool(change.as_root) and any(
        one.covers(change.account, now, MATCH_GRACE) and one.task.rpartition("/")[2] == change.as_root
        for one in request.windows
    )


def _said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
