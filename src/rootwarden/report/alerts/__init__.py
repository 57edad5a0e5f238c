"""Finds the formats of alerts by walking this folder, so that adding one is adding a file with `render()`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from rootwarden.model.detected import Detected
from rootwarden.report.folders import format_in, names_in
from rootwarden.report.options import RenderOptions

Render = Callable[[Detected, RenderOptions], str]


def names() -> tuple[str, ...]:
    """Return the names of all formats in alphabetical order, importing none of them."""
    return names_in(__path__)


@cache
def find(name: str) -> Render:
    """Return the function that writes a format.

    Raises:
        UsageError: there is none of that name; names the closest and all that exist.
        TypeError: the file of that name has no `render()`.
    """
    render: Render = format_in(__name__, __path__, name, f"alerts have no format {name!r}").render
    return render
