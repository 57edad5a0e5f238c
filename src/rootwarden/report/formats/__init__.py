"""Finds the output formats by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache

from msgspec import Struct

from rootwarden.errors import UsageError
from rootwarden.model.audit import Audit
from rootwarden.report.options import RenderOptions

Render = Callable[[Audit, RenderOptions], str]


class Format(Struct, frozen=True):
    """One way to write an audit: its name, what it is for in one line, and the function that writes it."""

    name: str
    purpose: str
    render: Render


def names() -> tuple[str, ...]:
    """Return the names of all formats in alphabetical order, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def find(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none; names the closest and all that exist.
        TypeError: a file of this folder has no `render()`.
    """
    known = names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise UsageError(f"no output format is called {name!r}", why=hint, todo=f"choose one of {', '.join(known)}")
    module = importlib.import_module(f"{__name__}.{name}")
    render = getattr(module, "render", None)
    if not callable(render):
        raise TypeError(f"{module.__name__} needs render()")
    return Format(name, (module.__doc__ or "").strip().partition("\n")[0], render)
