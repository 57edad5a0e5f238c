"""Who is in a group beside the people that the roster names for it: what the group is given, they are given too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from rootwarden.model.expect import Expect
from rootwarden.model.findings import Severity
from rootwarden.model.plan import Difference
from rootwarden.model.readings import Unknown, UnseenError, unknown_in
from rootwarden.people.ground import Ground, is_disabled, tag_of
from rootwarden.people.job_power import texts_of_aws
from rootwarden.people.roster import MANAGED
from rootwarden.people.sparing import administers
from rootwarden.proofs.iam_directory import FACT
from rootwarden.proofs.mfa_gate import WORKLOADS


class Beside(Struct, frozen=True, kw_only=True):
    """Who is in a group, and of those whom the roster does not name for it, who gains what it is given.

    Of `gaining`, `ruling` would be administrators by it, or may be where `perhaps`; `own` are users of the roster, whom
    the same plan moves or disables. `idle` gain nothing: they have it already.
    """

    members: tuple[str, ...] = ()
    gaining: tuple[str, ...] = ()
    ruling: tuple[str, ...] = ()
    perhaps: bool = False
    own: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()

    def shows(self, given: Iterable[str]) -> tuple[Difference, ...]:
        """Return for each who gains what it is given."""
        after = ", ".join(one.rpartition("/")[2] for one in given)
        return tuple(Difference(what=f"{one}, not named for it", before="without", after=after) for one in self.gaining)

    def notes(self) -> Iterator[str]:
        """Go through what whoever applies the change has to know."""
        if self.gaining:
            makes = f", and {'may make' if self.perhaps else 'makes'} {in_words(self.ruling)} {_a(self.ruling)}"
            yield f"it also gives this to {in_words(self.gaining)}{makes if self.ruling else ''}"
        if self.idle:
            are = "is in it too, and gains" if len(self.idle) == 1 else "are in it too, and gain"
            yield f"{in_words(self.idle)} {are} nothing by that"

    def refuse(self, ground: Ground, name: str) -> None:
        """Leave a group as it is, and say who would gain by it."""
        why = f"{in_words(self.gaining)}, whom the roster does not name for it, would get it too"
        if self.ruling:
            would = "may" if self.perhaps else "would"
            why = f"{in_words(self.ruling)}, whom the roster does not name for it, {would} become {_a(self.ruling)}"
            more = tuple(one for one in self.gaining if one not in self.ruling)
            why += f", and {in_words(more)} would get it too" if more else ""
        keep = f"write `others: keep` under groups.{name} if they shall have it"
        todo = f"take {in_words(self.gaining)} out of it, or {keep}"
        if self.own:
            todo = f"apply this plan, which moves or disables {in_words(self.own)}, and plan again; or {todo}"
        ground.leave(
            f"group {name}", f"it is not given what the roster says: {why}", todo,
            severity=Severity.HIGH if self.ruling else Severity.MEDIUM,
        )  # fmt: skip


def leave_unread(ground: Ground, name: str, error: UnseenError) -> None:
    """Leave a group of which nobody could tell who is in it."""
    ground.leave(
        f"group {name}", f"could not tell who is in it, and would get what the roster gives it: {error}",
        "make it readable, and plan again", severity=Severity.MEDIUM,
    )  # fmt: skip


def members_of(users: Iterable[Mapping[str, Any]], key: str, group: str, path: str) -> list[Mapping[str, Any]]:
    """Return the users that are in a group; `key` is the field that holds a user's groups.

    Raises:
        UnseenError: the groups of a user could not be read.
    """
    found = []
    for one in users:
        groups = one.get(key)
        if not isinstance(groups, list):
            why = unknown_in(groups) or Unknown("field_missing")
            raise UnseenError(why, f"{path}[{one.get('UserName')}].{key}")
        if group in groups:
            found.append(one)
    return found


def named_for(ground: Ground, user: str, group: str) -> bool:
    """Return whether the roster names a user for a group."""
    person = ground.roster.person(user)
    return person is not None and not person.gone(ground.now.date()) and group in person.member_of


def beside(
    ground: Ground, name: str, there: Mapping[str, Any], given: Mapping[str, Any], then: Iterable[Expect]
) -> Beside:
    """Look who is in an IAM group that `given` is given to: ARNs of policies, and documents by their names.

    `there` is the group as it reads, `name` its name in the roster, `then` what reads differently afterwards.

    Raises:
        UnseenError: who is in it, or what they hold, could not be read.
    """
    group, users = str(there["GroupName"]), ground.items("users")
    found = members_of(users, "GroupList", group, f"{FACT}.users")
    others = [one for one in found if not _expected(ground, one, name)]
    gaining = [one for one in others if not _has(ground, one, group, given)]
    later = ground.as_if((*then, *texts_of_aws(ground)))
    power = {str(one["UserName"]): administers(later, str(one["UserName"]), mfa=True) for one in gaining}
    ruling = [one for one, answer in power.items() if answer is not False]
    return Beside(
        members=_names(found), gaining=_names(gaining), ruling=tuple(sorted(ruling)),
        perhaps=any(power[one] is None for one in ruling), idle=_names(one for one in others if one not in gaining),
        own=_names(one for one in gaining if tag_of(one, MANAGED) == ground.roster.roster),
    )  # fmt: skip


def _expected(ground: Ground, user: Mapping[str, Any], group: str) -> bool:
    """Return whether a user is in a group by the roster's will, or is denied everything as one who left."""
    if is_disabled(user):
        return True
    workload = str(user.get("Path") or "/").startswith(WORKLOADS)
    other = tag_of(user, MANAGED) not in ("", ground.roster.roster)
    return named_for(ground, str(user["UserName"]), group) and not workload and not other


def _has(ground: Ground, user: Mapping[str, Any], group: str, given: Mapping[str, Any]) -> bool:
    """Return whether a user surely has all of it already: without the group, or as an administrator, MFA or not."""
    name = str(user["UserName"])
    if all(administers(ground.view, name, mfa=mfa) for mfa in (True, False)):
        return True
    holders = [user, *(one for one in map(ground.group, user["GroupList"]) if one and one["GroupName"] != group)]
    arns = {one.get("PolicyArn") for holder in holders for one in holder.get("AttachedManagedPolicies") or ()}
    texts = [
        one.get("PolicyDocument")
        for holder in holders
        for one in (*(holder.get("UserPolicyList") or ()), *(holder.get("GroupPolicyList") or ()))
    ]
    return all(one in arns if text is None else text in texts for one, text in given.items())


def _names(users: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(str(one["UserName"]) for one in users))


def in_words(names: Sequence[str]) -> str:
    """Return names as people say them, the first eight of many."""
    shown = [*names[:8], f"{len(names) - 8} more"] if len(names) > 8 else [*names]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def _a(names: tuple[str, ...]) -> str:
    return "an administrator" if len(names) == 1 else "administrators"
