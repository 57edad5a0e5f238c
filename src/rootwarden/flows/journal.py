"""The journal of our own root audits: what they are about to do, told to the watch before they do it."""

from __future__ import annotations

import msgspec

from rootwarden.aws.clock import new_ulid
from rootwarden.aws.root_window import StandingWindow
from rootwarden.flows.incidents import existing
from rootwarden.store.runs import journal_audit

_CARRIED = "rw-audit-"


def journal(url: str, window: StandingWindow) -> str:
    """Note in the store of a watch which root sessions an audit is about to open; return under which name.

    Raises:
        RootwardenError: there is no such store, or it cannot be written.
    """
    store = existing(url)
    try:
        name = audit_name(window.source_identity) or f"audit-{new_ulid()}"
        journal_audit(store, name, window.start, window.end, msgspec.json.encode(window))
    finally:
        store.close()
    return name


def audit_name(carried: str) -> str:
    """Return the name in the journal of an audit whose sessions carry a source identity, "" if none of ours does."""
    return f"audit-{carried.removeprefix(_CARRIED)}" if carried.startswith(_CARRIED) else ""
