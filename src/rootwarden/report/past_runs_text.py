"""Runs and announced plans for a person at a terminal: how each stands, and what to type next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rootwarden.report.labels import STATUS, plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.past_calls import CallSaid
from rootwarden.report.past_runs import ActSaid, AnnouncedSaid, ChangeSaid, RunSaid, RunsSaid
from rootwarden.report.screen.pen import Pen

_TITLES = 3


def table(found: RunsSaid, options: RenderOptions) -> str:
    """Return the list, the newest first; what is announced stands before the runs, what waits no more and
    what cannot be read after."""
    pen = Pen(options)
    for one in found.announced:
        _announced(pen, one)
    for run in found.runs:
        _run(pen, run)
    for former in found.former:
        _announced(pen, former)
    for unread in found.unreadable:
        pen.line(f"{unread.started:%Y-%m-%d %H:%M}  unreadable   {unread.id}", hang=2)
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
    """Return one run with every change and every call; with `verbose` also what was sent and what was read."""
    pen = Pen(options)
    pen.heading(f"Run {one.id}", one.stands)
    pen.line(f"Plan: {one.plan or 'not known; its file held no checksum'}")
    same = "; the same checksum stands in its file" if one.plan else ""
    pen.line(f"made on {_time(one.planned)} UTC{same}", "dim", indent=6)
    if one.announced:
        when = f", on {_time(one.announced_at)} UTC by {one.announced_by}" if one.announced_at is not None else ""
        pen.line(f"Announced as: {one.announced}{when}")
    pen.line(f"By: {one.by}; in other accounts as the role {one.role}")
    until = f" to {_time(one.finished)}" if one.finished is not None else ", without an end yet"
    pen.line(f"From {_time(one.started)}{until} UTC")
    pen.line(_count(one, one.accounts))
    _left(pen, one.left, len(one.left))
    _differs(pen, one.differs, len(one.differs))
    pen.heading("What was done with it", plural(len(one.acts), "time"))
    for act in one.acts:
        _act(pen, act)
    if not one.acts:
        pen.line("The version that wrote it down kept neither who went on with it or undid it, nor any window.")
    pen.heading("Changes", plural(len(one.what), "change"))
    for at, change in enumerate(one.what, start=1):
        _change(pen, at, change, verbose=options.verbose)
    pen.heading("Calls", plural(len(one.calls), "call"))
    for call in one.calls:
        _call(pen, call, verbose=options.verbose)
    pen.line()
    if one.calls and not options.verbose:
        pen.line("-v shows what was sent with every call, and what was read afterwards.")
    _next(pen, one.next)
    return pen.text()


def _act(pen: Pen, one: ActSaid) -> None:
    """Say who did what and when, on what approval, and what was found then."""
    until = f" to {_time(one.ended)}" if one.ended is not None else ", without an end"
    pen.line(f"{_time(one.began)}{until}  {one.what}{' with --force' if one.forced else ''} by {one.by}", hang=5)
    if one.found:
        pen.line(f"{one.proved} of {plural(one.found, 'change')} proved", indent=5)
    for window in one.windows:
        what = f" for {window.task}" if window.task else ""
        pen.line(
            f"approved window {window.id}: account {window.account}{what}, {_time(window.opens)} to "
            f"{_time(window.closes)} UTC",
            indent=5,
        )  # fmt: skip


def _announced(pen: Pen, one: AnnouncedSaid) -> None:
    pen.line(f"{one.announced:%Y-%m-%d %H:%M}  {one.came:<11}  {one.name}", hang=2)
    said = "" if one.came == "announced" else "announced "
    where = f" in {_some(one.accounts)}," if one.accounts else ""
    pen.line(f"{plural(len(one.what), 'change')} that cannot be taken back,{where} {said}by {one.by}", indent=2)
    for title in one.what[:_TITLES]:
        pen.line(title, indent=4)
    if len(one.what) > _TITLES:
        pen.line(f"and {len(one.what) - _TITLES} more", indent=4)
    if one.came != "announced":
        _came(pen, one)
        return
    pen.line(f"may be applied from {one.earliest:%Y-%m-%d %H:%M} to {one.latest:%Y-%m-%d %H:%M} UTC", indent=2)
    _next(pen, f"`rootwarden apply PLAN` in that time; `rootwarden runs cancel {one.name}` withdraws it", indent=2)


def _came(pen: Pen, one: AnnouncedSaid) -> None:
    """Say what came of an announcement that waits no more."""
    if one.withdrawn is not None:
        pen.line(
            f"withdrawn on {one.withdrawn:%Y-%m-%d %H:%M} UTC by {one.withdrawn_by or 'nobody knows whom'}", indent=2
        )
    if one.run:
        pen.line(f"the run {one.run} rests on it", indent=2)
    if one.came == "over":
        pen.line(f"not applied until {one.latest:%Y-%m-%d %H:%M} UTC, when it ended", indent=2)


def _run(pen: Pen, one: RunSaid) -> None:
    pen.line(f"{one.started:%Y-%m-%d %H:%M}  {one.stands:<11}  {one.id}", hang=2)
    pen.line(f"{_count(one, one.accounts, _TITLES)}, by {one.by}", indent=2)
    _left(pen, one.left[:_TITLES], len(one.left), indent=2)
    _differs(pen, one.differs[:_TITLES], len(one.differs), indent=2)
    _next(pen, one.next, indent=2)


def _count(one: RunSaid, accounts: Sequence[str], most: int = 1000) -> str:
    part = f", {one.in_part} more in part" if one.in_part else ""
    back = f", {one.taken_back} taken back" if one.taken_back else ""
    where = f" in {_some(accounts, most)}" if accounts else ""
    return f"{one.made} of {plural(one.changes, 'change')} made{part}{where}{back}"


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
        pen.line(f"Next: {part}" if at == 0 else part, indent=indent + (6 if at else 0), hang=0 if at else 6)


def _change(pen: Pen, at: int, one: ChangeSaid, *, verbose: bool) -> None:
    pen.line(f"{at:>3}  {one.title} ({one.account})", hang=5)
    for shown in one.shows:
        pen.line(f"{shown.what}: {shown.before} -> {shown.after}", indent=5)
    back = one.came == "taken back"
    said = [one.came]
    if one.after is not None:
        before = f"{STATUS[one.before].word} -> " if one.before is not None else ""
        word = STATUS[one.after].word
        said.append(f"{one.control} is {word} now" if back else f"{one.control} {before}{word}".strip())
    if one.proved is None:
        said.append("nobody looked afterwards, or that was not kept" if one.came not in ("not made", "by hand") else "")
    elif back:
        said.append(_restored(one))
    else:
        said.append("proved" if one.proved else "not proved yet" if one.waiting else "not proved")
    pen.line(", ".join(part for part in said if part), indent=5)
    if one.detail and one.detail != "; ".join(one.stays):
        pen.line(one.detail, indent=5)
    for words in one.stays:
        pen.line(f"stays: {words}" if back else f"cannot be taken back: {words}", indent=5)
    if one.cost:
        pen.line(f"{'The whole change: ' if back else ''}{one.cost}", indent=5)
    if verbose and one.read_at is not None:
        pen.line(f"read again on {_time(one.read_at)} UTC{f': {one.said}' if one.said else ''}", "dim", indent=5)
        for item in one.read:
            pen.line(f"read: {item.fact} = {_value(item.value)}", "dim", indent=5)


def _restored(one: ChangeSaid) -> str:
    if not one.proved:
        return "not to be seen yet" if one.waiting else "NOT AS BEFORE"
    return "reads as before but for what stays" if one.stays else "reads as before"


def _call(pen: Pen, one: CallSaid, *, verbose: bool) -> None:
    word = "take back: " if one.way == "undo" else ""
    took = f" in {(one.until - one.began).total_seconds():.1f} s" if one.until is not None else ""
    place = f"{one.account} {one.region}".strip()
    pen.line(f"{_time(one.began)}  {word}{one.call} ({place}): {one.ended}{took}", hang=5)
    pen.line(one.does, "dim", indent=5)
    for name, value in one.parameters.items() if verbose else ():
        pen.line(f"{name}: {_value(value)}", "dim", indent=5)
    for name, value in one.answer.items():
        pen.line(f"{name} = {value}", "dim", indent=5)
    if one.detail:
        pen.line(one.detail, indent=5)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _some(accounts: Sequence[str], most: int = _TITLES) -> str:
    more = f" and {len(accounts) - most} more" if len(accounts) > most else ""
    return ", ".join(accounts[:most]) + more


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}"
