"""Tells an incident in sentences: what happened, one record after another, and which of the three harms it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rootwarden.model.alert import Alert, Origin
from rootwarden.model.detection import Harm
from rootwarden.model.findings import Severity
from rootwarden.model.incidents import Incident
from rootwarden.report.labels import plural

# Longer stories are told from both ends: who reads at night needs the beginning and the latest.
_FIRST, _LAST = 8, 6
_CLAUSES = 3
_HARMS = {
    Harm.MONEY: "money: expensive resources run at your cost",
    Harm.DELETION: "deletion: data or services are gone",
    Harm.DATA: "data: something was read, taken out or opened to others",
}


def story(incident: Incident) -> str:
    """Return the whole story of an incident."""
    return " ".join((_opening(incident), *_told(_scenes(incident.alerts), _stamp(incident)), _harms(incident.alerts)))


def story_until(incident: Incident, alert: Alert) -> str:
    """Return the story as it stood when an alert was raised: what came before it, and itself last."""
    known = [one for one in incident.alerts if one.event_time <= alert.event_time]
    others = [scene for scene in _scenes(known) if alert not in scene]
    stamp = _stamp(incident)
    return " ".join((*_told(others, stamp), _sentence([alert], stamp)))


def _stamp(incident: Incident) -> str:
    """Return how times are told: without the day where all happened on one."""
    return "%H:%M:%S" if incident.begins.date() == incident.ends.date() else "%Y-%m-%d %H:%M:%S"


def _scenes(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """Put together the alerts that one record completed: they are one thing that happened. The worst comes first."""
    scenes: dict[tuple[datetime, str, str], list[Alert]] = {}
    for alert in alerts:
        scenes.setdefault((alert.event_time, alert.account, alert.event_ids[-1]), []).append(alert)
    return [sorted(scene, key=_weight) for _, scene in sorted(scenes.items(), key=lambda item: item[0])]


def _weight(alert: Alert) -> tuple[int, int, str]:
    """Order what is said of one record: the worst, then what more records stand behind, then by code."""
    return alert.severity.rank, -len(alert.event_ids), alert.code


def _opening(incident: Incident) -> str:
    count = plural(len(incident.alerts), "alert")
    accounts = ", ".join(incident.subjects)
    noun = "accounts" if len(incident.subjects) > 1 else "account"
    period = f"{incident.begins:%Y-%m-%d %H:%M:%S} to {incident.ends:{_stamp(incident)}} UTC"
    return f"{period}, {noun} {accounts}: {count}, the worst {incident.severity.value}."


def _told(scenes: Sequence[Sequence[Alert]], stamp: str) -> Iterator[str]:
    hidden = len(scenes) - _FIRST - _LAST
    if hidden <= 1:
        yield from (_sentence(scene, stamp) for scene in scenes)
        return
    yield from (_sentence(scene, stamp) for scene in scenes[:_FIRST])
    yield f"({hidden} more events follow.)"
    yield from (_sentence(scene, stamp) for scene in scenes[-_LAST:])


def _sentence(scene: Sequence[Alert], stamp: str) -> str:
    first, codes = scene[0], ", ".join(dict.fromkeys(one.code for one in scene))
    clauses = "; ".join(_clauses(scene))
    refused = "; the call was refused" if first.failed and first.event_name != "ConsoleLogin" else ""
    unsure = "; whether root itself did it is not settled yet" if first.origin is Origin.PENDING else ""
    approved = f"; approved by window {first.window}" if first.window else ""
    return f"At {first.event_time:{stamp}} {clauses}{refused}{unsure}{approved} [{codes}]."


def _clauses(scene: Sequence[Alert]) -> list[str]:
    """Return what is told of one record: the worst, and beside it what is critical or does harm."""
    refined = {code for one in scene for code in one.refines}
    told = [one for one in scene if one.code not in refined] or list(scene)
    more = [one for one in told[1:] if one.severity is Severity.CRITICAL or one.harm is not Harm.NONE]
    return list(dict.fromkeys(one.says for one in [told[0], *more]))[:_CLAUSES]


def _harms(alerts: Sequence[Alert]) -> str:
    seen = [harm for harm in _HARMS if any(alert.harm is harm for alert in alerts)]
    unseen = [harm.value for harm in _HARMS if harm not in seen]
    told = "; ".join(_HARMS[harm] for harm in seen)
    if not seen:
        return (
            f"No harm is seen yet; what root can still do: {_listed(unseen, 'money spent, data deleted, data taken')}."
        )
    rest = f" Not seen yet: {', '.join(unseen)}." if unseen else ""
    return f"Harm: {told}.{rest}"


def _listed(harms: Sequence[str], words: str) -> str:
    return words if len(harms) == len(_HARMS) else ", ".join(harms)
