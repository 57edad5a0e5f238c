"""Root goes only where somebody else can come in: RW-IAM-13 must pass, by what is read now."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal, deletes_root
from rootwarden.model.findings import Status

_CODE = "RW-IAM-13"


def _check(on: Guarded) -> Iterator[Refusal]:
    for account in on.accounts:
        finding = on.finding(account, _CODE)
        if finding is None or finding.status is not Status.PASS:
            yield Refusal(
                f"no administrator but root is known to get into account {account}",
                finding.message if finding is not None else f"{_CODE} could not be judged",
                f"see `rootwarden explain {_CODE}`; without another way in nobody could administer the account",
            )


GUARD = Guard(about=deletes_root, check=_check, controls=(_CODE,))
