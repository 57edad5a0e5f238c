"""Every call that Rootwarden may change AWS with, one file for each service, found by walking this folder.

The policy of a plan, and of the role that applies plans, derives from this one table. A call that is not in it cannot
be planned. `LOOKS` are calls that only read, by which a step that must not be repeated is looked for. `ALSO` are
actions that some calls need only with some parameters, so that the step names them. Sources: the Service Authorization
Reference, and the error lists of each operation's API reference.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from rootwarden.model.write import Write

_MODULES = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]

_ROWS: list[Write] = [row for module in _MODULES for row in module.ROWS]
WRITES: Mapping[str, Write] = MappingProxyType({row.call: row for row in _ROWS})
if len(WRITES) != len(_ROWS):
    raise TypeError(f"two rows for one call: {sorted(row.call for row in _ROWS)}")
LOOKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {call: actions for module in _MODULES for call, actions in getattr(module, "LOOKS", {}).items()}
)
ALSO = frozenset(action for module in _MODULES for action in getattr(module, "ALSO", ())) | {"iam:PassRole"}
