"""The IAM policy that an audit needs, made from the table of facts: nothing missing, nothing that writes.

Two documents: what the role in every account needs, and what the caller needs on top of it to read the organization and
to enter the accounts. The first is also the inline session policy of every session in another account, so that even an
administrator's role (OrganizationAccountAccessRole, when somebody names it) can do nothing but read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rootwarden.aws.collectors import Kind, collectors
from rootwarden.aws.hop import task_policy_arn
from rootwarden.errors import RefusedError
from rootwarden.model.facts import FACTS

# AWS STS API Reference, AssumeRole: longest plaintext of inline and managed session policies together.
SESSION_POLICY_LIMIT = 2048

ROOT_FACT = "root.privileged_audit"


def member_policy(*, paid: bool = False, also: Iterable[str] = ()) -> dict[str, Any]:
    """Return the policy of the audit role in every account.

    `paid` adds what AWS charges for, `also` facts that are read on request only.
    """
    facts = [*_collected(central=False, paid=paid), *also]
    return {"Version": "2012-10-17", "Statement": [_read("RootwardenAudit", facts)]}


def caller_policy(
    *,
    roles: Iterable[str] = ("RootwardenAudit",),
    partition: str = "aws",
    root_audit: bool = False,
    paid: bool = False,
    also: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the policy of whoever starts an audit of an organization: read it, enter the `roles` of its accounts.

    A standalone account is audited with it too: it holds what tells that there is no organization. `root_audit` adds
    AssumeRoot with the one task policy that only reads root's credentials, and the right to enter a role under the
    audit's own source identity (IAM User Guide, "Monitor and control actions taken with assumed roles"). `also` are
    facts that are read on request only.
    """
    own = [*_collected(central=False, paid=paid), *_collected(central=True, paid=paid), *also]
    statements = [_read("RootwardenAudit", own)]
    statements.append(
        {
            "Sid": "RootwardenEnterAccounts",
            "Effect": "Allow",
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"] if root_audit else "sts:AssumeRole",
            "Resource": sorted(f"arn:{partition}:iam::*:role/{role.lstrip('/')}" for role in roles),
        }
    )
    if root_audit:
        statements.append(
            {
                "Sid": "RootwardenAuditRoot",
                "Effect": "Allow",
                "Action": list(FACTS[ROOT_FACT].permissions),
                "Resource": f"arn:{partition}:iam::*:root",
                "Condition": {"StringEquals": {"sts:TaskPolicyArn": task_policy_arn(partition)}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def session_policy(*, paid: bool = False, also: Iterable[str] = ()) -> str:
    """Return `member_policy` as compact JSON, as AssumeRole takes it.

    Raises:
        RefusedError: the table of facts has outgrown what STS takes as an inline policy.
    """
    text = json.dumps(member_policy(paid=paid, also=also), separators=(",", ":"))
    if len(text) > SESSION_POLICY_LIMIT:
        raise RefusedError(
            f"the audit policy has {len(text)} characters, an inline session policy may have {SESSION_POLICY_LIMIT}",
            todo="report this as a defect of Rootwarden",
        )
    return text


def _collected(*, central: bool, paid: bool) -> list[str]:
    """Return the facts that are read inside each account, or those read from the caller's place."""
    return [
        one.fact
        for one in collectors()
        if (one.central or one.kind is Kind.ORGANIZATION) is central
        and (paid or not FACTS[one.fact].paid)
        and one.fact != ROOT_FACT
        and not FACTS[one.fact].on_request
    ]


def _read(sid: str, facts: Iterable[str]) -> dict[str, Any]:
    actions = sorted({action for fact in facts for action in FACTS[fact].permissions})
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"}


def on_request(*, central: bool) -> tuple[str, ...]:
    """Return the facts that no audit reads, of each account or (`central`) of the organization."""
    return tuple(
        one.fact
        for one in collectors()
        if FACTS[one.fact].on_request and (central or one.kind is not Kind.ORGANIZATION)
    )
