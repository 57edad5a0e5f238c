"""Finds what a field of a rule means in a CloudTrail record: `userIdentity.type` goes down into objects and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from rootwarden.proofs.sigma_error import ConstructError

ABSENT: Final = object()
MAX_PARTS = 12
Finder = Callable[[Mapping[str, Any]], Any]


def finder(field: str) -> Finder:
    """Return a function from a record to what stands at `field`: a value, or `ABSENT`.

    A key that itself holds dots wins over going down, the longest first. Where the way leads through a list, a list of
    all that was found in its elements comes out.

    Raises:
        ConstructError: more parts than any record has levels.
    """
    parts = tuple(field.split("."))
    if len(parts) > MAX_PARTS:
        raise ConstructError(f"a field of {len(parts)} parts", f"at most {MAX_PARTS} are read", "shorten it")
    return _step(parts)


def _step(parts: tuple[str, ...]) -> Finder:
    """Return the finder for the rest of a path, quick for the usual one and two parts."""
    if len(parts) == 1:
        only = parts[0]
        return lambda node: node.get(only, ABSENT)
    if len(parts) == 2:
        return _two(parts[0], parts[1])
    whole, ways = ".".join(parts), [(".".join(parts[:n]), _step(parts[n:])) for n in range(len(parts) - 1, 0, -1)]

    def find(node: Mapping[str, Any]) -> Any:
        if whole in node:
            return node[whole]
        for key, rest in ways:
            if key in node:
                return _enter(node[key], rest)
        return ABSENT

    return find


def _two(first: str, second: str) -> Finder:
    """Return the finder for `first.second`."""
    whole, last = f"{first}.{second}", _step((second,))

    def find(node: Mapping[str, Any]) -> Any:
        if whole in node:
            return node[whole]
        child = node.get(first)
        if child.__class__ is dict:
            return child.get(second, ABSENT)
        return _enter(child, last)

    return find


def _enter(value: Any, rest: Finder) -> Any:
    """Go on inside `value`: an object, or all the objects of a list."""
    if isinstance(value, dict):
        return rest(value)
    if not isinstance(value, list):
        return ABSENT
    found = [rest(element) for element in flat(value) if isinstance(element, dict)]
    return [one for one in found if one is not ABSENT] or ABSENT


def flat(values: list[Any]) -> Iterator[Any]:
    """Yield the elements of a list and of the lists inside it, whatever their depth."""
    waiting = [iter(values)]
    while waiting:
        for value in waiting[-1]:
            if isinstance(value, list):
                waiting.append(iter(value))
                break
            yield value
        else:
            waiting.pop()


def scalars(record: Mapping[str, Any]) -> Iterator[Any]:
    """Yield every value of a record, or of an object in it, that is neither an object nor a list."""
    waiting: list[Any] = list(record.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        else:
            yield value
