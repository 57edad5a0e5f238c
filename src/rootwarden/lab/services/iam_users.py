"""IAM: a user can be deleted only when nothing hangs on it any more, and lists come in pages."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.responses import IamResponse

from rootwarden.lab.aws_error import AwsError


class Users(IamResponse):
    """moto deletes users with keys, passwords and devices, and returns all users in one page."""

    def delete_user(self) -> ActionResult:
        """Delete a user, or say what must go first (IAM API reference, DeleteUser)."""
        name = self._get_param("UserName")
        user = self.backend.get_user(name)
        left = {
            "detach all policies": user.managed_policies,
            "delete policies": user.policies,
            "delete access keys": user.access_keys,
            "delete login profile": user.password,
            "deactivate MFA devices": user.mfa_devices,
            "delete signing certificates": user.signing_certificates,
            "remove users from group": self.backend.get_groups_for_user(name),
        }
        for what, there in left.items():
            if there:
                raise AwsError("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)
        self.backend.delete_user(name)
        return EmptyResult()

    def list_users(self) -> ActionResult:
        """List users in pages."""
        users = list(self.backend.list_users(self._get_param("PathPrefix"), None, None))
        start, most = int(self._get_param("Marker") or 0), self._get_int_param("MaxItems", 100)
        more = len(users) > start + most
        page = {"Users": users[start : start + most], "IsTruncated": more}
        return ActionResult(page | ({"Marker": str(start + most)} if more else {}))
