"""Tells an incident in sentences: what happened, one record after another, and which of the three harms it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from rootwarden.model.alert import Alert, Origin
from rootwarden.model.detection import Harm
from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity
from rootwarden.model.incidents import Incident
from rootwarden.report.labels import plural

# A story is told of so many events at most: the worst, in the order of time.
_LONGEST = 14
_CLAUSES = 3
# It says of every act of root that it was one: whatever else is known says more.
_PLAINEST = "RD-001"
_HARMS = {
    Harm.MONEY: "money: expensive resources may run at your cost",
    Harm.DELETION: "deletion: data or services may be gone",
    Harm.DATA: "data: something may have been read, taken out or opened to others",
}


class Scene(Struct, frozen=True):
    """What one record, or several alike in a row, brought about: the alerts it completed, the worst first."""

    alerts: tuple[Alert, ...]
    sentence: str
    rank: int


class Teller:
    """Tells one incident, whole or as it stood when an alert was raised."""

    def __init__(self, incident: Incident) -> None:
        """Prepare the sentences, each once."""
        self._incident = incident
        one_day = incident.begins.date() == incident.ends.date()
        self._stamp = "%H:%M:%S" if one_day else "%Y-%m-%d %H:%M:%S"
        self._scenes = list(_merged(_scenes(incident.alerts, self._stamp)))
        self._place = {id(alert): n for n, scene in enumerate(self._scenes) for alert in scene.alerts}

    def whole(self) -> str:
        """Return the whole story."""
        return " ".join((self._opening(), *_told(self._scenes), *_harms(self._incident.alerts)))

    def until(self, alert: Alert) -> str:
        """Return the story as it stood when an alert was raised: what came before it, and itself last."""
        before = self._scenes[: self._place[id(alert)]]
        return " ".join((*_told(before[-_LONGEST * 4 :]), _sentence([alert], self._stamp)))

    def _opening(self) -> str:
        one = self._incident
        accounts = ", ".join(filter(None, one.subjects)) or "unknown"
        noun = "accounts" if len(one.subjects) > 1 else "account"
        period = f"{_clock(one.begins, '%Y-%m-%d %H:%M:%S')} to {_clock(one.ends, self._stamp)} UTC"
        if one.ends == NO_TIME:
            period = "At an unknown time"
        count = plural(len(one.alerts), "alert")
        return f"{period}, {noun} {accounts}: {count}, the worst {one.severity.value}."


def story(incident: Incident) -> str:
    """Return the whole story of an incident."""
    return Teller(incident).whole()


def _clock(when: datetime, stamp: str) -> str:
    return "an unknown time" if when == NO_TIME else f"{when:{stamp}}"


def _scenes(alerts: Sequence[Alert], stamp: str) -> Iterator[Scene]:
    """Put together the alerts that one record completed: they are one thing that happened."""
    grouped: dict[tuple[datetime, str], list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault((alert.event_time, alert.completed_by), []).append(alert)
    for _, group in sorted(grouped.items(), key=lambda item: item[0]):
        scene = sorted(group, key=_weight)
        yield Scene(tuple(scene), _sentence(scene, stamp), min(one.severity.rank for one in scene))


def _merged(scenes: Iterator[Scene]) -> Iterator[Scene]:
    """Tell the same thing that happens again and again once, with how often."""
    held: list[Scene] = []
    for scene in scenes:
        if held and _alike(held[0], scene):
            held.append(scene)
            continue
        if held:
            yield _one_of(held)
        held = [scene]
    if held:
        yield _one_of(held)


def _alike(one: Scene, other: Scene) -> bool:
    return [(alert.code, alert.says) for alert in one.alerts] == [(alert.code, alert.says) for alert in other.alerts]


def _one_of(scenes: Sequence[Scene]) -> Scene:
    first = scenes[0]
    if len(scenes) == 1:
        return first
    alerts = tuple(alert for scene in scenes for alert in scene.alerts)
    return Scene(alerts, f"{first.sentence[:-1]}, {len(scenes)} times in a row.", first.rank)


def _weight(alert: Alert) -> tuple[bool, int, int, str]:
    """Order what is said of one record: the worst, then what more records stand behind, then by code."""
    return alert.code == _PLAINEST, alert.severity.rank, -len(alert.event_ids), alert.code


def _told(scenes: Sequence[Scene]) -> Iterator[str]:
    """Yield the sentences of the worst events, in the order of time, and how many are left out."""
    places = range(len(scenes))
    kept = set(sorted(places, key=lambda n: (scenes[n].rank, n not in (0, len(scenes) - 1), n))[:_LONGEST])
    yield from (scenes[n].sentence for n in places if n in kept)
    if len(scenes) > len(kept):
        yield f"({plural(len(scenes) - len(kept), 'lesser event')} not told here.)"


def _sentence(scene: Sequence[Alert], stamp: str) -> str:
    first, codes = scene[0], ", ".join(dict.fromkeys(one.code for one in scene))
    clauses = "; ".join(_clauses(scene))
    about = f" ({first.target[:60]})" if first.target and first.target not in clauses else ""
    refused = "; the call was refused" if first.failed and first.event_name != "ConsoleLogin" else ""
    unsure = "; whether root itself did it is not settled yet" if first.origin is Origin.PENDING else ""
    beyond = next((f"; {note.partition(': ')[2]}" for note in first.notes if note.startswith("outside_approval")), "")
    approved = f"; approved by window {first.window}" if first.window else beyond
    return f"At {_clock(first.event_time, stamp)} {clauses}{about}{refused}{unsure}{approved} [{codes}]."


def _clauses(scene: Sequence[Alert]) -> list[str]:
    """Return what is told of one record: the worst, and beside it what is critical or does harm."""
    refined = {code for one in scene for code in one.refines}
    told = [one for one in scene if one.code not in refined] or list(scene)
    more = [one for one in told[1:] if one.severity is Severity.CRITICAL or one.harm is not Harm.NONE]
    return list(dict.fromkeys(one.says for one in [told[0], *more]))[:_CLAUSES]


def _harms(alerts: Sequence[Alert]) -> Iterator[str]:
    """Yield which harm is seen, and what root can do besides; a call that was refused did none."""
    seen = [harm for harm in _HARMS if any(alert.harm is harm and not alert.failed for alert in alerts)]
    if seen:
        yield f"Harm: {'; '.join(_HARMS[harm] for harm in seen)}."
    if any(alert.kind.value.startswith("root") or alert.actor == "root" for alert in alerts):
        unseen = [harm.value for harm in _HARMS if harm not in seen]
        if len(unseen) == len(_HARMS):
            yield "No harm is seen yet; what root can still do: spend money, delete, take data."
        elif unseen:
            yield f"Not seen yet: {', '.join(unseen)}."
