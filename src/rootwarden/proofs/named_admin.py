"""Names one administrator of an account who is not root: the one who shall be able to change what we write there."""

from __future__ import annotations

import re

from rootwarden.model.view import View
from rootwarden.proofs.ways_in import comers

_NAME = re.compile(r"(?:user|role)/[\w+=,.@/-]+")
_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(?:user|role)/[\w+=,.@/-]+")


def named_admin(seen: View, account: str, given: str = "") -> str:
    """Return the ARN of an administrator of `account` through whom somebody can come in, "" where none is known.

    `given` is what somebody configured: `role/NAME` or `user/NAME`, which is meant in every account, or an ARN, which
    counts in its own. Without it, the account of the view is searched; of others nothing is known.

    Raises:
        UnseenError: the users and roles of the account, or their credentials, are unread.
    """
    if given:
        whole = _ARN.fullmatch(given)
        if whole is not None:
            return given if whole[1] == account else ""
        return f"arn:{seen.subject.partition}:iam::{account}:{given}" if _NAME.fullmatch(given) else ""
    return _found(seen) if account == seen.subject.account else ""


def _found(seen: View) -> str:
    """Return the first user, then the first role, through whom somebody surely comes in as an administrator."""
    return min(comers(seen), key=lambda arn: (":user/" not in arn, arn), default="")
