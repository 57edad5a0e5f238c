"""What detections are told that is no record of CloudTrail: digests that arrived, spending that is out of line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from rootwarden.model.event import Event
from rootwarden.model.root_activity import Kind

DIGEST, SPENDING, ALARM = "notice:digest", "notice:spending", "notice:alarm"


def digest_notice(account: str, region: str, until: datetime) -> Event:
    """Return the event that stands for a digest file: the trail of an account and Region spoke until this instant."""
    return _notice(DIGEST, account, region, until, f"digest-{region}-{until:%Y%m%dT%H%M%SZ}", "Digest")


def spending_notice(account: str, when: datetime, amount: Decimal, currency: str, source: str) -> Event:
    """Return the event that stands for unusual spending.

    `amount` is what is above the usual, or above a budget; `source` names the monitor or budget that reported it.
    """
    name = f"spending-{when:%Y%m%dT%H%M%SZ}-{source}"
    return _notice(SPENDING, account, "", when, name, "UnusualSpending", f"{amount} {currency} by {source}")


def alarm_notice(account: str, region: str, when: datetime, name: str, state: str) -> Event:
    """Return the event that stands for a CloudWatch alarm that changed its state."""
    return _notice(ALARM, account, region, when, f"alarm-{name}-{state}-{when:%Y%m%dT%H%M%S.%fZ}", "Alarm", name)


def _notice(service: str, account: str, region: str, when: datetime, name: str, what: str, target: str = "") -> Event:
    return Event(
        account=account, id=name, time=when, name=what, service=service, region=region, address="", agent="",
        actor="AWS", kind=Kind.OTHER, target=target,
    )  # fmt: skip
