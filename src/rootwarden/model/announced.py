"""An announced plan: what cannot be taken back waits a day after people were told, and may be done within a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

WAIT = timedelta(hours=24)
LASTS = timedelta(days=7)
# So many characters of a digest name an announcement for people.
_SHORT = 12


class Announced(Struct, frozen=True, kw_only=True):
    """One plan that was announced: its digest, when people had been told, by whom (an ARN), and what it would do.

    The digest is the checksum of the plan's file; the former version took that of its changes. `accounts` are those of
    what cannot be taken back, `titles` say what that is. `told` are the channels that people were told by; None: not
    known, as in what a former version wrote. `withdrawn` is when somebody took it back, `withdrawn_by` who.
    """

    digest: str
    at: datetime
    by: str
    accounts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    told: tuple[str, ...] | None = None
    withdrawn: datetime | None = None
    withdrawn_by: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return short(self.digest)

    @property
    def ripe(self) -> datetime:
        """The instant from which it may be applied."""
        return self.at + WAIT

    @property
    def ends(self) -> datetime:
        """The instant until which it may be applied."""
        return self.at + LASTS

    def counts(self, now: datetime) -> bool:
        """Return whether it has begun and is not over yet."""
        return self.at <= now <= self.ends


class Came(StrEnum):
    """What came of an announcement."""

    WAITS = "announced"
    CARRIED_OUT = "carried out"
    WITHDRAWN = "withdrawn"
    OVER = "over"


class Outcome(Struct, frozen=True, kw_only=True):
    """An announcement with what came of it, and the run that rests on it, "" where none does."""

    of: Announced
    came: Came
    run: str = ""


def outcome(one: Announced, run: str, now: datetime) -> Outcome:
    """Return what came of an announcement; `run` is the newest that rests on it, "" where none does."""
    if one.withdrawn is not None:
        came = Came.WITHDRAWN
    elif run:
        came = Came.CARRIED_OUT
    else:
        came = Came.WAITS if one.counts(now) else Came.OVER
    return Outcome(of=one, came=came, run=run)


def short(digest: str) -> str:
    """Return by what people call the announcement of a plan with this digest."""
    return digest[:_SHORT]
