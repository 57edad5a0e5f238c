"""What can be made to go wrong in the lab: refusals, throttling, expired credentials, a wrong clock, strange keys."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any

from msgspec import Struct, convert, field

EVERY_ACCOUNT = "*"


class Denial(Struct, frozen=True):
    """IAM actions (wildcards as in policies) that are refused in one account, or in all."""

    actions: tuple[str, ...]
    account: str = EVERY_ACCOUNT


class Throttle(Struct):
    """Refuse `calls` further calls of `actions`, or with `rate` let only so many a second through until cleared.

    The refusal says that they come too fast, in the words of their service, or else `code` and `message`.
    """

    actions: tuple[str, ...] = ("*",)
    account: str = EVERY_ACCOUNT
    calls: int = 0
    rate: float = 0.0
    tokens: float = 1.0
    asked: float = 0.0
    code: str = ""
    message: str = ""


class Faults(Struct):
    """All faults in force. `skew_seconds` is how far AWS's clock is ahead of ours; see `Lab` for the verbs.

    `expired_keys` holds access keys whose credentials count as expired, `*` for all temporary ones.
    `known_keys_only` refuses keys that nobody issued, as AWS does; moto takes them for its default account.
    """

    denials: list[Denial] = []
    throttles: list[Throttle] = []
    expired_keys: set[str] = set()
    skew_seconds: float = 0.0
    known_keys_only: bool = False
    _lock: Any = field(default_factory=Lock)

    def denies(self, action: str, account: str) -> bool:
        """Return whether a denial names this action in this account."""
        return any(_covers(denial, action, account) for denial in self.denials)

    def throttled_now(self, action: str, account: str) -> Throttle | None:
        """Return the throttle for which this call is one too many, and count it in all of them."""
        if not self.throttles:
            return None
        with self._lock:
            hits = [one for one in self.throttles if _covers(one, action, account) and _takes(one)]
        return hits[0] if hits else None

    def clear(self) -> None:
        """End every fault."""
        self.denials.clear()
        self.throttles.clear()
        self.expired_keys.clear()
        self.skew_seconds, self.known_keys_only = 0.0, False


def parse_throttle(fields: dict[str, Any]) -> Throttle:
    """Read a throttle from plain data; raise msgspec.ValidationError when it is none."""
    return convert(fields, Throttle)


def matches_action(pattern: str, action: str) -> bool:
    """Compare an action with an action pattern of IAM: `*` and `?` are wildcards, case does not matter."""
    return fnmatchcase(action.lower(), pattern.lower().replace("[", "[[]"))


def _covers(fault: Denial | Throttle, action: str, account: str) -> bool:
    return fault.account in (EVERY_ACCOUNT, account) and any(matches_action(one, action) for one in fault.actions)


def _takes(throttle: Throttle) -> bool:
    """Return whether the throttle refuses one more call now; a token bucket of one second when it has a rate."""
    if throttle.rate > 0:
        at = time.monotonic()
        gained = (at - throttle.asked) * throttle.rate if throttle.asked else 0.0
        throttle.asked, throttle.tokens = at, min(max(throttle.rate, 1.0), throttle.tokens + gained)
        if throttle.tokens >= 1.0:
            throttle.tokens -= 1.0
            return False
        return True
    throttle.calls -= 1
    return throttle.calls >= 0
