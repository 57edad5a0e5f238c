"""The e-mail address of an account's root user and who shares it; reports hide its local part."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError, unknown_in
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.email_address import domain_of, folded
from rootwarden.proofs.truth import is_silent

_ACCOUNTS = "org.accounts"


class Sharers(Struct, frozen=True):
    """Accounts that are known to have the same address, and what kept others from being compared, if anything did."""

    known: tuple[str, ...] = ()
    unread: UnseenError | None = None


def root_address(seen: View) -> str:
    """Return the root address: by the organization's list of accounts, or by GetPrimaryEmail where no list names it.

    Raises:
        UnseenError: neither could be read, or what was read is no address.
    """
    listed = seen.organization.row(_ACCOUNTS, "Id", seen.subject.account)["Email"]
    called = seen.account["account.primary_email"]["PrimaryEmail"]
    try:
        return _address(listed)
    except UnseenError:
        return _address(called)


def accounts_with_address(seen: View, wanted: str) -> Sharers:
    """Return which other accounts of the organization have the address `wanted` (folded).

    Open where the list of accounts could not be read.
    """
    accounts = seen.organization[_ACCOUNTS]
    try:
        listed = not accounts.is_none
    except UnseenError as error:
        return Sharers(unread=error)
    if not listed:
        return Sharers(unread=UnseenError(Unknown("field_missing"), accounts.path))
    addresses = seen.organization.derived(_ACCOUNTS, _by_address)
    own = seen.subject.account
    known = [account for account in addresses.accounts.get(wanted, ()) if account != own]
    unread = next((why for account, why in addresses.unread if account != own or not is_silent(why)), None)
    return Sharers(tuple(known), None if unread is None else UnseenError(unread, accounts.path))


class _Addresses(Struct, frozen=True):
    """Accounts by folded address, and (account, reason) of those whose address is not legible."""

    accounts: dict[str, list[str]]
    unread: list[tuple[str, Unknown]]


def _by_address(value: Any) -> _Addresses:
    """Sort the organization's accounts by their address, whatever stands in the snapshot."""
    found = _Addresses({}, [])
    if not isinstance(value, list):
        found.unread.append(("", Unknown("malformed: expected a list")))
        return found
    for row in value:
        account, email = (row.get("Id"), row.get("Email")) if isinstance(row, dict) else (None, None)
        if isinstance(account, str) and isinstance(email, str):
            found.accounts.setdefault(folded(email), []).append(account)
        else:
            why = unknown_in(row) or unknown_in(account) or unknown_in(email) or Unknown("field_missing")
            found.unread.append((account if isinstance(account, str) else "", why))
    return found


def _address(place: Sight) -> str:
    text = place.text()
    if not domain_of(text):
        raise UnseenError(Unknown("malformed: not an e-mail address"), place.path)
    return text
