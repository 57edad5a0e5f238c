"""Reads an IAM policy document into plain statements, and marks every part that is not as the grammar wants it.

Source: IAM User Guide, "Grammar of the IAM JSON policy language". A part that cannot be understood becomes a `flaw`
of its statement or of the document: the statement may then mean anything, and whoever evaluates it must say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

_ELEMENTS = frozenset(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
)
_TEXT = frozenset((str,))
_PRINCIPALS = frozenset(("Principal", "NotPrincipal"))
_PRINCIPAL_TYPES = frozenset(("AWS", "Service", "Federated", "CanonicalUser"))
# Only this version knows policy variables; a missing Version means the older one.
_VERSIONS = {"2012-10-17": True, "2008-10-17": False, None: False}


class FlawError(Exception):
    """A part of a policy is not as the grammar wants it; the text says which."""


class Patterns(Struct, frozen=True, gc=False):
    """The values of Action or Resource; `negated` for NotAction and NotResource.

    Those of Action are in lower case, because IAM does not tell case apart in them.
    """

    values: tuple[str, ...]
    negated: bool = False


class Principals(Struct, frozen=True, gc=False):
    """Whom a statement names, as (type, value) pairs; `negated` for NotPrincipal. `("*", "*")` is everyone."""

    named: tuple[tuple[str, str], ...]
    negated: bool = False


class Condition(Struct, frozen=True, gc=False):
    """One operator applied to one key; keys are lower case, because IAM does not tell case apart in them."""

    operator: str
    key: str
    values: tuple[str, ...]


class Statement(Struct, frozen=True, gc=False, kw_only=True):
    """One statement. `allows` is None, and `flaw` says why, when it cannot be told what the statement does.

    `resources` is None in a trust policy, `principals` is None in an identity policy.
    """

    id: str
    allows: bool | None
    actions: Patterns = Patterns(())
    resources: Patterns | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    variables: bool = False
    flaw: str = ""


class Document(Struct, frozen=True, gc=False):
    """A policy as statements; `flaw` when it is none, and nothing can be said of it."""

    statements: tuple[Statement, ...]
    flaw: str = ""


NO_POLICY = Document(())


def read_document(policy: Any) -> Document:
    """Read a policy: decoded JSON, its text, an already read `Document`, or None for "there is no policy".

    Never raises: what is wrong with the document is written in its `flaw` and in those of its statements.
    """
    if isinstance(policy, Document):
        return policy
    if policy is None:
        return NO_POLICY
    if isinstance(policy, str):
        try:
            policy = msgspec.json.decode(policy)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return Document((), "the policy is not JSON")
    if not isinstance(policy, dict):
        return Document((), "the policy is not a JSON object")
    version = policy.get("Version")
    if not isinstance(version, str | None) or version not in _VERSIONS:
        return Document((), "the policy has a Version that IAM does not know")
    statements = policy.get("Statement")
    items = [statements] if isinstance(statements, dict) else statements
    if not isinstance(items, list):
        return Document((), "the policy has no Statement")
    return Document(tuple(_statement(item, n, _VERSIONS[version]) for n, item in enumerate(items, 1)))


def _statement(item: Any, number: int, variables: bool) -> Statement:
    name = item.get("Sid") if isinstance(item, dict) else None
    label = name if isinstance(name, str) and name else f"#{number}"
    allows: bool | None = None
    try:
        if not isinstance(item, dict):
            raise FlawError("it is not an object")
        if not _ELEMENTS.issuperset(item):
            strange = next(element for element in item if element not in _ELEMENTS)
            raise FlawError(f"IAM knows no element {str(strange)[:40]!r}")
        allows = _effect(item.get("Effect"))
        actions = _patterns(item, "Action", "NotAction")
        if actions is None:
            raise FlawError("it has neither Action nor NotAction")
        actions = Patterns(tuple(map(str.lower, actions.values)), actions.negated)
        return Statement(
            id=label,
            allows=allows,
            actions=actions,
            resources=_patterns(item, "Resource", "NotResource"),
            principals=None if _PRINCIPALS.isdisjoint(item) else _principals(item),
            conditions=tuple(_conditions(item["Condition"])) if "Condition" in item else (),
            variables=variables,
        )
    except FlawError as flaw:
        return Statement(id=label, allows=allows, flaw=f"statement {label} is malformed: {flaw}")


def _effect(value: Any) -> bool:
    if value not in ("Allow", "Deny"):
        raise FlawError("Effect is neither Allow nor Deny")
    return bool(value == "Allow")


def _patterns(item: dict[str, Any], element: str, negation: str) -> Patterns | None:
    if element not in item:
        return Patterns(_texts(item[negation], element), negated=True) if negation in item else None
    if negation in item:
        raise FlawError(f"it has both {element} and {negation}")
    return Patterns(_texts(item[element], element))


def _principals(item: dict[str, Any]) -> Principals:
    plain, negated = "Principal" in item, "NotPrincipal" in item
    if plain and negated:
        raise FlawError("it has both Principal and NotPrincipal")
    value = item["Principal" if plain else "NotPrincipal"]
    if value == "*":
        return Principals((("*", "*"),), negated)
    if not isinstance(value, dict) or not value:
        raise FlawError("Principal is neither * nor an object")
    named: list[tuple[str, str]] = []
    for kind, values in value.items():
        if kind not in _PRINCIPAL_TYPES:
            raise FlawError(f"IAM knows no principal type {str(kind)[:40]!r}")
        named.extend(("*", "*") if (kind, text) == ("AWS", "*") else (kind, text) for text in _texts(values, kind))
    return Principals(tuple(named), negated)


def _conditions(block: Any) -> Iterator[Condition]:
    if not isinstance(block, dict):
        raise FlawError("Condition is not an object")
    for operator, tests in block.items():
        if not isinstance(tests, dict):
            raise FlawError(f"Condition {str(operator)[:40]} is not an object")
        for key, values in tests.items():
            yield Condition(str(operator), str(key).lower(), _texts(values, key, scalars=True))


def _texts(value: Any, what: str, *, scalars: bool = False) -> tuple[str, ...]:
    """Return one text or a list of texts as a tuple; `scalars` also takes true, false and numbers."""
    if type(value) is str:
        return (value,)
    items = value if isinstance(value, list) else [value]
    if not items:
        raise FlawError(f"{what[:40]} is empty")
    if _TEXT.issuperset(map(type, items)):
        return tuple(items)
    return tuple(_text(item, what, scalars) for item in items)


def _text(item: Any, what: str, scalars: bool) -> str:
    if isinstance(item, str):
        return item
    if scalars and isinstance(item, bool):
        return "true" if item else "false"
    if scalars and isinstance(item, int | float):
        return str(item)
    raise FlawError(f"{what[:40]} is not text")
