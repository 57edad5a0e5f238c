"""Whether a role can be entered by somebody who exists, straight from outside or by a user of the account.

A role is open if somebody whom its trust policy names can come: another account, an identity provider that this
account has, people assigned in Identity Center, or a user of this account with a usable credential. A role that only
AWS services or deleted principals may assume is open to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError, first_unknown
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View
from rootwarden.proofs.admin_power import could_grant
from rootwarden.proofs.answers import Answer, any_of
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.iam_directory import Directory, Holdings
from rootwarden.proofs.iam_users import Named, Report, credentials
from rootwarden.proofs.policy_decision import Request, decide, decide_together
from rootwarden.proofs.policy_document import Document, read_document
from rootwarden.proofs.policy_principals import identity
from rootwarden.proofs.role_trust import BUILT_IN_PROVIDERS, Guest, Trusted, admits, guests
from rootwarden.proofs.truth import Truth, all_true, any_true, ask
from rootwarden.proofs.user_power import known_of_role, known_of_user

_IDENTITY_CENTER, _RESERVED = "/aws-reserved/sso.amazonaws.com/", "AWSReservedSSO_"
_PERMISSION_SET = re.compile(_RESERVED + r"(.+)_[0-9a-f]{16}")
_ASSUME = "sts:AssumeRole"
_SOME_ROLE = re.compile(r"arn:[^:]+:iam::\d{12}:role/.+")
# What AssumeRole returns holds no MFA information (IAM User Guide, "Secure API access with MFA"): a session of a role
# shows the key as false, or not at all.
_ROLE_KNOWN: tuple[Context, ...] = tuple({"aws:multifactorauthpresent": one} for one in (None, "false"))


class Role(Struct, frozen=True, gc=False):
    """A role of the authorization details with its trust policy as read."""

    name: str
    arn: str
    raw: dict[str, Any]
    path: str
    trust: Document

    @property
    def of_identity_center(self) -> bool:
        """Whether IAM Identity Center made the role for a permission set."""
        return _IDENTITY_CENTER in self.arn or self.name.startswith(_RESERVED)

    def trust_cell(self, log: Log) -> Sight:
        """Return the trust policy as a place in the snapshot."""
        return Sight(self.path, self.raw, log)["AssumeRolePolicyDocument"]


class Door(Struct, frozen=True, gc=False):
    """One way into a role: whether it is open, to whom, and what besides the trust policy was read to know."""

    open: Truth
    guest: Guest
    says: str
    cells: tuple[Sight, ...] = ()


def read_role(named: Named) -> Role:
    """Read a role; a trust policy that is unread or missing becomes a flawed document."""
    raw = named.raw if isinstance(named.raw, dict) else {}
    trust = raw.get("AssumeRolePolicyDocument")
    document = Document((), "the role shows no trust policy") if trust is None else read_document(trust)
    return Role(named.name, named.arn, raw, named.path, document)


class Doors:
    """Looks at the doors of roles in one account."""

    __slots__ = ("_directory", "_report", "_room", "_users")

    def __init__(self, seen: View, directory: Directory, report: Report, users: list[Named]) -> None:
        """Look with what is known of the account's users and their credentials."""
        self._directory, self._report, self._users = directory, report, users
        self._room = seen.about().account

    def of(self, role: Role) -> Iterator[Door]:
        """Yield the doors of a role, one for each principal its trust policy names."""
        for guest in guests(role.trust, self._directory.place.account):
            yield self._door(role, guest)

    def may_step(self, source: Role, target: Role) -> Truth:
        """Answer whether whoever is in `source` can go on into `target`."""
        known = known_of_role(source.arn, self._directory.place)
        let_in = _truth(target, admits(target.trust, identity(source.arn), _ASSUME, known))
        if let_in.value is False or _named_itself(target, source.arn):
            return let_in
        holdings = self._directory.of_role(source.raw, source.path)
        return all_true((let_in, self._allowed(holdings, target, known, source.path)))

    # -- inside ------------------------------------------------------------------------------------------------
    def _door(self, role: Role, guest: Guest) -> Door:
        match guest.kind:
            case Trusted.SERVICE | Trusted.DELETED:
                return Door(Truth(False), guest, "")
            case Trusted.UNCLEAR:
                return Door(_truth(role, Answer(None, guest.value)), guest, "")
            case Trusted.PROVIDER:
                return self._provider(role, guest)
            case Trusted.OWN_ACCOUNT | Trusted.OWN_IDENTITY:
                return self._own_users(role, guest)
            case Trusted.ANYONE:
                return Door(self._let_in(role, guest), guest, "trusts everyone its conditions admit")
            case Trusted.OTHER_ACCOUNT:
                return Door(self._let_in(role, guest), guest, f"trusts {guest.value}")

    def _let_in(self, role: Role, guest: Guest) -> Truth:
        known = _ROLE_KNOWN if _SOME_ROLE.fullmatch(guest.value) else ({},)
        return _truth(role, any_of(admits(role.trust, guest.caller, guest.action, one) for one in known))

    def _provider(self, role: Role, guest: Guest) -> Door:
        let_in = self._let_in(role, guest)
        if role.of_identity_center:
            found = _PERMISSION_SET.fullmatch(role.name)
            sets = self._room["sso.permission_sets"]["sets"]
            assigned = sets.item("Name", found.group(1) if found else role.name)
            cell = assigned["assignments"]
            answer = ask(lambda: _any_set(sets) and not assigned.is_none and bool(cell.each()))
            return Door(all_true((let_in, answer)), guest, "assigned in Identity Center", (cell,))
        if guest.value in BUILT_IN_PROVIDERS:
            return Door(let_in, guest, f"trusts {guest.value}")
        cell = self._room["iam.saml_providers"]["arns"]
        answer = ask(lambda: any(arn.text() == guest.value for arn in cell.each()))
        return Door(all_true((let_in, answer)), guest, f"trusts {guest.value}", (cell,))

    def _own_users(self, role: Role, guest: Guest) -> Door:
        """Return the door for users of the account: the named one, or any who may assume the role."""
        whole = guest.kind is Trusted.OWN_ACCOUNT
        best = Door(Truth(False), guest, "")
        for user in self._users:
            if not (whole or user.arn == guest.value or not user.name):
                continue
            row = self._report.row(user.name)
            answer = self._user_comes(role, user, row, needs_permission=whole)
            if answer.value:
                return Door(answer, guest, f"user {user.name} may assume it", (row.at(Log())["password_enabled"],))
            if answer.value is None:
                best = Door(answer, guest, "")
        return best

    def _user_comes(self, role: Role, user: Named, row: Named, *, needs_permission: bool) -> Truth:
        if not user.name:
            return Truth(None, first_unknown(user.raw) or Unknown("malformed: a user without a name"), user.path)
        held, place = credentials(row), self._directory.place
        holdings = self._directory.of_user(user.raw, user.path)

        def comes(known: Context) -> Truth:
            let_in = _truth(role, admits(role.trust, identity(user.arn), _ASSUME, known))
            if let_in.value is False or not needs_permission:
                return let_in
            return all_true((let_in, self._allowed(holdings, role, known, user.path)))

        without = all_true((held.usable, comes(known_of_user(user, place, mfa=False))))
        if without.value:
            return without
        return any_true((without, all_true((held.usable, held.mfa, comes(known_of_user(user, place, mfa=True))))))

    def _allowed(self, holdings: Holdings, role: Role, known: Context, path: str) -> Truth:
        """Answer whether holdings, within their boundary, allow assuming the role."""
        if not holdings.doubts and not any(could_grant(text, "*?sS", False) for _, text in holdings.policies):
            return Truth(False)
        request = Request(_ASSUME, role.arn, None, known)
        decisions = [decide_together(holdings.documents(), request)]
        limit = self._directory.boundary(holdings)
        if limit is not None:
            decisions.append(decide(limit.document, request))
        unsure = next((one for one in decisions if one.allowed is None), None)
        if any(one.allowed is False for one in decisions):
            return Truth(False)
        return Truth(True) if unsure is None else Truth(None, self._directory.why_unsure(holdings, unsure.why), path)


def _any_set(sets: Sight) -> bool:
    """Return True: Identity Center makes its roles for permission sets, so a list without any missed something.

    Raises:
        UnseenError: there is none, or the list could not be read.
    """
    if not sets.each():
        raise UnseenError(Unknown("permission_sets_not_seen"), sets.path)
    return True


def _named_itself(role: Role, arn: str) -> bool:
    """Return whether a trust policy names this very identity: then it needs no policy of its own to come in."""
    named = (one.principals.named for one in role.trust.statements if one.allows and one.principals)
    return any(("AWS", arn) in pairs for pairs in named)


def _truth(role: Role, answer: Answer) -> Truth:
    if answer.value is not None:
        return Truth(answer.value)
    unread = first_unknown(role.raw.get("AssumeRolePolicyDocument"))
    return Truth(None, unread or Unknown(f"policy_not_decidable: {answer.why}"), role.path)
