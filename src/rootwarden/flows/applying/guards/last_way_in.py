"""Nobody is shut out who is the last way in: judged by what is read now, as if all of the plan were made.

Keys that nobody uses are switched off only where somebody surely comes in without them; of a roster it is enough that
it does not take the last way there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.model.expect import as_if
from rootwarden.model.plan import Change
from rootwarden.model.readings import UnseenError
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.people.ground import IDENTITY, REMEDY
from rootwarden.proofs.ways_in import WaysIn

# What has to be read to know the ways into an account.
WAYS = (IDENTITY, "iam.authorization", "iam.credential_report", "iam.saml_providers", "sso.instances",
        "sso.permission_sets")  # fmt: skip
_UNUSED = "disable-unused-credentials"
# What may take from somebody the way in.
_SHUTS = frozenset((
    "DeleteLoginProfile", "UpdateAccessKey", "RemoveUserFromGroup", "PutUserPolicy", "DeleteUser",
    "PutUserPermissionsBoundary",
))  # fmt: skip


def _about(change: Change) -> bool:
    return change.remedy in (REMEDY, _UNUSED) and any(step.call.operation in _SHUTS for step in change.steps)


def _check(on: Guarded) -> Iterator[Refusal]:
    for account in on.accounts:
        mine = [one for one in on.changes if one.account == account]
        facts = on.facts(account)
        try:
            before = way_in(account, facts)
            after = way_in(account, as_if(facts, [one for change in mine for one in change.then]))
        except UnseenError as error:
            yield Refusal(
                f"nobody can tell whether somebody keeps a way into account {account}", str(error),
                "make it readable, and apply again",
            )  # fmt: skip
            continue
        if not after and (before or any(one.remedy == _UNUSED for one in mine)):
            yield Refusal(
                f"nobody could enter account {account} as an administrator any more",
                f"{mine[0].title} takes the last way in, as it reads now",
                "make another administrator first, and plan again",
            )


def way_in(account: str, facts: Mapping[str, Any]) -> bool:
    """Return whether somebody who is not root surely comes in as an administrator, by these facts.

    Raises:
        UnseenError: the authorization details or the credential report could not be read.
    """
    identity = facts.get(IDENTITY)
    arn = str(identity.get("Arn") or "arn:aws:") if isinstance(identity, dict) else "arn:aws:"
    subject = Subject(account=account, partition=arn.split(":")[1])
    ways = WaysIn(View(subject, Facts(facts), Facts(facts), Shared()))
    return any(way.there.value for way in (*ways.straight(), *ways.through_roles()))


GUARD = Guard(about=_about, check=_check, facts=WAYS)
