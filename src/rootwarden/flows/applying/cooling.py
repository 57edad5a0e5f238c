"""Cooling off: what cannot be taken back and nobody approved is announced first, and done a day later at the earliest.

Somebody who works alone has nobody to approve. A night between the plan and the deed, and a message to everybody who is
told of alerts, take the place of the second person: whoever objects has time to say so. So the day begins when all of
them had been told; where somebody could not be, it has not begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime

from msgspec import Struct

from rootwarden.errors import RefusedError, WaitingError
from rootwarden.flows.applying.looking import again
from rootwarden.flows.applying.request import ApplyRequest, Tell
from rootwarden.model.announced import LASTS, WAIT, Announced, short
from rootwarden.model.context import MATCH_GRACE, Window
from rootwarden.model.plan import Change, Plan
from rootwarden.model.plan_file import checksum_of
from rootwarden.model.ports import Clock
from rootwarden.model.run import Run
from rootwarden.report.labels import plural
from rootwarden.store.announcements import announcement_of, keep_announcement
from rootwarden.store.opening import open_store


class Cooling(Struct, frozen=True):
    """What of a plan waits, and how it was announced (None: it was not, or too long ago)."""

    changes: tuple[Change, ...]
    announced: Announced | None = None


def cooling(plan: Plan, changes: Iterable[Change], request: ApplyRequest, now: datetime) -> Cooling | None:
    """Return what of these changes has to wait and since when it does; None where nothing has to.

    Raises:
        StoreError: the store does not answer.
    """
    hot = tuple(one for one in changes if one.dangerous and not _approved(one, request, now))
    if not hot:
        return None
    with closing(open_store(request.store)) as store:
        found = announcement_of(store, *named(plan))
    return Cooling(hot, found if found is not None and found.counts(now) else None)


def still_waiting(one: Cooling, now: datetime) -> None:
    """See that what was announced may be done by now; what was not announced is no matter of this function's.

    Raises:
        WaitingError: it is too early.
    """
    found = one.announced
    if found is not None and now < found.ripe:
        raise WaitingError(
            f"the plan was announced on {_said(found.at)} and may be applied from {_said(found.ripe)}",
            why=f"{plural(len(one.changes), 'change')} in it cannot be taken back, and nobody approved a window",
            todo=f"apply it again then, until {_said(found.ends)}; `rootwarden runs cancel {found.name}` withdraws it",
        )


def still_approved(
    run: Run, left: Iterable[Change], request: ApplyRequest, now: datetime
) -> Announced | None:  # fmt: skip
    """See that a run that is gone on with still has the approval that it began with, for all that is left of it.

    What was begun and is not made whole is left as well. Returns the announcement that it rests on, None where it
    rests on none. A run that was begun on an announcement goes on with it only: whoever withdrew it has objected, and
    an open window does not change that.

    Raises:
        RefusedError: the window that it began in is over, the announcement was withdrawn, or it began too long ago.
        StoreError: the store does not answer.
    """
    lasting = [one for one in left if one.dangerous]
    hot = [one for one in lasting if not _approved(one, request, now)]
    if not hot and not (run.announced and lasting):
        return None
    with closing(open_store(request.store)) as store:
        found = announcement_of(store, *([run.announced] if run.announced else named(run.plan)))
    if found is None or run.started < found.ripe:
        began = f"the run began on {_said(run.started)}"
        if run.announced:
            raise RefusedError(
                "the announcement of the plan was withdrawn, and what is left cannot be taken back",
                why=f"{began}, announced, and that was withdrawn",
                todo="ask who withdrew it and why; then " + again(lasting),
            )
        raise RefusedError(
            f"no approved window is open for account {hot[0].account}, and what is left cannot be taken back",
            why=f"{began}, in a window that is over, and never announced",
            todo="have another window approved and go on in it, or " + again(hot),
        )
    if hot and now - run.started > LASTS:
        raise RefusedError(
            f"the run began on {_said(run.started)}, and what it has left cannot be taken back",
            why=f"what was announced or approved for it ended {LASTS.days} days later",
            todo=again(hot),
        )
    return found


def announce(one: Cooling, plan: Plan, request: ApplyRequest, by: str, clock: Clock, tell: Tell) -> WaitingError:
    """Announce a plan: tell people, then keep in the store since when they know; return what ends this attempt.

    Raises:
        RootwardenError: somebody could not be told, or it cannot be kept: it is not announced.
    """
    accounts = tuple(dict.fromkeys(change.account for change in one.changes))
    titles = tuple(f"{change.account}: {change.title}" for change in one.changes)
    with closing(open_store(request.store)) as store:  # where nothing can be kept, nobody is told
        told: tuple[str, ...] | None = ()
        if request.inform is not None:
            soonest = clock.now() + WAIT
            title = f"{plural(len(one.changes), 'change')} that cannot be taken back will be made from {_said(soonest)}"
            name = short(checksum_of(plan))
            object_ = f"If you object, say so before then; `rootwarden runs cancel {name}` withdraws it."
            told = request.inform(title, (f"Who: {by}", *titles), (object_,))
        found = Announced(digest=checksum_of(plan), at=clock.now(), by=by, accounts=accounts, titles=titles, told=told)
        keep_announcement(store, found)
        tell(f"announced in {store.name}")
        if request.inform is None:
            tell("nobody was told: no channel is configured (docs/channels.md); `rootwarden runs` shows it")
    return WaitingError(
        f"nothing was changed yet: the plan is announced, and may be applied from {_said(found.ripe)}",
        why=f"{plural(len(one.changes), 'change')} in it cannot be taken back, and nobody approved a window",
        todo=f"apply it again then, until {_said(found.ends)}; `rootwarden runs cancel {found.name}` withdraws it",
    )


def foretold(one: Cooling, now: datetime) -> str:
    """Return what would happen with what waits if this were no dry run."""
    if one.announced is None:
        return f"it would be announced now, and could be applied from {_said(now + WAIT)} until {_said(now + LASTS)}"
    return f"it was announced on {_said(one.announced.at)}, and may be applied from {_said(one.announced.ripe)}"


def named(plan: Plan) -> tuple[str, ...]:
    """Return by what a plan may be announced: the checksum of its file, or, by the former version, its digest."""
    return checksum_of(plan), plan.digest


def approving(changes: Iterable[Change], request: ApplyRequest, now: datetime) -> tuple[Window, ...]:
    """Return the approved windows that are open for what these changes do as root, each once."""
    hot = [one for one in changes if one.dangerous]
    return tuple(one for one in request.windows if any(_covers(one, change, now) for change in hot))


def _approved(change: Change, request: ApplyRequest, now: datetime) -> bool:
    """Return whether an approved window is open for what this change does as root of the account."""
    return any(_covers(one, change, now) for one in request.windows)


def _covers(window: Window, change: Change, now: datetime) -> bool:
    task = window.task.rpartition("/")[2] == change.as_root
    return bool(change.as_root) and task and window.covers(change.account, now, MATCH_GRACE)


def _said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
