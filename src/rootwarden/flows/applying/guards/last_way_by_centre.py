"""No account loses its last administrator who comes by Identity Center: by what is read now, as if all were made."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.expect import as_if
from rootwarden.model.plan import Change
from rootwarden.model.readings import first_unknown
from rootwarden.people.ground import REMEDY
from rootwarden.proofs.centre_people import FACT, shut

_SHUTS = frozenset(("DeleteGroupMembership", "DeleteAccountAssignment", "DeleteUser"))


def _about(change: Change) -> bool:
    calls = {(step.call.service in ("identitystore", "sso-admin"), step.call.operation) for step in change.steps}
    return change.remedy == REMEDY and any((True, one) in calls for one in _SHUTS)


def _check(on: Guarded) -> Iterator[Refusal]:
    for account in on.accounts:
        mine = [one for one in on.changes if one.account == account]
        facts = on.facts(account)
        found = facts.get(FACT)
        why = "it is not there" if not isinstance(found, dict) else first_unknown(found)
        if why:
            yield Refusal(
                "nobody can tell who administers accounts by Identity Center", str(why),
                "make it readable, and apply again",
            )  # fmt: skip
            continue
        for closed in shut(facts[FACT], as_if(facts, [one for change in mine for one in change.then])[FACT]):
            yield Refusal(
                f"nobody could enter account {closed} as an administrator by Identity Center any more",
                f"{mine[0].title} takes the last one, as it reads now",
                "make another administrator first, and plan again",
            )


GUARD = Guard(about=_about, check=_check, facts=(FACT,))
