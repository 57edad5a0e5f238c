"""IAM: AWS managed policies without loading 1,582 of them into every account, and boundaries of users."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import User
from moto.iam.responses import IamResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.managed_policies import aws_managed, make_present


class Policies(IamResponse):
    """moto has either no AWS managed policy or all of them, and no boundaries of users."""

    def setup_class(self, *args: Any, **kwargs: Any) -> None:
        """Make the AWS managed policy that the call names known to the account before the call is answered."""
        super().setup_class(*args, **kwargs)
        for name in ("PolicyArn", "PermissionsBoundary"):
            arn = self.querystring.get(name)
            if arn:
                make_present(self.backend, str(arn[0]))

    def list_policies(self) -> ActionResult:
        """List policies; all of AWS's own unless only local or attached ones are asked for."""
        if self._get_param("Scope", "All") != "Local" and not self._get_bool_param("OnlyAttached", False):
            for path in aws_managed():
                make_present(self.backend, f"arn:{self.partition}:iam::aws:policy{path}")
        return super().list_policies()

    def create_user(self) -> ActionResult:
        """Create a user, with its boundary if one is given."""
        result = super().create_user()
        if boundary := self._get_param("PermissionsBoundary"):
            _set_boundary(self.backend.get_user(self._get_param("UserName")), boundary)
        return result

    def put_user_permissions_boundary(self) -> ActionResult:
        """Set the boundary of a user; the policy must exist."""
        arn = self._get_param("PermissionsBoundary")
        if arn not in self.backend.managed_policies:
            raise AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)
        _set_boundary(self.backend.get_user(self._get_param("UserName")), arn)
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """Take the boundary of a user away."""
        _set_boundary(self.backend.get_user(self._get_param("UserName")), None)
        return EmptyResult()


def _set_boundary(user: User, arn: str | None) -> None:
    """Keep the boundary on moto's user, under the name its serializer reads."""
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None
    setattr(user, "permissions_boundary", boundary)  # noqa: B010 - moto's class does not declare the field
