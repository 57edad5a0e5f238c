"""Loads the templates that lie beside the code; everything they print is escaped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from rootwarden.model.findings import Practice, Severity, Status
from rootwarden.report.counting import read_of_expected
from rootwarden.report.labels import AUTOMATION, STATUS, plural
from rootwarden.report.legible import legible
from rootwarden.report.page.bars import filled, segments
from rootwarden.report.unread import in_short

# The styles are one sheet in four files, in this order.
_STYLES = ("tokens.css", "layout.css", "parts.css", "print.css")

_FILTERS: dict[str, Callable[..., Any]] = {
    "plural": plural,
    "segments": segments,
    "filled": filled,
    "legible": legible,
    "breakable": lambda text: escape(text).replace(".", Markup(".<wbr>")),
    "in_short": in_short,
    "read_of_expected": read_of_expected,
    "thousands": lambda number: f"{number:,}",
}


@cache
def environment() -> Environment:
    """Return the template environment: autoescape on, an undefined name is an error."""
    made = Environment(
        loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    made.filters.update(_FILTERS)
    made.globals.update(STATUS=STATUS, AUTOMATION=AUTOMATION, Status=Status, Severity=Severity, Practice=Practice)
    return made


@cache
def style() -> str:
    """Return the style sheet."""
    return "\n".join(_file(name) for name in _STYLES)


@cache
def script() -> str:
    """Return the script: filters, copy buttons, and opening what is closed before printing."""
    return _file("page.js")


def _file(name: str) -> str:
    return (files("rootwarden.report") / "templates" / name).read_text(encoding="utf-8")
