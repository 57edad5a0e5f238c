"""What the watch answers when it is asked from outside: whether it is well, and what a link is about."""

from __future__ import annotations

from rootwarden.flows.watching.running import Watching
from rootwarden.model.ports import Clock
from rootwarden.store.casebook import ACKNOWLEDGED, find_case, use_link

# A turn takes milliseconds, a flood some seconds. Beyond this the watch hangs, or waits for its store.
HANGS = 60.0


def health(watching: Watching) -> str:
    """Return "" if the watch turns, else what is wrong."""
    since = watching.seconds_since_turn()
    return f"the watch has not turned for {since:.0f} s" if since > HANGS else ""


def look_up(watching: Watching, clock: Clock, incident: str, channel: str, ends: str, signature: str) -> str | _Case:
    """Return what is wrong with a link, or (title, state, lines) of the incident behind it."""
    wrong = watching.links.read(incident, channel, ends, signature, clock.now())
    if wrong:
        return wrong
    case = find_case(watching.store, incident)
    if case is None:
        return "the incident is not known"
    told = ", ".join(f"{code} {count:,}" for code, count in sorted(case.counts.items()))
    lines = [
        f"{case.severity}; accounts: {', '.join(case.subjects) or 'unknown'}",
        f"From {case.first:%Y-%m-%d %H:%M:%S} to {case.last:%Y-%m-%d %H:%M:%S} UTC. Alerts: {told}.",
    ]
    if case.by and case.at:
        lines.append(f"{case.state} by {case.by} at {case.at:%Y-%m-%d %H:%M:%S} UTC. {case.note}")
    lines.append(f"rootwarden alerts show {case.id}")
    return case.title, case.state, tuple(lines)


_Case = tuple[str, str, tuple[str, ...]]


def acknowledge(watching: Watching, clock: Clock, incident: str, channel: str, signature: str, by: str) -> str:
    """Acknowledge by a link that was found good; return what became of it."""
    case = find_case(watching.store, incident)
    name = case.id if case is not None else incident
    became = use_link(watching.store, name, signature, f"{by} (by a link to {channel})", clock.now())
    if became == ACKNOWLEDGED:
        return f"Acknowledged by {by}"
    return "This link was used before" if became == "used" else f"The incident is {became} already"
