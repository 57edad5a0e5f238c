"""Finds the runbooks by walking this folder, so that adding one is adding a file with a `RUNBOOK`."""

from __future__ import annotations

import importlib
import pkgutil
import re
from difflib import get_close_matches
from functools import cache

from rootwarden.errors import UsageError
from rootwarden.report.runbook import Named, Runbook

_COMMAND = re.compile(r"`(rootwarden runbook (?:(?!--account)[^`])+)`")


@cache
def runbooks() -> dict[str, Named]:
    """Return all runbooks by name, in alphabetical order.

    Raises:
        TypeError: a file of the folder holds no `RUNBOOK`.
    """
    found = [_load(module.name) for module in pkgutil.iter_modules(__path__)]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def find(name: str) -> Named:
    """Return the runbook of that name.

    Raises:
        UsageError: there is none; names the closest and all that exist.
    """
    known = runbooks()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise UsageError(f"no runbook is called {name!r}", why=hint, todo=f"choose one of {', '.join(known)}")
    return known[name]


def by_hand(remedy: str, resource: str = "") -> str:
    """Return the command that leads a person through what a remedy names, "" where no runbook does."""
    found = next((one for one in runbooks().values() if remedy in one.runbook.remedies), None)
    if found is None:
        return ""
    subject = resource.rpartition("/")[2] if found.runbook.argument else ""
    return " ".join(filter(None, ("rootwarden runbook", found.name, subject)))


def in_account(words: str, account: str) -> str:
    """Return words in which every command that leads through a runbook names the account that it is about."""
    return _COMMAND.sub(rf"`\1 --account {account}`", words)


def _load(name: str) -> Named:
    module = importlib.import_module(f"{__name__}.{name}")
    runbook = getattr(module, "RUNBOOK", None)
    if not isinstance(runbook, Runbook):
        raise TypeError(f"{module.__name__} needs RUNBOOK")
    return Named(name.replace("_", "-"), (module.__doc__ or "").strip(), runbook)
