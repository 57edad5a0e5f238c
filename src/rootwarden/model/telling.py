"""Decides which news is told at once, which is counted and which waits for the digest: a storm must not page a thousand
times, and nothing critical may drown in it.

In an incident a detection is told at its first alert, and again for each account, actor and address it has not been
told of; then at the 10th, the 100th, the 1,000th. Failed sign-ins, which anybody can make, are the same whoever they
are about. A detection that is new in one incident after another within an hour is told singly a few times, then at 10,
100, 1,000; what is critical at least once a minute, with what was held back.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.context import STANDING
from rootwarden.model.findings import Severity
from rootwarden.model.incident_book import Met, Open, Placed
from rootwarden.model.message import Occasion

STORM = timedelta(hours=1)
# How many incidents of one detection are told singly within an hour; the worse, the more.
SINGLY: Mapping[Severity, int] = {
    Severity.CRITICAL: 20, Severity.HIGH: 5, Severity.MEDIUM: 3, Severity.LOW: 2, Severity.INFO: 0,
}  # fmt: skip
# A storm that goes on into the next hour is no news: so many are told singly then, as a part of the usual number.
_GOES_ON = 5
# What is critical and was held back is told together after so long.
_TOGETHER = timedelta(minutes=1)
_NAMED = 20
# What was not met for so long is met for the first time again.
_AGAIN = timedelta(hours=6)


class Told(Struct):
    """What was last told of an alert: how bad, whether approved, whether taken back, and of which record it was."""

    severity: Severity
    window: str
    withdrawn: bool = False
    record: str = ""


class Held(Struct, frozen=True):
    """A critical alert that was held back, and the incident it is in."""

    alert: Alert
    incident: Open
    number: int


class Storm(Struct):
    """One detection at one severity within an hour: since when, how many are told singly, firsts, alerts, held back."""

    began: datetime
    singly: int
    incidents: int = 0
    alerts: int = 0
    held: int = 0
    told: datetime | None = None
    waiting: list[Held] = []

    @property
    def raging(self) -> bool:
        """Whether no more of it is told singly."""
        return self.incidents > self.singly


class TellerState(Struct, frozen=True, tag="teller"):
    """What was told, as it is written down."""

    told: dict[str, Told] = {}
    storms: dict[str, Storm] = {}


class News(Struct, frozen=True, kw_only=True):
    """Something to be told at once: alerts of one incident that one record completed, the worst first.

    `number` is the how-manieth alert of its kind the first is in the incident, `held` how many alike were not told, of
    which `held_accounts` names some. `drill` is the name of the drill that it belongs to. `withdrawn`: what was told of
    these does not hold; that clears the incident only if nothing else of it stands. `first`: it is of a kind that the
    incident did not have before.
    """

    occasion: Occasion
    incident: Open
    alerts: tuple[Alert, ...]
    number: int = 1
    storm: int = 0
    held: int = 0
    held_accounts: tuple[str, ...] = ()
    drill: str = ""
    withdrawn: bool = False
    first: bool = True

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
    first: bool = True


Muted = Callable[[Alert], bool]


def nobody(alert: Alert) -> bool:
    """Return that an alert is not muted."""
    return False


class Teller:
    """Remembers what was told."""

    def __init__(self, singly: Mapping[Severity, int] = SINGLY) -> None:
        """Start with nothing told; `singly` says how many incidents of one detection are told singly in an hour."""
        self._singly = singly
        self._told: dict[str, Told] = {}
        self._storms: dict[str, Storm] = {}

    def choose(self, updates: Iterable[tuple[Update, Placed]], now: datetime, muted: Muted = nobody) -> list[News]:
        """Return what of the news is to be told at once, in the order of the records that brought it about.

        What is muted is not told, and counts for nothing.
        """
        # What is raised comes first: a revision is told only if it says more than anything told before.
        ordered = sorted(updates, key=lambda one: (one[0].act is not Act.RAISED,))
        audible = ((update, placed) for update, placed in ordered if not muted(update.alert))
        chosen = [one for update, placed in audible if (one := self._choose(update, placed, now)) is not None]
        groups: dict[tuple[str, str, Occasion, bool], list[_Chosen]] = {}
        for one in chosen:
            groups.setdefault((one.incident.id, one.alert.completed_by, one.occasion, one.withdrawn), []).append(one)
        found = [_news(group) for group in groups.values()]
        found.sort(key=lambda one: one.alerts[0].event_time)
        return [*found, *self._held_back(now)]

    def forget(self, kept: Container[str]) -> None:
        """Let go of alerts but for these: the others cannot change any more."""
        self._told = {thread: one for thread, one in self._told.items() if thread in kept}

    def dump(self) -> TellerState:
        """Return everything as it is now, to be written down later."""
        storms = {
            name: replace(one, waiting=[Held(held.alert, held.incident.copy(), held.number) for held in one.waiting])
            for name, one in self._storms.items()
        }
        return TellerState({name: replace(one) for name, one in self._told.items()}, storms)

    def load(self, state: TellerState) -> None:
        """Take back what `dump` returned."""
        self._told, self._storms = dict(state.told), dict(state.storms)

    # -- inside ------------------------------------------------------------------------------------------------
    def _choose(self, update: Update, placed: Placed, now: datetime) -> _Chosen | None:
        alert, before = update.alert, self._told.get(update.thread)
        if update.act is Act.WITHDRAWN:
            return self._withdrawn(alert, before, placed)
        if before is not None and not before.withdrawn:
            return self._changed(update.thread, alert, before, placed, now)
        if waits(alert):
            return None
        first = _is_first(alert, placed.incident, now)
        if update.act is Act.REVISED and not first and before is None:
            return None
        number, storm, held, due = self._count(alert, placed, now, first=first)
        _meet(alert, placed.incident, now)
        if not due and before is None:  # what was taken back and holds after all is told in any case
            return None
        self._told[update.thread] = Told(alert.severity, alert.window, record=alert.completed_by)
        return _Chosen(Occasion.ALERT, placed.incident, alert, number, storm, held, first=first)

    def _withdrawn(self, alert: Alert, before: Told | None, placed: Placed) -> _Chosen | None:
        if before is None or before.withdrawn:
            return None
        before.withdrawn = True
        if any(one.record == before.record and not one.withdrawn for one in self._told.values()):
            return None  # something else that was told of that very record stands: nothing is better for anybody
        # A pager that is told of an all-clear falls silent: not while anything else of the incident stands.
        occasion = Occasion.UPDATE if placed.incident.standing else Occasion.CLEARED
        return _Chosen(occasion, placed.incident, alert, placed.number, withdrawn=True, first=False)

    def _changed(self, thread: str, alert: Alert, before: Told, placed: Placed, now: datetime) -> _Chosen | None:
        """Tell again what was told when it got worse than all that was told of it, or lost or gained its approval."""
        worse = alert.severity.rank < before.severity.rank and _is_first(alert, placed.incident, now)
        if not worse and alert.window == before.window:
            before.severity = min(before.severity, alert.severity, key=lambda one: one.rank)
            return None
        _meet(alert, placed.incident, now)
        self._told[thread] = Told(alert.severity, alert.window, record=alert.completed_by)
        return _Chosen(Occasion.UPDATE, placed.incident, alert, placed.number, first=worse)

    def _count(self, alert: Alert, placed: Placed, now: datetime, *, first: bool) -> tuple[int, int, int, bool]:
        """Count an alert; return its number in the incident, the incidents of a storm (0: none), those held back."""
        storm = self._storm(alert, now)
        storm.alerts += 1
        storm.incidents += first
        held = storm.held
        if first:
            due = not storm.raging or is_step(storm.incidents)
        else:
            due = is_step(storm.alerts) if storm.raging else is_step(placed.number)
        if due:
            storm.held, storm.told, storm.waiting = 0, now, []
        elif first:
            storm.held += 1
            if alert.severity is Severity.CRITICAL and len(storm.waiting) < _NAMED:
                storm.waiting = [*storm.waiting, Held(alert, placed.incident, placed.number)]
        return placed.number, storm.incidents if storm.incidents >= storm.singly else 0, held, due

    def _storm(self, alert: Alert, now: datetime) -> Storm:
        name = f"{alert.code} {alert.severity.value}"
        storm = self._storms.get(name)
        if storm is None or now - storm.began >= STORM:
            usual = self._singly.get(alert.severity, SINGLY[alert.severity])
            goes_on = storm is not None and storm.raging and now - storm.began < STORM * 2
            new = Storm(now, max(1, usual // _GOES_ON) if goes_on else usual)
            if storm is not None:
                new.held, new.waiting, new.told = storm.held, storm.waiting, storm.told
            storm = self._storms[name] = new
        return storm

    def _held_back(self, now: datetime) -> Iterator[News]:
        """Yield what is critical and was held back, together, once it has waited for long enough."""
        for storm in self._storms.values():
            if not storm.waiting or (storm.told is not None and now - storm.told < _TOGETHER):
                continue
            first, held = storm.waiting[0], storm.held
            accounts = tuple(dict.fromkeys(one.alert.subject or one.alert.account for one in storm.waiting))
            storm.held, storm.told, storm.waiting = 0, now, []
            yield News(
                occasion=Occasion.ALERT, incident=first.incident, alerts=(first.alert,), number=first.number,
                storm=storm.incidents, held=held - 1, held_accounts=accounts,
            )  # fmt: skip


def waits(alert: Alert) -> bool:
    """Return whether an alert waits for the digest: it is only for information, or a standing window expects it.

    What is bad in spite of its window is told at once.
    """
    if alert.severity is Severity.INFO:
        return True
    return alert.window.startswith(STANDING) and alert.severity.rank > Severity.HIGH.rank


def is_step(number: int) -> bool:
    """Return whether a count is 10, 100, 1,000 and so on."""
    while number >= 10 and number % 10 == 0:
        number //= 10
        if number == 1:
            return True
    return False


def _kind(alert: Alert) -> str:
    """Return what makes two alerts of an incident the same to whoever is told."""
    if alert.event_name == "ConsoleLogin" and alert.failed:
        return alert.code  # anybody can make these, from wherever and about whomever
    return f"{alert.code} {alert.subject} {alert.actor} {alert.source}"


def _is_first(alert: Alert, incident: Open, now: datetime) -> bool:
    """Return whether an alert is the first of its kind in the incident, for a while, or worse than all before it."""
    met = incident.met.get(_kind(alert))
    return met is None or alert.severity.rank < met.severity.rank or now - met.at > _AGAIN


def _meet(alert: Alert, incident: Open, now: datetime) -> None:
    kind = _kind(alert)
    met = incident.met.get(kind)
    worst = alert.severity if met is None else min(met.severity, alert.severity, key=lambda one: one.rank)
    incident.met[kind] = Met(worst, now)


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
        first=any(one.first for one in group),
    )
