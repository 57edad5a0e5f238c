"""Drills show that alerts about root reach people: an alarm that was never heard is hope, not a safeguard.

Between a use of root and a person who knows of it lie a trail, a rule, a queue, a program and a channel, in several
accounts and with several owners. Each can be changed by somebody who does not know what depends on it, and nothing
rings when the bell is broken. Only doing something harmless on purpose, and waiting until somebody was told, shows that
the whole chain holds; and it shows so for the chain as it was on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from rootwarden.model.control import Control, Fix
from rootwarden.model.drill import Passed
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View

CONTROL = Control(
    code="RW-AUD-05",
    title="Drills prove that alerting and break-glass work",
    question="Has a drill shown, recently and since the last change, that alerts about root reach people?",
    severity=Severity.MEDIUM,
    practice=Practice.AUDIT,
    scope=Scope.WORKSPACE,
    facts=("evidence.ledger",),
    measured=(
        "The drills in the store of the watch (`rootwarden drill list`): of each alert path, one finding each, the "
        "newest one that had ended at the instant of the audit. It must have passed every hop in time and have put "
        "everything back, at most drill_interval_days (180) ago, and with sources, channels and escalation configured "
        "as they are now. A path that is due within warn_days (30) asks for a person. `paths` names the paths that "
        "must have been drilled (as `rootwarden drill list` writes them, others are then left out); without it, each "
        "that ever was. Without a store nobody can say, and a person has to."
    ),
    misses=(
        "Drills of break-glass (custodians retrieve and reseal the credentials): there are none yet. Alert paths that "
        "were never drilled, unless `paths` names them. Changes since the drill of what is not in rootwarden.toml: "
        "rules, queues, alarms, topics and subscriptions in AWS, and the far ends of channels. Whether a person "
        "looked, if the drill did not wait for it (--acknowledge). More than the newest 200 drills."
    ),
    remedy="drill-alerting",
    fix=Fix(
        automation="assisted",
        steps=(
            "With the watch running, run a drill: with a real root session that can only read (assume-root) in an "
            "organization, else with a marked record (synthetic) or an alarm.",
            "It failed? The report names the first hop that broke. Mend that, and drill again.",
            "Have it repeated by a schedule, and after every change of the watch.",
            "Name the paths that must work in [controls.alerting-drilled] paths.",
        ),
        commands=(
            "rootwarden drill run detection --method synthetic --acknowledge",
            "rootwarden drill report",
            "rootwarden audit --only alerting-drilled --store STORE",
        ),
    ),
    params={"drill_interval_days": 180, "warn_days": 30, "paths": ()},
    links=(
        "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_incident_response_run_game_days.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html",
    ),
)

_DETECTION = "detection"  # the kind of drill that shows that alerts arrive
_LATER = "later_drills: drills that ended after the instant of this audit do not count"
_NOT_ACKNOWLEDGED = "not_acknowledged: the drill shows that messages were delivered, not that anybody read them"


class _Newest(Struct, frozen=True):
    """The newest drill of one path: when it ended, its id, and where it stands."""

    ended: datetime
    id: str
    drill: Sight


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each alert path by its newest drill."""
    aside = seen.about()
    if aside.ledger.is_none:
        yield aside.manual(
            "No store was given, so that nothing shows whether an alert about root reaches anybody. Run `rootwarden "
            "drill` beside the watch, and name its store with --store; or note when somebody last tried it.",
            reason="no_store",
        )
        return
    newest, notes = _newest_of_each_path(seen.about(), now)
    wanted = limits.texts("paths")
    for path in sorted(set(wanted) or newest):
        one = seen.about(resource=path)
        if path in newest:
            yield from _judge_path(one, newest[path].drill.recorded_in(one.log), limits, now, notes)
        else:
            yield one.fails(f"No drill of {path} is on record.", reason="never_drilled", notes=notes)
    if not wanted and not newest:
        yield seen.fails(
            "No drill is on record: nobody knows whether an alert about root reaches a person.",
            reason="never_drilled",
            notes=notes,
        )


def _newest_of_each_path(aside: View, now: datetime) -> tuple[Mapping[str, _Newest], tuple[str, ...]]:
    """Return the newest drill of each path that had ended by `now`, and what is to be noted of the others.

    Raises:
        UnseenError: of some drill cannot be told which path it is of, or when it ended; it might be any path's newest.
    """
    found: dict[str, _Newest] = {}
    notes: tuple[str, ...] = ()
    for drill in aside.ledger["drills"].each("id"):
        if drill["kind"].text() != _DETECTION:
            continue
        path, ended = drill["path"].text(), _ended(drill)
        if ended > now:
            notes = (_LATER,)
            continue
        held, name = found.get(path), drill["id"].text()
        if held is None or (held.ended, held.id) < (ended, name):
            found[path] = _Newest(ended, name, drill)
    return found, notes


def _judge_path(
    one: View, drill: Sight, limits: Thresholds, now: datetime, notes: tuple[str, ...]
) -> Iterator[Verdict]:
    """Judge a path by its newest drill; `drill` is read into the record of `one`."""
    path, interval = one.subject.resource, int(limits.number("drill_interval_days"))
    try:
        ended = _ended(drill)
        days = (now - ended).days
        when = f"{ended:%Y-%m-%d}"
        if flaw := _flaw(drill):
            yield one.fails(f"The last drill of {path}, of {when}, failed: {flaw}.", reason="failed", notes=notes)
            return
        if days > interval:
            late = f"{path} was last drilled on {when}, {days} days ago; every {interval} days is wanted."
            yield one.fails(late, reason="overdue", notes=notes)
            return
        configured = one.ledger["configuration"].text()
        if not configured:
            yield one.manual(
                f"{path} passed a drill on {when}, but nobody can say whether the watch was changed since: this audit "
                "was given no configuration of it. Run it with the rootwarden.toml of the watch.",
                reason="configuration_unknown",
                notes=notes,
            )
        elif drill["configuration"].text() != configured:
            yield one.fails(
                f"{path} passed a drill on {when}, before sources, channels or escalation were changed; it says "
                "nothing of what is configured now.",
                reason="changed_since",
                notes=notes,
            )
        elif interval - days <= limits.number("warn_days"):
            due = f"The next drill of {path} is due in {_in_days(interval - days)}; it passed the last one on {when}."
            yield one.manual(due, reason="due_soon", notes=notes)
        else:
            told = f"{path} passed a drill on {when}; the next is due in {_in_days(interval - days)}."
            yield one.passes(told, notes=(*notes, *_unheard(drill)))
    except UnseenError as error:
        yield one.cannot_tell(error, notes=notes)


def _ended(drill: Sight) -> datetime:
    ended = drill["finished"].time()
    assert ended is not None  # without a default, an absent time is unread
    return ended


def _flaw(drill: Sight) -> str:
    """Return what a drill failed at, "" if it passed: as `Drill.passed` has it, every hop and the putting back."""
    doubt: UnseenError | None = None
    broken: dict[str, str] = {}
    hops = drill["hops"].each("name")
    for hop in hops:
        try:
            if (state := hop["state"].text()) != Passed.PASSED:
                broken[hop.told("name")] = state
        except UnseenError as error:
            doubt = doubt or error
    if broken:
        failed = [name for name, state in broken.items() if state == Passed.FAILED]
        return f"not passed: {', '.join(sorted(failed or broken))}"
    if not hops:
        return "it measured no hop"
    if not drill["cleaned"].flag():
        return "what it did was not put back"
    if doubt is not None:
        raise doubt
    return ""


def _unheard(drill: Sight) -> tuple[str, ...]:
    """Note where nobody had to acknowledge."""
    names = {hop.told("name") for hop in drill["hops"].each("name")}
    return () if "acknowledged" in names else (_NOT_ACKNOWLEDGED,)


def _in_days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"
