"""Runs and announced plans for a person at a terminal: how each stands, and what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rootwarden.report.labels import STATUS, plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.past_runs import AnnouncedSaid, CallSaid, ChangeSaid, RunSaid, RunsSaid
from rootwarden.report.screen.pen import Pen

_TITLES = 3


def table(found: RunsSaid, options: RenderOptions) -> str:
    """Return the list, the newest first; what is announced stands before the runs, what cannot be read after."""
    pen = Pen(options)
    for one in found.announced:
        _announced(pen, one)
    for run in found.runs:
        _run(pen, run)
    for unread in found.unreadable:
        pen.line(f"{unread.started:%Y-%m-%d %H:%M}  unreadable   {unread.id}")
        pen.line(f"{unread.state}; {unread.why}", indent=2)
        _next(pen, unread.next, indent=2)
    told = len(found.runs) + len(found.unreadable)
    if not found.store_exists:
        pen.line(f"There is no store {found.store}: no such file. What was applied is not known here.")
        pen.line("Name the store that plans were applied with (--store), or go to its folder.")
    elif not told:
        pen.line("No plan was applied yet.")
    if told < found.total:
        pen.line(f"And {plural(found.total - told, 'older run')}: --most")
    return pen.text()


def whole(one: RunSaid, options: RenderOptions) -> str:
    """Return one run with every change and every call."""
    pen = Pen(options)
    pen.heading(f"Run {one.id}", one.stands)
    pen.line(f"Plan: {one.plan}")
    if one.announced:
        pen.line(f"Announced as: {one.announced}")
    pen.line(f"By: {one.by}; in other accounts as the role {one.role}")
    until = f" to {_time(one.finished)}" if one.finished is not None else ", without an end yet"
    pen.line(f"From {_time(one.started)}{until} UTC")
    pen.line(_count(one, one.accounts))
    _left(pen, one.left, len(one.left))
    _differs(pen, one.differs, len(one.differs))
    pen.heading("Changes", plural(len(one.what), "change"))
    for at, change in enumerate(one.what, start=1):
        _change(pen, at, change)
    pen.heading("Calls", plural(len(one.calls), "call"))
    for call in one.calls:
        _call(pen, call)
    pen.line()
    _next(pen, one.next)
    return pen.text()


def _announced(pen: Pen, one: AnnouncedSaid) -> None:
    pen.line(f"{one.announced:%Y-%m-%d %H:%M}  announced    {one.name}")
    pen.line(
        f"{plural(len(one.what), 'change')} that cannot be taken back, in {_some(one.accounts)}, by {one.by}", indent=2
    )
    for title in one.what[:_TITLES]:
        pen.line(title, indent=4)
    if len(one.what) > _TITLES:
        pen.line(f"and {len(one.what) - _TITLES} more", indent=4)
    pen.line(f"may be applied from {one.earliest:%Y-%m-%d %H:%M} to {one.latest:%Y-%m-%d %H:%M} UTC", indent=2)
    _next(pen, f"`rootwarden apply PLAN` in that time; `rootwarden runs cancel {one.name}` withdraws it", indent=2)


def _run(pen: Pen, one: RunSaid) -> None:
    pen.line(f"{one.started:%Y-%m-%d %H:%M}  {one.stands:<11}  {one.id}")
    pen.line(f"{_count(one, one.accounts, _TITLES)}, by {one.by}", indent=2)
    _left(pen, one.left[:_TITLES], len(one.left), indent=2)
    _differs(pen, one.differs[:_TITLES], len(one.differs), indent=2)
    _next(pen, one.next, indent=2)


def _count(one: RunSaid, accounts: Sequence[str], most: int = 1000) -> str:
    back = f", {one.taken_back} taken back" if one.taken_back else ""
    return f"{one.made} of {plural(one.changes, 'change')} made in {_some(accounts, most)}{back}"


def _left(pen: Pen, left: Sequence[str], total: int, indent: int = 0) -> None:
    """Say what was not taken back, and why."""
    for words in left:
        pen.line(f"Left, because something else rested on it: {words}", indent=indent)
    if len(left) < total:
        pen.line(f"and {total - len(left)} more", indent=indent)


def _differs(pen: Pen, differs: Sequence[str], total: int, indent: int = 0) -> None:
    """Say what did not read as before once all was taken back."""
    for words in differs:
        pen.line(f"NOT AS BEFORE: {words}", indent=indent)
    if len(differs) < total:
        pen.line(f"and {total - len(differs)} more", indent=indent)


def _next(pen: Pen, words: str, indent: int = 0) -> None:
    """Say what to do, a line for each part: commands stay whole."""
    for at, part in enumerate(words.split("; ")):
        pen.line(f"Next: {part}" if at == 0 else part, indent=indent + (6 if at else 0))


def _change(pen: Pen, at: int, one: ChangeSaid) -> None:
    pen.line(f"{at:>3}  {one.title} ({one.account})")
    said = [one.came]
    if one.after is not None:
        before = f"{STATUS[one.before].word} -> " if one.before is not None else ""
        said.append(f"{one.control} {before}{STATUS[one.after].word}".strip())
    if one.proved is not None:
        said.append("proved" if one.proved else "not proved")
    pen.line(", ".join(said), indent=5)
    if one.detail:
        pen.line(one.detail, indent=5)
    if one.as_before is not None:
        pen.line("reads as before" if one.as_before else f"NOT AS BEFORE: {one.differs}", indent=5)


def _call(pen: Pen, one: CallSaid) -> None:
    word = "take back: " if one.way == "undo" else ""
    took = f" in {(one.until - one.began).total_seconds():.1f} s" if one.until is not None else ""
    place = f"{one.account} {one.region}".strip()
    pen.line(f"{_time(one.began)}  {word}{one.call} ({place}): {one.ended}{took}")
    pen.line(one.does, "dim", indent=5)
    for name, value in one.answer.items():
        pen.line(f"{name} = {value}", "dim", indent=5)
    if one.detail:
        pen.line(one.detail, indent=5)


def _some(accounts: Sequence[str], most: int = _TITLES) -> str:
    more = f" and {len(accounts) - most} more" if len(accounts) > most else ""
    return ", ".join(accounts[:most]) + more


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}"
