"""Incidents of a watch for a person at a terminal, and for machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from rootwarden.model.caseload import AlertSeen, Caseload, CaseSeen, Mute, WholeCase
from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.pen import Pen

CASES_SCHEMA = "rootwarden.incidents/1"
# Without a sign of life for so long (seconds) the watch is taken to be down.
_STALE = 120


def list_table(found: Caseload, width: int) -> str:
    """Return the list, no line longer than `width` columns."""
    pen = Pen(RenderOptions(width=width))
    if not found.cases:
        pen.line("No incident.", style="bold")
    ids = max((len(one.id) for one in found.cases), default=0)
    for one in found.cases:
        about = ", ".join(one.accounts[:2]) + (f" and {len(one.accounts) - 2} more" if len(one.accounts) > 2 else "")
        state = f"{one.state}{_by(one)}"
        pen.rows([(one.id, pen.severity(Severity(one.severity)), _minute(one.last), state)], (ids, 8, 16, 0))
        pen.line(f"{one.title}, {about or 'unknown account'} ({plural(sum(one.counts.values()), 'alert')})", indent=2)
    pen.line()
    pen.line(_watcher(found))
    return pen.text()


def show_table(found: WholeCase, width: int) -> str:
    """Return everything about one incident, no line longer than `width` columns."""
    pen, case = Pen(RenderOptions(width=width)), found.case
    pen.heading(case.id, f"{case.severity}{pen.dot()}{case.state}{_by(case)}")
    pen.line(case.title, style="bold")
    pen.line(f"Accounts: {', '.join(case.accounts) or 'unknown'}. Opened {_second(case.opened)} UTC.")
    for line in filter(None, case.note.split("\n")):
        pen.line(f"- {line}")
    pen.line()
    pen.line(found.story)
    pen.heading("Alerts", f"{len(found.alerts)} of {found.total:,}")
    rows = [
        (_second(one.alert.event_time), pen.severity(one.alert.severity), one.alert.code, _alert(one))
        for one in found.alerts
    ]
    pen.rows(list(rows), (19, 8, min(24, max((len(one.alert.code) for one in found.alerts), default=6)), 0))
    steps = list(dict.fromkeys(one.alert.response[0] for one in found.alerts if one.alert.response))[:5]
    if steps:
        pen.heading("What to do now")
        pen.rows([(f"{number:>3}.", text) for number, text in enumerate(steps, start=1)], (4, 0))
    pen.heading("Whom it was told")
    if not found.messages:
        pen.line("Nobody: no channel is configured, or it waits for the digest.")
    for one in found.messages:
        when = f"delivered {_second(one.delivered)}" if one.delivered else one.state
        tried = f", after {plural(one.attempts, 'attempt')}" if one.attempts > 1 else ""
        pen.line(f"{one.channel}: {one.occasion} {when}{tried}{f'; {one.error}' if one.error else ''}")
    return pen.text()


def mutes_table(found: tuple[Mute, ...], width: int) -> str:
    """Return what is muted, no line longer than `width` columns."""
    pen = Pen(RenderOptions(width=width))
    if not found:
        pen.line("Nothing is muted.", style="bold")
    for one in found:
        what = " of ".join(filter(None, (one.code, f"account {one.account}" if one.account else "")))
        pen.line(f"{one.id}: {what}, until {_second(one.until)} UTC", style="bold")
        pen.line(f"Owner: {one.owner}. Reason: {one.reason}", indent=2)
    return pen.text()


def list_json(found: Caseload) -> str:
    """Return the list as versioned JSON."""
    return _json({"incidents": found.cases, "watcher_seen": found.watcher_seen, "now": found.now})


def show_json(found: WholeCase) -> str:
    """Return everything about one incident as versioned JSON."""
    return _json(msgspec.structs.asdict(found))


def mutes_json(found: tuple[Mute, ...]) -> str:
    """Return what is muted as versioned JSON."""
    return _json({"mutes": found})


def _json(body: dict[str, Any]) -> str:
    text = msgspec.json.encode({"schema_version": CASES_SCHEMA, **body})
    return msgspec.json.format(text, indent=2).decode() + "\n"


def _alert(one: AlertSeen) -> str:
    told = {"at-once": "", "held": "; counted", "digest": "; for the digest", "digested": "; in the digest"}
    gone = "; withdrawn" if one.state == "withdrawn" else ""
    window = f"; window {one.alert.window}" if one.alert.window else ""
    return f"{one.alert.title}{window}{told.get(one.told, f'; {one.told}')}{gone}"


def _by(case: CaseSeen) -> str:
    return f" by {case.by}" if case.by else ""


def _watcher(found: Caseload) -> str:
    if found.watcher_seen is None:
        return "No watch has used this store yet."
    age = (found.now - found.watcher_seen).total_seconds()
    if age > _STALE:
        return f"The watch was last heard {_second(found.watcher_seen)} UTC: is it running?"
    return f"The watch was heard {age:.0f} s ago."


def _minute(when: datetime) -> str:
    return "unknown" if when == NO_TIME else f"{when:%Y-%m-%d %H:%M}"


def _second(when: datetime) -> str:
    return "unknown" if when == NO_TIME else f"{when:%Y-%m-%d %H:%M:%S}"
