"""Reads the few policies the lab enforces: session policies, root-task policies and the trust policies of roles.

Deliberately its own small reader and not the product's: the lab must not repeat the product's mistakes. A condition it
does not know counts as met in a Deny and as not met in an Allow, so that ignorance never opens a door.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Document = Mapping[str, Any]
Context = Mapping[str, str]
"""Condition keys in lower case and their values; an absent key is absent from the request."""

_NEGATED = frozenset({"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike"})


def denied_by(document: Document, action: str, resource: str | None, context: Context) -> bool:
    """Return whether a Deny statement applies; a resource that is not known (None) matches any resource element."""
    return any(_applies(one, action, resource, context, unknown=True) for one in _statements(document, "Deny"))


def allowed_by(document: Document, action: str, resource: str | None, context: Context) -> bool:
    """Return whether an Allow statement applies."""
    return any(_applies(one, action, resource, context, unknown=False) for one in _statements(document, "Allow"))


def trusted_by(
    document: Document, principals: set[str], action: str, context: Context, resource: str | None = None
) -> bool:
    """Return whether the policy of a role or resource lets one of these principals do this, and no Deny says no.

    Principals are ARNs, account ids and names of services; without a resource any resource element matches.
    """

    def names(statement: Document) -> bool:
        principal = statement.get("Principal", {})
        listed = [principal] if isinstance(principal, str) else _everybody_in(principal)
        return any(one == "*" or one in principals for one in listed)

    def hits(effect: str, *, unknown: bool) -> bool:
        found = (one for one in _statements(document, effect) if names(one))
        return any(_applies(one, action, resource, context, unknown=unknown) for one in found)

    return hits("Allow", unknown=False) and not hits("Deny", unknown=True)


def _everybody_in(principal: Document) -> list[Any]:
    return [*as_list(principal.get("AWS", [])), *as_list(principal.get("Service", []))]


def as_list(value: Any) -> list[Any]:
    """Return policy elements, which may stand alone or in a list, as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _statements(document: Document, effect: str) -> Iterator[Document]:
    yield from (one for one in as_list(document.get("Statement", [])) if one.get("Effect") == effect)


def _applies(statement: Document, action: str, resource: str | None, context: Context, *, unknown: bool) -> bool:
    return (
        _listed(statement, "Action", action.lower(), str.lower)
        and (resource is None or _listed(statement, "Resource", resource, str))
        and all(
            _met(operator, key, as_list(values), context, unknown)
            for operator, pairs in statement.get("Condition", {}).items()
            for key, values in pairs.items()
        )
    )


def _listed(statement: Document, element: str, value: str, fold: Callable[[str], str]) -> bool:
    """Return whether `Action` or `NotAction` (or the same of Resource) covers the value; neither present covers all."""
    if f"Not{element}" in statement:
        return not any(_like(value, fold(one)) for one in as_list(statement[f"Not{element}"]))
    return any(_like(value, fold(one)) for one in as_list(statement.get(element, "*")))


def _met(operator: str, key: str, wanted: list[Any], context: Context, unknown: bool) -> bool:
    name = operator.rpartition(":")[2]
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    value = context.get(key.lower())
    if name == "Null":
        return str(wanted[0]).lower() == str(value is None).lower()
    test = _TESTS.get(name)
    if test is None:
        return unknown
    if value is None:
        return optional or name in _NEGATED
    hit = any(test(value, _filled(str(one), context)) for one in wanted)
    return not hit if name in _NEGATED else hit


def _filled(text: str, context: Context) -> str:
    """Put the request's values where the policy has variables such as `${aws:PrincipalAccount}`."""
    return _VARIABLE.sub(lambda match: context.get(match[1].lower(), match[0]), text)


_VARIABLE = re.compile(r"\$\{([A-Za-z0-9:_-]+)\}")


def _like(value: str, pattern: str) -> bool:
    return pattern == "*" or fnmatchcase(value, pattern.replace("[", "[[]"))


def _same_ignoring_case(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringNotEquals": str.__eq__,
    "StringEqualsIgnoreCase": _same_ignoring_case,
    "StringNotEqualsIgnoreCase": _same_ignoring_case,
    "Bool": _same_ignoring_case,
    "StringLike": _like,
    "StringNotLike": _like,
    "ArnEquals": _like,
    "ArnNotEquals": _like,
    "ArnLike": _like,
    "ArnNotLike": _like,
}
