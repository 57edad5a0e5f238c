"""The scope of a reading: whether there is an organization, and which of its accounts are visited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collect.organizations import accounts as listed_accounts
from rootwarden.aws.collect.organizations import organization as described_organization
from rootwarden.aws.refusals import DENIED, UnreadError
from rootwarden.aws.targets import Roles, Target, checked_ids, target
from rootwarden.aws.visit import Round, Visit
from rootwarden.errors import AuthError, UnreachableError, UsageError
from rootwarden.model.readings import Unknown


def learn_organization(caller: Ask) -> Mapping[str, Any] | Unknown | None:
    """Return the organization, None for a standalone account, or why it could not be read."""
    try:
        found: Mapping[str, Any] | None = described_organization(Visit(Round(caller=caller, organization=None), caller))
    except UnreadError as refusal:
        return refusal.unknown
    return found


def choose_targets(around: Round, *, org: bool, accounts: tuple[str, ...], roles: Roles, named_in: str) -> list[Target]:
    """Return the accounts to visit: the caller's own, those named, or every one of the organization.

    `named_in` is where they were named, for messages.

    Raises:
        AuthError: the accounts of the organization may not be listed.
        UnreachableError: they could not be listed.
        UsageError: there is no organization, or a named account is not in it.
    """
    caller = around.caller.account
    if org:
        return [target(account, state, caller, roles) for account, state in _all_states(around).items()]
    if not accounts:
        return [Target(caller)]
    ids = checked_ids(accounts, named_in)
    states = _known_states(around)
    strangers = [account for account in ids if states and account not in states]
    if strangers:
        raise UsageError(
            f"account {strangers[0]} is not in the organization", why="it is not among its accounts",
            todo=f"correct {named_in}",
        )  # fmt: skip
    return [target(account, states.get(account, ""), caller, roles) for account in ids]


def _all_states(around: Round) -> dict[str, str]:
    if around.organization is None:
        raise UsageError(
            f"account {around.caller.account} is not in an organization",
            why="AWS Organizations is not in use there",
            todo="leave out --org, or use credentials of the management account",
        )
    try:
        return _states(around)
    except UnreadError as refusal:
        if refusal.unknown.why == DENIED:
            todo = "use the management account or a delegated administrator, with organizations:ListAccounts"
            raise AuthError("the accounts of the organization cannot be listed", why=DENIED, todo=todo) from refusal
        raise UnreachableError(
            "the accounts of the organization cannot be listed", why=str(refusal), todo="try again"
        ) from refusal


def _known_states(around: Round) -> dict[str, str]:
    try:
        return _states(around) if around.organization is not None else {}
    except UnreadError:
        return {}


def _states(around: Round) -> dict[str, str]:
    return {one["Id"]: str(one["State"]) for one in listed_accounts(Visit(around, around.caller))}
