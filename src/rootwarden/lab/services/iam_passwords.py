"""IAM ChangePassword: a user changes the own password, which moto cannot.

Source: IAM API Reference, ChangePassword. The words for a wrong old password follow observed answers of AWS.
"""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.iam_subject import SubjectResponse
from rootwarden.lab.user_sign_in import change_password


class Passwords(SubjectResponse):
    """moto has no such operation."""

    def change_password(self) -> ActionResult:
        """Change the password of the calling user."""
        caller = self._caller
        if caller.kind != "user":
            raise AwsError("InvalidUserType", "Only IAM Users can change their own password.", 400)
        user = self.backend.get_user(caller.name)
        if user.password != self._get_param("OldPassword"):
            raise AwsError("AccessDenied", "The old password was incorrect.", 403)
        try:
            change_password(self.current_account, user, str(self._get_param("NewPassword")))
        except ValueError as error:
            raise AwsError("PasswordPolicyViolation", str(error), 400) from error
        return EmptyResult()
