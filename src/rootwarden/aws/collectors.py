"""Finds every collector by walking its folder: a function that names the fact it provides is all there is to add."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct

from rootwarden.model.facts import FACTS


class Kind(StrEnum):
    """What a collector reads: the organization, once; an account as a whole; or one Region of an account."""

    ORGANIZATION = "organization"
    ACCOUNT = "account"
    REGION = "region"


class Collector(Struct, frozen=True, kw_only=True):
    """One collector: the fact it provides and the facts it needs first.

    `central` ones are asked from the caller's place, not from inside the account. `per` says what a call is repeated
    for, where that is not the account or the Region: {"cloudtrail.GetTrailStatus": "trail"}.
    """

    fact: str
    kind: Kind
    read: Callable[..., Any]
    after: tuple[str, ...] = ()
    central: bool = False
    per: dict[str, str] = {}


Reader = TypeVar("Reader", bound=Callable[..., Any])
_MARKED = "provides"


def of_organization(fact: str, *, per: dict[str, str] | None = None) -> Callable[[Reader], Reader]:
    """Mark `read(account: Account) -> value` as what provides a fact of the organization."""
    return _mark(fact, Kind.ORGANIZATION, per=per)


def of_account(
    fact: str, *, after: tuple[str, ...] = (), central: bool = False, per: dict[str, str] | None = None
) -> Callable[[Reader], Reader]:
    """Mark `read(account: Account) -> value` as what provides a fact of an account."""
    return _mark(fact, Kind.ACCOUNT, after=after, central=central, per=per)


def of_region(fact: str, *, per: dict[str, str] | None = None) -> Callable[[Reader], Reader]:
    """Mark `read(account: Account, region: str) -> items` as what provides a fact Region by Region."""
    return _mark(fact, Kind.REGION, per=per)


@cache
def collectors() -> tuple[Collector, ...]:
    """Return all collectors, in the order of the table of facts.

    Raises:
        TypeError: a collector names no fact of the table, or two name the same.
    """
    package = importlib.import_module("rootwarden.aws.collect")
    modules = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    functions = [
        item
        for module in modules
        for item in vars(module).values()
        if hasattr(item, _MARKED) and item.__module__ == module.__name__
    ]
    found = {getattr(item, _MARKED).fact: getattr(item, _MARKED) for item in functions}
    if len(found) != len(functions):
        raise TypeError("two collectors provide the same fact")
    unknown = [name for one in found.values() for name in (one.fact, *one.after) if name not in FACTS]
    if unknown:
        raise TypeError(f"no such fact: {unknown}")
    return tuple(found[name] for name in FACTS if name in found)


def _mark(fact: str, kind: Kind, *, per: dict[str, str] | None, **options: Any) -> Callable[[Reader], Reader]:
    def decorate(read: Reader) -> Reader:
        setattr(read, _MARKED, Collector(fact=fact, kind=kind, read=read, per=per or {}, **options))
        return read

    return decorate
