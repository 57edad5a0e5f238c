"""Lets an IAM user sign in to the console: first password, the change that is forced, MFA where a device is assigned.

Source: IAM User Guide, "How IAM users sign in to AWS", "Setting an account password policy for IAM users" and "MFA
devices and your IAM-enabled sign-in page". What a session may do is not decided here: the lab asks no identity policy.
"""

from __future__ import annotations

import string

from moto.iam.models import AccountPasswordPolicy, IAMBackend, User, iam_backends
from msgspec import Struct

from rootwarden.lab.clock import now
from rootwarden.lab.issuing import open_session
from rootwarden.lab.sessions import Session
from rootwarden.lab.state import account_state

_SECONDS = 12 * 3600
# IAM User Guide: without a policy of its own an account asks for eight characters and three of these four kinds.
_SHORTEST = 8


class UserSignIn(Struct, frozen=True, kw_only=True):
    """One attempt; `new_password` answers the demand to choose one, `mfa` is the serial number of the device used."""

    user: str
    password: str
    new_password: str = ""
    mfa: str = ""


def sign_in_user(account: str, attempt: UserSignIn) -> Session:
    """Return the console session of a user.

    Raises:
        ValueError: what the page says instead of letting the user in.
    """
    backend: IAMBackend = iam_backends[account]["aws"]
    user = backend.users.get(attempt.user)
    if user is None or not user.password or user.password != attempt.password:
        raise ValueError("Your authentication information is incorrect. Please try again.")
    if bool(user.mfa_devices) != bool(attempt.mfa) or (attempt.mfa and attempt.mfa not in user.mfa_devices):
        raise ValueError("Your authentication information is incorrect. Please try again.")
    if user.password_reset_required:
        if not attempt.new_password:
            raise ValueError("You must change your password to continue.")
        change_password(account, user, attempt.new_password)
    user.password_last_used = now()  # type: ignore[assignment]  # moto declares it as None
    return open_session(
        "user", account, _SECONDS, arn=user.arn, user_id=user.id, issuer_name=user.name, mfa=bool(attempt.mfa)
    )


def change_password(account: str, user: User, new: str) -> None:
    """Give a user the password that it chose.

    Raises:
        ValueError: the account's rules do not take it.
    """
    why = _unfit(iam_backends[account]["aws"].account_password_policy, user.password, new)
    if why:
        raise ValueError(f"Password does not conform to the account password policy: {why}")
    user.password, user.password_reset_required = new, False
    account_state(account).password_changed[user.name] = now()


def _unfit(rules: AccountPasswordPolicy | None, old: str | None, new: str) -> str:
    kinds = {
        "lower case": any(one in string.ascii_lowercase for one in new),
        "upper case": any(one in string.ascii_uppercase for one in new),
        "number": any(one in string.digits for one in new),
        "symbol": any(one in "!@#$%^&*()_+-=[]{}|'" for one in new),
    }
    if rules is None:
        return "" if len(new) >= _SHORTEST and sum(kinds.values()) >= 3 else "8 characters of three kinds"
    asked = {
        "lower case": rules.require_lowercase_characters, "upper case": rules.require_uppercase_characters,
        "number": rules.require_numbers, "symbol": rules.require_symbols,
    }  # fmt: skip
    if not rules.allow_users_to_change_password:
        return "users may not change their passwords"
    if len(new) < rules.minimum_password_length:
        return f"at least {rules.minimum_password_length} characters"
    if rules.password_reuse_prevention and new == old:
        return "it was used before"
    return next((kind for kind, wanted in asked.items() if wanted and not kinds[kind]), "")
