"""An account as it is, written as a roster: a beginning to correct by hand, never the truth by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from rootwarden.people.ground import tag_of
from rootwarden.people.roster import FILL_IN, OWNER
from rootwarden.proofs.email_address import domain_of
from rootwarden.proofs.mfa_gate import WORKLOADS
from rootwarden.proofs.ways_in import looks_like_break_glass

_HEAD = """\
# The IAM users of account {account} as they were on {day}, written as a roster.
# Fill in every {mark}: a tag did not tell it. Look at each group: this is what it holds, not what the job needs.
# Then plan with --adopt, which takes over the users that were there before.
"""
_AWS_POLICY = ":iam::aws:policy/"


def exported(name: str, account: str, day: str, users: list[Mapping[str, Any]], groups: list[Mapping[str, Any]]) -> str:
    """Return the roster as YAML. Workloads and break-glass users are no people of it; it says which it left out."""
    people = [one for one in users if not _left_out(one)]
    lines = [_HEAD.format(account=account, day=day, mark=FILL_IN)]
    lines += [f"roster: {_text(name)}", f"account: {_text(account)}", f"count: {len(people)}", "grace_days: 30"]
    lines.append(f"break_glass: {_text([_name(one) for one in users if looks_like_break_glass(_name(one))])}")
    lines += ["", "groups:" if groups else "groups: {}", *(line for one in groups for line in _group(one))]
    loose = [one for one in people if one.get("AttachedManagedPolicies") or one.get("UserPolicyList")]
    lines += ["", "people:" if people else "people: []", *(line for one in people for line in _person(one))]
    lines += ["", *(f"# left out: {_name(one)}, {_left_out(one)}" for one in users if _left_out(one))]
    lines += [
        f"# {_name(one)} holds policies of its own, which the roster does not touch: {_own(one)}" for one in loose
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _left_out(user: Mapping[str, Any]) -> str:
    if str(user.get("Path") or "/").startswith(WORKLOADS) or tag_of(user, "kind") == "workload":
        return "a workload"
    return "a break-glass user" if looks_like_break_glass(_name(user)) else ""


def _person(user: Mapping[str, Any]) -> Iterator[str]:
    owner, groups = tag_of(user, OWNER), [str(one) for one in user.get("GroupList") or ()]
    email = owner if domain_of(owner) else tag_of(user, "email")
    yield f"  - user: {_text(_name(user))}"
    yield f"    name: {_text(tag_of(user, 'name') or (owner if owner and not domain_of(owner) else FILL_IN))}"
    yield f"    email: {_text(email or FILL_IN)}"
    yield f"    function: {_text(groups[0] if groups else FILL_IN)}"
    if groups[1:]:
        yield f"    groups: {_text(groups[1:])}"


def _group(group: Mapping[str, Any]) -> Iterator[str]:
    arns = [str(one.get("PolicyArn")) for one in group.get("AttachedManagedPolicies") or ()]
    names = [arn.partition(_AWS_POLICY)[2] or arn for arn in arns]
    own = {str(one.get("PolicyName")): one.get("PolicyDocument") for one in group.get("GroupPolicyList") or ()}
    yield f"  {_text(str(group.get('GroupName')))}:"
    yield f"    policies: {_text(names)}"
    if own:
        yield f"    documents: {_text(own)}"
    if any(one.endswith("/AdministratorAccess") for one in arns):
        yield "    unbounded: true"


def _own(user: Mapping[str, Any]) -> str:
    attached = [str(one.get("PolicyName")) for one in user.get("AttachedManagedPolicies") or ()]
    return ", ".join([*attached, *(str(one.get("PolicyName")) for one in user.get("UserPolicyList") or ())])


def _name(user: Mapping[str, Any]) -> str:
    return str(user.get("UserName"))


def _text(value: Any) -> str:
    """Return a value as JSON, which is YAML too and leaves nothing to guess."""
    return msgspec.json.encode(value).decode()
