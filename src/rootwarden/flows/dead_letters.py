"""What people do with the dead letters of a watch: look at them, and let go of those that were seen to."""

from __future__ import annotations

from contextlib import closing

from rootwarden.errors import UsageError
from rootwarden.flows.incidents import existing
from rootwarden.store.letters import Letter, count_letters, discard, letters


def listed(url: str, most: int) -> tuple[list[Letter], int]:
    """Return the newest letters, and how many there are.

    Raises:
        RootwardenError: there is no such store.
    """
    with closing(existing(url)) as store:
        return letters(store, most), count_letters(store)


def shown(url: str, number: int) -> Letter:
    """Return one letter with its body.

    Raises:
        UsageError: there is none of this number.
    """
    with closing(existing(url)) as store:
        found = letters(store, 1, number)
    if not found:
        raise UsageError(f"there is no dead letter {number}", todo="see `rootwarden letters list`")
    return found[0]


def discarded(url: str, last: int) -> int:
    """Let go of the letters up to a number; return how many that were."""
    with closing(existing(url)) as store:
        return discard(store, last)
