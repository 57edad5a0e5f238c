"""Finds the output formats by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from msgspec import Struct

from rootwarden.model.audit import Audit
from rootwarden.report.folders import format_in, names_in, purpose_of
from rootwarden.report.options import RenderOptions

Render = Callable[[Audit, RenderOptions], str]


class Format(Struct, frozen=True):
    """One way to write an audit: its name, what it is for in one line, and the function that writes it."""

    name: str
    purpose: str
    render: Render


def names() -> tuple[str, ...]:
    """Return the names of all formats in alphabetical order, importing none of them."""
    return names_in(__path__)


@cache
def find(name: str) -> Format:
    """Return the format of that name.

    Raises:
        UsageError: there is none; names the closest and all that exist.
        TypeError: a file of this folder has no `render()`.
    """
    module = format_in(__name__, __path__, name, f"no output format is called {name!r}")
    return Format(name, purpose_of(module), module.render)
