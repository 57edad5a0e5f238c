"""Finds the families of channels by walking this folder, so that adding one is adding a file with `FAMILY`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from rootwarden.notify.family import Family


def names() -> tuple[str, ...]:
    """Return the kinds of channels in alphabetical order, importing none of them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


@cache
def find(kind: str) -> Family:
    """Return the family of a kind.

    Raises:
        TypeError: the file of that name has no `FAMILY`.
    """
    module = importlib.import_module(f"{__name__}.{kind}")
    family = getattr(module, "FAMILY", None)
    if not isinstance(family, Family):
        raise TypeError(f"{module.__name__} needs FAMILY")
    return family
