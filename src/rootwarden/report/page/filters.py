"""How templates write numbers, paths, commands and reasons."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from rootwarden.report.counting import read_of_expected
from rootwarden.report.labels import plural
from rootwarden.report.legible import legible
from rootwarden.report.page.bars import filled, segments
from rootwarden.report.unread import in_short

_OPTION = re.compile(r"(?<= )(--[a-z0-9-]+)(?= |\Z)")


def thousands(number: int) -> str:
    """Return `1,000`."""
    return f"{number:,}"


def breakable(path: str) -> Markup:
    """Return a fact path that may break after each dot."""
    return escape(legible(path)).replace(".", Markup(".<wbr>"))


def command_line(command: str) -> Markup:
    """Return a command whose options do not break at their hyphens."""
    return Markup(_OPTION.sub(r'<span class="nb">\1</span>', str(escape(legible(command)))))


def quoted(name: str) -> str:
    """Return a file name as a shell needs it."""
    return shlex.quote(legible(name))


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "breakable": breakable,
        "command_line": command_line,
        "filled": filled,
        "in_short": in_short,
        "plural": plural,
        "quoted": quoted,
        "read_of_expected": read_of_expected,
        "segments": segments,
        "thousands": thousands,
    }
)
