"""IAM GetAccountAuthorizationDetails: everything that gives permissions in an account, in pages.

AWS managed policies appear only when they are attached or used as a boundary; customer managed ones always. Pages run
through policies, users, roles and groups in this order, as AWS's answers do.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import AWSManagedPolicy, ManagedPolicy
from moto.iam.responses import IamResponse

from rootwarden.lab.aws_error import AwsError

_KINDS = ("LocalManagedPolicy", "User", "AWSManagedPolicy", "Role", "Group")
_MOST, _DEFAULT = 1000, 100


class Authorization(IamResponse):
    """moto lists every AWS managed policy there is, and ignores MaxItems and Marker."""

    def get_account_authorization_details(self) -> ActionResult:
        """Return one page of what the filter asks for."""
        wanted = self._kinds()
        rows = [row for row in self._rows() if row[0] in wanted]
        start, most = self._start(wanted, len(rows)), self._page_size()
        page = rows[start : start + most]
        answer: dict[str, Any] = {
            "UserDetailList": [one for kind, one in page if kind == "User"],
            "GroupDetailList": [one for kind, one in page if kind == "Group"],
            "RoleDetailList": [one for kind, one in page if kind == "Role"],
            "Policies": [one for kind, one in page if kind.endswith("ManagedPolicy")],
            "IsTruncated": start + most < len(rows),
        }
        if answer["IsTruncated"]:
            answer["Marker"] = b64encode(f"{'+'.join(sorted(wanted))}@{start + most}".encode()).decode()
        return ActionResult(answer)

    def _rows(self) -> Iterable[tuple[str, Any]]:
        backend = self.backend
        boundaries = Counter(_boundary(one) for one in (*backend.users.values(), *backend.roles.values()))
        for policy in list(backend.managed_policies.values()):
            aws = isinstance(policy, AWSManagedPolicy)
            if not aws or policy.attachment_count or boundaries[policy.arn]:
                kind = "AWSManagedPolicy" if aws else "LocalManagedPolicy"
                yield kind, _policy(policy, boundaries[policy.arn])
        yield from (("User", user) for user in list(backend.users.values()))
        yield from (("Role", role) for role in list(backend.roles.values()))
        yield from (("Group", group) for group in list(backend.groups.values()))

    def _kinds(self) -> set[str]:
        asked = set(self._get_param("Filter") or _KINDS)
        if asked - set(_KINDS):
            constraint = f"Member must satisfy enum value set: [{', '.join(_KINDS)}]"
            problem = "Value at 'filter' failed to satisfy constraint: Member must satisfy constraint"
            raise AwsError("ValidationError", f"1 validation error detected: {problem}: [{constraint}]")
        return asked

    def _page_size(self) -> int:
        most = self._get_int_param("MaxItems", _DEFAULT)
        if most > _MOST:
            problem = "Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to"
            raise AwsError("ValidationError", f"1 validation error detected: {problem} {_MOST}")
        return most

    def _start(self, wanted: set[str], count: int) -> int:
        marker = self._get_param("Marker")
        if not marker:
            return 0
        try:
            kinds, _, start = b64decode(marker, validate=True).decode().partition("@")
        except ValueError:
            kinds, start = "", ""
        if kinds != "+".join(sorted(wanted)) or not start.isdigit() or int(start) > count:
            raise AwsError("ValidationError", "Marker and Filter do not match")
        return int(start)


def _boundary(one: Any) -> str:
    boundary = getattr(one, "permissions_boundary", None)
    return str(boundary["PermissionsBoundaryArn"]) if boundary else ""


def _policy(policy: ManagedPolicy, boundary_uses: int) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": boundary_uses,
        "IsAttachable": policy.is_attachable,
        "Description": policy.description,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": policy.policy_version_list,
    }
