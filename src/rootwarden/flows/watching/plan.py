"""What a watch is to do: where records come from, what they are judged with, and whom to tell when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import IO

from msgspec import Struct, field

from rootwarden.aws.opening import Way
from rootwarden.flows.drilling.plan import DrillRequest
from rootwarden.flows.notifying import NotifyRequest
from rootwarden.model.context import Context
from rootwarden.model.detection import SingleRecord
from rootwarden.model.findings import Severity
from rootwarden.model.telling import SINGLY

# How late a record may come and still change what was concluded; later ones are judged for themselves.
LATENESS = timedelta(hours=24)


class Step(Struct, frozen=True):
    """Who is told when nobody has acknowledged an incident so long after the first message, or the last reminder."""

    after: timedelta
    channels: tuple[str, ...]


class Escalation(Struct, frozen=True, kw_only=True):
    """Incidents of this severity or worse wait to be acknowledged; without steps nobody is reminded."""

    lowest: Severity = Severity.HIGH
    steps: tuple[Step, ...] = ()


class Digest(Struct, frozen=True, kw_only=True):
    """How often what woke nobody is summed up, and for whom; no channels: those that are told of low severity."""

    every: timedelta = timedelta(days=1)
    channels: tuple[str, ...] = ()


class Silence(Struct, frozen=True, kw_only=True):
    """When an account that speaks often is said to be silent: `factor` times its longest pause, `least` at least.

    What it is used to is known after `known` records and a day.
    """

    factor: float = 3.0
    least: timedelta = timedelta(hours=1)
    known: int = 50
    off: bool = False


class Rehearsal(Struct, frozen=True):
    """A drill that the watch runs by itself whenever the last one of its path that passed is older than `every`."""

    drill: DrillRequest
    every: timedelta


class WatchRequest(Struct, frozen=True, kw_only=True):
    """Everything a watch needs to know.

    `singly` is how many incidents of one detection and severity are told singly within an hour.
    `sources` are places as `trail.sources` reads them, `regions` those of the event history (none: all enabled).
    `link` makes the address under which an incident can be acknowledged, from a token; None: there is none.
    """

    sources: Sequence[str]
    store: str
    way: Way
    context: Context
    notify: NotifyRequest
    rules: tuple[SingleRecord, ...] = ()
    regions: tuple[str, ...] = ()
    escalation: Escalation = Escalation()
    digest: Digest = Digest()
    silence: Silence = Silence()
    singly: Mapping[Severity, int] = field(default_factory=lambda: SINGLY)
    public_url: str = ""
    rehearsal: Rehearsal | None = None
    stdin: Callable[[], IO[bytes]] | None = None
    log: Callable[[str, Mapping[str, object]], None] = lambda event, about: None
