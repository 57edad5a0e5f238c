"""A run as evidence: which plan, who, every call with its time and answer, each control before and after; as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.announced import Announced
from rootwarden.model.findings import Status
from rootwarden.model.past_run import PastRun, PastRuns, Stands, UnreadRun
from rootwarden.model.plan import Change
from rootwarden.model.run import Checked, Logged, StepState, Way
from rootwarden.report.masking import masked_value

SCHEMA = "runs/1"
# BEGUN without an end: the answer never came, or the process ended first.
_ENDED = {StepState.BEGUN: "no answer known", StepState.DONE: "done", StepState.FAILED: "failed"}


class CallSaid(Struct, frozen=True, kw_only=True):
    """One call of a run: `way` is "do" or "undo", `answer` what later calls needed of it, `detail` an error or note."""

    n: int
    way: Way
    change: str
    account: str
    does: str
    call: str
    region: str
    ended: str
    began: datetime
    until: datetime | None
    answer: dict[str, Any]
    detail: str


class ChangeSaid(Struct, frozen=True, kw_only=True):
    """One change of a run: how far it came, and its control before and afterwards (None: it was not judged)."""

    id: str
    title: str
    account: str
    region: str
    resource: str
    came: str
    control: str
    before: Status | None
    after: Status | None
    proved: bool | None
    detail: str


class RunSaid(Struct, frozen=True, kw_only=True):
    """One run: `plan` is the SHA-256 of its changes, `announced` that of the plan whose announcement it rests on.

    `left` is what undoing left because something else rested on it.
    """

    id: str
    stands: Stands
    started: datetime
    finished: datetime | None
    by: str
    role: str
    plan: str
    announced: str
    accounts: tuple[str, ...]
    changes: int
    made: int
    taken_back: int
    left: tuple[str, ...]
    next: str
    what: tuple[ChangeSaid, ...]
    calls: tuple[CallSaid, ...]


class AnnouncedSaid(Struct, frozen=True, kw_only=True):
    """One plan that is announced: since when, by whom, and from when until when it may be applied."""

    name: str
    plan: str
    announced: datetime
    by: str
    earliest: datetime
    latest: datetime
    accounts: tuple[str, ...]
    what: tuple[str, ...]


class UnreadSaid(Struct, frozen=True, kw_only=True):
    """One run that cannot be read: another version wrote it, or it is damaged."""

    id: str
    started: datetime
    state: str
    why: str
    next: str = "use the Rootwarden that wrote it"


class RunsSaid(Struct, frozen=True, kw_only=True):
    """What `rootwarden runs` prints; `total` is how many runs the store has, if `store_exists` at all."""

    rootwarden: str = SCHEMA
    store: str
    store_exists: bool
    total: int
    runs: tuple[RunSaid, ...]
    announced: tuple[AnnouncedSaid, ...]
    unreadable: tuple[UnreadSaid, ...]


def said(found: PastRuns, *, show_ids: bool) -> RunsSaid:
    """Return runs and announcements as they are told; ids of access keys are hidden but for their last characters.

    Who applied it, and what, is evidence and told whole; in `detail`, which quotes AWS and the account, the local parts
    of e-mail addresses are hidden too.
    """
    whole = RunsSaid(
        store=found.store, store_exists=found.exists, total=found.total, runs=tuple(map(_run, found.runs)),
        announced=tuple(map(_announced, found.announced)), unreadable=tuple(map(_unread, found.unread)),
    )  # fmt: skip
    return masked_value(whole, show_ids=show_ids, show_pii=True)


def as_json(found: RunsSaid) -> str:
    """Return it as versioned JSON (docs/schema/runs.schema.json)."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def _run(one: PastRun) -> RunSaid:
    run = one.run
    checked = {found.change: found for found in run.checked}
    return RunSaid(
        id=run.id, stands=one.stands, started=run.started, finished=run.finished, by=run.by, role=run.role,
        plan=run.plan.digest, announced=run.announced, accounts=run.accounts, changes=len(run.plan.changes),
        made=one.made, taken_back=one.taken_back, left=one.left,
        next=masked_value(one.next, show_ids=True),
        what=tuple(_change(one, change, checked.get(change.id)) for change in run.plan.changes),
        calls=tuple(_calls(one)),
    )  # fmt: skip


def _unread(one: UnreadRun) -> UnreadSaid:
    return UnreadSaid(id=one.id, started=one.started, state=one.state, why=one.why)


def _change(one: PastRun, change: Change, checked: Checked | None) -> ChangeSaid:
    made, begun = one.progress.made(change), one.progress.begun(change)
    came = "taken back" if one.is_back(change) else "made" if made else "made in part" if begun else "not made"
    return ChangeSaid(
        id=change.id, title=change.title, account=change.account, region=change.region, resource=change.resource,
        came=came if change.steps else "by hand",
        control=checked.control if checked is not None else change.control,
        before=checked.before if checked is not None else None, after=checked.after if checked is not None else None,
        proved=checked.proved if checked is not None else None,
        detail=masked_value(checked.detail, show_ids=True) if checked is not None else "",
    )  # fmt: skip


def _calls(one: PastRun) -> Iterator[CallSaid]:
    changes = {change.id: change for change in one.run.plan.changes}
    for line in one.progress.log:
        change = changes[line.change]
        yield _call(line, change)


def _call(line: Logged, change: Change) -> CallSaid:
    step = next(one for one in change.steps if one.id == line.step)
    call = step.call if line.way is Way.DO else step.undo[line.call]
    return CallSaid(
        n=line.n, way=line.way, change=change.id, account=change.account, does=step.does, call=call.name,
        region=call.region, ended=_ENDED[line.state], began=line.began, until=line.ended, answer=line.kept,
        detail=masked_value(line.detail, show_ids=True),
    )  # fmt: skip


def _announced(one: Announced) -> AnnouncedSaid:
    return AnnouncedSaid(
        name=one.name, plan=one.digest, announced=one.at, by=one.by, earliest=one.ripe, latest=one.ends,
        accounts=one.accounts, what=one.titles,
    )  # fmt: skip
