"""A quick look at roles and policies: rules out those that could not administer, without decoding all they say.

Nearly every role of an account is ruled out so. What is not exactly as AWS writes it (an unread part, a field of
another type) is left to the careful reading: a quick look gives None then, never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
            if isinstance(actions, list) and "*" not in "".join(actions):
                continue
            if one.Effect != "Deny" and any_action(actions, *IAM_PATTERNS):
                return True
        return False


class _Attached(Struct, gc=False):
    PolicyArn: str


class _Inline(Struct, gc=False):
    PolicyDocument: _Document


class _Role(Struct, gc=False):
    AttachedManagedPolicies: list[_Attached]
    RolePolicyList: list[_Inline] = []


class QuickRoles(Struct, gc=False):
    """What the roles of an account hold, as far as a quick look needs it."""

    roles: list[_Role]

    def could_grant(self, powerless: Callable[[str], bool]) -> list[int]:
        """Return the numbers of the roles that could be granted all of IAM; `powerless` knows the managed policies.

        All roles are asked together first: who holds which managed policy, and whether any policy of their own has
        an action with a star that begins as one of IAM would.
        """
        holders: dict[str, list[int]] = {}
        for number, role in enumerate(self.roles):
            for one in role.AttachedManagedPolicies:
                holders.setdefault(one.PolicyArn, []).append(number)
        found = {number for arn, held_by in holders.items() if not powerless(arn) for number in held_by}
        if self._any_own_could():
            found.update(number for number, role in enumerate(self.roles) if _own_could_grant(role))
        return sorted(found)

    def _any_own_could(self) -> bool:
        """Return False only if no role's own policy could grant all of IAM."""
        actions: list[str] = []
        for role in self.roles:
            for own in role.RolePolicyList:
                statements = own.PolicyDocument.Statement
                for one in statements if isinstance(statements, list) else (statements,):
                    if isinstance(one.Action, list):
                        actions += one.Action
                    elif isinstance(one.Action, str):
                        actions.append(one.Action)
                    else:
                        return True  # NotAction, or nothing at all
        return _STARRED.search("\n" + "\n".join(actions)) is not None


def _own_could_grant(role: _Role) -> bool:
    return any(own.PolicyDocument.could_grant() for own in role.RolePolicyList)


# An action, one a line, as `IAM_PATTERNS` describes it.
_STARRED = re.compile(r"\n(?:\*|[?iI][^\n]*\*)")


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
_roles = msgspec.json.Decoder(list[_Role])
_policy = msgspec.json.Decoder(QuickPolicy)


def quick_roles(raw: Sequence[Raw]) -> QuickRoles | None:
    """Look quickly at the roles of the authorization details; None: read them with care."""
    try:
        return QuickRoles(_roles.decode(b"[" + b",".join(raw) + b"]"))
    except NOT_LEGIBLE:
        return None


def quick_policy(raw: Raw) -> QuickPolicy | None:
    """Look quickly at a managed policy of the authorization details; None: read it with care."""
    try:
        return _policy.decode(raw)
    except NOT_LEGIBLE:
        return None
