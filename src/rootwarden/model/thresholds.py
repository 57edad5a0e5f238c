"""The limits a control judges by: its own defaults, overlaid by configuration, read by name and type."""

from __future__ import annotations

from collections.abc import Mapping

Param = bool | int | float | str | tuple[str, ...]


class Thresholds:
    """The settings of one control. Asking for a name the control does not declare is a programming error."""

    __slots__ = ("_values",)

    def __init__(self, defaults: Mapping[str, Param], given: Mapping[str, Param] | None = None) -> None:
        """Overlay `given` (already validated against `defaults`) on the control's defaults."""
        self._values = {**defaults, **(given or {})}

    def number(self, name: str) -> float:
        """Return a numeric setting."""
        value = self._values[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(name)
        return value

    def flag(self, name: str) -> bool:
        """Return a yes-or-no setting."""
        value = self._values[name]
        if not isinstance(value, bool):
            raise TypeError(name)
        return value

    def text(self, name: str) -> str:
        """Return a text setting."""
        value = self._values[name]
        if not isinstance(value, str):
            raise TypeError(name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a setting that is a list of texts."""
        value = self._values[name]
        if not isinstance(value, tuple):
            raise TypeError(name)
        return value
