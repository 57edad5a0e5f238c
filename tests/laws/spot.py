"""Finds places inside a snapshot: every place there is, the one an evidence path names, and a copy changed in one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rootwarden.model.facts import FACTS
from rootwarden.model.readings import MARK

Key = str | int
GONE = object()
KEYED_BY_NAME = {"s3.buckets", "budgets.notifications", "budgets.subscribers", "org.scps", "org.attachments"}


class Spot(NamedTuple):
    """A place in a world: whose facts ("" for the organization's), which fact, and the way down inside it."""

    owner: str
    fact: str
    keys: tuple[Key, ...] = ()

    def pattern(self) -> str:
        """Return the spot without names: `iam.authorization/users/*/Tags/*/Value`, `s3.buckets/*/policy`."""
        named = self.fact in KEYED_BY_NAME
        steps = (
            "*" if isinstance(key, int) or key.isdigit() or (n == 0 and named) else key
            for n, key in enumerate(self.keys)
        )
        return "/".join((self.fact, *steps))


def inside(value: Any) -> Iterator[tuple[Key, ...]]:
    """Yield the way to every value inside `value`, itself first; what is a mark already is not entered."""
    yield ()
    children: Any = ()
    if isinstance(value, dict) and MARK not in value:
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        for rest in inside(child):
            yield (key, *rest)


def at(value: Any, keys: tuple[Key, ...]) -> Any:
    """Return what is found down there, `GONE` when nothing is."""
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return GONE
    return value


def changed(value: Any, keys: tuple[Key, ...], new: Any) -> Any:
    """Return a copy of `value` with `new` at `keys` (`GONE` removes it), sharing everything else."""
    if not keys:
        return new
    first, rest = keys[0], keys[1:]
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    if not rest and new is GONE:
        if not isinstance(copy, dict) or first in copy:
            del copy[first]
        return copy
    here = copy.get(first, {}) if isinstance(copy, dict) else copy[first]
    copy[first] = changed({} if here is None else here, rest, new)
    return copy


def everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return `value` with `change` applied to every list in it, from the inside out; marks stay as they are."""
    if isinstance(value, dict) and MARK in value:
        return value
    if isinstance(value, dict):
        return {key: everywhere(child, change) for key, child in value.items()}
    if isinstance(value, list):
        return change([everywhere(child, change) for child in value])
    return value


def cited(path: str) -> tuple[str, str, str]:
    """Split an evidence path into (fact, rest of the path, account named in it or "")."""
    fact = max((name for name in FACTS if path.startswith(name)), key=len, default="")
    rest = path[len(fact) :]
    elsewhere = re.search(r"(^|\])@(\d{12})", rest)
    if elsewhere is None:
        return fact, rest, ""
    return fact, rest.replace(elsewhere[0], elsewhere[1], 1), elsewhere[2]


def resolve(value: Any, rest: str) -> Iterator[tuple[Key, ...]]:
    """Yield the ways down `value` that an evidence path may mean: `.field`, `[name]`, `[3]` or `[label of an item]`.

    An item that a list does not have is found at the list: its absence is what the list tells.
    """
    if not rest:
        yield ()
        return
    for key, child in _children(value, rest):
        spelled = next((s for s in _spellings(key, child) if rest.startswith(s)), None)
        if spelled is not None:
            for deeper in resolve(child, rest[len(spelled) :]):
                yield (key, *deeper)
    if isinstance(value, list) and rest.startswith("["):
        yield ()


def _children(value: Any, rest: str) -> Iterator[tuple[Key, Any]]:
    if isinstance(value, dict):
        yield from value.items()
        named = re.match(r"\.([A-Za-z_][\w-]*)|\[([^\]]+)\]", rest)
        missing = (named[1] or named[2]) if named else ""
        if missing and missing not in value:
            yield missing, GONE
    elif isinstance(value, list):
        yield from enumerate(value)


def _spellings(key: Key, child: Any) -> Iterator[str]:
    if isinstance(key, str):
        yield from (f".{key}", f"[{key}]")
        return
    labels = child.values() if isinstance(child, dict) else (child,)
    yield from (f"[{label}]" for label in labels if isinstance(label, str))
    yield f"[{key}]"
