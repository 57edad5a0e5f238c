"""Which accounts a reading visits, by which role each is entered, and which cannot be entered at all."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from rootwarden.errors import UsageError
from rootwarden.model.readings import Unknown

DEFAULT_ROLE = "RootwardenAudit"
_ACCOUNT = re.compile(r"^\d{12}$")
# AWS Organizations User Guide, "Account states": in these nobody can sign in to the account or assume a role there.
_BARRED = {
    "SUSPENDED": "account_suspended",
    "PENDING_CLOSURE": "account_pending_closure",
    "CLOSED": "account_closed",
    "PENDING_ACTIVATION": "account_not_yet_active",
}


class Target(Struct, frozen=True):
    """One account to visit: the role that opens it ("": the caller is in it already), or why it is not entered."""

    account: str
    role: str = ""
    barred: Unknown | None = None


class Roles(Struct, frozen=True):
    """Names of the role to assume: one for all accounts, others by account id."""

    default: str = DEFAULT_ROLE
    by_account: Mapping[str, str] = {}

    def of(self, account: str) -> str:
        """Return the role's name, its path included, for an account."""
        return self.by_account.get(account, self.default)


def target(account: str, state: str, caller: str, roles: Roles) -> Target:
    """Return how to visit one account; `caller` is the account that the reading starts from."""
    if account == caller:
        return Target(account)
    if state in _BARRED:
        return Target(account, barred=Unknown(_BARRED[state]))
    return Target(account, roles.of(account))


def checked_ids(accounts: tuple[str, ...], named_in: str) -> tuple[str, ...]:
    """Return the account ids, each once, in the order given; `named_in` is where they were named, for messages.

    Raises:
        UsageError: one is no account id.
    """
    for account in accounts:
        if not _ACCOUNT.match(account):
            raise UsageError(f"{account!r} is no account id", why="an id has 12 digits", todo=f"correct {named_in}")
    return tuple(dict.fromkeys(accounts))
