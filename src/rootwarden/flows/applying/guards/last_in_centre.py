"""The last administrator of Identity Center keeps the way in: judged by its directory as it reads now.

A group to which an account gives AdministratorAccess is left with somebody in it, whoever left it since the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.expect import as_if
from rootwarden.model.plan import Change
from rootwarden.model.readings import unknown_in
from rootwarden.people.centre import FACT, of_administrators


def _about(change: Change) -> bool:
    return any(step.call.operation == "DeleteGroupMembership" for step in change.steps)


def _check(on: Guarded) -> Iterator[Refusal]:
    for account in on.accounts:
        mine = [one for one in on.changes if one.account == account]
        facts = on.facts(account)
        now = facts.get(FACT)
        if not isinstance(now, dict) or unknown_in(now) is not None:
            yield Refusal(
                "nobody can tell whether Identity Center keeps an administrator", f"{FACT} could not be read",
                "make it readable, and apply again",
            )  # fmt: skip
            continue
        then = as_if({FACT: now}, [one for change in mine for one in change.then])[FACT]
        for group in sorted(of_administrators(now["sets"], now["groups"])):
            if _of(now, group) and not _of(then, group):
                yield Refusal(
                    f"nobody would be left in {group}, who are administrators in Identity Center",
                    "those who are in it now are all taken out of it",
                    "put somebody else into it first, and plan again",
                )


def _of(directory: Mapping[str, Any], group: str) -> list[str]:
    return [str(one["UserName"]) for one in directory["users"] if group in one["Groups"]]


GUARD = Guard(about=_about, check=_check, facts=(FACT,))
