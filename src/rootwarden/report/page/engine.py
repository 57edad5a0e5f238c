"""Loads the templates that lie beside the code; everything they print is escaped."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rootwarden.model.findings import Practice, Severity, Status
from rootwarden.report.labels import AUTOMATION, STATUS
from rootwarden.report.legible import legible
from rootwarden.report.page.filters import FILTERS

# The styles are one sheet in four files, in this order.
_STYLES = ("tokens.css", "layout.css", "parts.css", "print.css")


@cache
def environment() -> Environment:
    """Return the template environment: autoescape on, nothing invisible, an undefined name is an error."""
    made = Environment(
        loader=FunctionLoader(_file), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False, finalize=_harmless,
    )  # fmt: skip
    made.filters.update(FILTERS)
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


def _harmless(value: Any) -> Any:
    """Take control and direction characters out of every text that is printed; our own markup has none."""
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _file(name: str) -> str:
    return (files("rootwarden.report") / "templates" / name).read_text(encoding="utf-8")
