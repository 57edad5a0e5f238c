"""Finds the formats of alerts by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache

from rootwarden.model.detected import Detected
from rootwarden.report.options import RenderOptions

Render = Callable[[Detected, RenderOptions], str]


def names() -> tuple[str, ...]:
    """Return the names of all formats in alphabetical order, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


@cache
def find(name: str) -> Render:
    """Return the function that writes a format.

    Raises:
        TypeError: the file of that name has no `render()`.
    """
    module = importlib.import_module(f"{__name__}.{name}")
    render = getattr(module, "render", None)
    if not callable(render):
        raise TypeError(f"{module.__name__} needs render()")
    return render  # type: ignore[no-any-return]
