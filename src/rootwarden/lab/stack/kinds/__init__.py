"""One file per AWS service: the types of resources that the builder can make. The folder is walked; no list to edit.

How to add one: put `KINDS = {"AWS::Service::Type": Kind(...)}` into a file here. A property that a kind
neither needs nor takes is refused by the builder, so name only what `make` passes on.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from rootwarden.lab.stack.kind import Kind


def _walk() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for info in pkgutil.iter_modules(__path__, f"{__name__}."):
        some: dict[str, Kind] = import_module(info.name).KINDS
        if twice := sorted(set(found) & set(some)):
            raise TypeError(f"{info.name} makes {', '.join(twice)}, which another file makes too")
        found |= some
    return found


KINDS = _walk()
