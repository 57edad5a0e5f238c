"""What stands in the parameters of a planned call for what is known only when it is made: answers, secrets, JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

# How a parameter names what an earlier step of the same change answered, text that AWS wants as JSON in a string, and a
# secret that is made when the call is.
REF, JSON, SECRET = "$ref", "$json", "$secret"


def refer(step: str, name: str) -> dict[str, str]:
    """Return the parameter that stands for what a step kept under a name."""
    return {REF: f"{step}.{name}"}


def as_json(value: Any) -> dict[str, Any]:
    """Return the parameter that is sent as JSON text; there may be references inside."""
    return {JSON: value}


def quoted(value: str) -> str:
    """Return a text as it stands in the expression of a probe."""
    return "`" + msgspec.json.encode(value).decode().replace("`", "\\`") + "`"


def secret(name: str) -> dict[str, str]:
    """Return the parameter that stands for a secret of the change."""
    return {SECRET: name}


def references(value: Any) -> Iterator[str]:
    """Go through the names that a parameter refers to, however deep."""
    if isinstance(value, Mapping):
        if set(value) == {REF}:
            yield str(value[REF])
            return
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from references(item)


def no_secret(name: str) -> str:
    """Stand for whoever makes secrets where nobody does.

    Raises:
        KeyError: always.
    """
    raise KeyError(name)


def learned(value: Any, kept: Mapping[str, Any]) -> Any:
    """Return a parameter in which what steps kept so far stands for the references to it; other references stay."""
    if isinstance(value, Mapping):
        if set(value) == {REF}:
            found = kept.get(str(value[REF]))
            return value if found is None else found
        return {name: learned(item, kept) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [learned(item, kept) for item in value]
    return value


def resolved(value: Any, kept: Mapping[str, Any], secrets: Callable[[str], str] = no_secret) -> Any:
    """Return a parameter as it is sent, references, secrets and JSON text put in.

    Raises:
        KeyError: it refers to something that no step kept, or to a secret that nobody makes.
    """
    match value:
        case {"$ref": str() as name} if len(value) == 1:
            return kept[name]
        case {"$secret": str() as name} if len(value) == 1:
            return secrets(name)
        case {"$json": inner} if len(value) == 1:
            return msgspec.json.encode(resolved(inner, kept, secrets)).decode()
        case dict():
            return {name: resolved(item, kept, secrets) for name, item in value.items()}
        case list() | tuple():
            return [resolved(item, kept, secrets) for item in value]
        case _:
            return value
