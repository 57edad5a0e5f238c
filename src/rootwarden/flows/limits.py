"""Which controls are judged and by which limits: names and settings are checked before anything is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from math import inf
from typing import Any

from rootwarden import catalogue
from rootwarden.errors import UsageError
from rootwarden.model.control import Registered
from rootwarden.model.thresholds import Param


def chosen(only: Iterable[str], skip: Iterable[str]) -> tuple[Registered, ...]:
    """Return the controls named by `only` (all when empty) without those named by `skip`.

    Raises:
        UsageError: a name is unknown, or nothing is left.
    """
    wanted = {catalogue.find(name).slug for name in only} or {entry.slug for entry in catalogue.controls()}
    unwanted = {catalogue.find(name).slug for name in skip}
    left = tuple(entry for entry in catalogue.controls() if entry.slug in wanted - unwanted)
    if not left:
        raise UsageError("no control is left to judge", why="--skip names all of them", todo="loosen --only or --skip")
    return left


def checked(given: Mapping[str, Mapping[str, Any]], source: str) -> dict[str, dict[str, Param]]:
    """Check the `[controls.<name>]` sections of a configuration against what the controls declare.

    Raises:
        UsageError: unknown control or setting, or a value of another type than the default.
    """
    return {
        entry.slug: {name: _value(entry, name, value, source) for name, value in section.items()}
        for entry, section in ((catalogue.find(name), section) for name, section in given.items())
    }


def _value(entry: Registered, name: str, value: Any, source: str) -> Param:
    declared = entry.control.params
    where = f"{source}: [controls.{entry.slug}] {name}"
    if name not in declared:
        close = get_close_matches(name, declared, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(declared) or 'no settings'}"
        raise UsageError(f"{where} is unknown", why=hint, todo="correct or remove it")
    default = declared[name]
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    numeric = isinstance(default, int | float) and not isinstance(default, bool)
    if numeric and isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf:
        return value
    if type(value) is type(default) and not numeric and isinstance(value, str | bool):
        return value
    raise UsageError(
        f"{where} does not fit", why=f"expected something like {default!r}, found {value!r}", todo="mend it"
    )
