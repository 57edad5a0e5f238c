"""A condition as something that can be asked of a record, and which event names and identities it can match at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

Matches = Callable[[Mapping[str, Any]], bool]


class Node(Struct, frozen=True):
    """A compiled part of a rule.

    `names` holds, casefolded, every text of `eventName` with which it can match, `types` every text of
    `userIdentity.type`; None: any. They speak of records in which that field is text.
    """

    matches: Matches
    names: frozenset[str] | None = None
    types: frozenset[str] | None = None


def all_of(nodes: Sequence[Node]) -> Node:
    """Return what matches when all match, asked in the given order."""
    if len(nodes) == 1:
        return nodes[0]
    matches = _all([node.matches for node in nodes])
    return Node(matches, _common([node.names for node in nodes]), _common([node.types for node in nodes]))


def any_of(nodes: Sequence[Node]) -> Node:
    """Return what matches when one matches, asked in the given order."""
    if len(nodes) == 1:
        return nodes[0]
    matches = _any([node.matches for node in nodes])
    return Node(matches, _joined([node.names for node in nodes]), _joined([node.types for node in nodes]))


def none_of(node: Node) -> Node:
    """Return what matches when `node` does not; whatever `node` names says nothing about the rest."""
    inner = node.matches
    return Node(lambda record: not inner(record))


def _common(limits: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """Return what all limits allow; None: no limit."""
    known = [one for one in limits if one is not None]
    return frozenset.intersection(*known) if known else None


def _joined(limits: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """Return what any limit allows; None: one of them allows all."""
    known = [one for one in limits if one is not None]
    return frozenset[str]().union(*known) if len(known) == len(limits) else None


def _all(tests: list[Matches]) -> Matches:
    """Return the conjunction, without a loop for the usual lengths."""
    match tests:
        case [first, second]:
            return lambda record: first(record) and second(record)
        case [first, second, third]:
            return lambda record: first(record) and second(record) and third(record)
        case _:
            return lambda record: all(test(record) for test in tests)


def _any(tests: list[Matches]) -> Matches:
    """Return the disjunction, without a loop for the usual lengths."""
    match tests:
        case [first, second]:
            return lambda record: first(record) or second(record)
        case _:
            return lambda record: any(test(record) for test in tests)
