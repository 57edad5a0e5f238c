"""What groups of Identity Center are given beyond the roster, in whatever account: whoever joins one gets it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.readings import unknown_in
from rootwarden.people.beside import in_words
from rootwarden.people.beyond import Beyond, decided, todo_for
from rootwarden.people.ground import Ground
from rootwarden.people.job_power import as_set, policy_arn
from rootwarden.people.roster import Group
from rootwarden.proofs.centre_people import administrators, may_administer, power_of


class _Given(Struct, frozen=True):
    """A permission set that a group of the roster is given in accounts; `named`: it holds what the roster names."""

    group: str
    group_id: str
    set: Mapping[str, Any]
    accounts: tuple[str, ...]
    named: bool

    def __str__(self) -> str:
        """What the group has, where."""
        managed, inline = self.set.get("ManagedPolicies") or (), self.set.get("InlinePolicy")
        names = [str(one.get("Arn")).rpartition("/")[2] for one in managed] if unknown_in(managed) is None else ["?"]
        held = in_words(tuple([*names, "a text of its own"] if inline is not None else names)) or "nothing"
        return f"the group {self.group} is given {self.set['Name']} ({held}) in {in_words(self.accounts)}"


def on_joining_there(
    ground: Ground, directory: Mapping[str, Any], user: Mapping[str, Any], wanted: Iterable[str]
) -> Beyond:
    """Weigh what a user, as it reads or as it will be made, would get by being in the groups of the roster alone."""
    wanted = tuple(wanted)
    given = [one for name in wanted for one in _given(ground, directory, name)]
    extra = [one for one in given if not one.named]
    named = (replace(one, accounts=_without(one.accounts, ground.account)) for one in given if one.named)
    more = tuple(f"{one}: {user['UserName']} gets it there too" for one in named if one.accounts)
    if not extra:
        return Beyond(more=more)
    ruling = sorted(_ruled(ground, directory, user, wanted, extra).items())
    groups = tuple(dict.fromkeys(one.group for one in extra))
    sets = in_words(tuple(dict.fromkeys(str(one.set["Name"]) for one in extra)))
    return Beyond(
        held=tuple(map(str, extra)), more=more, ruling=tuple(account for account, _ in ruling),
        perhaps=not all(sure for _, sure in ruling), todo=todo_for(groups, f"take the assignments of {sets} off"),
    )  # fmt: skip


def _without(accounts: tuple[str, ...], own: str) -> tuple[str, ...]:
    return tuple(one for one in accounts if one != own)


def _given(ground: Ground, directory: Mapping[str, Any], name: str) -> Iterator[_Given]:
    """Go through the permission sets that a group of the roster is given already."""
    job = ground.roster.groups[name]
    for group in directory["groups"]:
        if str(group.get("DisplayName")).lower() != name.lower():
            continue
        for one in directory["sets"]:
            found = (each for each in one.get("assignments") or () if each.get("PrincipalId") == group["GroupId"])
            accounts = tuple(sorted({str(each["AccountId"]) for each in found}))
            if accounts:
                yield _Given(name, str(group["GroupId"]), one, accounts, _is_named(one, job, ground.partition))


def _is_named(found: Mapping[str, Any], job: Group, partition: str) -> bool:
    """Return whether a permission set surely holds nothing but what the roster names for the job."""
    managed, inline = found.get("ManagedPolicies") or (), found.get("InlinePolicy")
    arns = {policy_arn(one, partition) for one in job.policies}
    if unknown_in(managed) is not None or not all(one.get("Arn") in arns for one in managed):
        return False
    return inline is None or inline in (as_set(job, partition)["InlinePolicy"], *job.documents.values())


def _ruled(
    ground: Ground, directory: Mapping[str, Any], user: Mapping[str, Any], wanted: tuple[str, ...],
    extra: Iterable[_Given],
) -> dict[str, bool]:  # fmt: skip
    """Return the accounts that the user would administer, and neither does now nor by the roster: True where surely."""
    called = {str(one.get("DisplayName")).lower(): one.get("DisplayName") for one in directory["groups"]}
    joined = {**user, "Groups": [called.get(one.lower(), one) for one in wanted]}
    off = {(one.group_id, str(one.set["PermissionSetArn"])) for one in extra}
    sets = [
        {**one, "assignments": [each for each in one.get("assignments") or ()
                                if (each.get("PrincipalId"), str(one["PermissionSetArn"])) not in off]}
        for one in directory["sets"]
    ]  # fmt: skip
    before, after = _powers(directory, user), _powers(directory, joined)
    named = _powers({**directory, "sets": sets}, joined)
    jobs = [as_set(ground.roster.groups[one], ground.partition) for one in wanted]
    by_job = [power_of(one, ground.partition, ground.account) for one in jobs]
    own = True if True in by_job else None if None in by_job else False
    named[ground.account] = True if named.get(ground.account, False) is True else own
    return {
        account: power is True
        for account, power in after.items()
        if decided(before.get(account, False), named.get(account, False), power)
    }


def _powers(directory: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, bool | None]:
    """Return the accounts that a single user administers, or may: None."""
    alone = {**directory, "users": [user]}
    surely = administrators(alone)
    return {account: True if account in surely else None for account in may_administer(alone)}
