"""What a type of resource is to the builder: the properties it may have, and how it is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

Properties = dict[str, Any]


class Kind(Struct, frozen=True):
    """A type of resource; `make` is given its properties with every function resolved.

    It is given all of `needs`, and perhaps some of `takes`, but nothing else. A name is needed where CloudFormation
    would make one up: our templates name everything.
    """

    make: Callable[[Site, Properties], Made]
    needs: frozenset[str]
    takes: frozenset[str] = frozenset()


def as_json(document: Any) -> str:
    """Return a policy or a pattern as the compact JSON in which AWS takes it."""
    return json.dumps(document, separators=(",", ":"))
