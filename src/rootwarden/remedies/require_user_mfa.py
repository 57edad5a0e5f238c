"""Puts people behind the MFA gate: until a user has signed in with MFA, only the password and MFA can be managed.

A device can be enrolled by its owner alone, so that the finding is mended by a person. The gate, for which somebody has
to ask, sees to it that a password without a device is worth nothing. Nobody is put behind it who would be shut out: no
user with an active access key, no workload under /service/, no break-glass user, and not whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Change, Declared, Difference, Probe, Risk, Step, change_id
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.remedy import Case, Not, Remedy, Wish
from rootwarden.proofs.iam_users import Named, account_users
from rootwarden.proofs.mfa_gate import gate_document, why_not_gated
from rootwarden.proofs.resting_people import on_group, on_policy
from rootwarden.proofs.truth import Truth
from rootwarden.proofs.ways_in import is_break_glass

REMEDY = Remedy(
    title="Put people behind the MFA gate",
    order=65,
    params={"name": "rootwarden-mfa-gate", "break_glass": ()},
    facts=("iam.authorization", "iam.user_credentials", "account.identity"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "iam.AddUserToGroup", "iam.AttachGroupPolicy", "iam.CreateGroup", "iam.CreatePolicy", "iam.DeleteGroup",
        "iam.DeletePolicy", "iam.DetachGroupPolicy", "iam.RemoveUserFromGroup",
    ),
)  # fmt: skip

_FACT, _CREDENTIALS = "iam.authorization", "iam.user_credentials"


def prescribe(case: Case) -> Change | Not:
    """Say who has to do it: nobody can enrol a device for somebody else."""
    user = case.finding.resource.rpartition("/")[2]
    gate = f"with [remedies.{case.slug}] in rootwarden.toml, a plan puts the user behind the MFA gate until then"
    if case.wished:
        gate = "until then the user stands behind the MFA gate, or the plan says why not"
    return Not("only its user can enrol an MFA device", f"`rootwarden runbook user-mfa {user}`; {gate}")


def propose(wish: Wish) -> Iterator[Change | Not]:
    """Make the gate, and put every user with a console password behind it who may stand there."""
    name = wish.settings.text("name")
    arn = f"arn:{wish.seen.subject.partition}:iam::{wish.account}:policy/{name}"
    group = _group(wish, name)
    waiting = []
    for user in account_users(wish.seen):
        answer = _why_not(wish, user)
        if answer == "":
            waiting.append(user)
        elif answer is not None:
            todo = "give what it is used for a role; see `rootwarden explain RW-IAM-02`"
            yield Not(f"the user {user.name} is not put behind the gate: {answer}", todo)
    waiting = [user for user in waiting if name not in (user.raw.get("GroupList") or ())]
    if group is None and waiting:
        yield _gate(wish, name, arn)
    yield from (_put(wish, name, user) for user in waiting)


def _group(wish: Wish, name: str) -> dict[str, Any] | None:
    """Return the group of the gate; one that does not hold the gate is somebody else's.

    Raises:
        UnseenError: the groups could not be read, or a group of this name is no gate.
    """
    for sight in wish.seen.account.part(_FACT, "groups").each():
        group = sight.plain()
        if group.get("GroupName") == name:
            held = [one.get("PolicyName") for one in group.get("AttachedManagedPolicies") or ()]
            if name not in held:
                raise UnseenError(Unknown("not_the_gate", hint=f"a group {name} holds no policy {name}"), _FACT)
            return dict(group)
    return None


def _why_not(wish: Wish, user: Named) -> str | None:
    """Return why a user must not stand behind the gate, "" if it may, None where it has no password to guard."""
    held = wish.seen.account[_CREDENTIALS]["users"]
    mine = next((one.plain() for one in held.each() if one["UserName"].text() == user.name), None)
    if mine is None:
        raise UnseenError(Unknown("not_in_snapshot"), f"{_CREDENTIALS}.users[{user.name}]")
    if mine.get("LoginProfile") is None:
        return None
    if is_break_glass(user.name, wish.settings.texts("break_glass")):
        return "it is a break-glass user"
    if wish.seen.account["account.identity"]["Arn"].text() == user.arn:
        return "it is who asks"
    active = any(one.get("Status") != "Inactive" for one in mine["AccessKeys"])
    return why_not_gated(str(user.raw.get("Path") or "/"), Truth(active))


def _gate(wish: Wish, name: str, arn: str) -> Change:
    document, group_arn = gate_document(wish.seen.subject.partition), arn.replace(":policy/", ":group/")
    attached = {"GroupName": name, "PolicyArn": arn}
    steps = (
        Step(
            id="policy", does=f"Create the policy {name}",
            call=_call("CreatePolicy", PolicyName=name, PolicyDocument=as_json(document)),
            undo=(_call("DeletePolicy", PolicyArn=arn),), used=on_policy(arn), on=(arn,),
            seen=Probe(call=_call("GetPolicy", PolicyArn=arn), done="Policy.Arn", absent=("NoSuchEntity",)),
        ),
        Step(
            id="group", does=f"Create the group {name}", call=_call("CreateGroup", GroupName=name),
            undo=(_call("DeleteGroup", GroupName=name),), used=on_group(name), on=(group_arn,),
            seen=Probe(call=_call("GetGroup", GroupName=name), done="Group.GroupName", absent=("NoSuchEntity",)),
        ),
        Step(
            id="attach", does="Attach the policy to the group", call=_call("AttachGroupPolicy", **attached),
            undo=(_call("DetachGroupPolicy", **attached),), used=on_group(name), on=(group_arn,),
        ),
    )  # fmt: skip
    policy, group = (_FACT, ("policies", Item("Arn", arn))), (_FACT, ("groups", Item("GroupName", name)))
    held = [{"PolicyName": name, "PolicyArn": arn}]
    version = {"VersionId": "v1", "Document": document}
    return Change(
        id=change_id(wish.slug, wish.account, "", arn), remedy=wish.slug, title=f"Make the MFA gate {name}",
        why="a password alone must not be enough", account=wish.account, resource=arn, accounts=(wish.account,),
        risk=Risk.SAFE, steps=steps,
        expects=(Expect(fact=policy[0], at=policy[1]), Expect(fact=group[0], at=group[1])),
        then=(
            Expect(fact=policy[0], at=policy[1], value={"PolicyName": name}),
            Expect(fact=policy[0], at=(*policy[1], "PolicyVersionList", Item("IsDefaultVersion", True)), value=version),
            Expect(fact=group[0], at=group[1], value={"Arn": group_arn, "AttachedManagedPolicies": held}),
        ),
        shows=(Difference(what=f"policy and group {name}", before="not there", after="there, with nobody in it"),),
        declares=(
            Declared(type="AWS::IAM::ManagedPolicy", name="MfaGate",
                     properties={"ManagedPolicyName": name, "PolicyDocument": document}),
            Declared(type="AWS::IAM::Group", name="MfaGateGroup",
                     properties={"GroupName": name, "ManagedPolicyArns": [{"Ref": "MfaGate"}]}),
        ),
    )  # fmt: skip


def _put(wish: Wish, name: str, user: Named) -> Change:
    now = sorted(str(one) for one in user.raw.get("GroupList") or ())
    both = {"GroupName": name, "UserName": user.name}
    step = Step(
        id="into", does=f"Put {user.name} behind the gate", call=_call("AddUserToGroup", **both),
        undo=(_call("RemoveUserFromGroup", **both),),
        on=(f"arn:{wish.seen.subject.partition}:iam::{wish.account}:group/{name}",),
    )  # fmt: skip
    at = ("users", Item("UserName", user.name), "GroupList")
    return Change(
        id=change_id(wish.slug, wish.account, "", user.arn), remedy=wish.slug,
        title=f"Put {user.name} behind the MFA gate", why=f"{user.name} signs in with a password",
        account=wish.account, resource=user.arn, accounts=(wish.account,), risk=Risk.CAREFUL, steps=(step,),
        expects=(
            Expect(fact=_FACT, at=at, value=now),
            Expect(fact=_FACT, at=("users", Item("UserName", user.name), "Path"), value=user.raw.get("Path")),
            Expect(fact=_CREDENTIALS, at=("users", Item("UserName", user.name), "AccessKeys"), value=_keys(wish, user)),
        ), then=(Expect(fact=_FACT, at=at, value=sorted([*now, name])),),
        shows=(Difference(what=user.name, before="password alone", after="nothing but enrolling MFA without MFA"),),
        notes=("whoever has no device yet signs in, enrols one, and signs in again with it",),
        never_by=(user.arn,),
    )  # fmt: skip


def _keys(wish: Wish, user: Named) -> list[dict[str, Any]]:
    """Return the access keys of a user, each in its state: one that was made active since keeps it from the gate."""
    held = (one.plain() for one in wish.seen.account[_CREDENTIALS]["users"].each())
    mine: list[dict[str, Any]] = next((one["AccessKeys"] for one in held if one.get("UserName") == user.name), [])
    return [{"AccessKeyId": one["AccessKeyId"], "Status": one.get("Status")} for one in mine]


def _call(operation: str, **parameters: Any) -> Call:
    return Call(service="iam", operation=operation, parameters=parameters)
