"""Tells whether somebody changed since what a run had changed: then taking it back would overwrite their work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rootwarden.errors import RefusedError
from rootwarden.flows.applying.looking import at_once, unseen
from rootwarden.flows.applying.request import Tell
from rootwarden.model.expect import Expect, Found, as_if, broken, touching
from rootwarden.model.halfway import neither
from rootwarden.model.plan import Change
from rootwarden.model.run import Checked, Progress, Run, Way


def untouched(
    run: Run, changes: Iterable[Change], progress: Progress, facts: Mapping[str, Mapping[str, Any]], tell: Tell
) -> None:
    """See that everything still reads as the run left it; where several places do not, each is told.

    Raises:
        RefusedError: somebody changed it since, and taking it back would overwrite that; or what was not proved reads
            neither as before nor as planned, so that nobody can tell whose it is.
        AuthError, UnreachableError: it cannot be read, so that nobody knows.
    """
    found = list(touched(run, changes, progress, facts))
    if not found:
        return
    if len(found) > 1:
        for change, place in found:
            tell(overwritten(change, place))
    change, place = next((one for one in found if one[1].unread is None), found[0])
    raise _refused(change, _checked(run, change), place, len(found) - 1)


def overwritten(change: Change, place: Found) -> str:
    """Return in words which place of a change does not read as the run left it."""
    return f"not as the run left it: {change.title} ({change.account}): {place}"


def touched(
    run: Run, changes: Iterable[Change], progress: Progress, facts: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Change, Found]]:
    """Go through the places that do not read as the run left them, the newest change looked at first.

    What was made, or taken back, only in part may read as before, as planned, or between the two. Of what was made and
    not proved so may the places that did not read as planned when the run ended: AWS may show them late.
    """
    now = dict(facts)
    for change in changes:
        own = now.get(change.account, {})
        then, before = at_once(change, progress), touching(change.expects)
        half_way = not progress.made(change) or any(
            one.way is Way.UNDO and one.change == change.id for one in progress.log
        )
        amiss = broken(then, own)
        if amiss and half_way:
            amiss = neither(before, then, own)
        elif amiss and is_unproved(run, change):
            amiss = _not_late(change, _checked(run, change), amiss, own)
        if amiss and broken(before, own):
            yield from ((change, one) for one in amiss)
        now[change.account] = as_if(own, before)


def is_unproved(run: Run, change: Change) -> bool:
    """Return whether a change was not proved when the run ended, or nobody could look."""
    found = _checked(run, change)
    return found is None or not found.proved


def _checked(run: Run, change: Change) -> Checked | None:
    return next((one for one in run.checked if one.change == change.id), None)


def _not_late(
    change: Change, checked: Checked | None, amiss: Sequence[Found], facts: Mapping[str, Any]
) -> list[Found]:  # fmt: skip
    """Return what of it AWS cannot just be late to show: a place of which it is not known how it read before, or that
    read as planned when the run ended, or that reads neither as before nor as planned, nor between the two."""
    late = [one.expect for one in amiss if _may_be_late(change, checked, one.expect)]
    others = [one for one in amiss if one.expect not in late]
    return others + neither(change.expects, late, facts)


def _may_be_late(change: Change, checked: Checked | None, place: Expect) -> bool:
    was_amiss = checked is None or any(_same(one, place) for one in checked.stood)
    told = any(
        not one.assumed and one.fact == place.fact and one.at == place.at[: len(one.at)] for one in change.expects
    )
    return was_amiss and told


def _refused(change: Change, checked: Checked | None, found: Found, more: int) -> Exception:
    if found.unread is not None:
        return unseen(change, found)
    about = f"{change.title} in account {change.account}"
    others = f" (and {more} more {'place' if more == 1 else 'places'})" if more else ""
    if checked is not None and any(_same(one, found.expect) and one.value == found.value for one in checked.stood):
        return RefusedError(
            f"{about} does not read as planned, and did not when the run ended{others}", why=str(found),
            todo="compare: that may be how AWS writes it, or somebody changed it while the run was at work; "
            "--force takes it back all the same",
        )  # fmt: skip
    return RefusedError(
        f"{about} was changed since{others}", why=str(found),
        todo="look who did it and why; --force takes it back all the same",
    )  # fmt: skip


def _same(one: Expect, other: Expect) -> bool:
    return (one.fact, one.at) == (other.fact, other.at)
