"""Where records come from while they are made: one file for each source, found by walking this folder.

A file offers `fits(place)`, whether a place is one of its kind by its shape, and `open(place, tools)`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from rootwarden.errors import UsageError
from rootwarden.trail.sources.parcel import Parcel, Source, SourceError, Tools

__all__ = ["Parcel", "Source", "SourceError", "Tools", "open_source"]


def open_source(place: str, tools: Tools) -> Source:
    """Open the source that a place names: a queue's URL, `lookup-events`, a folder, `-`; asked whether it answers.

    Raises:
        UsageError: no source is of this shape.
        RootwardenError: it cannot be read; says why and what to do.
    """
    for module in _modules():
        if module.fits(place):
            source: Source = module.open(place, tools)
            return source
    todo = "name a queue by its URL, a folder, lookup-events, or - for standard input"
    raise UsageError(f"{place!r} is no source", why="no queue, no folder, nothing that is known", todo=todo)


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]
    return tuple(one for one in found if hasattr(one, "fits"))
