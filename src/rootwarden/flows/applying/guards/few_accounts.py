"""Root credentials are deleted in at most ten accounts at a time, so that a mistake stays small."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal, deletes_root

MOST = 10


def _check(on: Guarded) -> Iterator[Refusal]:
    count = len(on.accounts)
    if count > MOST:
        yield Refusal(
            f"root credentials of {count} accounts would be deleted at once",
            f"{MOST} accounts a batch are the most",
            "plan for fewer with --accounts, and for the others afterwards",
        )


GUARD = Guard(about=deletes_root, check=_check)
