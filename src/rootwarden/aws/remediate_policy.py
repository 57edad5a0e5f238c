"""The IAM policy that one plan needs, and the one of a role that may apply any: made from the table of writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT
from rootwarden.aws.hop import role_arn
from rootwarden.aws.permissions import actions_for
from rootwarden.aws.tags import TAG_READS, tag_actions
from rootwarden.aws.targets import Roles
from rootwarden.errors import RefusedError
from rootwarden.model.placeholders import learned
from rootwarden.model.plan import Call, Change
from rootwarden.model.rights import Grant, Only, grants, guard_grants
from rootwarden.model.writes import ALSO, LOOKS, WRITES

# What follows the verb of an action.
_VERB = re.compile(r"(?<=[a-z])[A-Z].*")


def plan_policy(changes: Iterable[Change]) -> dict[str, Any]:
    """Return the policy that applying and undoing these changes needs: each action on what it is about, no more.

    What is done as root of a member needs no right in the member but that to become root, for that task only. The
    rights to read before and afterwards are those of an audit (`rootwarden iam-policy audit`). What somebody else looks
    after is never made, and needs none.
    """
    found: list[Grant] = []
    roots: dict[str, set[str]] = {}
    for change in changes:
        if change.owner:
            continue
        for name in change.looks:
            found += guard_grants(change.account, LOOKS[name])
        if change.as_root:
            roots.setdefault(change.as_root, set()).add(change.account)
            continue
        found += (Grant(action=action, on=on) for action, on in tag_actions(change.touches))
        for step in change.steps:
            found += grants(change, step, {call.name: looking(call) for one in step.probes for call in one.calls})
    return _document([*_statements(found), *(_becoming_root(task, who) for task, who in sorted(roots.items()))])


def entering_policy(accounts: Iterable[str], roles: Roles, partition: str) -> dict[str, Any]:
    """Return the policy of whoever applies a plan from outside: the right to enter the roles of these accounts."""
    arns = sorted(role_arn(partition, one, roles.of(one)) for one in accounts)
    enter = {"Sid": "RootwardenEnterAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arns}
    return {"Version": "2012-10-17", "Statement": [enter]}


def looks_policy(looks: Iterable[str]) -> str:
    """Return the inline policy of a session that can only make these calls, which read."""
    actions = sorted({action for name in looks for action in LOOKS[name]})
    return _compact(_document([_allow(actions, ["*"], {})]))


def change_session_policy(change: Change, kept: Mapping[str, Any] | None = None) -> str:
    """Return the inline policy of the session in which one change is made or undone, as AssumeRole takes it.

    What AWS named already (`kept`, by `step.name`) is known by its name, not by the tags that it was made with: KMS may
    take five minutes until it counts a tag (KMS Developer Guide, "ABAC for AWS KMS").

    Where that is too long for STS, it is said in fewer words: what has no condition is allowed on the same ARNs all
    together, whichever action each is for, and what only reads on everything; then actions with one verb as that verb.
    The role itself, whose rights no session goes beyond, allows none but those of the table of writes.

    Raises:
        RefusedError: it is too long even so; AWS would refuse the session.
    """
    whole = plan_policy((_told(change, kept) if kept else change,))["Statement"]
    fewer = _together(whole)
    texts = (_compact(_document(made)) for made in (whole, fewer, [_in_verbs(one) for one in fewer]))
    fitting = next((text for text in texts if len(text) <= SESSION_POLICY_LIMIT), None)
    if fitting is None:
        raise RefusedError(
            f"what {change.id} needs is longer than the {SESSION_POLICY_LIMIT} characters that a session may be told",
            todo=f"plan and apply it with credentials of account {change.account} itself",
        )
    return fitting


def _told(change: Change, kept: Mapping[str, Any]) -> Change:
    """Return a change in which the names that AWS gave stand for the references to them."""

    def told(call: Call) -> Call:
        return replace(call, parameters=learned(call.parameters, kept))

    steps = (replace(one, call=told(one.call), undo=tuple(map(told, one.undo))) for one in change.steps)
    return replace(change, steps=tuple(steps))


def remediate_policy() -> dict[str, Any]:
    """Return the policy of the role that applies plans: every action of the table of writes.

    What hands a role to a service, or has a service make its own, is allowed for those services only.
    """
    rights = [right for row in WRITES.values() for right in row.also if right.on] + [*ALSO.values()]
    bound: list[Grant] = []
    for one in rights:
        bound += (Grant(action=one.action, on=_anywhere(on), only=one.only) for on in one.on)
    apart = {one.action for one in bound} - {row.action for row in WRITES.values()}
    actions = {action for row in WRITES.values() for action in row.actions} | set(ALSO)
    looks = {action for found in LOOKS.values() for action in found} | TAG_READS
    return _document([
        {"Sid": "RootwardenChange"} | _allow(sorted(actions - apart), ["*"], {}),
        {"Sid": "RootwardenLook"} | _allow(sorted(looks), ["*"], {}),
        *_statements(one for one in bound if one.action in apart),
    ])  # fmt: skip


def _statements(found: Iterable[Grant]) -> list[dict[str, Any]]:
    """Return one statement for each set of actions that is allowed on the same ARNs under the same condition."""
    by_place: dict[tuple[str, str], set[str]] = {}
    for one in found:
        by_place.setdefault((json.dumps(one.only, sort_keys=True), one.on), set()).add(one.action)
    anywhere = by_place.get(("{}", "*"), set())
    merged: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (only, on), actions in by_place.items():
        left = actions if on == "*" and only == "{}" else actions - anywhere
        if left:
            merged.setdefault((tuple(sorted(left)), only), []).append(on)
    return [_allow(actions, sorted(on), json.loads(only)) for (actions, only), on in sorted(merged.items())]


def _together(statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return fewer statements that allow little more."""
    free = [one for one in statements if "Condition" not in one]
    anywhere = {action for one in free for action in one["Action"] if one["Resource"] == ["*"] or _only_reads(action)}
    named = [one for one in free if {*one["Action"]} - anywhere]
    actions = {action for one in named for action in one["Action"]} - anywhere
    made = [_allow(sorted(anywhere), ["*"], {})] if anywhere else []
    made += [_allow(sorted(actions), sorted({on for one in named for on in one["Resource"]}), {})] if actions else []
    bound: dict[str, list[dict[str, Any]]] = {}
    for one in statements:
        if "Condition" in one:
            bound.setdefault(json.dumps([one["Condition"], one["Resource"]]), []).append(one)
    return [*made, *(_allow(sorted({action for one in same for action in one["Action"]}), same[0]["Resource"],
                            same[0]["Condition"]) for same in bound.values())]  # fmt: skip


def _in_verbs(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement in which actions of a service with the same verb are told by the verb: `s3:Put*`.

    Not so what gets: an administrator's role may get what is stored as well.
    """
    verbs: dict[str, list[str]] = {}
    for action in statement["Action"]:
        verbs.setdefault(_VERB.sub("", action), []).append(action)
    told: list[str] = []
    for verb, alike in verbs.items():
        told += [f"{verb}*"] if len(alike) > 1 and not verb.endswith(":Get") else alike
    on = statement["Resource"]
    return statement | {"Action": told, "Resource": on[0] if len(on) == 1 else on}


def _only_reads(action: str) -> bool:
    return action.partition(":")[2].startswith(("Get", "List", "Describe", "View"))


def _anywhere(on: str) -> str:
    """Return an ARN with anything in its fields."""
    return re.sub(r"\{\w+\}", "*", on)


def _allow(actions: Iterable[str], on: list[str], only: Only) -> dict[str, Any]:
    condition = {"Condition": only} if only else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **condition}


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _compact(policy: dict[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))


def _becoming_root(task: str, accounts: Iterable[str]) -> dict[str, Any]:
    """Return the right to become root of these members for one task, whatever the partition.

    Source: Service Authorization Reference, AWS STS: sts:AssumeRoot on the root user, sts:TaskPolicyArn.
    """
    return {
        "Effect": "Allow",
        "Action": ["sts:AssumeRoot"],
        "Resource": [f"arn:*:iam::{account}:root" for account in sorted(accounts)],
        "Condition": {"StringLike": {"sts:TaskPolicyArn": f"arn:*:iam::aws:policy/root-task/{task}"}},
    }


def looking(call: Call) -> tuple[str, ...]:
    """Return the IAM actions of a call that only reads.

    Raises:
        KeyError: nobody wrote down what it needs.
    """
    return LOOKS.get(call.name) or actions_for(call.name) or LOOKS[call.name]
