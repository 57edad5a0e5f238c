"""IAM: the root user itself and its password, and the same calls for users where moto answers them wrongly.

Source: IAM API reference; what root's answers leave out (UserName, Path) follows observed answers of AWS.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.clock import now
from rootwarden.lab.iam_subject import SubjectResponse, no_such
from rootwarden.lab.root_user import RootUser


class RootLogin(SubjectResponse):
    """moto has no root user, invents a `default_user`, and forgets that a password must be changed."""

    def get_user(self) -> ActionResult:
        """Describe root, the calling user, or the user named."""
        root = self._root()
        if root is not None:
            user: dict[str, Any] = {"UserId": root.account, "Arn": root.arn, "CreateDate": root.created}
            used = {"PasswordLastUsed": root.password_last_used} if root.password_last_used else {}
            return ActionResult({"User": user | used})
        return ActionResult({"User": self.backend.get_user(self._user_name())})

    def get_login_profile(self) -> ActionResult:
        """Say that there is a password, and since when."""
        root = self._root()
        if root is not None:
            if not root.password:
                raise no_such("Login Profile for User null cannot be found.")
            return ActionResult({"LoginProfile": _root_profile(root)})
        user = self.backend.get_login_profile(self._user_name())
        return ActionResult({"LoginProfile": self._profile(user.name)})

    def create_login_profile(self) -> ActionResult:
        """Give a user a password; for root allow its recovery through the mailbox, without a password."""
        root = self._root()
        if root is not None:
            if root.password:
                raise AwsError("EntityAlreadyExists", f"Login Profile for account {root.account} already exists.", 409)
            root.password, root.password_changed, root.password_last_used = True, now(), None
            return ActionResult({"LoginProfile": _root_profile(root)})
        user = self.backend.create_login_profile(self._user_name(), self._get_param("Password"))
        user.password_reset_required = self._get_bool_param("PasswordResetRequired", False)
        user.password_last_used = None
        self._state.password_changed[user.name] = now()
        return ActionResult({"LoginProfile": self._profile(user.name)})

    def update_login_profile(self) -> ActionResult:
        """Change a user's password."""
        user = self.backend.get_login_profile(self._user_name())
        reset = self._get_bool_param("PasswordResetRequired")
        if self._get_param("Password"):
            user.password = self._get_param("Password")
            self._state.password_changed[user.name] = now()
        if reset is not None:
            user.password_reset_required = reset
        return EmptyResult()

    def delete_login_profile(self) -> ActionResult:
        """Take the password away."""
        root = self._root()
        if root is None:
            name = self._user_name()
            self.backend.delete_login_profile(name)
            self._state.password_changed.pop(name, None)
        elif root.password:
            root.password, root.password_changed = False, None
        else:
            raise no_such("Login Profile for User null cannot be found.")
        return EmptyResult()

    def _profile(self, name: str) -> dict[str, Any]:
        user = self.backend.get_user(name)
        return {
            "UserName": name,
            "CreateDate": self._state.password_changed.get(name, user.create_date),
            "PasswordResetRequired": user.password_reset_required,
        }


def _root_profile(root: RootUser) -> dict[str, Any]:
    return {"CreateDate": root.password_changed or root.created, "PasswordResetRequired": False}
