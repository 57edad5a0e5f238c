"""Finds the formats of plans by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from msgspec import Struct

from rootwarden.model.plan import Plan
from rootwarden.report.folders import format_in, names_in, purpose_of
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
    return names_in(__path__)


@cache
def find(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none; names the closest and all that exist.
        TypeError: a file of this folder has no `render()` or no `ENDINGS`.
    """
    module = format_in(__name__, __path__, name, f"a plan has no format {name!r}")
    endings = getattr(module, "ENDINGS", None)
    if not isinstance(endings, tuple):
        raise TypeError(f"{module.__name__} needs ENDINGS")
    return Format(name, purpose_of(module), endings, module.render)


def by_file(file: str) -> Format | None:
    """Return the format that a file's ending stands for, None where no format claims it."""
    return next((one for one in map(find, names()) if file.lower().endswith(one.endings)), None)
