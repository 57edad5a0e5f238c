"""What could not be delivered, where to and why: AWS drops such things without a word, a lab should say so."""

from __future__ import annotations

from collections import deque

from moto.core.base_backend import BackendDict, BaseBackend
from msgspec import Struct

from rootwarden.lab.clock import iso, now

_KEPT = 1000
_ONE = "aws"
_ALL = "000000000000"


class Undelivered(Exception):  # noqa: N818 - it is a fact about a message, and AWS goes on after it
    """Something did not arrive; the text says why."""


class Loss(Struct, frozen=True):
    """One thing that did not arrive: when (ISO), from which resource, to which, why."""

    at: str
    source: str
    target: str
    why: str


class Losses(BaseBackend):
    """The last losses of the lab, oldest first."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start without any."""
        super().__init__(region_name, account_id)
        self.kept: deque[Loss] = deque(maxlen=_KEPT)


_losses: BackendDict[Losses] = BackendDict(
    Losses, "rootwarden-losses", use_boto3_regions=False, additional_regions=[_ONE]
)


def lose(source: str, target: str, why: str) -> None:
    """Write down that something from `source` did not reach `target`."""
    _losses[_ALL][_ONE].kept.append(Loss(iso(now()), source, target, why))


def forget_losses() -> int:
    """Forget them, and return how many there were."""
    kept = _losses[_ALL][_ONE].kept
    forgotten = len(kept)
    kept.clear()
    return forgotten


def losses() -> list[Loss]:
    """Return the last thousand losses, oldest first."""
    return list(_losses[_ALL][_ONE].kept)
