"""Who makes a request, and whether a statement of a resource policy speaks of them.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from rootwarden.proofs.answers import NO, YES, Answer, any_of, cannot_tell, sure
from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.policy_document import Principals
from rootwarden.proofs.wildcards import has_wildcard, matches

_ACCOUNT = re.compile(r"\d{12}")
_ACCOUNT_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_IDENTITY = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):.+")
_ASSUMED = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")
# What only a signed request holds.
_ONLY_SIGNED = (
    "aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltype",
    "aws:username",
)  # fmt: skip


class Kind(StrEnum):
    """What sort of caller it is."""

    SERVICE = "Service"
    AWS = "AWS"
    FEDERATED = "Federated"
    ANONYMOUS = "anonymous"


class Caller(Struct, frozen=True, gc=False):
    """Who asks: make one with `service`, `account`, `identity`, `federated`, or use `ANONYMOUS`."""

    kind: Kind
    value: str = ""

    @property
    def account(self) -> str:
        """The twelve digits of an AWS caller's account, "" for other callers."""
        return account_of(self.value) if self.kind is Kind.AWS else ""


ANONYMOUS = Caller(Kind.ANONYMOUS)


def service(name: str) -> Caller:
    """Return an AWS service as the caller, by its principal: `service("cloudtrail.amazonaws.com")`."""
    return Caller(Kind.SERVICE, name)


def account(number: str) -> Caller:
    """Return the owning account itself as the caller, by its twelve digits."""
    return Caller(Kind.AWS, number)


def identity(arn: str) -> Caller:
    """Return a user, role or role session as the caller, by its ARN."""
    return Caller(Kind.AWS, arn)


def federated(provider: str) -> Caller:
    """Return somebody signed in through a SAML or OIDC provider, by the provider's ARN or host name."""
    return Caller(Kind.FEDERATED, provider)


def account_of(principal: str) -> str:
    """Return the account of a principal written as twelve digits or as an IAM or STS ARN, else ""."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    found = _IDENTITY.fullmatch(principal)
    return found.group(1) if found else ""


def names_account(principal: str) -> str:
    """Return the account if the text names a whole account (twelve digits or its `:root` ARN), else ""."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    found = _ACCOUNT_ROOT.fullmatch(principal)
    return found.group(1) if found else ""


def speaks_of(principals: Principals | None, caller: Caller | None, *, allows: bool) -> Answer:
    """Return whether a statement is about the caller.

    A statement without Principal (an identity policy) speaks of whoever it is attached to. NotPrincipal is decided
    only where the exempted cannot be the caller in another guise: the account, or a session of a role.
    """
    if principals is None:
        return YES
    if caller is None:
        return cannot_tell("the statement names principals and the caller is not known")
    named = [_is(kind, text, caller) for kind, text in principals.named]
    if not principals.negated:
        return any_of(named)
    if any(answer.value for answer in named):
        return NO
    related = caller.account and any(account_of(text) == caller.account for _, text in principals.named)
    if allows or related or any(answer.value is None for answer in named):
        return cannot_tell("NotPrincipal may or may not exempt the caller")
    return YES


def _is(kind: str, text: str, caller: Caller) -> Answer:
    if kind == "*":
        return YES
    if kind != caller.kind.value:
        return NO
    if kind == "AWS":
        return _is_aws(text, caller.value)
    if has_wildcard(text):
        return cannot_tell(f"the principal {text[:60]!r} holds a wildcard") if matches(text, caller.value) else NO
    return sure(text == caller.value)


def _is_aws(text: str, caller: str) -> Answer:
    if text == caller or (names_account(text) and names_account(text) == account_of(caller)):
        return YES
    if has_wildcard(text):
        return cannot_tell(f"the principal {text[:60]!r} holds a wildcard")
    session = _ASSUMED.fullmatch(caller)
    role = re.fullmatch(r"arn:(aws[a-z-]*):iam::(\d{12}):role/(?:.*/)?([^/]+)", text) if session else None
    return sure(bool(session and role and session.groups() == role.groups()))


@lru_cache(maxsize=256)
def known_of(caller: Caller | None) -> Context:
    """Return the condition keys that follow from who calls; see IAM User Guide, "AWS global condition context keys".

    Services call over TLS, belong to no organization and come through no VPC of the customer.
    """
    if caller is None:
        return {}
    if caller.kind is Kind.SERVICE:
        return {
            "aws:principalisawsservice": "true",
            "aws:principalservicename": caller.value,
            "aws:principalorgid": None,
            "aws:principalorgpaths": None,
            "aws:securetransport": "true",
            "aws:sourcevpc": None,
            "aws:sourcevpce": None,
        }
    if caller.kind is Kind.ANONYMOUS:
        return {"aws:principalisawsservice": "false", **dict.fromkeys(_ONLY_SIGNED)}
    known: dict[str, str] = {"aws:principalisawsservice": "false"}
    if caller.account:
        known["aws:principalaccount"] = caller.account
    if caller.value.startswith("arn:") and not _ASSUMED.fullmatch(caller.value):
        known["aws:principalarn"] = caller.value
    return known
