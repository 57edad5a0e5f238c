"""Alerts for tests of what becomes of them: of an account, at a time, by a key, from an address, as bad as wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.findings import Severity
from rootwarden.model.incident_book import IncidentBook
from rootwarden.model.telling import News, Teller, nobody, waits
from tests.detections.scenes import ACCOUNT, DAY, act
from tests.detections.stage import only

_MODEL = only("RD-001", [act(DAY)])


def alert(when: datetime = DAY, subject: str = ACCOUNT, name: str = "", **other: Any) -> Alert:
    """Return an alert about an account; `name` tells apart two of one instant."""
    record = f"{subject}/{when.isoformat()}{name}"
    fields: dict[str, Any] = {
        "subject": subject, "account": subject, "event_time": when, "first_time": when, "event_ids": (record,),
        "completed_by": record, "access_key": "", "source": "", "region": "", "severity": Severity.MEDIUM,
    }  # fmt: skip
    found = replace(_MODEL, **fields | other)
    return replace(found, fingerprint=f"{found.code} {found.completed_by}")


class Desk:
    """An incident book and a teller, asked as a watch does."""

    def __init__(self, **singly: int) -> None:
        self.book, self.now = IncidentBook(), DAY
        self.teller = Teller({Severity(level): number for level, number in singly.items()}) if singly else Teller()
        self._known: dict[str, int] = {}

    def says(
        self,
        *alerts: Alert,
        act: Act | None = None,
        later: timedelta = timedelta(seconds=1),
        muted: Callable[[Alert], bool] = nobody,
    ) -> list[News]:
        """Return what is told of alerts that are raised, revised if they are known, or become of as `act` says."""
        self.now += later
        return self.teller.choose([(one, self._placed(one)) for one in self._updates(alerts, act)], self.now, muted)

    def _updates(self, alerts: Sequence[Alert], act: Act | None) -> list[Update]:
        found = []
        for one in alerts:
            revision = self._known[one.fingerprint] = self._known.get(one.fingerprint, 0) + 1
            is_known = Act.RAISED if revision == 1 else Act.REVISED
            found.append(Update(act=act or is_known, thread=one.fingerprint, revision=revision, alert=one))
        return found

    def _placed(self, one: Update) -> Any:
        stands = one.act is not Act.WITHDRAWN and not waits(one.alert)
        return self.book.settled(self.book.place(one.thread, one.alert, stands=stands))
