"""How a run stands, for a person at a terminal: what was done, what was not, what was proved, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rootwarden.model.paid import paid_too
from rootwarden.model.plan import Change
from rootwarden.model.run import Checked, Lying, Progress, Run
from rootwarden.proofs.unheard import asked
from rootwarden.report.labels import STATUS, plural
from rootwarden.report.legible import legible
from rootwarden.report.wrapping import wrapped

_COLUMNS = 80


def checks(run: Run, checked: Sequence[Checked]) -> str:
    """Return what was found afterwards, change by change."""
    by_id = {one.id: one for one in run.plan.changes}
    return "\n".join(line for one in checked for line in _checked(by_id[one.change], one))


def to_take_back(changes: Sequence[Change]) -> Iterator[str]:
    """Go through what is shown before changes are taken back: how it reads now and will again, and what stays.

    What was closed is open again then, and what was switched on is off: that must not be found out only afterwards.
    """
    for change in changes:
        yield legible(f"  {change.title} ({change.account})")
        for one in change.shows:
            yield legible(f"    {one.what}: {one.after} -> {one.before}")
        if not change.shows:
            yield from (legible(f"    taken back: {step.does}") for step in change.steps if step.undo)
        yield from (legible(f"    stays: {words}") for words in change.stays)


def restored(run: Run, checked: Sequence[Checked]) -> str:
    """Return what was found after undoing, change by change, and what to do about what was left."""
    by_id = {one.id: one for one in run.plan.changes}
    lines = [line for one in checked for line in _restored(by_id[one.change], one)]
    if run.left:
        lines.append(f"`rootwarden undo {run.id}{_more(run)}` takes back what was left, once nothing else rests on it")
    return "\n".join(lines)


def unlooked(run: Run) -> str:
    """Return what to do where something was left because nobody may look whether something else rests on it."""
    undo = f"`rootwarden undo {run.id}{_more(run)}`"
    todo = f"allow it (`rootwarden iam-policy remediate`), then {undo} takes back what was left"
    return "\n".join(_wrapped(f"Next: {todo}", "", "  "))


def lying(files: Sequence[Lying]) -> str:
    """Return which files with secrets that were taken back still lie there: whoever holds one should know."""
    lines = _wrapped("still there, and void: what stands in these files lets nobody in any more; delete them", "", "  ")
    for one in files:
        lines += _wrapped(f"{one.path} ({one.to}: {one.what})", "  ", "    ")
    return "\n".join(lines)


def _restored(change: Change, one: Checked) -> Iterator[str]:
    if one.waiting and not one.proved:
        word = "not to be seen yet"
    else:
        word = "reads as before" if one.proved and not one.detail else "taken back" if one.proved else "NOT AS BEFORE"
    judged = f"; {one.control} is {STATUS[one.after].word} now" if one.after is not None else ""
    yield from _wrapped(f"{word}: {change.title} ({change.account}){judged}", "", "  ")
    if one.detail:
        yield from _wrapped(one.detail, "    ")
    if one.waiting and not one.proved and change.patience:
        yield from _wrapped(f"AWS may take {_span(change.patience)} to show it.", "    ")


def _checked(change: Change, one: Checked) -> Iterator[str]:
    before = f"{STATUS[one.before].word} -> " if one.before is not None else ""
    after = STATUS[one.after].word if one.after is not None else "nothing to judge"
    verdict = "proved" if one.proved else "not yet" if one.waiting else "NOT PROVED"
    control = f"{one.control} {before}{after}, " if one.control else ""
    yield from _wrapped(f"{control}{verdict}: {change.title} ({change.account})", "", "  ")
    if one.detail:
        yield from _wrapped(one.detail, "    ")
    if one.waiting:
        yield from _wrapped(f"{_awaited(change)}.", "    ")


def _awaited(change: Change) -> str:
    """Return what it takes until a change shows: a person who follows a link in a mail, or time."""
    people = asked(change)
    if people:
        return (
            f"It waits for a person: whoever reads {' and '.join(people)} has {_span(change.patience)} to follow the "
            "link in the mail from AWS that confirms the subscription"
        )
    if not change.patience:
        return "It waits for a person"
    return f"AWS may take {_span(change.patience)} to show it"


def _span(seconds: int) -> str:
    for length, word in ((86_400, "day"), (3600, "hour")):
        if seconds >= length and not seconds % length:
            return plural(seconds // length, word)
    return plural(max(1, seconds // 60), "minute")


def stopped(run: Run, progress: Progress, at: Change, why: str, *, undoing: bool) -> str:
    """Return where a run stopped and why, what was done until then, and the ways to go on."""
    lines = _wrapped(f"stopped at: {at.title} ({at.account}): {why}", "", "  ")
    for change in run.plan.changes:
        state = "done" if progress.made(change) else "done in part" if progress.begun(change) else "not done"
        lines += _wrapped(f"  {state}: {change.title} ({change.account})", "", "    ")
    force = " --force" if run.forced else ""
    if undoing:
        return "\n".join(
            [
                *lines,
                *_wrapped(f"Next: mend that, then `rootwarden undo {run.id}{force}{_more(run)}` goes on", "", "  "),
            ]
        )
    begun = any(progress.begun(change) for change in run.plan.changes)
    back = f", or `rootwarden undo {run.id}{_more(run)}` takes back what was done" if begun else ""
    resume = f"`rootwarden apply --resume {run.id}{_more(run)}`"
    return "\n".join([*lines, *_wrapped(f"Next: mend that, then {resume} goes on{back}", "", "  ")])


def later(run: Run) -> str:
    """Return how a run is proved later of which not all is yet."""
    return f"rootwarden: not proved yet; `rootwarden runs prove {run.id}{_more(run)}` reads it again later"


def _more(run: Run) -> str:
    return paid_too(run.plan.changes)


def _wrapped(text: str, indent: str = "", further: str | None = None) -> list[str]:
    return wrapped(text, _COLUMNS, indent, further)
