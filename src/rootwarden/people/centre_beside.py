"""Who is in a group of Identity Center beside the people of the roster: given a permission set, they have it too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.people.beside import Beside, members_of, named_for
from rootwarden.people.centre import Centre
from rootwarden.people.job_power import as_set
from rootwarden.proofs.centre_people import FACT, administrators, holds, power_of


def beside_there(centre: Centre, name: str, group: Mapping[str, Any], found: Mapping[str, Any] | None) -> Beside:
    """Look who is in a group that is to be given a permission set, `found` where it is there, in the account.

    Raises:
        UnseenError: who is in it could not be read.
    """
    members = members_of(centre.items("users"), "Groups", str(group["DisplayName"]), f"{FACT}.users")
    others = [one for one in members if not named_for(centre.ground, str(one["UserName"]), name)]
    idle = set(_with_it(centre, others, found))
    gaining = tuple(sorted(str(one["UserName"]) for one in others if str(one["UserName"]) not in idle))
    job = centre.ground.roster.groups[name]
    power = power_of(as_set(job, centre.ground.partition), centre.ground.partition, centre.ground.account)
    own = {str(one["UserName"]) for one in others if centre.made(one)}
    return Beside(
        members=tuple(sorted(str(one["UserName"]) for one in members)), gaining=gaining,
        ruling=() if power is False else gaining, perhaps=power is None,
        own=tuple(one for one in gaining if one in own), idle=tuple(sorted(idle)),
    )  # fmt: skip


def _with_it(centre: Centre, users: list[Mapping[str, Any]], found: Mapping[str, Any] | None) -> Iterator[str]:
    """Go through those who have it in the account already, or administer the account."""
    account = centre.ground.account
    ruling = administrators(centre.directory).get(account, set())
    for one in users:
        if str(one["UserName"]) in ruling or (found is not None and holds(centre.directory, one, found, account)):
            yield str(one["UserName"])
