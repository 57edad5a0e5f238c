"""A quick look at roles and policies: rules out those that could not administer, without decoding all they say.

Nearly every role of an account is ruled out so. The shapes below are read from the snapshot as they stand; what is not
exactly as AWS writes it (an unread part, a field of another type) does not fit them and is left to the careful reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType, field

from rootwarden.model.account_line import NOT_LEGIBLE, decoded
from rootwarden.model.readings import Unmarked
from rootwarden.proofs.admin_power import IAM_PATTERNS, any_action

_ABSENT = Raw()


class _Statement(Unmarked, gc=False, kw_only=True):
    Effect: str = ""
    Action: str | list[str] | None = None


class _Document(Unmarked, gc=False, kw_only=True):
    Statement: list[_Statement] | _Statement

    def could_grant(self) -> bool:
        """Answer as `admin_power.could_grant` does for all of IAM."""
        statements = self.Statement
        for one in statements if isinstance(statements, list) else (statements,):
            actions = one.Action
            if one.Effect == "Deny":
                continue
            if isinstance(actions, list):  # looked through together: an account has hundreds, and few hold a star
                lines = "\n".join(actions)
                if "*" in lines and _STARRED.search("\n" + lines):
                    return True
            elif any_action(actions, *IAM_PATTERNS):
                return True
        return False


class _Attached(Unmarked, gc=False, kw_only=True):
    PolicyArn: str


class _Inline(Unmarked, gc=False, kw_only=True):
    PolicyDocument: _Document


class QuickRole(Unmarked, gc=False, kw_only=True):
    """A role with what a quick look needs; what only a role that matters is asked for stays undecoded."""

    RoleName: str
    Arn: str
    AttachedManagedPolicies: list[_Attached]
    RolePolicyList: list[_Inline] = field(default_factory=list)
    Path: str | UnsetType = UNSET
    AssumeRolePolicyDocument: Raw = _ABSENT
    PermissionsBoundary: Raw = _ABSENT

    def plain(self) -> dict[str, Any] | None:
        """Return the role as it stands in the snapshot, but for fields that nobody reads; None if it has own policies.

        Those are not kept: the role has to be taken from the snapshot once more.
        """
        if self.RolePolicyList:
            return None
        told = {"Path": self.Path} if self.Path is not UNSET else {}
        raws = {
            "AssumeRolePolicyDocument": self.AssumeRolePolicyDocument,
            "PermissionsBoundary": self.PermissionsBoundary,
        }
        attached = [{"PolicyArn": one.PolicyArn} for one in self.AttachedManagedPolicies]
        return {
            "RoleName": self.RoleName, "Arn": self.Arn, "AttachedManagedPolicies": attached, "RolePolicyList": [],
            **told, **{name: decoded(raw)[0] for name, raw in raws.items() if raw is not _ABSENT},
        }  # fmt: skip

    def own_could_grant(self) -> bool:
        """Return whether a policy of the role's own could grant all of IAM."""
        return any(own.PolicyDocument.could_grant() for own in self.RolePolicyList)


def could_administer(roles: Sequence[QuickRole], powerless: Callable[[str], bool]) -> list[int]:
    """Return the numbers of the roles that could be granted all of IAM; `powerless` knows the managed policies.

    All roles are asked together first: which managed policies they hold, and whether any policy of their own has an
    action with a star that begins as one of IAM would.
    """
    harmless: set[str] = set()
    found: set[int] = set()
    for number, role in enumerate(roles):
        for one in role.AttachedManagedPolicies:
            if one.PolicyArn in harmless:
                continue
            if powerless(one.PolicyArn):
                harmless.add(one.PolicyArn)
            else:
                found.add(number)
    if _any_own_could(roles):
        found.update(number for number, role in enumerate(roles) if role.own_could_grant())
    return sorted(found)


def _any_own_could(roles: Iterable[QuickRole]) -> bool:
    """Return False only if no role's own policy could grant all of IAM."""
    actions: list[str] = []
    for role in roles:
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


# An action, one a line, as `IAM_PATTERNS` describes it.
_STARRED = re.compile(r"\n(?:\*|[?iI][^\n]*\*)")


class _Version(Unmarked, gc=False, kw_only=True):
    Document: Raw
    IsDefaultVersion: bool | None = None


class QuickPolicy(Unmarked, gc=False, kw_only=True):
    """A managed policy with its versions, their documents undecoded."""

    Arn: str
    PolicyVersionList: list[_Version]

    def default(self) -> Raw | None:
        """Return the document of the default version, None if there is none."""
        for one in self.PolicyVersionList:
            if one.IsDefaultVersion or (one.IsDefaultVersion is None and len(self.PolicyVersionList) == 1):
                return one.Document
        return None

    def plain(self) -> dict[str, Any]:
        """Return the policy as it stands in the snapshot, but for fields that nobody reads."""
        versions = []
        for one in self.PolicyVersionList:
            told = {} if one.IsDefaultVersion is None else {"IsDefaultVersion": one.IsDefaultVersion}
            versions.append({"Document": decoded(one.Document)[0], **told})
        return {"Arn": self.Arn, "PolicyVersionList": versions}


def surely_powerless_policies(policies: Mapping[str, QuickPolicy]) -> dict[str, bool]:
    """Return by ARN whether a policy surely could not grant all of IAM; left out where it has to be read with care."""
    documents = [(arn, document) for arn, policy in policies.items() if (document := policy.default()) is not None]
    try:  # all at once, which is quicker
        read = _documents.decode(b"[" + b",".join([document for _, document in documents]) + b"]")
    except NOT_LEGIBLE:
        return {arn: not one.could_grant() for arn, raw in documents if (one := _document(raw)) is not None}
    return {arn: not one.could_grant() for (arn, _), one in zip(documents, read, strict=True)}


def _document(raw: Raw) -> _Document | None:
    try:
        return _one_document.decode(raw)
    except NOT_LEGIBLE:
        return None


_documents = msgspec.json.Decoder(list[_Document])
_one_document = msgspec.json.Decoder(_Document)
QUICK_ROLES = msgspec.json.Decoder(list[QuickRole])
QUICK_POLICIES = msgspec.json.Decoder(list[QuickPolicy])
