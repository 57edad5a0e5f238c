"""Decides which news is told at once, which is counted and which waits for the digest: a storm must not page a thousand
times, and nothing critical may drown in it.

Per incident a detection is told at its first alert, then at the 10th, the 100th, the 1,000th; what is critical is told
for each account in it. A detection that appears in one incident after another within an hour is told singly a few
times, then again at 10, 100, 1,000 incidents.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.context import STANDING
from rootwarden.model.findings import Severity
from rootwarden.model.incident_book import Open, Placed
from rootwarden.model.message import Occasion

STORM = timedelta(hours=1)
# How many incidents of one detection are told singly within an hour; the worse, the more.
SINGLY: Mapping[Severity, int] = {
    Severity.CRITICAL: 20, Severity.HIGH: 5, Severity.MEDIUM: 3, Severity.LOW: 2, Severity.INFO: 0,
}  # fmt: skip


class Told(Struct):
    """What was last told of an alert: how bad it was said to be, whether approved, and whether it was taken back."""

    severity: Severity
    window: str
    withdrawn: bool = False


class Storm(Struct):
    """One detection at one severity within an hour: since when, how many incidents and alerts, how many held back."""

    began: datetime
    incidents: int = 0
    alerts: int = 0
    held: int = 0


class TellerState(Struct, frozen=True):
    """What was told, as it is written down."""

    told: dict[str, Told]
    storms: dict[str, Storm]


class News(Struct, frozen=True, kw_only=True):
    """Something to be told at once: alerts of one incident that one record completed, the worst first.

    `number` is the how-manieth alert of its kind the first is in the incident, `held` how many alike were not told.
    `drill` is the name of the drill that it belongs to. `withdrawn`: what was told of these does not hold; that clears
    the incident only if nothing else of it stands.
    """

    occasion: Occasion
    incident: Open
    alerts: tuple[Alert, ...]
    number: int = 1
    storm: int = 0
    held: int = 0
    drill: str = ""
    withdrawn: bool = False

    @property
    def severity(self) -> Severity:
        """That of the worst alert."""
        return self.alerts[0].severity


class _Chosen(Struct, frozen=True):
    occasion: Occasion
    incident: Open
    alert: Alert
    number: int
    storm: int = 0
    held: int = 0
    withdrawn: bool = False


class Teller:
    """Remembers what was told."""

    def __init__(self, singly: Mapping[Severity, int] = SINGLY) -> None:
        """Start with nothing told; `singly` says how many incidents of one detection are told singly in an hour."""
        self._singly = singly
        self._told: dict[str, Told] = {}
        self._storms: dict[str, Storm] = {}

    def choose(self, updates: Iterable[tuple[Update, Placed]], now: datetime) -> list[News]:
        """Return what of the news is to be told at once, in the order of the records that brought it about."""
        # What is raised comes first: a revision is told only if it says more than anything told before.
        ordered = sorted(updates, key=lambda one: (one[0].act is not Act.RAISED,))
        chosen = [one for update, placed in ordered if (one := self._choose(update, placed, now)) is not None]
        groups: dict[tuple[str, str, Occasion, bool], list[_Chosen]] = {}
        for one in chosen:
            groups.setdefault((one.incident.id, one.alert.completed_by, one.occasion, one.withdrawn), []).append(one)
        found = [_news(group) for group in groups.values()]
        return sorted(found, key=lambda one: one.alerts[0].event_time)

    def forget(self, kept: Container[str]) -> None:
        """Let go of alerts but for these: the others cannot change any more."""
        self._told = {thread: one for thread, one in self._told.items() if thread in kept}

    def dump(self) -> TellerState:
        """Return everything, to be written down."""
        return TellerState(self._told, self._storms)

    def load(self, state: TellerState) -> None:
        """Take back what `dump` returned."""
        self._told, self._storms = dict(state.told), dict(state.storms)

    # -- inside ------------------------------------------------------------------------------------------------
    def _choose(self, update: Update, placed: Placed, now: datetime) -> _Chosen | None:
        alert, before = update.alert, self._told.get(update.thread)
        if update.act is Act.WITHDRAWN:
            if before is None or before.withdrawn:
                return None
            before.withdrawn = True
            # A pager that is told of an all-clear falls silent: not while anything else of the incident stands.
            occasion = Occasion.UPDATE if placed.incident.standing else Occasion.CLEARED
            return _Chosen(occasion, placed.incident, alert, placed.number, withdrawn=True)
        if before is not None and not before.withdrawn:
            return self._changed(update.thread, alert, before, placed)
        if waits(alert):
            return None
        worse = _worse(alert, placed.incident)
        if update.act is Act.REVISED and not worse and before is None:
            return None
        number, storm, held, due = self._count(alert, placed, now, worse=worse)
        _meet(alert, placed.incident)
        if not due and before is None:  # what was taken back and holds after all is told in any case
            return None
        self._told[update.thread] = Told(alert.severity, alert.window)
        return _Chosen(Occasion.ALERT, placed.incident, alert, number, storm, held)

    def _changed(self, thread: str, alert: Alert, before: Told, placed: Placed) -> _Chosen | None:
        """Tell again what was told when it got worse than all that was told of it, or lost or gained its approval."""
        worse = alert.severity.rank < before.severity.rank and _worse(alert, placed.incident)
        if not worse and alert.window == before.window:
            before.severity = min(before.severity, alert.severity, key=lambda one: one.rank)
            return None
        _meet(alert, placed.incident)
        self._told[thread] = Told(alert.severity, alert.window)
        return _Chosen(Occasion.UPDATE, placed.incident, alert, placed.number)

    def _count(self, alert: Alert, placed: Placed, now: datetime, *, worse: bool) -> tuple[int, int, int, bool]:
        """Count an alert; return its number in the incident, the incidents of a storm (0: none), those held back."""
        name = f"{alert.code} {alert.severity.value}"
        storm = self._storms.get(name)
        if storm is None or now - storm.began >= STORM:
            storm = self._storms[name] = Storm(now)
        storm.alerts += 1
        first = worse  # the first of its kind in the incident, or worse than those before it
        storm.incidents += first
        singly, held = self._singly.get(alert.severity, SINGLY[alert.severity]), storm.held
        raging = storm.incidents > singly
        if first:
            due = not raging or is_step(storm.incidents)
        else:
            due = is_step(storm.alerts) if raging else is_step(placed.number)
        if due:
            storm.held = 0
        else:
            storm.held += first
        return placed.number, storm.incidents if storm.incidents >= singly else 0, held, due


def waits(alert: Alert) -> bool:
    """Return whether an alert waits for the digest: it is only for information, or what a standing window expects."""
    return alert.severity is Severity.INFO or alert.window.startswith(STANDING)


def is_step(number: int) -> bool:
    """Return whether a count is 10, 100, 1,000 and so on."""
    while number >= 10 and number % 10 == 0:
        number //= 10
        if number == 1:
            return True
    return False


def _worse(alert: Alert, incident: Open) -> bool:
    """Return whether an alert is the first of its code in the incident, or worse than all before it.

    One that is critical is so for its account: who got into one may get into the next from the same address.
    """
    met = incident.met.get(alert.code)
    if met is None or alert.severity.rank < met.rank:
        return True
    return alert.severity is Severity.CRITICAL and _critical(alert) not in incident.met


def _critical(alert: Alert) -> str:
    return f"{alert.code} {alert.subject}"


def _meet(alert: Alert, incident: Open) -> None:
    met = incident.met.get(alert.code, alert.severity)
    incident.met[alert.code] = min(met, alert.severity, key=lambda one: one.rank)
    if alert.severity is Severity.CRITICAL:
        incident.met[_critical(alert)] = alert.severity


def _news(group: Sequence[_Chosen]) -> News:
    worst = sorted(group, key=lambda one: (one.alert.severity.rank, -len(one.alert.refines), one.alert.code))
    first = worst[0]
    alike = [one for one in group if one.alert.code == first.alert.code]
    return News(
        occasion=first.occasion,
        incident=first.incident,
        alerts=tuple(one.alert for one in worst),
        number=max(one.number for one in alike),
        storm=max(one.storm for one in alike),
        held=sum(one.held for one in group),
        withdrawn=first.withdrawn,
    )
