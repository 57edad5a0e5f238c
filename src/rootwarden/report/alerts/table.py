"""Alerts for a person at a terminal: each incident with its story, its alerts and what to do now, then the counts."""

from __future__ import annotations

from collections.abc import Collection

from rootwarden.model.alert import Alert, Origin
from rootwarden.model.detected import Detected
from rootwarden.model.detection import Harm
from rootwarden.model.event import NO_TIME
from rootwarden.model.incidents import Incident
from rootwarden.report.labels import plural
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.pen import Pen
from rootwarden.report.story import story

# Enough to begin with; the rest is said by `rootwarden explain`.
_STEPS = 8
_ALERTS = 30


def render(detected: Detected, options: RenderOptions) -> str:
    """Return the text, no line longer than `options.width` columns."""
    pen = Pen(options)
    if not detected.incidents:
        pen.line(_nothing(detected), style="bold")
    for number, incident in enumerate(detected.incidents, start=1):
        _draw(pen, incident, f"{number} of {len(detected.incidents)}", verbose=options.verbose)
    _counts(pen, detected)
    return pen.text()


def _draw(pen: Pen, incident: Incident, number: str, *, verbose: bool) -> None:
    pen.heading(f"Incident {number}", f"{incident.severity.value}{pen.dot()}{', '.join(incident.subjects[:3])}")
    pen.line(story(incident))
    pen.line()
    shown = incident.alerts if verbose else _worst(incident)
    days = {alert.event_time.date() for alert in incident.alerts}
    stamp = "%Y-%m-%d %H:%M:%S" if len(days) > 1 else "%H:%M:%S"
    codes = min(24, max(len(alert.code) for alert in shown))
    noted: set[str] = set()
    rows = []
    for one in shown:
        when = "unknown" if one.event_time == NO_TIME else f"{one.event_time:{stamp}}"
        rows.append((when, pen.severity(one.severity), one.code, _said(one, noted)))
        noted.update(f"{one.event_ids[-1]} {note}" for note in one.notes)
    pen.rows(list(rows), (19 if len(days) > 1 else 8, 8, codes, 0))
    if len(shown) < len(incident.alerts):
        pen.line(f"{len(incident.alerts) - len(shown)} lesser ones more; see them with --verbose.", indent=9)
    pen.line()
    pen.line("What to do now", style="bold")
    steps = _steps(incident)
    pen.rows([(f"{step:>3}.", text) for step, text in enumerate(steps[:_STEPS], start=1)], (4, 0))
    if len(steps) > _STEPS:
        pen.line(f"{len(steps) - _STEPS} more steps: rootwarden explain CODE", indent=5)


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
    """Return what to do, each once: the first step of whatever does harm or is critical, then the others'."""
    worst = sorted(incident.alerts, key=lambda one: (one.harm is Harm.NONE, one.severity.rank, one.event_time))
    depth = max(len(alert.response) for alert in worst)
    return list(dict.fromkeys(alert.response[n] for n in range(depth) for alert in worst if n < len(alert.response)))


def _worst(incident: Incident) -> list[Alert]:
    """Return the alerts that are shown, in the order of time: of many the worst."""
    places = range(len(incident.alerts))
    kept = sorted(places, key=lambda n: (incident.alerts[n].severity.rank, n))[:_ALERTS]
    return [incident.alerts[n] for n in sorted(kept)]


def _nothing(detected: Detected) -> str:
    """Say that there is no alert, and how much that means."""
    if not detected.records and not detected.digests:
        return "Nothing could be judged: no record was read."
    return "No alert among what could be read." if detected.unread else "No alert."


def _counts(pen: Pen, detected: Detected) -> None:
    pen.heading("What was read")
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in detected.kinds.items())
    digests = f", {plural(detected.digests, 'digest')}" if detected.digests else ""
    noun = "record" if detected.records == 1 else "records"
    pen.line(f"{detected.records:,} {noun}{digests}. By who is behind them: {kinds or 'none'}.")
    for text in detected.not_judged:
        pen.line(f"Not judged: {text}")
    for text in detected.unread[:20]:
        pen.line(f"Not read: {text}")
    if len(detected.unread) > 20:
        pen.line(f"Not read: {len(detected.unread) - 20} more; `--output json` lists them.")
