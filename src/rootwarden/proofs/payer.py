"""Whose budgets cover an account: its own, and those of the management account that pays for it."""

from __future__ import annotations

from rootwarden.model.readings import Unknown
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.budget_parts import BUDGETS, NOTIFICATIONS
from rootwarden.proofs.membership import role_in_organization

OUT_OF_SCOPE = "management_out_of_scope"


def paying_account(seen: View) -> str:
    """Return the account that pays: the management account of a member, else the account itself.

    Raises:
        UnseenError: whether the account is a member, or of whom, is unread.
    """
    aside = seen.about()
    if role_in_organization(aside) != "member":
        return seen.subject.account
    return aside.organization["org.organization"]["MasterAccountId"].text()


def budget_facts(seen: View, account: str) -> tuple[Sight, Sight]:
    """Return the budgets and notifications of an account: one's own, or as the management account shows them."""
    if account == seen.subject.account:
        return seen.account[BUDGETS], seen.account[NOTIFICATIONS]
    return _shown(seen, BUDGETS, account), _shown(seen, NOTIFICATIONS, account)


def _shown(seen: View, fact: str, account: str) -> Sight:
    found = seen.shared(fact, account, OUT_OF_SCOPE)
    if found.unknown is not None and found.unknown.why == OUT_OF_SCOPE and seen.in_scope(account):
        return Sight(found.path, Unknown("not_collected"), seen.log)
    return found
