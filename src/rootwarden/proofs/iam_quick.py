"""A quick look at roles and policies: rules out those that could not administer, without decoding all they say.

Nearly every role of an account is ruled out so. What is not exactly as AWS writes it (an unread part, a field of
another type) is left to the careful reading: a quick look gives None then, never an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from rootwarden.model.account_line import NOT_LEGIBLE, decoded
from rootwarden.proofs.admin_power import IAM_PATTERNS, any_action


class _Statement(Struct, gc=False):
    Effect: str = ""
    Action: str | list[str] | None = None


class _Document(Struct, gc=False):
    Statement: list[_Statement] | _Statement

    def could_grant(self) -> bool:
        """Answer as `admin_power.could_grant` does for all of IAM."""
        statements = self.Statement
        for one in statements if isinstance(statements, list) else (statements,):
            actions = one.Action
            # Written out for speed: an account has hundreds of these, and hardly a star in any.
            if type(actions) is list and "*" not in "".join(actions):
                continue
            if one.Effect != "Deny" and any_action(actions, *IAM_PATTERNS):
                return True
        return False


class _Attached(Struct, gc=False):
    PolicyArn: str


class _Inline(Struct, gc=False):
    PolicyDocument: _Document


class QuickRole(Struct, gc=False):
    """What a role holds, as far as a quick look needs it."""

    AttachedManagedPolicies: list[_Attached]
    RolePolicyList: list[_Inline] = []

    def could_grant(self, powerless: Callable[[str], bool]) -> bool:
        """Return False only if no policy of the role could grant all of IAM; `powerless` knows the managed ones."""
        for one in self.AttachedManagedPolicies:
            if not powerless(one.PolicyArn):
                return True
        for own in self.RolePolicyList:
            if own.PolicyDocument.could_grant():
                return True
        return False


class _Version(Struct, gc=False):
    Document: Raw
    IsDefaultVersion: bool | None = None


class QuickPolicy(Struct, gc=False):
    """A managed policy with its versions, their documents undecoded."""

    Arn: str
    PolicyVersionList: list[_Version]

    def could_grant(self) -> bool | None:
        """Answer as `admin_power.could_grant` for the default version; None where it has to be read with care."""
        for one in self.PolicyVersionList:
            if one.IsDefaultVersion or (one.IsDefaultVersion is None and len(self.PolicyVersionList) == 1):
                try:
                    return _document.decode(one.Document).could_grant()
                except NOT_LEGIBLE:
                    return None
        return None

    def plain(self) -> dict[str, Any]:
        """Return the policy as plain values, as it stands in the snapshot but for fields that nobody reads here."""
        versions = []
        for one in self.PolicyVersionList:
            told = {} if one.IsDefaultVersion is None else {"IsDefaultVersion": one.IsDefaultVersion}
            versions.append({"Document": decoded(one.Document)[0], **told})
        return {"Arn": self.Arn, "PolicyVersionList": versions}


_document = msgspec.json.Decoder(_Document)
_role = msgspec.json.Decoder(QuickRole)
_policy = msgspec.json.Decoder(QuickPolicy)


def quick_role(raw: Raw) -> QuickRole | None:
    """Look quickly at a role of the authorization details; None: read it with care."""
    try:
        return _role.decode(raw)
    except NOT_LEGIBLE:
        return None


def quick_policy(raw: Raw) -> QuickPolicy | None:
    """Look quickly at a managed policy of the authorization details; None: read it with care."""
    try:
        return _policy.decode(raw)
    except NOT_LEGIBLE:
        return None
