"""Finds the formats of spending by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache

from rootwarden.errors import UsageError
from rootwarden.model.spend import Spend
from rootwarden.report.options import RenderOptions

Render = Callable[[Spend, RenderOptions], str]


def names() -> tuple[str, ...]:
    """Return the names of all formats in alphabetical order, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def find(name: str) -> Render:
    """Return the function that writes a format.

    Raises:
        UsageError: there is none of that name; names the closest and all that exist.
        TypeError: the file of that name has no `render()`.
    """
    known = names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise UsageError(f"spending has no format {name!r}", why=hint, todo=f"choose one of {', '.join(known)}")
    module = importlib.import_module(f"{__name__}.{name}")
    render = getattr(module, "render", None)
    if not callable(render):
        raise TypeError(f"{module.__name__} needs render()")
    return render  # type: ignore[no-any-return]
