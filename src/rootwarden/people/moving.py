"""Who changes jobs, comes back, or was here before the roster: one user is brought to what the roster says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypedDict

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Difference, Risk, Step
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.people.beyond import Beyond, in_groups, on_joining
from rootwarden.people.foundation import Foundation
from rootwarden.people.ground import Ground, iam, is_disabled, of_keys, of_tag, of_user, tag_of, tag_there
from rootwarden.people.joining import boundary_of, enter, give_password, leave
from rootwarden.people.leaving import DENY_POLICY, deny_document
from rootwarden.people.roster import DISABLED, MANAGED, OWNER, Person
from rootwarden.people.sparing import keeps_a_way_in
from rootwarden.proofs.mfa_gate import WORKLOADS, why_not_gated
from rootwarden.proofs.truth import Truth
from rootwarden.proofs.ways_in import is_break_glass


def adopt(ground: Ground, person: Person, user: dict[str, Any], *, wanted: bool) -> None:
    """Plan the mark that makes a user the roster's, where somebody `wanted` that; or say what stands in the way."""
    name, arn, mine = str(user["UserName"]), str(user.get("Arn") or ""), ground.roster.roster
    other = tag_of(user, MANAGED)
    if other:
        ground.leave(
            f"user {name}", f"it belongs to the roster {other}",
            f"take it off that one, or name {person.name} only there", resource=arn,
        )  # fmt: skip
        return
    if str(user.get("Path") or "/").startswith(WORKLOADS):
        ground.leave(
            f"user {name}", f"it is a workload (path {user['Path']})", "give the person a user of their own",
            resource=arn,
        )  # fmt: skip
        return
    if not wanted:
        ground.leave(
            f"user {name}", "it was there before the roster, which therefore leaves it alone",
            f"plan with --adopt to take over every such user, once you know that {name} is {person.name}", resource=arn,
        )  # fmt: skip
        return
    ground.plan(
        "adopt", f"Take the user {name} over into the roster", why=f"the roster {mine} names {person.name}",
        resource=arn, risk=Risk.CAREFUL,
        **_tagged(name, arn, user, {MANAGED: mine, OWNER: person.email}),
        notes=("from now on it is disabled when the roster does not name it any more; plan again for its groups",),
    )  # fmt: skip


def bring_up(ground: Ground, foundation: Foundation, person: Person, user: dict[str, Any]) -> None:
    """Plan what a managed user lacks or has too much of: groups, boundary, owner, a password; a leaver comes back."""
    name, arn = str(user["UserName"]), str(user.get("Arn") or "")
    held = ground.held(name)
    limit, has = boundary_of(ground, foundation, person), _boundary_arn(user)
    more = _more(ground, person, name, limit)
    if more.ruling:
        more.refuse(ground, name, arn)
    if is_disabled(user):
        if more.ruling:
            return
        _come_back(ground, person, user, arn)
    now = sorted(str(one) for one in user.get("GroupList") or ())
    wanted = {*person.member_of, *_gate(ground, foundation, user, held)}
    wanted |= set(_kept(ground, name, arn, sorted(set(now) - wanted)))
    if more.ruling:  # nothing of the move, but the gate
        wanted, limit = {*now, *(wanted & {foundation.gate_group})}, has
    into, out = sorted(wanted - set(now)), sorted(set(now) - wanted)
    steps = [*enter(ground, name, into), *leave(ground, name, out)]
    expects: list[Expect] = [of_user(name, "GroupList", value=now)] if into or out else []
    if foundation.gate_group in into:
        expects.append(of_keys(name, held["AccessKeys"]))  # nobody with an active key stands behind the gate
    then: list[Expect] = [of_user(name, "GroupList", value=sorted(wanted))] if into or out else []
    shows = [Difference(what=f"groups of {name}", before=", ".join(now) or "none", after=", ".join(sorted(wanted)))]
    if limit != has:
        steps.append(_bound(name, arn, limit, has))
        expects.append(of_user(name, "PermissionsBoundary", value=(has and {"PermissionsBoundaryArn": has}) or None))
        then.append(of_user(name, "PermissionsBoundary", value=(limit and {"PermissionsBoundaryArn": limit}) or None))
        shows.append(Difference(what=f"boundary of {name}", before=has or "none", after=limit or "none"))
    if tag_of(user, OWNER) != person.email:
        owner = _tagged(name, arn, user, {OWNER: person.email})
        steps += owner["steps"]
        expects += owner["expects"]
        then += owner["then"]
        shows += owner["shows"]
    if steps:
        change = ground.draft(
            "move", f"Bring {name} to what the roster says", risk=Risk.CAREFUL, resource=arn, steps=steps,
            why=f"the roster {ground.roster.roster} has {person.name} as {person.function}",
            expects=expects, then=then, shows=shows if into or out else shows[1:],
            notes=more.notes(name) if set(into) & set(person.member_of) else (),
        )  # fmt: skip
        if keeps_a_way_in(ground, user, change):
            ground.add(change)
        else:
            ground.leave(
                f"user {name}", "it is the last way into the account as an administrator",
                "make another administrator first", resource=arn,
            )  # fmt: skip
    if held.get("LoginProfile") is None:
        give_password(ground, person, name, arn)


def _more(ground: Ground, person: Person, name: str, limit: str) -> Beyond:
    """Return what a user would get beyond the roster by being in the person's groups, behind this boundary."""
    then = (
        in_groups(ground, name, person.member_of), of_tag(name, DISABLED, None),
        of_user(name, "UserPolicyList", Item("PolicyName", DENY_POLICY)),
        of_user(name, "PermissionsBoundary", value={"PermissionsBoundaryArn": limit} if limit else None),
    )  # fmt: skip
    return on_joining(ground, name, person.member_of, then)


def _kept(ground: Ground, name: str, arn: str, out: list[str]) -> Iterator[str]:
    """Yield the groups that a user is not taken out of because it is a break-glass user, and say so."""
    if out and is_break_glass(name, ground.roster.break_glass):
        ground.leave(
            f"user {name}", f"it is a break-glass user, and would lose {', '.join(out)}",
            "give the person a user of their own", resource=arn,
        )  # fmt: skip
        yield from out


def _gate(ground: Ground, foundation: Foundation, user: dict[str, Any], held: dict[str, Any]) -> Iterator[str]:
    """Yield the group of the gate where a user may stand behind it; one that stands there already stays."""
    why = why_not_gated(str(user.get("Path") or "/"), active_key(held))
    if not why:
        yield foundation.gate_group
        return
    behind = foundation.gate_group in (user.get("GroupList") or ())
    if behind:
        yield foundation.gate_group
    ground.leave(
        f"user {user['UserName']}",
        f"it stands behind the MFA gate, and {why}" if behind else f"it is not put behind the MFA gate: {why}",
        "give what uses the key a role, or a user under /service/; then plan again",
        resource=str(user.get("Arn") or ""),
    )  # fmt: skip


def active_key(held: dict[str, Any]) -> Truth:
    """Return whether a user has an active access key."""
    keys = held.get("AccessKeys")
    if not isinstance(keys, list):
        return Truth(None, Unknown("field_missing"), "iam.user_credentials")
    return Truth(any(one.get("Status") != "Inactive" for one in keys))


def _come_back(ground: Ground, person: Person, user: dict[str, Any], arn: str) -> None:
    name, since = str(user["UserName"]), tag_of(user, DISABLED)
    both = {"UserName": name, "PolicyName": DENY_POLICY}
    lift = Step(
        id="allow", does="Lift the denial", call=iam("DeleteUserPolicy", **both),
        undo=(iam("PutUserPolicy", **both, PolicyDocument=as_json(deny_document())),), on=(arn,),
    )  # fmt: skip
    tag = Step(
        id="tag", does="Take the mark of a leaver off", call=iam("UntagUser", UserName=name, TagKeys=[DISABLED]),
        undo=(iam("TagUser", UserName=name, Tags=[{"Key": DISABLED, "Value": since}]),), on=(arn,),
    )  # fmt: skip
    denied = of_user(name, "UserPolicyList", Item("PolicyName", DENY_POLICY))
    ground.plan(
        "return", f"Let {name} back in", why=f"the roster {ground.roster.roster} names {person.name} again",
        resource=arn, risk=Risk.CAREFUL, steps=(tag, lift), expects=(of_tag(name, DISABLED, since),),
        then=(of_tag(name, DISABLED, None), denied),
        shows=(Difference(what=f"user {name}", before=f"disabled since {since}", after="enabled"),),
        notes=("its access keys stay inactive",),
    )  # fmt: skip


def _boundary_arn(user: dict[str, Any]) -> str:
    limit = user.get("PermissionsBoundary")
    if limit is None:
        return ""
    arn = limit.get("PermissionsBoundaryArn") if isinstance(limit, dict) else None
    if not isinstance(arn, str):
        raise UnseenError(Unknown("malformed: a boundary without an ARN"), f"users[{user['UserName']}]")
    return arn


def _bound(name: str, arn: str, limit: str, has: str) -> Step:
    def put(to: str) -> Any:
        if to:
            return iam("PutUserPermissionsBoundary", UserName=name, PermissionsBoundary=to)
        return iam("DeleteUserPermissionsBoundary", UserName=name)

    return Step(id="boundary", does=f"Set the boundary of {name}", call=put(limit), undo=(put(has),), on=(arn,))


class _Tagged(TypedDict):
    """The parts of a change that tags a user."""

    steps: list[Step]
    expects: list[Expect]
    then: list[Expect]
    shows: list[Difference]


def _tagged(name: str, arn: str, user: dict[str, Any], tags: dict[str, str]) -> _Tagged:
    """Return what sets tags, each under the key that is there; taken back, it reads as before or is gone."""
    parts = _Tagged(steps=[], expects=[], then=[], shows=[])
    for wanted, value in tags.items():
        key, old = tag_there(user, wanted)
        put = iam("TagUser", UserName=name, Tags=[{"Key": key, "Value": value}])
        back = (
            iam("UntagUser", UserName=name, TagKeys=[key]) if old is None
            else iam("TagUser", UserName=name, Tags=[{"Key": key, "Value": old}])
        )  # fmt: skip
        step = f"tag-{wanted.rpartition(':')[2]}"
        parts["steps"].append(Step(id=step, does=f"Write the tag {key}", call=put, undo=(back,), on=(arn,)))
        parts["expects"].append(of_tag(name, key, old))
        parts["then"].append(of_tag(name, key, value))
        parts["shows"].append(Difference(what=f"tag {key} of {name}", before=old or "none", after=value))
    return parts
