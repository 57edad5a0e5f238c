"""A group of the roster: made with its policies, or brought to what the roster says; what it holds beyond is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from rootwarden.errors import RefusedError
from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Difference, Probe, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.people.beside import beside, leave_unread
from rootwarden.people.beyond import beyond
from rootwarden.people.ground import Ground, iam
from rootwarden.people.job_power import policy_arn
from rootwarden.people.roster import Group
from rootwarden.proofs.iam_directory import FACT
from rootwarden.proofs.resting_people import on_group


def ensure_groups(ground: Ground) -> None:
    """Plan all groups that the roster names."""
    for name, group in ground.roster.groups.items():
        _ensure(ground, name, group)


def ensure_group(ground: Ground, name: str, arns: Iterable[str]) -> None:
    """Plan the group of the MFA gate, which holds these policies.

    Raises:
        RefusedError: somebody is in it whom the roster did not put there, and who would be shut out without MFA.
        UnseenError: who is in it could not be read.
    """
    arns = tuple(arns)
    there = ground.group(name)
    if there is not None and _lacking(there, arns):
        bound = beside(ground, name, there, dict.fromkeys(arns), ())
        others = [one for one in (*bound.gaining, *bound.idle) if one not in bound.own]
        if others:
            raise RefusedError(
                f"the group {name} is there, and {', '.join(others)} in it",
                why="the MFA gate is about to be put on it, and would shut them out while they have no MFA",
                todo="take them out of it, or give the roster another id",
            )
    _ensure(ground, name, Group(policies=arns, others="keep"))


def _ensure(ground: Ground, name: str, group: Group) -> None:
    arns = tuple(policy_arn(one, ground.partition) for one in group.policies)
    there = ground.group(name)
    if there is None:
        _create(ground, name, arns, group.documents)
        return
    texts = {str(one.get("PolicyName")): one.get("PolicyDocument") for one in there.get("GroupPolicyList") or ()}
    documents = {key: text for key, text in group.documents.items() if texts.get(key) != text}
    _add(ground, name, there, _lacking(there, arns), documents, texts)
    over = [one for one in beyond(there, group, ground.partition) if one not in group.documents]
    if over:
        ground.leave(
            f"group {name}", "it holds policies that the roster does not name",
            f"name them under groups.{name}, or take them off: {', '.join(over)}",
            resource=str(there.get("Arn") or ""),
        )  # fmt: skip


def _attached(there: Mapping[str, Any]) -> set[str]:
    return {str(one.get("PolicyArn")) for one in there.get("AttachedManagedPolicies") or ()}


def _lacking(there: Mapping[str, Any], arns: Iterable[str]) -> list[str]:
    """Return the policies that a group has not."""
    has = _attached(there)
    return [one for one in arns if one not in has]


def _create(ground: Ground, name: str, arns: tuple[str, ...], documents: Mapping[str, dict[str, Any]]) -> None:
    path = ground.roster.path
    arn = ground.arn("group", path, name)
    create = Step(
        id="group", does=f"Create the group {name}", call=iam("CreateGroup", GroupName=name, Path=path),
        undo=(iam("DeleteGroup", GroupName=name),), used=on_group(name),
        seen=Probe(call=iam("GetGroup", GroupName=name), done="Group.GroupName", absent=("NoSuchEntity",)), on=(arn,),
    )  # fmt: skip
    own: dict[str, Any] = {"Path": path, "Arn": arn} | ({} if arns else {"AttachedManagedPolicies": []})
    ground.plan(
        "group", f"Create the group {name}", why=f"the roster {ground.roster.roster} names it", resource=arn,
        steps=(create, *_steps(name, arn, arns, documents, {}, on_group(name))),
        expects=(_of(name, value=None),),
        then=(_of(name, value=own), *_then(name, arns, documents)),
        shows=tuple(Difference(what=f"group {name}", before="not there", after=one) for one in (*arns, *documents)),
    )  # fmt: skip


def _add(
    ground: Ground, wanted: str, there: Mapping[str, Any], arns: list[str], documents: dict[str, dict[str, Any]],
    before: Mapping[str, Any],
) -> None:  # fmt: skip
    """Plan what a group that is there lacks, unless somebody else in it would gain by that; `wanted` is its name."""
    name, arn = str(there["GroupName"]), str(there.get("Arn") or "")
    if not (arns or documents):
        return
    then = tuple(_then(name, arns, documents))
    try:
        others = beside(ground, wanted, there, {**dict.fromkeys(arns), **documents}, then)
    except UnseenError as error:
        leave_unread(ground, name, error)
        return
    job = ground.roster.groups.get(wanted)
    if others.gaining and job is not None and not job.others:
        others.refuse(ground, wanted)
        return
    expects = [replace(_of(name, "Members", value=list(others.members)), beforehand=True)]
    expects += [_of(name, "AttachedManagedPolicies", Item("PolicyArn", one)) for one in arns]
    for key in documents:
        old = before.get(key)
        at = _of(name, "GroupPolicyList", Item("PolicyName", key), value=old and {"PolicyDocument": old})
        expects.append(at)
    ground.plan(
        "group-policies", f"Give the group {name} what the roster says", risk=Risk.CAREFUL,
        why=f"it lacks what the roster {ground.roster.roster} names", resource=arn,
        steps=_steps(name, arn, arns, documents, before), expects=expects, then=then,
        notes=others.notes(),
        shows=(
            *(Difference(what=f"group {name}", before="without", after=one) for one in arns),
            *(Difference(what=f"group {name}, {key}", before="another text" if before.get(key) else "without",
                         after="as in the roster") for key in documents),
            *others.shows((*arns, *documents)),
        ),
    )  # fmt: skip


def _steps(
    name: str, arn: str, arns: Iterable[str], documents: Mapping[str, Any], before: Mapping[str, Any],
    used: tuple[Probe, ...] = (),
) -> Iterator[Step]:  # fmt: skip
    """Go through the steps that give a group its policies; `used` where the group is made by the same change."""
    for number, one in enumerate(arns, start=1):
        both = {"GroupName": name, "PolicyArn": one}
        yield Step(
            id=f"attach-{number}", does=f"Attach {one.rpartition('/')[2]}", call=iam("AttachGroupPolicy", **both),
            undo=(iam("DetachGroupPolicy", **both),), used=used, on=(arn,),
        )  # fmt: skip
    for number, (key, text) in enumerate(documents.items(), start=1):
        both = {"GroupName": name, "PolicyName": key}
        old = before.get(key)
        back = iam("PutGroupPolicy", **both, PolicyDocument=as_json(old)) if old else iam("DeleteGroupPolicy", **both)
        yield Step(
            id=f"document-{number}", does=f"Write the policy {key}",
            call=iam("PutGroupPolicy", **both, PolicyDocument=as_json(text)), undo=(back,), used=used, on=(arn,),
        )  # fmt: skip


def _then(name: str, arns: Iterable[str], documents: Mapping[str, Any]) -> Iterator[Expect]:
    for one in arns:
        value = {"PolicyName": one.rpartition("/")[2], "PolicyArn": one}
        yield _of(name, "AttachedManagedPolicies", Item("PolicyArn", one), value=value)
    for key, text in documents.items():
        yield _of(name, "GroupPolicyList", Item("PolicyName", key), value={"PolicyDocument": text})


def _of(name: str, *at: str | Item, value: Any = None) -> Expect:
    return Expect(fact=FACT, at=("groups", Item("GroupName", name), *at), value=value)
