"""Whom the trust policy of a role lets in, and under which conditions.

Source: IAM User Guide, "AWS JSON policy elements: Principal" (a unique id such as AIDA... or AROA... in place of an
ARN is what is left of a deleted user or role) and "Creating IAM roles".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from rootwarden.proofs.answers import NO, YES, Answer, all_of, any_of, cannot_tell, opposite
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.conditions import all_hold, odd_operator
from rootwarden.proofs.policy_coverage import covers_action
from rootwarden.proofs.policy_document import Document, Statement
from rootwarden.proofs.policy_principals import Caller, Kind, account_of, names_account, speaks_of

_DELETED = re.compile(r"A[A-Z]{3}[A-Z0-9]{8,}")
# Identity providers that AWS knows without an entry in the account.
BUILT_IN_PROVIDERS = frozenset(
    ("cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com")
)


class Trusted(StrEnum):
    """What kind of somebody a trust policy names."""

    ANYONE = "anyone"
    OWN_ACCOUNT = "own account"
    OWN_IDENTITY = "own identity"
    OTHER_ACCOUNT = "other account"
    PROVIDER = "provider"
    SERVICE = "service"
    DELETED = "deleted"
    UNCLEAR = "unclear"


class Guest(Struct, frozen=True, gc=False):
    """One principal that a trust policy names in an Allow."""

    kind: Trusted
    value: str

    @property
    def caller(self) -> Caller:
        """The guest as somebody who asks to come in."""
        return Caller(Kind.FEDERATED if self.kind is Trusted.PROVIDER else Kind.AWS, self.value)

    @property
    def action(self) -> str:
        """The call by which such a guest comes in."""
        if self.kind is not Trusted.PROVIDER:
            return "sts:AssumeRole"
        return "sts:AssumeRoleWithSAML" if ":saml-provider/" in self.value else "sts:AssumeRoleWithWebIdentity"


def guests(trust: Document, account: str) -> Iterator[Guest]:
    """Yield whom a trust policy names, as seen from the account of the role; each once."""
    found: dict[tuple[str, str], Guest] = {}
    if trust.flaw:
        found["", ""] = Guest(Trusted.UNCLEAR, trust.flaw)
    for statement in trust.statements:
        if statement.allows is False:
            continue
        if statement.flaw or statement.principals is None or statement.principals.negated:
            found[statement.id, ""] = Guest(
                Trusted.UNCLEAR, statement.flaw or "the trust policy names whom it excludes"
            )
            continue
        for kind, text in statement.principals.named:
            found[kind, text] = Guest(_kind(kind, text, account), text)
    yield from found.values()


def _kind(kind: str, text: str, account: str) -> Trusted:
    if kind == "*":
        return Trusted.ANYONE
    if kind == "Service":
        return Trusted.SERVICE
    if kind == "Federated":
        return Trusted.PROVIDER
    if kind != "AWS":
        return Trusted.UNCLEAR
    owner = account_of(text)
    if owner:
        whole = bool(names_account(text))
        return Trusted.OTHER_ACCOUNT if owner != account else Trusted.OWN_ACCOUNT if whole else Trusted.OWN_IDENTITY
    return Trusted.DELETED if _DELETED.fullmatch(text) else Trusted.UNCLEAR


def admits(trust: Document, caller: Caller, action: str, known: Context) -> Answer:
    """Return whether a trust policy lets a caller in at least at times.

    `known` are condition keys of the caller in lower case. A condition on what is not known counts as met at times, in
    an Allow, and as not met at times, in a Deny; an operator that is not known leaves it open.
    """
    allowed, denied = NO, NO
    for statement in trust.statements:
        about = _about(statement, caller, action)
        met = all_hold(statement.conditions, known, variables=statement.variables)
        if statement.allows is not False:
            allowed = any_of((allowed, all_of((about, _settled(statement, met, at_times=YES)))))
        if not statement.allows:
            denied = any_of((denied, all_of((about, _settled(statement, met, at_times=NO)))))
    return all_of((allowed, opposite(denied)))


def _about(statement: Statement, caller: Caller, action: str) -> Answer:
    if statement.flaw:
        return cannot_tell(statement.flaw)
    spoken = speaks_of(statement.principals, caller, allows=bool(statement.allows))
    return all_of((covers_action(statement.actions, action), spoken))


def _settled(statement: Statement, met: Answer, *, at_times: Answer) -> Answer:
    """Return `at_times` for conditions that are met now and then; open while an operator is not known."""
    if met.value is not None:
        return met
    return met if odd_operator(statement.conditions) else at_times
