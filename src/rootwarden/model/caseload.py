"""What people see of incidents: a list of them, or one with everything that is known."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rootwarden.model.alert import Alert


class CaseSeen(Struct, frozen=True, kw_only=True):
    """One incident; `by` and `at` are of whoever acknowledged or closed it last, `note` a line for each time."""

    id: str
    state: str
    severity: str
    title: str
    accounts: tuple[str, ...]
    counts: dict[str, int]
    first: datetime
    last: datetime
    opened: datetime
    by: str = ""
    at: datetime | None = None
    note: str = ""


class AlertSeen(Struct, frozen=True, kw_only=True):
    """One alert; `told` is at-once, held, digest, digested or muted, `state` open or withdrawn."""

    thread: str
    told: str
    state: str
    alert: Alert


class MessageSeen(Struct, frozen=True, kw_only=True):
    """One message about it for one channel: waiting, sending, delivered or given-up; `occasion` as in messages."""

    message: str
    occasion: str
    channel: str
    state: str
    created: datetime
    delivered: datetime | None
    attempts: int
    error: str = ""


class Caseload(Struct, frozen=True, kw_only=True):
    """Incidents, the worst first; how old the watcher's last sign of life is in seconds (None: there never was one)."""

    now: datetime
    cases: tuple[CaseSeen, ...]
    watcher_seen: datetime | None


class WholeCase(Struct, frozen=True, kw_only=True):
    """Everything about one incident; `total` alerts, of which the worst are here."""

    now: datetime
    case: CaseSeen
    story: str
    total: int
    alerts: tuple[AlertSeen, ...]
    messages: tuple[MessageSeen, ...]


class Mute(Struct, frozen=True, kw_only=True):
    """Alerts that are not told: of a detection, an account or both; somebody answers for it until an instant."""

    id: str
    code: str = ""
    account: str = ""
    reason: str
    owner: str
    created: datetime
    until: datetime

    def covers(self, alert: Alert, now: datetime) -> bool:
        """Return whether an alert is muted at an instant."""
        about = alert.subject or alert.account  # of AssumeRoot the account whose root it is, not the caller's
        return self.code in ("", alert.code) and self.account in ("", about) and self.created <= now < self.until
