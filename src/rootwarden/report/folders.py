"""Finds a format among the files of a folder by its name; each kind of report has such a folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from difflib import get_close_matches
from types import ModuleType

from rootwarden.errors import UsageError


def names_in(folder: Iterable[str]) -> tuple[str, ...]:
    """Return the names of all formats of a package (its `__path__`) in alphabetical order, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folder)))


def format_in(package: str, folder: Iterable[str], name: str, unknown: str) -> ModuleType:
    """Return the file of a package that writes a format; `unknown` says to people that there is none of that name.

    Raises:
        UsageError: there is none; names the closest and all that exist.
        TypeError: the file has no `render()`.
    """
    known = names_in(folder)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise UsageError(unknown, why=hint, todo=f"choose one of {', '.join(known)}")
    module = importlib.import_module(f"{package}.{name}")
    if not callable(getattr(module, "render", None)):
        raise TypeError(f"{module.__name__} needs render()")
    return module


def purpose_of(module: ModuleType) -> str:
    """Return what a format is for: the first line of its file."""
    return (module.__doc__ or "").strip().partition("\n")[0]
