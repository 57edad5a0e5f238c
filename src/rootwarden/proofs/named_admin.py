"""Names one administrator of an account who is not root: the one who shall be able to change what we write there."""

from __future__ import annotations

import re

from rootwarden.model.view import View
from rootwarden.proofs.iam_directory import Directory
from rootwarden.proofs.iam_users import account_role, account_users
from rootwarden.proofs.user_power import known_of_role, known_of_user

_NAME = re.compile(r"(?:user|role)/[\w+=,.@/-]+")
_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(?:user|role)/[\w+=,.@/-]+")


def named_admin(seen: View, account: str, given: str = "") -> str:
    """Return the ARN of an administrator of `account`, "" where none is known.

    `given` is what somebody configured: `role/NAME` or `user/NAME`, which is meant in every account, or an ARN, which
    counts in its own. Without it, the account of the view is searched; of others nothing is known.

    Raises:
        UnseenError: the users and roles of the account are unread.
    """
    if given:
        whole = _ARN.fullmatch(given)
        if whole is not None:
            return given if whole[1] == account else ""
        return f"arn:{seen.subject.partition}:iam::{account}:{given}" if _NAME.fullmatch(given) else ""
    return _found(seen) if account == seen.subject.account else ""


def _found(seen: View) -> str:
    """Return the first user, then the first role, whose policies surely make an administrator."""
    directory = seen.once(Directory)
    for user in sorted((one for one in account_users(seen) if one.name), key=lambda one: one.arn):
        _, power = directory.of_user_with_power(user.raw, user.path, known_of_user(user, directory.place))
        if power.answer.value:
            return user.arn
    roles = (account_role(role, number, seen) for number, role in directory.powerful_roles())
    for role in sorted((one for one in roles if one.name), key=lambda one: one.arn):
        power = directory.power(directory.of_role(role.raw, role.path), known_of_role(role.arn, directory.place))
        if power.answer.value:
            return role.arn
    return ""
