"""Whether an account is part of the audit: then what is missing of it is unread, and not somebody else's business."""

from __future__ import annotations

from rootwarden.model.view import View


def is_audited(seen: View, account: str) -> bool:
    """Return whether an account has findings of its own: it was read, or the organization lists it.

    An account that is listed and was not read is reported as such; nothing is recorded in `seen`.
    """
    if seen.in_scope(account):
        return True
    row = seen.about().organization.row("org.accounts", "Id", account)
    return row.unknown is None and not row.is_none
