"""What trails have taken and not yet written: kept until a log file holds it, and never lost between two threads."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from moto.cloudtrail.models import Trail, cloudtrail_backends

from rootwarden.lab.state import Record, account_state, accounts_seen

Held = tuple[str, Record]
"""An account and one of its records."""
_lock = Lock()


def hold(trail: Trail, account: str, record: Record) -> None:
    """Let a record of an account wait for the next log file of a trail."""
    with _lock:
        account_state(trail.account_id).unwritten.setdefault(trail.arn, []).append((account, record))


def take(trail: Trail, account: str = "") -> list[Held]:
    """Return what waits for a trail, of one account or of all, and let it wait no longer."""
    with _lock:
        unwritten = account_state(trail.account_id).unwritten
        waiting = unwritten.pop(trail.arn, [])
        left = [one for one in waiting if account not in ("", one[0])]
        if left:
            unwritten[trail.arn] = left
    return [one for one in waiting if account in ("", one[0])]


def hold_again(trail: Trail, taken: list[Held]) -> None:
    """Let what could not be written wait again, before what came meanwhile."""
    with _lock:
        unwritten = account_state(trail.account_id).unwritten
        unwritten[trail.arn] = taken + unwritten.get(trail.arn, [])


def awaited() -> Iterator[Trail]:
    """Return each trail for which something waits; what waited for a trail that is gone is dropped."""
    for owner in accounts_seen():
        unwritten = account_state(owner).unwritten
        trails = {trail.arn: trail for one in cloudtrail_backends[owner].values() for trail in one.trails.values()}
        for arn in list(unwritten):
            if arn in trails:
                yield trails[arn]
            else:
                unwritten.pop(arn, None)


def forget_waiting(account: str) -> None:
    """Drop what waits for the log files of an account."""
    with _lock:
        for owner in accounts_seen():
            unwritten = account_state(owner).unwritten
            for arn in list(unwritten):
                unwritten[arn] = [one for one in unwritten[arn] if one[0] != account]
