"""The IAM policy that one plan needs, and the one of a role that may apply any: made from the table of writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rootwarden.aws.audit_policy import SESSION_POLICY_LIMIT
from rootwarden.aws.hop import role_arn
from rootwarden.aws.permissions import actions_for
from rootwarden.aws.tags import tag_actions
from rootwarden.aws.targets import Roles
from rootwarden.model.plan import Call, Change, Step
from rootwarden.model.writes import ALSO, LOOKS, WRITES

# By which it is found out whose a resource is.
_TAGS = {"tag:GetResources", "s3:GetBucketTagging", "iam:ListRoleTags", "iam:ListUserTags", "iam:ListPolicyTags"}


def plan_policy(changes: Iterable[Change]) -> dict[str, Any]:
    """Return the policy that applying and undoing these changes needs: one statement for each set of resources.

    What is done as root of a member needs no right in the member but that to become root, for that task only. The
    rights to read before and afterwards are those of an audit (`rootwarden iam-policy audit`). What somebody else looks
    after is never made, and needs none.
    """
    found: dict[str, set[str]] = {}
    roots: dict[str, set[str]] = {}
    for change in changes:
        if change.owner:
            continue
        for name in change.looks:
            found.setdefault("*", set()).update(LOOKS[name])
        if change.as_root:
            roots.setdefault(change.as_root, set()).add(change.account)
            continue
        if actions := tag_actions(change.touches):
            found.setdefault("*", set()).update(actions)
        for step in change.steps:
            for resource, action in _needed(step):
                found.setdefault(resource, set()).add(action)
    anywhere = found.get("*", set())
    merged: dict[tuple[str, ...], list[str]] = {}
    for resource, actions in found.items():
        left = actions if resource == "*" else actions - anywhere
        if left:
            merged.setdefault(tuple(sorted(left)), []).append(resource)
    statements = [
        {"Effect": "Allow", "Action": list(actions), "Resource": sorted(resources)}
        for actions, resources in sorted(merged.items())
    ]
    statements += [_becoming_root(task, accounts) for task, accounts in sorted(roots.items())]
    return {"Version": "2012-10-17", "Statement": statements}


def entering_policy(accounts: Iterable[str], roles: Roles, partition: str) -> dict[str, Any]:
    """Return the policy of whoever applies a plan from outside: the right to enter the roles of these accounts."""
    arns = sorted(role_arn(partition, one, roles.of(one)) for one in accounts)
    enter = {"Sid": "RootwardenEnterAccounts", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arns}
    return {"Version": "2012-10-17", "Statement": [enter]}


def looks_policy(looks: Iterable[str]) -> str:
    """Return the inline policy of a session that can only make these calls, which read."""
    actions = sorted({action for name in looks for action in LOOKS[name]})
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def change_session_policy(change: Change) -> str:
    """Return the inline policy of the session in which one change is made or undone, as AssumeRole takes it.

    Where the ARNs would make it too long for STS, the same actions are allowed on everything.
    """
    policy = plan_policy((change,))
    text = json.dumps(policy, separators=(",", ":"))
    if len(text) <= SESSION_POLICY_LIMIT:
        return text
    actions = sorted({action for one in policy["Statement"] for action in one["Action"]})
    everywhere = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": policy["Version"], "Statement": [everywhere]}, separators=(",", ":"))


def remediate_policy() -> dict[str, Any]:
    """Return the policy of the role that applies plans: every action of the table of writes."""
    actions = sorted({action for row in WRITES.values() for action in row.actions} | ALSO)
    looks = sorted({action for found in LOOKS.values() for action in found} | _TAGS)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "RootwardenChange", "Effect": "Allow", "Action": actions, "Resource": "*"},
            {"Sid": "RootwardenLook", "Effect": "Allow", "Action": looks, "Resource": "*"},
        ],
    }


def _needed(step: Step) -> Iterator[tuple[str, str]]:
    """Go through (resource, action) of one step, its way back and its probe."""
    for call in (step.call, *step.undo):
        row = WRITES[call.name]
        for action in row.actions:
            yield from ((resource, action) for resource in step.on)
        if row.same and call is not step.call:
            yield from (("*", action) for action in LOOKS[row.same])
    for action in step.also:
        yield from ((resource, action) for resource in step.on)
    for probe in step.probes:
        for call in probe.calls:
            yield from (("*", action) for action in looking(call))


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
