"""Which controls are judged by which limits, what remedies go by: names and settings are checked before all else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from math import inf
from typing import Any

from rootwarden import catalogue
from rootwarden.catalogue.remedying import remedies
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
    found = [(catalogue.find(name), section) for name, section in given.items()]
    return {
        entry.slug: _values(f"{source}: [controls.{entry.slug}]", entry.control.params, section)
        for entry, section in found
    }


def checked_remedies(given: Mapping[str, Mapping[str, Any]], source: str) -> dict[str, dict[str, Param]]:
    """Check the `[remedies.<name>]` sections of a configuration against what the remedies declare.

    Raises:
        UsageError: unknown remedy or setting, or a value of another type than the default.
    """
    known = remedies()
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
            raise UsageError(f"{source}: [remedies.{name}] names no remedy", why=hint, todo="correct or remove it")
    return {
        name: _values(f"{source}: [remedies.{name}]", known[name].remedy.params, section)
        for name, section in given.items()
    }


def _values(section: str, declared: Mapping[str, Param], given: Mapping[str, Any]) -> dict[str, Param]:
    return {name: _value(section, declared, name, value) for name, value in given.items()}


def _value(section: str, declared: Mapping[str, Param], name: str, value: Any) -> Param:
    where = f"{section} {name}"
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
    kind, example = _expected(default, value)
    raise UsageError(
        f"{where} does not fit", why=f"{kind} is expected, found {value!r}", todo=f"write {name} = {example}"
    )


def _expected(default: Param, value: Any) -> tuple[str, str]:
    """Return what a setting takes in words, and how it is written: where texts are expected, a text in a list."""
    match default:
        case bool():
            return "true or false", str(default).lower()
        case int() | float():
            return "a number that is not negative", str(default)
        case tuple():
            one = value if isinstance(value, str) else (default[0] if default else "one")
            return "a list of texts", f'["{one}"]'
        case _:
            return "a text", f'"{default or "..."}"'
