"""Finds the formats of plans by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache

from msgspec import Struct

from rootwarden.errors import UsageError
from rootwarden.model.plan import Plan
from rootwarden.report.options import RenderOptions

Render = Callable[[Plan, RenderOptions], str]


class Format(Struct, frozen=True):
    """One way to write a plan: its name, what it is for in one line, the endings of its files, and the function."""

    name: str
    purpose: str
    endings: tuple[str, ...]
    render: Render


def names() -> tuple[str, ...]:
    """Return the names of all formats in alphabetical order, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def find(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none; names the closest and all that exist.
        TypeError: a file of this folder has no `render()` or no `ENDINGS`.
    """
    known = names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise UsageError(f"a plan has no format {name!r}", why=hint, todo=f"choose one of {', '.join(known)}")
    module = importlib.import_module(f"{__name__}.{name}")
    render, endings = getattr(module, "render", None), getattr(module, "ENDINGS", None)
    if not callable(render) or not isinstance(endings, tuple):
        raise TypeError(f"{module.__name__} needs render() and ENDINGS")
    return Format(name, (module.__doc__ or "").strip().partition("\n")[0], endings, render)


def by_file(file: str) -> Format | None:
    """Return the format that a file's ending stands for, None where no format claims it."""
    return next((one for one in map(find, names()) if file.lower().endswith(one.endings)), None)
