"""Lines for a terminal: broken between words, and never inside a command that somebody will copy."""

from __future__ import annotations

import re
import textwrap

# Stands for a blank at which no line ends: of the private use area, which nothing that is shown contains.
TIE = "\ue000"
_COMMAND = re.compile(r"`[^`\n]+`[.,;:)]?")


def tied(text: str, width: int) -> str:
    """Return a text in which the blanks of commands, which stand between backticks, are ties, as far as they fit."""
    return _COMMAND.sub(lambda found: found[0].replace(" ", TIE) if len(found[0]) <= width else found[0], text)


def wrapped(text: str, width: int, indent: str = "", further: str | None = None) -> list[str]:
    """Return a text in lines of so many columns; the first begins with `indent`, the others with `further`."""
    further = indent if further is None else further
    lines = textwrap.wrap(
        tied(text, width - len(further)), width, initial_indent=indent, subsequent_indent=further,
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip
    return [line.replace(TIE, " ") for line in lines]
