"""What groups hold beyond the roster: whoever of its people joins one gets that too, and nobody in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Expect, Item
from rootwarden.model.findings import Severity
from rootwarden.model.view import View
from rootwarden.people.beside import in_words
from rootwarden.people.ground import Ground, of_user
from rootwarden.people.job_power import policy_arn, texts_of_aws
from rootwarden.people.roster import Group
from rootwarden.people.sparing import administers
from rootwarden.proofs.iam_directory import FACT


class Beyond(Struct, frozen=True, kw_only=True):
    """What somebody would get by joining groups, beside what the roster names for them.

    `held` says it group by group, and of `more` what else there is to know. Of `ruling`, the accounts, they would be
    an administrator by it and not by the roster; or may be, where `perhaps`. `todo` is what a person can do.
    """

    held: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    ruling: tuple[str, ...] = ()
    perhaps: bool = False
    todo: str = ""

    def notes(self, name: str) -> Iterator[str]:
        """Go through what whoever applies the change has to know."""
        yield from (f"{one}, which the roster does not name: {name} gets it too" for one in self.held)
        yield from self.more

    def refuse(self, ground: Ground, name: str, resource: str = "") -> None:
        """Leave somebody as they are, and say what they would become."""
        would = "may" if self.perhaps else "would"
        ground.leave(
            f"user {name}",
            f"{'; '.join(self.held)}, which the roster does not name: by that, {name} {would} become an "
            f"administrator of {in_words(self.ruling)}",
            self.todo, resource=resource, severity=Severity.HIGH,
        )  # fmt: skip


def decided(before: bool | None, named: bool | None, after: bool | None) -> bool:
    """Return whether somebody is an administrator afterwards, surely or perhaps, who is less now and by the roster."""
    most = max(map(_rank, (before, named)))
    return _rank(after) > most


def _rank(power: bool | None) -> int:
    """Order answers: surely none, nobody can tell, surely one."""
    return 1 if power is None else 2 * power


def todo_for(groups: Iterable[str], what: str) -> str:
    """Return what a person can do where groups hold more than the roster names."""
    fields = in_words(tuple(f"groups.{one}" for one in groups))
    return f"name it in the roster under {fields} if they shall have it, or {what}; then plan again"


def beyond(group: Mapping[str, Any], job: Group, partition: str) -> list[str]:
    """Return the policies that an IAM group holds and the roster does not name, or names with another text."""
    arns = {policy_arn(one, partition) for one in job.policies}
    attached = [str(one.get("PolicyArn")) for one in group.get("AttachedManagedPolicies") or ()]
    own = [str(one.get("PolicyName")) for one in group.get("GroupPolicyList") or () if not _is_named(one, job)]
    return sorted({one for one in attached if one not in arns} | set(own))


def _is_named(policy: Mapping[str, Any], job: Group) -> bool:
    """Return whether a group's own policy says what the roster's does; planned anew, the rest may be as before."""
    wanted, found = job.documents.get(str(policy.get("PolicyName"))), policy.get("PolicyDocument")
    return wanted is not None and isinstance(found, dict) and found.get("Statement") == wanted.get("Statement")


def on_joining(ground: Ground, name: str, groups: Iterable[str], then: Iterable[Expect]) -> Beyond:
    """Weigh what a user would get by being in these groups of the roster; `then` is how the user reads by then.

    Raises:
        UnseenError: the users, groups or policies could not be read.
    """
    jobs, found = ground.roster.groups, {one: ground.group(one) for one in groups}
    there = {one: group for one, group in found.items() if group is not None}
    extra = {one: over for one, group in there.items() if (over := beyond(group, jobs[one], ground.partition))}
    if not extra:
        return Beyond()
    texts = tuple(texts_of_aws(ground))
    later = (*then, *texts)
    named = (_only_named(there[one], jobs[one], ground.partition) for one in extra)
    after = _power(ground.as_if(later), name)
    rules = decided(
        _power(ground.as_if(texts), name) if ground.user(name) else False,
        _power(ground.as_if((*later, *(one for each in named for one in each))), name), after,
    )  # fmt: skip
    short = {one: tuple(each.rpartition("/")[2] for each in over) for one, over in extra.items()}
    return Beyond(
        held=tuple(f"the group {one} holds {in_words(over)}" for one, over in short.items()),
        ruling=(ground.account,) if rules else (), perhaps=after is None,
        todo=todo_for(extra, f"take it off the group{'s' if len(extra) > 1 else ''}"),
    )  # fmt: skip


def in_groups(ground: Ground, name: str, groups: Iterable[str]) -> Expect:
    """Return that a user is in these groups, each called as IAM calls it."""
    found = [(one, ground.group(one)) for one in groups]
    return of_user(name, "GroupList", value=[str(group["GroupName"]) if group else one for one, group in found])


def _only_named(group: Mapping[str, Any], job: Group, partition: str) -> Iterator[Expect]:
    """Go through how a group would read if it held only what the roster names."""
    arns = {policy_arn(one, partition) for one in job.policies}
    attached = [one for one in group.get("AttachedManagedPolicies") or () if one.get("PolicyArn") in arns]
    own = [one for one in group.get("GroupPolicyList") or () if _is_named(one, job)]
    for field, value in (("AttachedManagedPolicies", attached), ("GroupPolicyList", own)):
        yield Expect(fact=FACT, at=("groups", Item("GroupName", str(group["GroupName"])), field), value=value)


def _power(seen: View, name: str) -> bool | None:
    return administers(seen, name, mfa=True)
