"""Our own root sessions in the run log: what they are about to do, told to the watch before they do it."""

from __future__ import annotations

from contextlib import closing

import msgspec

from rootwarden.aws.clock import new_ulid
from rootwarden.aws.root_window import APPLY, AUDIT, StandingWindow
from rootwarden.flows.incidents import existing
from rootwarden.store.runs import log_audit

# What the name in the run log begins with, by what the source identity of a session begins with.
_CARRIED = {AUDIT: "audit-", APPLY: "apply-"}


def log_root_audit(url: str, window: StandingWindow) -> str:
    """Note in the run log of a watch which root sessions are about to be opened; return under which name.

    Raises:
        RootwardenError: there is no such store, or it cannot be written.
    """
    name = audit_name(window.source_identity) or f"{_CARRIED[APPLY if window.is_change else AUDIT]}{new_ulid()}"
    with closing(existing(url)) as store:
        log_audit(store, name, window.start, window.end, msgspec.json.encode(window))
    return name


def audit_name(carried: str) -> str:
    """Return the name in the run log of what sessions that carry a source identity are for, "" if none of ours does."""
    found = (own + carried.removeprefix(mark) for mark, own in _CARRIED.items() if carried.startswith(mark))
    return next(found, "")
