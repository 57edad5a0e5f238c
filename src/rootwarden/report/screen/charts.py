"""Draws a series of amounts as text: one line of blocks, or bars over several lines; in ASCII where that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:-=+*#@"
_EIGHTHS = 8


def fitted(values: Sequence[Decimal], width: int) -> list[Decimal]:
    """Return at most `width` values: each the largest of the days that share its column, so that no peak is lost."""
    many = len(values)
    if many <= width:
        return list(values)
    return [max(values[many * at // width : many * (at + 1) // width]) for at in range(width)]


def sparkline(values: Sequence[Decimal], width: int, *, plain: bool) -> str:
    """Return a series as one line, the largest value full; anything above zero is visible."""
    shown = fitted(values, width)
    top = max(shown, default=Decimal(0))
    marks = _ASCII if plain else _BLOCKS
    return "".join(marks[_level(value, top, _EIGHTHS)] for value in shown)


def columns(values: Sequence[Decimal], width: int, height: int, *, plain: bool) -> list[str]:
    """Return a series as bars over `height` lines, the highest line first."""
    shown = fitted(values, width)
    top = max(shown, default=Decimal(0))
    levels = [_level(value, top, _EIGHTHS * height) for value in shown]
    marks = _ASCII if plain else _BLOCKS
    return [
        "".join(marks[max(0, min(_EIGHTHS, level - _EIGHTHS * line))] for level in levels)
        for line in range(height - 1, -1, -1)
    ]


def _level(value: Decimal, top: Decimal, levels: int) -> int:
    if value <= 0 or top <= 0:
        return 0
    return max(1, int((value * levels / top).to_integral_value()))
