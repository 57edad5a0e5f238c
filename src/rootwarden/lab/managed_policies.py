"""AWS's own managed policies, taken from the list moto carries, one at a time and only when somebody asks.

Loading all of them into every account, as moto can, costs 0.13 s and 4 MB an account.
"""

from __future__ import annotations

import json
from functools import cache
from types import MappingProxyType
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

_MARK = ":iam::aws:policy/"
ROOT_TASKS = "/root-task/"


@cache
def aws_managed() -> MappingProxyType[str, dict[str, Any]]:
    """Return path and name (`/root-task/IAMAuditRootUserCredentials`) -> moto's data of every AWS managed policy."""
    data: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return MappingProxyType({row.get("Path", "/") + name: row | {"Name": name} for name, row in data.items()})


def document_of(arn: str) -> dict[str, Any] | None:
    """Return the document of an AWS managed policy by its ARN, or None when AWS has no such policy."""
    _, mark, path = arn.partition(_MARK)
    row = aws_managed().get(f"/{path}") if mark else None
    return row["Document"] if row else None


def make_present(backend: IAMBackend, arn: str) -> None:
    """See to it that an account knows the AWS managed policy it is asked about; other ARNs are left alone."""
    _, mark, path = arn.partition(_MARK)
    row = aws_managed().get(f"/{path}") if mark else None
    if row is None or arn in backend.managed_policies:
        return
    policy = AWSManagedPolicy.from_data(row["Name"], backend.account_id, backend.region_name, row)
    backend.managed_policies[policy.arn] = policy
    backend.aws_managed_policies.append(policy)
