"""What stood at the places that a proof looked at, as evidence: the value then, not only whether it was as planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.model.expect import Expect, look
from rootwarden.model.facts import FACTS
from rootwarden.model.findings import Evidence
from rootwarden.model.readings import Unknown

# So many things that a control read are kept with a proof: the first of a long list tell as much as all.
_MOST = 20


def read_back(
    expects: Iterable[Expect], facts: Mapping[str, Any], judged: Iterable[Evidence] = ()
) -> tuple[Evidence, ...]:
    """Return what stands at the places of expectations, and what a control read, each place once.

    Of an object only the fields count that were expected. What holds people's own data is not kept a second time.
    """
    found = {one.path: _value(one, facts) for one in expects if not one.assumed}
    for one in [*judged][:_MOST]:
        if not _personal(one.fact):
            found.setdefault(one.fact, one.value)
    return tuple(Evidence(path, value) for path, value in found.items())


def _value(expect: Expect, facts: Mapping[str, Any]) -> Any:
    value = look(expect, facts)
    if isinstance(value, Unknown):
        return f"could not be read: {value}"
    if _personal(expect.fact):
        return "nothing" if value is None else "filled"
    if isinstance(value, dict) and isinstance(expect.value, dict) and "Statement" not in value:
        return {name: value.get(name) for name in expect.value}
    return value


def _personal(path: str) -> bool:
    name = next((one for one in FACTS if path == one or path.startswith((f"{one}.", f"{one}["))), "")
    return bool(name) and FACTS[name].personal
