"""The e-mail address of an account's root user and who shares it; recorded without its local part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.email_address import domain_of, folded, masked


class Sharers(Struct, frozen=True):
    """Accounts that are known to have the same address, and what kept others from being compared, if anything did."""

    known: tuple[str, ...] = ()
    unread: UnseenError | None = None


def root_address(seen: View) -> str:
    """Return the root address by GetPrimaryEmail, else by the organization's list of accounts.

    Raises:
        UnseenError: neither could be read, or what was read is no address.
    """
    first = seen.account["account.primary_email"]["PrimaryEmail"]
    listed = seen.organization.row("org.accounts", "Id", seen.subject.account)["Email"]
    try:
        return _address(seen, first)
    except UnseenError as error:
        try:
            return _address(seen, listed)
        except UnseenError:
            raise error from None


def accounts_with_address(seen: View, wanted: str) -> Sharers:
    """Return which other accounts of the organization have the address `wanted` (folded).

    A standalone account has nobody to share with.
    """
    accounts = seen.organization["org.accounts"]
    try:
        listed = not accounts.is_none
    except UnseenError as error:
        return _alone_or(seen, error)
    if not listed:
        return _alone_or(seen, UnseenError(Unknown("field_missing"), accounts.path))
    own = seen.subject.account
    known: set[str] = set()
    unread: UnseenError | None = None
    for row in _rows(seen.about().organization["org.accounts"]):
        if isinstance(row, UnseenError):
            unread = unread or row
        elif row[1] == wanted and row[0] != own:
            known.add(row[0])
    return Sharers(tuple(sorted(known)), unread)


def _rows(accounts: Sight) -> Iterator[tuple[str, str] | UnseenError]:
    """Yield (account, folded address) of each account; where all was read, from plain values, which is faster."""
    try:
        rows: list[Any] = accounts.plain()
        yield from [(row["Id"], folded(row["Email"])) for row in rows]
    except (UnseenError, TypeError, KeyError, AttributeError):
        yield from _rows_one_by_one(accounts)


def _rows_one_by_one(accounts: Sight) -> Iterator[tuple[str, str] | UnseenError]:
    try:
        items = accounts.each()
    except UnseenError as error:
        yield error
        return
    for item in items:
        try:
            yield item["Id"].text(), folded(item["Email"].text())
        except UnseenError as error:
            yield error


def _alone_or(seen: View, error: UnseenError) -> Sharers:
    """Return that nobody shares for an account that is proven to be in no organization, else that it is open."""
    try:
        return Sharers() if seen.organization["org.organization"].is_none else Sharers(unread=error)
    except UnseenError:
        return Sharers(unread=error)


def _address(seen: View, place: Sight) -> str:
    text = place.text()
    seen.log.entries[place.path] = masked(text)
    if not domain_of(text):
        raise UnseenError(Unknown("malformed: not an e-mail address"), place.path)
    return text
