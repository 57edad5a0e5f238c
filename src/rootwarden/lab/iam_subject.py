"""Whom an IAM call without a user name is about: root when root calls, the calling user otherwise."""

from __future__ import annotations

from moto.iam.responses import IamResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import Caller, caller_of
from rootwarden.lab.root_user import RootUser
from rootwarden.lab.state import AccountState, account_state


class SubjectResponse(IamResponse):
    """What our IAM files share: the caller, the account's state, and the rule for a missing user name."""

    @property
    def _caller(self) -> Caller:
        return caller_of(self.access_key, self.current_account, self.partition)

    @property
    def _state(self) -> AccountState:
        return account_state(self.current_account)

    def _root(self) -> RootUser | None:
        """Return the root user when root calls without naming a user, else None."""
        return self._state.root if not self._get_param("UserName") and self._caller.is_root else None

    def _user_name(self) -> str:
        """Return the user named, or the caller's own name; a role must name one."""
        named = self._get_param("UserName") or self._caller.name
        if not named:
            raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
        return str(named)


def no_such(what: str) -> AwsError:
    """Return IAM's error for something that is not there."""
    return AwsError("NoSuchEntity", what, 404)
