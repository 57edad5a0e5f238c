"""Says what happened in the words of a message: one line what, then who, where, when, whether it was approved, and what
to do first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from rootwarden.model.alert import Alert, Origin
from rootwarden.model.context import STANDING
from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity
from rootwarden.model.incidents import Incident
from rootwarden.model.message import Message, Occasion
from rootwarden.model.telling import News
from rootwarden.report.labels import plural
from rootwarden.report.story import Teller

_STEPS = 3
_STORY = 900  # characters
_IDS = 100
_ACCOUNTS = 20
_MINUTE = timedelta(minutes=1)


def alert_message(
    news: News, alerts: Sequence[Alert], *, name: str, now: datetime, link: str = "", windows_known: bool = False
) -> Message:
    """Return the message about something that is to be told at once.

    `alerts` are the worst of the incident so far, for its story; `link` is where it can be acknowledged.
    """
    first = news.alerts[0]
    about = first.subject or first.account or "an unknown account"
    story = _story(news, alerts)
    return Message(
        id=name,
        thread=news.incident.id,
        occasion=news.occasion,
        severity=news.severity,
        title=f"{_sign(news, first)}{first.title}, account {about}",
        lines=tuple(_lines(news, first, story, windows_known=windows_known)),
        steps=() if news.withdrawn else tuple(_steps(news.alerts)),
        link=link,
        accounts=tuple(dict.fromkeys(filter(None, (one.subject or one.account for one in news.alerts)))),
        event_ids=tuple(dict.fromkeys(event for one in news.alerts for event in one.event_ids[-_IDS:])),
        event_time=first.event_time,
        created=now,
        data=_data(news, story) | ({"drill": news.drill} if news.drill else {}),
        drill=bool(news.drill),
    )


def _sign(news: News, first: Alert) -> str:
    if news.withdrawn:
        return "All clear: " if news.occasion is Occasion.CLEARED else "Withdrawn: "
    if first.window:
        return "Approved: "
    return "Update: " if news.occasion is Occasion.UPDATE else ""


def _lines(news: News, first: Alert, story: str, *, windows_known: bool) -> Iterator[str]:
    if news.drill:
        yield f"DRILL {news.drill}: this was done on purpose, to see that you are told. Nothing is to be done."
    if news.withdrawn:
        yield "What was told of this before does not hold: later records show that it was no case for alarm."
        if news.occasion is not Occasion.CLEARED:
            yield f"Other alerts of incident {news.incident.id} stand: it is not over."
    yield f"Who: {first.actor} by {first.source or 'an unknown address'}{_agent(first)}"
    yield f"What: {first.event_name or 'an unnamed event'}{_target(first)}{' (refused)' if first.failed else ''}"
    yield f"Where: account {first.account or 'unknown'}, {first.region or 'no Region'}"
    yield f"When: {_when(first.event_time)}"
    yield f"Approved: {_approved(first, windows_known=windows_known)}"
    if first.origin is Origin.PENDING:
        yield "Not settled yet: an AssumeRoot record may still show that a task session did this, not root itself."
    for note in dict.fromkeys(note for one in news.alerts for note in one.notes):
        if not note.startswith(("origin_pending", "outside_approval")):
            yield f"Note: {note.partition(': ')[2] or note}"
    if len(news.alerts) > 1:
        others = "; ".join(f"{one.title} [{one.code}]" for one in news.alerts[1:])
        yield f"Also: {others}"
    yield from _counts(news, first)
    if story:
        yield f"So far: {story}"
    yield f"Incident {news.incident.id}, {first.code}: rootwarden alerts show {news.incident.id}"


def _counts(news: News, first: Alert) -> Iterator[str]:
    if news.number > 1:
        yield f"Count: {news.number:,} alerts of {first.code} in this incident; not every one is told."
    if news.storm:
        yield (
            f"Storm: {first.code} in {news.storm:,} incidents within an hour; further ones are told at 10, 100, 1,000."
        )
    if news.held:
        yield f"Held back since: {plural(news.held, 'incident')} of this kind; `rootwarden alerts list` has them all."


def _story(news: News, alerts: Sequence[Alert]) -> str:
    """Return the story up to the alert, "" if it is all there is."""
    first = news.alerts[0]
    others = [one for one in alerts if one.fingerprint != first.fingerprint]
    before = sorted((*others, first), key=lambda one: (one.event_time, one.severity.rank, one.code, one.fingerprint))
    if len({one.completed_by for one in before}) < 2:
        return ""
    told = Teller(Incident(news.incident.id, tuple(before))).until(first)
    return told if len(told) <= _STORY else f"… {told[-_STORY:].partition(' ')[2]}"


def _agent(alert: Alert) -> str:
    key = f", key {alert.access_key}" if alert.access_key else ""
    return f" with {alert.agent[:60]}{key}" if alert.agent else key


def _target(alert: Alert) -> str:
    return f" on {alert.target[:80]}" if alert.target else ""


def _when(when: datetime) -> str:
    return "the record does not say" if when == NO_TIME else f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _approved(alert: Alert, *, windows_known: bool) -> str:
    if alert.window.startswith(STANDING):
        return f"yes, by the standing window {alert.window.removeprefix(STANDING)}"
    if alert.window:
        return f"yes, by window {alert.window}"
    beyond = next((note.partition(": ")[2] for note in alert.notes if note.startswith("outside_approval")), "")
    if beyond:
        return f"no, {beyond}"
    return "no, no window covers it" if windows_known else "not known, no windows are configured"


def _steps(alerts: Sequence[Alert]) -> list[str]:
    """Return what to do first: the first step of each alert, then the second."""
    depth = max(len(one.response) for one in alerts)
    steps = (one.response[n] for n in range(depth) for one in alerts if n < len(one.response))
    return list(dict.fromkeys(steps))[:_STEPS]


def _data(news: News, story: str) -> dict[str, Any]:
    return {
        "incident": news.incident.id,
        "codes": list(dict.fromkeys(one.code for one in news.alerts)),
        "counts": dict(news.incident.counts),
        "number": news.number,
        "story": story,
        "alerts": [
            {
                "code": one.code,
                "detection": one.detection,
                "severity": one.severity.value,
                "title": one.title,
                "account": one.account,
                "subject": one.subject,
                "region": one.region,
                "event_name": one.event_name,
                "event_time": one.event_time.isoformat(),
                "event_id": one.completed_by,
                "actor": one.actor,
                "source": one.source,
                "window": one.window,
                "failed": one.failed,
                "fingerprint": one.fingerprint,
                "notes": list(one.notes),
            }
            for one in news.alerts
        ],
    }


def alarm_message(
    name: str, account: str, region: str, reason: str, when: datetime, *, message: str, drill: str, now: datetime
) -> Message:
    """Return the message that a CloudWatch alarm rang; `drill` names the drill that set it off, "" if none did."""
    lines = [
        f"What: the alarm {name} went to ALARM",
        f"Where: account {account or 'unknown'}, {region or 'no Region'}",
        f"When: {_when(when)}",
        f"Why: {reason[:300] or 'it does not say'}",
        "Approved: not known; an alarm does not say who acted. Look for the record behind it.",
    ]
    if drill:
        lines.insert(0, f"DRILL {drill}: it was set off on purpose, to see that you are told. Nothing is to be done.")
    return Message(
        id=message,
        thread=drill or f"alarm-{hashlib.sha256(f'{account} {region} {name}'.encode()).hexdigest()[:16]}",
        occasion=Occasion.ALERT,
        severity=Severity.MEDIUM,
        title=f"CloudWatch alarm {name} rang, account {account or 'unknown'}",
        lines=tuple(lines),
        steps=()
        if drill
        else ("Find the record: rootwarden alerts list", "Ask the holders of root whether it was they."),
        accounts=(account,) if account else (),
        event_time=when,
        created=now,
        data={"alarm": name, "reason": reason[:300], "drill": drill},
        drill=bool(drill),
    )


def reminder(
    incident: str, title: str, severity: Severity, accounts: Sequence[str], since: datetime, *,
    name: str, now: datetime, step: int, link: str = "",
) -> Message:  # fmt: skip
    """Return the message that nobody has acknowledged an incident yet, for whoever is next."""
    minutes = int((now - since).total_seconds() // 60)
    return Message(
        id=name,
        thread=incident,
        occasion=Occasion.REMINDER,
        severity=severity,
        title=f"Nobody has acknowledged: {title}, {', '.join(accounts[:3]) or 'an unknown account'}",
        lines=(
            f"Open since {since:%Y-%m-%d %H:%M:%S} UTC, {minutes} minutes ago; this is reminder {step}.",
            f"Incident {incident}: rootwarden alerts show {incident}",
        ),
        steps=(f"Acknowledge it: rootwarden alerts ack {incident}", "Then follow the first message of the incident."),
        link=link,
        accounts=tuple(accounts[:_ACCOUNTS]),
        event_time=since,
        created=now,
        data={"incident": incident, "step": step},
    )


def digest(lines: Iterable[tuple[str, Alert]], *, name: str, now: datetime, most: int = 40) -> Message:
    """Return the digest of what did not need to wake anybody: one line a run of a known job, one a kind of the rest.

    Each line comes as how it was told ("digest", "held") with its alert.
    """
    runs: dict[str, list[Alert]] = {}
    for told, alert in lines:
        runs.setdefault(_heading(told, alert), []).append(alert)
    ordered = sorted(runs.items(), key=lambda one: (not one[0].startswith("not told singly"), one[1][0].event_time))
    shown = [_digest_line(heading, alerts) for heading, alerts in ordered[:most]]
    if len(ordered) > most:
        shown.append(f"{len(ordered) - most} kinds more: rootwarden alerts list")
    alerts = [alert for group in runs.values() for alert in group]
    accounts = tuple(dict.fromkeys(one.subject or one.account for one in alerts))[:_ACCOUNTS]
    return Message(
        id=name,
        thread=name,
        occasion=Occasion.DIGEST,
        severity=Severity.INFO,
        title=f"Digest: {plural(len(alerts), 'alert')} that did not need to wake anybody",
        lines=tuple(shown),
        accounts=accounts,
        event_time=max((one.event_time for one in alerts), default=now),
        created=now,
        data={"alerts": len(alerts), "kinds": len(runs)},
    )


def _heading(told: str, alert: Alert) -> str:
    if alert.window.startswith(STANDING):
        return f"expected: {alert.window.removeprefix(STANDING)}"
    way = "not told singly: " if told == "held" else ""
    return f"{way}{alert.code} {alert.title}"


def _digest_line(heading: str, alerts: Sequence[Alert]) -> str:
    accounts = sorted({one.subject or one.account for one in alerts})
    first, last = min(one.event_time for one in alerts), max(one.event_time for one in alerts)
    named = f"account {accounts[0]}" if len(accounts) == 1 else f"{len(accounts)} accounts"
    span = f"{first:%Y-%m-%d %H:%M}" if last - first < _MINUTE else f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
    return f"{heading}: {plural(len(alerts), 'alert')}, {named}, {span} UTC"
