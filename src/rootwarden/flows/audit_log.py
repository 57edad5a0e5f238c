"""Our own root audits in the run log: what they are about to do, told to the watch before they do it."""

from __future__ import annotations

from contextlib import closing

import msgspec

from rootwarden.aws.clock import new_ulid
from rootwarden.aws.root_window import StandingWindow
from rootwarden.flows.incidents import existing
from rootwarden.store.runs import log_audit

_CARRIED = "rw-audit-"


def log_root_audit(url: str, window: StandingWindow) -> str:
    """Note in the run log of a watch which root sessions an audit is about to open; return under which name.

    Raises:
        RootwardenError: there is no such store, or it cannot be written.
    """
    name = audit_name(window.source_identity) or f"audit-{new_ulid()}"
    with closing(existing(url)) as store:
        log_audit(store, name, window.start, window.end, msgspec.json.encode(window))
    return name


def audit_name(carried: str) -> str:
    """Return the name in the run log of an audit whose sessions carry a source identity, "" if none of ours does."""
    return f"audit-{carried.removeprefix(_CARRIED)}" if carried.startswith(_CARRIED) else ""
