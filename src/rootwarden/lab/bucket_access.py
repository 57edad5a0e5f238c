"""Whether the policy of a bucket lets in somebody of another account; without such a policy nobody gets in."""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import FakeBucket

from rootwarden.lab.callers import Caller
from rootwarden.lab.membership import organization_of
from rootwarden.lab.policy_check import allowed_by, as_list, trusted_by


def let_in(bucket: FakeBucket, caller: Caller, action: str, key: str | None = None) -> bool:
    """Return whether the bucket's policy allows `action` to the caller, and no statement denies it."""
    if not bucket.policy:
        return False
    document: dict[str, Any] = json.loads(bucket.policy)
    resource = f"arn:aws:s3:::{bucket.name}" + (f"/{key}" if key else "")
    about = [one for one in as_list(document.get("Statement", [])) if _names(one, resource)]
    session = caller.session
    principals = {caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
    principals |= {session.issuer_arn} if session else set()
    return trusted_by({"Statement": about}, principals, action, _context(caller))


def _names(statement: dict[str, Any], resource: str) -> bool:
    wanted = {name: statement[name] for name in ("Resource", "NotResource") if name in statement}
    return allowed_by({"Statement": [{"Effect": "Allow", "Action": "*", **wanted}]}, "s3:any", resource, {})


def _context(caller: Caller) -> dict[str, str]:
    context = {
        "aws:principalarn": caller.session.issuer_arn if caller.session else caller.arn,
        "aws:principalaccount": caller.account,
    }
    organization = organization_of(caller.account)
    if organization is not None and organization.org is not None:
        context["aws:principalorgid"] = organization.org.id
    return context
