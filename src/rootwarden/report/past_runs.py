"""A run as evidence: which plan, who, every call with its time and answer, each control before and after; as JSON."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.announced import Came, Outcome, outcome
from rootwarden.model.cost import CostClass
from rootwarden.model.findings import Evidence, Status
from rootwarden.model.past_run import PastRun, PastRuns, Stands, UnreadRun
from rootwarden.model.plan import Change, Difference
from rootwarden.model.run import Act, Approval, Checked, Deed
from rootwarden.report.masking import masked_value
from rootwarden.report.past_calls import CallSaid, calls_of, shows_of
from rootwarden.report.past_people import without_people
from rootwarden.report.plan_words import cost

SCHEMA = "runs/1"


class ChangeSaid(Struct, frozen=True, kw_only=True):
    """One change of a run: from what to what, how far it came, and what was found afterwards (None: nobody looked).

    `before` and `after` are its control's; of one that was taken back all this is what undoing found, `proved` whether
    it reads as before. `read` is what was read at `read_at`, `said` what the control said of it. `awaits` are people
    who have to confirm. `stays` cannot be taken back; `cost` is that of the whole change.
    """

    id: str
    title: str
    account: str
    region: str
    resource: str
    shows: tuple[Difference, ...]
    came: str
    control: str
    before: Status | None
    after: Status | None
    proved: bool | None
    waiting: bool
    awaits: tuple[str, ...]
    detail: str
    said: str
    read_at: datetime | None
    read: tuple[Evidence, ...]
    stays: tuple[str, ...]
    cost: str


class ActSaid(Struct, frozen=True, kw_only=True):
    """What somebody did with a run: `what`, who, when (no end: under way or broken off), by force or not.

    `windows` are the approved windows that it rested on. Of `found` changes so many were `proved` afterwards.
    """

    what: Deed
    by: str
    began: datetime
    ended: datetime | None
    forced: bool
    windows: tuple[Approval, ...]
    found: int
    proved: int


class RunSaid(Struct, frozen=True, kw_only=True):
    """One run: `plan` is the checksum that stands in the plan's file ("": not known), `planned` when that was made.

    `announced` names the plan whose announcement it rests on, `announced_at` and `announced_by` say when and by whom.
    `left` is what undoing left because something else rested on it, `differs` what does not read as before. `acts` are
    what was done with it; none where an older version wrote it.
    """

    id: str
    stands: Stands
    started: datetime
    finished: datetime | None
    by: str
    role: str
    plan: str
    planned: datetime
    announced: str
    announced_at: datetime | None
    announced_by: str
    accounts: tuple[str, ...]
    changes: int
    made: int
    in_part: int
    taken_back: int
    left: tuple[str, ...]
    differs: tuple[str, ...]
    next: str
    acts: tuple[ActSaid, ...]
    what: tuple[ChangeSaid, ...]
    calls: tuple[CallSaid, ...]


class AnnouncedSaid(Struct, frozen=True, kw_only=True):
    """One plan that was announced: when, by whom, and from when until when it might be applied.

    `came` is what came of it: the `run` that carried it out, or who withdrew it and when.
    """

    name: str
    plan: str
    announced: datetime
    by: str
    earliest: datetime
    latest: datetime
    accounts: tuple[str, ...]
    what: tuple[str, ...]
    came: Came = Came.WAITS
    run: str = ""
    withdrawn: datetime | None = None
    withdrawn_by: str = ""


class UnreadSaid(Struct, frozen=True, kw_only=True):
    """One run that cannot be read: another version wrote it, or it is damaged."""

    id: str
    started: datetime
    state: str
    why: str
    next: str = "use the Rootwarden that wrote it"


class RunsSaid(Struct, frozen=True, kw_only=True):
    """What `rootwarden runs` prints; `total` is how many runs the store has, if `store_exists` at all.

    `announced` are the plans that wait, `former` those that were carried out, withdrawn or not applied in time.
    """

    rootwarden: str = SCHEMA
    store: str
    store_exists: bool
    total: int
    runs: tuple[RunSaid, ...]
    announced: tuple[AnnouncedSaid, ...]
    former: tuple[AnnouncedSaid, ...]
    unreadable: tuple[UnreadSaid, ...]


def said(found: PastRuns, *, show_ids: bool, show_pii: bool = False) -> RunsSaid:
    """Return runs and announcements as they are told; ids of access keys are hidden but for their last characters.

    Who applied it and how are evidence and told whole; in all else the local parts of e-mail addresses, full names and
    people's own data are hidden too, unless `show_pii`.
    """
    whole = RunsSaid(
        store=found.store, store_exists=found.exists, total=found.total,
        runs=tuple(_run(one, show_pii=show_pii) for one in found.runs),
        announced=tuple(_announced(outcome(one, "", one.at), show_pii=show_pii) for one in found.announced),
        former=tuple(_announced(one, show_pii=show_pii) for one in found.former),
        unreadable=tuple(map(_unread, found.unread)),
    )  # fmt: skip
    return masked_value(whole, show_ids=show_ids, show_pii=True)


def as_json(found: RunsSaid) -> str:
    """Return it as versioned JSON (docs/schema/runs.schema.json)."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"


def _run(one: PastRun, *, show_pii: bool) -> RunSaid:
    run, announced, checked = one.run, one.rests_on, one.checked
    whole = RunSaid(
        id=run.id, stands=one.stands, started=run.started, finished=run.finished, by=run.by, role=run.role,
        plan=run.plan.checksum, planned=run.plan.made_at, announced=run.announced,
        announced_at=announced.at if announced is not None else None,
        announced_by=announced.by if announced is not None else "",
        accounts=run.accounts, changes=len(run.plan.changes), made=one.made, in_part=one.in_part,
        taken_back=one.taken_back, left=one.left,
        differs=tuple(f"{what}: {detail}" for what, detail in one.differs),
        next=one.next, acts=tuple(map(_act, run.acts)),
        what=tuple(_change(one, change, checked.get(change.id), show_pii=show_pii) for change in run.plan.changes),
        calls=tuple(calls_of(one, show_pii=show_pii)),
    )  # fmt: skip
    if show_pii:
        return whole
    hidden = without_people(whole, run)
    return replace(hidden, by=whole.by, role=whole.role, announced_by=whole.announced_by, acts=whole.acts)


def _act(one: Act) -> ActSaid:
    return ActSaid(
        what=one.what, by=one.by, began=one.began, ended=one.ended, forced=one.forced, windows=one.windows,
        found=len(one.checked), proved=sum(each.proved for each in one.checked),
    )  # fmt: skip


def _unread(one: UnreadRun) -> UnreadSaid:
    return UnreadSaid(id=one.id, started=one.started, state=one.state, why=one.why)


def _change(one: PastRun, change: Change, checked: Checked | None, *, show_pii: bool) -> ChangeSaid:
    made, begun = one.progress.made(change), one.progress.begun(change)
    came = "taken back" if one.is_back(change) else "made" if made else "made in part" if begun else "not made"
    found = checked or Checked(change=change.id, control=change.control, proved=False)
    return ChangeSaid(
        id=change.id, title=change.title, account=change.account, region=change.region, resource=change.resource,
        shows=shows_of(change, show_pii=show_pii), came=came if change.steps else "by hand", control=found.control,
        before=found.before, after=found.after, proved=found.proved if checked is not None else None,
        waiting=found.waiting and not found.proved, awaits=found.awaits, detail=found.detail, said=found.said,
        read_at=found.at, read=found.read, stays=change.stays if begun else (),
        cost="" if change.cost.kind is CostClass.NONE else f"{cost(change.cost)}. {change.cost.why}".strip(),
    )  # fmt: skip


def _announced(found: Outcome, *, show_pii: bool) -> AnnouncedSaid:
    one = found.of
    titles = masked_value(one.titles, show_ids=True, show_pii=show_pii)
    return AnnouncedSaid(
        name=one.name, plan=one.digest, announced=one.at, by=one.by, earliest=one.ripe, latest=one.ends,
        accounts=one.accounts, what=titles, came=found.came, run=found.run, withdrawn=one.withdrawn,
        withdrawn_by=one.withdrawn_by,
    )  # fmt: skip
