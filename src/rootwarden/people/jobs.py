"""A job in Identity Center: a group, a permission set with what the job needs, and its assignment to the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from rootwarden.model.expect import Item
from rootwarden.model.placeholders import as_json, refer
from rootwarden.model.plan import Call, Difference, Probe, Risk, Step
from rootwarden.model.readings import UnseenError
from rootwarden.people.beside import Beside, leave_unread
from rootwarden.people.centre import Centre, place
from rootwarden.people.centre_beside import beside_there
from rootwarden.people.job_power import one_document, policy_arn
from rootwarden.people.roster import MANAGED, Group
from rootwarden.proofs.resting_people import on_centre_group, on_permission_set

_SESSION = "PT4H"


def plan_jobs(centre: Centre) -> None:
    """Plan the group, permission set and assignment of every group of the roster, as far as they are not there."""
    for name, group in centre.ground.roster.groups.items():
        _job(centre, name, group)


def _job(centre: Centre, name: str, job: Group) -> None:
    account = centre.ground.account
    group, found = centre.find("groups", "DisplayName", name), centre.find("sets", "Name", name)
    arns = [policy_arn(one, centre.ground.partition) for one in job.policies]
    inline = one_document(job)
    if found is not None and not _as_wanted(found, arns, inline):
        centre.ground.leave(
            f"permission set {name}", "it allows something else than the roster says",
            "correct one of the two; who has it would get other rights without asking",
        )  # fmt: skip
        return
    group_id: Any = str(group["GroupId"]) if group else refer("group", "id")
    set_arn: Any = str(found["PermissionSetArn"]) if found else refer("set", "arn")
    assigned = group and found and any(
        (one["AccountId"], one["PrincipalId"]) == (account, group_id) for one in found["assignments"]
    )  # fmt: skip
    members = () if group else _members(centre, group_id)
    given = () if found else on_permission_set(
        centre.admin("ListAccountsForProvisionedPermissionSet", PermissionSetArn=set_arn),
        centre.admin("ListAccountAssignments", AccountId=account, PermissionSetArn=set_arn), account, group_id,
    )  # fmt: skip
    steps = [] if group else [_group(centre, name, members)]
    steps += [] if found else [*_set(centre, name, arns, inline, given)]
    steps += [] if assigned else [_assignment(centre, group_id, set_arn, (*members, *given), fresh=found is None)]
    if not steps:
        return
    others = _others(centre, name, job, group, found)
    if others is None:
        return
    who = place("groups", "DisplayName", name, "Members", value=list(others.members))
    expects = [replace(who, beforehand=True) if group else place("groups", "DisplayName", name)]
    expects += [] if found else [place("sets", "Name", name)]
    if group and found and not assigned:
        ours = Item("", {"AccountId": account, "PrincipalId": group_id})
        expects.append(place("sets", "Name", name, "assignments", ours))
    assignment = place(
        "sets", "Name", name, "assignments", Item("AccountId", account), value={"PrincipalType": "GROUP"}
    )
    centre.plan(
        "centre-job", f"Give {name} its group and permission set in Identity Center", name,
        why=f"the roster names {name}", steps=steps, expects=expects,
        then=[place("groups", "DisplayName", name, value={}), place("sets", "Name", name, value={}), assignment],
        risk=Risk.CAREFUL if others.members else Risk.SAFE, notes=others.notes(),
        shows=[
            *(Difference(what=f"permission set {name}", before="not assigned", after=one)
              for one in (*arns, *job.documents)),
            *others.shows((*arns, *job.documents)),
        ],
    )  # fmt: skip


def _others(
    centre: Centre, name: str, job: Group, group: Mapping[str, Any] | None, found: Mapping[str, Any] | None
) -> Beside | None:
    """Return who is in the group already; None: it is left, because others would gain, or nobody could tell."""
    if group is None:
        return Beside()
    try:
        others = beside_there(centre, name, group, found)
    except UnseenError as error:
        leave_unread(centre.ground, name, error)
        return None
    if others.gaining and not job.others:
        others.refuse(centre.ground, name)
        return None
    return others


def _as_wanted(found: Mapping[str, Any], arns: list[str], inline: dict[str, Any] | None) -> bool:
    held = sorted(str(one.get("Arn")) for one in found["ManagedPolicies"])
    return held == sorted(arns) and found.get("InlinePolicy") == inline


def _members(centre: Centre, group: Any) -> tuple[Probe, ...]:
    return on_centre_group(
        centre.call("ListGroupMemberships", GroupId=group),
        centre.admin("ListAccountAssignmentsForPrincipal", PrincipalId=group, PrincipalType="GROUP"),
        centre.ground.account,
    )


def _group(centre: Centre, name: str, used: tuple[Probe, ...]) -> Step:
    return Step(
        id="group", does=f"Create the group {name}", keeps={"id": "GroupId"},
        call=centre.call("CreateGroup", DisplayName=name, Description=f"{centre.mark}"),
        undo=(centre.call("DeleteGroup", GroupId=refer("group", "id")),), used=used,
        seen=Probe(call=centre.group_id(name), done="GroupId", absent=("ResourceNotFoundException",)),
    )  # fmt: skip


def _set(
    centre: Centre, name: str, arns: list[str], inline: dict[str, Any] | None, used: tuple[Probe, ...]
) -> Iterator[Step]:
    arn = {"PermissionSetArn": refer("set", "arn")}
    yield Step(
        id="set", does=f"Create the permission set {name}", keeps={"arn": "PermissionSet.PermissionSetArn"},
        call=centre.admin(
            "CreatePermissionSet", Name=name, SessionDuration=_SESSION,
            Tags=[{"Key": MANAGED, "Value": centre.ground.roster.roster}],
        ),
        undo=(centre.admin("DeletePermissionSet", **arn),), used=used,
        seen=Probe(
            call=centre.admin("ListPermissionSets", MaxResults=100), over="PermissionSets",
            each=centre.admin("DescribePermissionSet", PermissionSetArn={"$ref": "item"}),
            done=f"PermissionSet.Name=='{name}'",
        ),
    )  # fmt: skip
    for number, policy in enumerate(arns, start=1):
        both = {**arn, "ManagedPolicyArn": policy}
        listed = centre.admin("ListManagedPoliciesInPermissionSet", **arn)
        yield Step(
            id=f"attach-{number}", does=f"Attach {policy.rpartition('/')[2]}",
            call=centre.admin("AttachManagedPolicyToPermissionSet", **both),
            undo=(centre.admin("DetachManagedPolicyFromPermissionSet", **both),), used=used,
            seen=Probe(call=listed, done=f"AttachedManagedPolicies[?Arn=='{policy}']"),
        )  # fmt: skip
    if inline is not None:
        yield Step(
            id="inline", does="Write its own policy",
            call=centre.admin("PutInlinePolicyToPermissionSet", **arn, InlinePolicy=as_json(inline)),
            undo=(centre.admin("DeleteInlinePolicyFromPermissionSet", **arn),), used=used,
        )  # fmt: skip


def _assignment(centre: Centre, group: Any, arn: Any, used: tuple[Probe, ...], *, fresh: bool) -> Step:
    """Assign the set to the group in the account; a set that is new has no other assignment there."""
    account = centre.ground.account
    everything: dict[str, Any] = {
        "PermissionSetArn": arn, "TargetType": "AWS_ACCOUNT", "TargetId": account, "PrincipalType": "GROUP",
        "PrincipalId": group,
    }  # fmt: skip
    listed: Call = centre.admin("ListAccountAssignments", AccountId=account, PermissionSetArn=arn)
    known = "" if fresh or not isinstance(group, str) else f"[?PrincipalId=='{group}']"
    return Step(
        id="assignment", does=f"Assign it in account {account}",
        call=centre.admin("CreateAccountAssignment", **everything),
        undo=(centre.admin("DeleteAccountAssignment", **everything),), used=used,
        seen=Probe(call=listed, done=f"AccountAssignments{known}"),
    )  # fmt: skip
