"""Compares text the way Sigma does: upper and lower case are the same, and numbers and truth values have a text."""

from __future__ import annotations

from typing import Any


def fold(text: str) -> str:
    """Return `text` without differences of case, character by character, so that its length stays the same.

    A character whose folded form is longer (the German sharp s) stays as it is: `?` stands for one character.
    """
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(one if len(one) == 1 else char for char in text for one in [char.casefold()])


def text_of(value: Any) -> str | None:
    """Return the text of a scalar of a record as JSON writes it; None for null, objects and lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return None
