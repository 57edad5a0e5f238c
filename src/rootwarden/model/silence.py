"""Notices when an account that speaks often has fallen silent: its trail may have been stopped.

What is usual is learnt from each account and Region itself: the longest pause between two times that it was heard. An
account that hardly ever speaks is never said to be silent, because that would mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

Place = tuple[str, str]
_FORGETS = timedelta(days=7)


class Voice(Struct):
    """How an account and Region use to speak: when first and last heard, how often, and the longest pause lately.

    `older` is the longest pause of the week before, so that one bad day is forgotten after a while.
    """

    first: datetime
    last: datetime
    times: int = 1
    longest: float = 0.0
    older: float = 0.0
    since: datetime | None = None
    told: bool = False


class Silent(Struct, frozen=True):
    """An account and Region that is silent: since when, and its longest pause before, in seconds."""

    account: str
    region: str
    since: datetime
    usual: float


class Voices:
    """Everything that is heard. The clock is given, and is that of arrival: late records are a sign of life too."""

    def __init__(self, factor: float, least: timedelta, known: int) -> None:
        """Take when silence counts: so many times the longest pause, so long at least, after so many records."""
        self._factor, self._least, self._known = factor, least, known
        self._voices: dict[Place, Voice] = {}
        self._fresh: dict[Place, None] = {}
        self._listening: datetime | None = None

    def listen(self, now: datetime) -> None:
        """Begin to listen: what was not heard before, because nobody listened, is no silence."""
        self._listening = now

    def hear(self, account: str, region: str, now: datetime) -> None:
        """Take note that something was heard."""
        place = (account, region)
        voice = self._voices.get(place)
        self._fresh[place] = None
        if voice is None:
            self._voices[place] = Voice(now, now, since=now)
            return
        pause = self._silence(voice, now)
        if not voice.told:  # a silence that was told of is not what it is used to
            voice.longest = max(voice.longest, pause)
        voice.last, voice.told = now, False
        voice.times += 1
        if voice.since is not None and now - voice.since > _FORGETS:
            voice.older, voice.longest, voice.since = voice.longest, 0.0, now

    def fallen_silent(self, now: datetime) -> Iterator[Silent]:
        """Yield who has fallen silent since this was asked last."""
        for (account, region), voice in self._voices.items():
            usual = max(voice.longest, voice.older)
            well_known = voice.times >= self._known and voice.last - voice.first >= timedelta(days=1)
            limit = max(usual * self._factor, self._least.total_seconds())
            if not voice.told and well_known and self._silence(voice, now) > limit:
                voice.told = True
                self._fresh[account, region] = None
                yield Silent(account, region, voice.last, usual)

    def _silence(self, voice: Voice, now: datetime) -> float:
        """Return for how many seconds nothing was heard, as far as somebody listened."""
        since = voice.last if self._listening is None else max(voice.last, self._listening)
        return (now - since).total_seconds()

    def silent(self) -> int:
        """Return how many are silent now."""
        return sum(voice.told for voice in self._voices.values())

    def fresh(self) -> list[tuple[Place, Voice]]:
        """Return whose state has changed since this was asked last."""
        found = [(place, self._voices[place]) for place in self._fresh]
        self._fresh.clear()
        return found

    def load(self, account: str, region: str, voice: Voice) -> None:
        """Take back what was known."""
        self._voices[account, region] = voice
