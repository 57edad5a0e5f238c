"""What the templates are given: plain structs whose texts are complete; templates only place them."""

from __future__ import annotations

from msgspec import Struct

from rootwarden.model.audit import AccountSeen
from rootwarden.model.control import Control
from rootwarden.model.findings import Severity, Status
from rootwarden.model.readings import Unknown
from rootwarden.report.frameworks import Mapped


class Shown(Struct, frozen=True, kw_only=True):
    """One finding with its evidence and the commands that mend it; `needs` where the message does not say it."""

    anchor: str
    fingerprint: str
    account: AccountSeen
    region: str
    resource: str
    aspect: str
    message: str
    notes: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    evidence_more: int
    commands: tuple[str, ...]
    needs: Unknown | None


class Cluster(Struct, frozen=True, kw_only=True):
    """Findings of one control that say the same: some shown whole, some by account only, the rest counted."""

    status: Status
    severity: Severity
    message: str
    spread: str
    count: int
    repeated: bool
    shown: tuple[Shown, ...]
    named: tuple[AccountSeen, ...]
    left_out: int
    accounts_left: int


class Section(Struct, frozen=True, kw_only=True):
    """One control with everything that was found by it; `control` is None where the catalogue does not know it.

    `mending` holds the findings whose commands differ, to show those.
    """

    code: str
    slug: str
    title: str
    misses: str
    catalogue_version: str
    practice: int
    status: Status
    severity: Severity
    spread: str
    tally: tuple[tuple[Status, int], ...]
    clusters: tuple[Cluster, ...]
    why: tuple[str, ...]
    control: Control | None
    mending: tuple[Shown, ...]
    frameworks: tuple[Mapped, ...]
    search: str


class Tile(Struct, frozen=True, kw_only=True):
    """One of the eight practices with its controls."""

    number: int
    title: str
    status: Status | None
    tally: tuple[tuple[Status, int], ...]
    total: int
    sections: tuple[Section, ...]


class Segment(Struct, frozen=True):
    """One part of a bar chart: where it begins and how wide it is, in thousandths of the bar."""

    status: Status
    count: int
    start: int
    wide: int
