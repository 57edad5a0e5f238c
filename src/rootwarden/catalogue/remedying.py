"""Finds every remedy by walking its folder, so that adding one is adding a file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from rootwarden import remedies as remedies_package
from rootwarden.model.remedy import RegisteredRemedy, Remedy


@cache
def remedies() -> dict[str, RegisteredRemedy]:
    """Return all remedies by slug, in the order in which their changes are made.

    Raises:
        TypeError: a file of the folder holds no `REMEDY`, or neither `prescribe` nor `propose`.
    """
    found = [_load(module.name) for module in pkgutil.iter_modules(remedies_package.__path__)]
    return {one.slug: one for one in sorted(found, key=lambda one: (one.remedy.order, one.slug))}


def _load(name: str) -> RegisteredRemedy:
    module = importlib.import_module(f"{remedies_package.__name__}.{name}")
    remedy = getattr(module, "REMEDY", None)
    prescribe, propose = getattr(module, "prescribe", None), getattr(module, "propose", None)
    if not isinstance(remedy, Remedy) or not (callable(prescribe) or callable(propose)):
        raise TypeError(f"{module.__name__} needs REMEDY, and prescribe() or propose()")
    return RegisteredRemedy(name.replace("_", "-"), (module.__doc__ or "").strip(), remedy, prescribe, propose)
