"""No account loses its last administrator who comes by Identity Center: by what is read now, as if all were made."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.centre_directory import directory_of, takes_from_people
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.expect import as_if
from rootwarden.model.plan import Change
from rootwarden.people.ground import REMEDY
from rootwarden.proofs.centre_people import FACT, shut


def _about(change: Change) -> bool:
    return change.remedy == REMEDY and takes_from_people(change)


def _check(on: Guarded) -> Iterator[Refusal]:
    for account in on.accounts:
        mine = [one for one in on.changes if one.account == account]
        directory = directory_of(on, account, "nobody can tell who administers accounts by Identity Center")
        if isinstance(directory, Refusal):
            yield directory
            continue
        after = as_if(on.facts(account), [one for change in mine for one in change.then])[FACT]
        for closed in shut(directory, after):
            yield Refusal(
                f"nobody could enter account {closed} as an administrator by Identity Center any more",
                f"{mine[0].title} takes the last one, as it reads now",
                "make another administrator first, and plan again",
            )


GUARD = Guard(about=_about, check=_check, facts=(FACT,))
