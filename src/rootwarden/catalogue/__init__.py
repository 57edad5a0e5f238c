"""Finds every control by walking its folder, so that adding one is adding a file."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache

from rootwarden import controls as controls_package
from rootwarden.errors import UsageError
from rootwarden.model.control import Control, Registered


@cache
def controls() -> tuple[Registered, ...]:
    """Return all controls, sorted by code.

    Raises:
        TypeError: a file of the folder holds no `CONTROL` or no `judge`, or two controls share a code.
    """
    found = [_load(module.name) for module in pkgutil.iter_modules(controls_package.__path__)]
    codes = [entry.control.code for entry in found]
    if len(set(codes)) != len(codes):
        raise TypeError(f"two controls share a code: {sorted(codes)}")
    return tuple(sorted(found, key=lambda entry: entry.control.code))


def find(name: str) -> Registered:
    """Return the control with this code or slug, whatever the case, with or without `RW-`.

    Raises:
        UsageError: there is none; names the closest.
    """
    wanted = name.strip().lower()
    by_name = {entry.slug: entry for entry in controls()} | {entry.control.code.lower(): entry for entry in controls()}
    for key in (wanted, f"rw-{wanted}"):
        if key in by_name:
            return by_name[key]
    close = get_close_matches(wanted, by_name, n=1, cutoff=0.5)
    hint = f"did you mean {close[0].upper() if close[0].startswith('rw-') else close[0]}?" if close else ""
    raise UsageError(f"no control is called {name!r}", why=hint, todo="list them with `rootwarden controls`")


def _load(name: str) -> Registered:
    module = importlib.import_module(f"{controls_package.__name__}.{name}")
    control, judge = getattr(module, "CONTROL", None), getattr(module, "judge", None)
    if not isinstance(control, Control) or not callable(judge):
        raise TypeError(f"{module.__name__} needs CONTROL and judge()")
    return Registered(name.replace("_", "-"), (module.__doc__ or "").strip(), control, judge)
