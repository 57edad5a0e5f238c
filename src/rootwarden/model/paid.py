"""Whether looking at changes costs money: then --paid has to be given again with every command that looks."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.model.facts import FACTS
from rootwarden.model.plan import Change


def needs_paid(changes: Iterable[Change]) -> bool:
    """Return whether changes are looked at by what AWS charges for reading."""
    return any(FACTS[name].paid for one in changes for name in one.facts if name in FACTS)


def paid_too(changes: Iterable[Change]) -> str:
    """Return what a command needs beside its run: ` --paid`, or nothing."""
    return " --paid" if needs_paid(changes) else ""
