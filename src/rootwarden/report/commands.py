"""Fills the commands of a remedy with the account, Region and resource of a finding, never with anything unsafe."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rootwarden.model.findings import Finding

# What a shell, a quoted JSON argument and a person all read literally. Anything else stays a slot to fill by hand:
# quoting cannot be right inside a command that has quotes of its own.
_SAFE = re.compile(r"[A-Za-z0-9_./:@+=,][A-Za-z0-9_./:@+=,-]*")
_SLOT = re.compile(r"\{(account|region|resource|partition)\}")


def filled(commands: Iterable[str], finding: Finding, partition: str) -> tuple[str, ...]:
    """Return the commands for one finding; an empty or unsafe value becomes `<account>`, `<region>`, `<resource>`."""
    values = {
        "account": finding.account,
        "region": finding.region,
        "resource": finding.resource,
        "partition": partition,
    }

    def fill(slot: re.Match[str]) -> str:
        value = values[slot.group(1)]
        return value if _SAFE.fullmatch(value) else f"<{slot.group(1)}>"

    return tuple(_SLOT.sub(fill, command) for command in commands)


def generic(commands: Iterable[str]) -> tuple[str, ...]:
    """Return the commands with their slots written for a person: `<account>`."""
    return tuple(_SLOT.sub(lambda slot: f"<{slot.group(1)}>", command) for command in commands)
