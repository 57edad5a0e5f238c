"""Every call that Rootwarden may change AWS with, one file for each service, found by walking this folder.

The policy of a plan, and of the role that applies plans, derives from this one table. A call that is not in it cannot
be planned. `LOOKS` are calls that only read, by which a step that must not be repeated is looked for. `ALSO` are
rights that some calls need only in some accounts, so that the step names their actions. `ON` says by action on which
ARNs it is needed: a field is a parameter of the call, `{account}` and `{region}` are where it is made; a parameter that
is an ARN stands for the whole. An action that is not in `ON` is needed on what the step names. An empty row says that
AWS knows no resource for it. Sources: the Service Authorization Reference, and the error lists of each operation's API
reference.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from rootwarden.model.write import Right, Write

_MODULES = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]

_ROWS: list[Write] = [row for module in _MODULES for row in module.ROWS]
WRITES: Mapping[str, Write] = MappingProxyType({row.call: row for row in _ROWS})
if len(WRITES) != len(_ROWS):
    raise TypeError(f"two rows for one call: {sorted(row.call for row in _ROWS)}")
LOOKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {call: actions for module in _MODULES for call, actions in getattr(module, "LOOKS", {}).items()}
)
ALSO: Mapping[str, Right] = MappingProxyType(
    {right.action: right for module in _MODULES for right in getattr(module, "ALSO", ())}
)
ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {action: on for module in _MODULES for action, on in getattr(module, "ON", {}).items()}
)
