"""Says what happened in the words of a message: one line what, then who, where, when, whether it was approved, and what
to do first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from rootwarden.model.alert import Alert, Origin
from rootwarden.model.context import STANDING
from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity
from rootwarden.model.incidents import Incident
from rootwarden.model.message import DRILL_TITLE, Message, Occasion
from rootwarden.model.summing import Kin
from rootwarden.model.telling import News
from rootwarden.report.labels import plural
from rootwarden.report.story import Teller

_STEPS = 3
_STORY = 900  # characters
_IDS = 100
_AGENT = 60
_ACCOUNTS = _NAMED = 20
_MINUTE = timedelta(minutes=1)


def alert_message(
    news: News, alerts: Sequence[Alert], *, name: str, now: datetime, link: str = "", windows_known: bool = False
) -> Message:
    """Return the message about something that is to be told at once.

    `alerts` are the worst of the incident so far, for its story; `link` is where it can be acknowledged.
    """
    first = news.alerts[0]
    about = first.subject or first.account or "unknown"
    story = _story(news, alerts)
    return Message(
        id=name,
        thread=news.incident.id,
        occasion=news.occasion,
        severity=news.severity,
        title=f"{DRILL_TITLE if news.drill else ''}{_sign(news, first)}{first.title}, account {about}",
        lines=tuple(_lines(news, first, story, windows_known=windows_known)),
        steps=() if news.withdrawn or news.drill else tuple(_steps(news.alerts)),
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
    yield f"Who: {first.actor} from {first.source or 'an unknown address'}{_agent(first)}"
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
    if news.held_accounts:
        named = ", ".join(news.held_accounts[1:]) or "none"
        yield f"Held back for a minute with it, accounts: {named}{' and others' if news.held >= _NAMED else ''}"
    elif news.held:
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
    agent = alert.agent if len(alert.agent) <= _AGENT else f"{alert.agent[:_AGENT].rpartition(' ')[0]} …"
    return f" with {agent}{key}" if alert.agent else key


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
        title=f"{DRILL_TITLE if drill else ''}CloudWatch alarm {name} rang, account {account or 'unknown'}",
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


def digest(
    found: Sequence[Kin], *, name: str, now: datetime, strange: Container[str] = frozenset(), most: int = 40
) -> Message:
    """Return the digest of what did not need to wake anybody: one line a run of a known job, one a kind of the rest.

    `strange` are windows of audits that the run log does not know; they come first.
    """
    ordered = sorted(found, key=lambda one: (one.window not in strange, one.told != "held", one.first, one.code))
    shown = [_digest_line(one, one.window in strange) for one in ordered[:most]]
    if len(ordered) > most:
        shown.append(f"{len(ordered) - most} kinds more: rootwarden alerts list")
    count = sum(one.alerts for one in found)
    return Message(
        id=name,
        thread=name,
        occasion=Occasion.DIGEST,
        severity=Severity.INFO,
        title=f"Digest: {plural(count, 'alert')} that did not need to wake anybody",
        lines=tuple(shown),
        accounts=tuple(dict.fromkeys(one.account for one in ordered if one.account))[:_ACCOUNTS],
        event_time=max((one.last for one in found), default=now),
        created=now,
        data={"alerts": count, "kinds": len(found)},
    )


def _digest_line(one: Kin, strange: bool) -> str:
    if one.window.startswith(STANDING):
        heading = f"expected: {one.window.removeprefix(STANDING)}"
    else:
        heading = f"{'not told singly: ' if one.told == 'held' else ''}{one.code} {one.title}"
    named = f"account {one.account}" if one.accounts == 1 else f"{one.accounts} accounts"
    span = f"{one.first:%Y-%m-%d %H:%M}"
    if one.last - one.first >= _MINUTE:
        span += f" to {one.last:%Y-%m-%d %H:%M}"
    told = "; NOT in the run log: no audit of ours said that it would do this" if strange else ""
    return f"{heading}: {plural(one.alerts, 'alert')}, {named}, {span} UTC{told}"
