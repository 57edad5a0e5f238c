"""Alerts for a person at a terminal: each incident with its story, its alerts and what to do now, then the counts."""

from __future__ import annotations

from collections.abc import Collection

from rootwarden.model.alert import Alert, Origin
from rootwarden.model.detected import Detected
from rootwarden.model.incidents import Incident
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.pen import Pen
from rootwarden.report.story import story

# Enough to begin with; the rest is said by `rootwarden explain`.
_STEPS = 6
_ALERTS = 30


def render(detected: Detected, options: RenderOptions) -> str:
    """Return the text, no line longer than `options.width` columns."""
    pen = Pen(options)
    if not detected.incidents:
        pen.line("No alert.", style="bold")
    for number, incident in enumerate(detected.incidents, start=1):
        _draw(pen, incident, f"{number} of {len(detected.incidents)}", verbose=options.verbose)
    _counts(pen, detected)
    return pen.text()


def _draw(pen: Pen, incident: Incident, number: str, *, verbose: bool) -> None:
    pen.heading(f"Incident {number}", f"{incident.severity.value}{pen.dot()}{', '.join(incident.subjects[:3])}")
    pen.line(story(incident))
    pen.line()
    shown = incident.alerts if verbose else incident.alerts[:_ALERTS]
    days = {alert.event_time.date() for alert in incident.alerts}
    stamp = "%m-%d %H:%M:%S" if len(days) > 1 else "%H:%M:%S"
    noted: set[str] = set()
    rows = []
    for one in shown:
        rows.append((f"{one.event_time:{stamp}}", pen.severity(one.severity), one.code, _said(one, noted)))
        noted.update(f"{one.event_ids[-1]} {note}" for note in one.notes)
    pen.rows(list(rows), (14 if len(days) > 1 else 8, 8, 6, 0))
    if len(shown) < len(incident.alerts):
        pen.line(f"{len(incident.alerts) - len(shown)} more; see them with --verbose.", indent=9)
    pen.line()
    pen.line("What to do now", style="bold")
    pen.rows([(f"  {step}.", text) for step, text in enumerate(_steps(incident), start=1)], (4, 0))


def _said(alert: Alert, noted: Collection[str]) -> str:
    """Return the title with what is special; what was noted of the same record before is not said again."""
    parts = [alert.title]
    if alert.failed and alert.event_name != "ConsoleLogin":
        parts.append("refused")
    if alert.window:
        parts.append(f"window {alert.window}")
    if alert.origin is Origin.PENDING:
        parts.append("origin pending")
    fresh = (note for note in alert.notes if f"{alert.event_ids[-1]} {note}" not in noted)
    parts += [note.partition(": ")[2] or note for note in fresh if not note.startswith("origin_pending")]
    return "; ".join(parts)


def _steps(incident: Incident) -> list[str]:
    """Return the first things to do: those of the worst alerts first, each once."""
    worst = sorted(incident.alerts, key=lambda one: (one.severity.rank, one.event_time))
    firsts = [step for alert in worst for step in alert.response[:2]]
    return list(dict.fromkeys(firsts))[:_STEPS]


def _counts(pen: Pen, detected: Detected) -> None:
    pen.heading("What was read")
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in detected.kinds.items())
    digests = f", {plural(detected.digests, 'digest')}" if detected.digests else ""
    pen.line(f"{detected.records:,} records{digests}. By who is behind them: {kinds or 'none'}.")
    for text in detected.not_judged:
        pen.line(f"Not judged: {text}")
    for text in detected.unread[:20]:
        pen.line(f"Not read: {text}")
    if len(detected.unread) > 20:
        pen.line(f"Not read: {len(detected.unread) - 20} more; `--output json` lists them.")
