"""Judges a document of a rule file before it is read as a rule: is it one, and of the kind that is evaluated?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rootwarden.proofs.sigma_error import ConstructError

_TEXTS = ("id", "title", "name", "status", "level", "description", "author", "license")
_LISTS = ("falsepositives", "tags", "references", "fields")
SIGMA_KEYS = frozenset({*_TEXTS, *_LISTS, "related", "taxonomy", "date", "modified", "logsource", "detection", "scope"})
_REFUSED = {  # key of a document -> what it is
    "correlation": "a correlation rule",
    "filter": "a filter document",
    "action": "a rule collection",
}
_MAX_DASH_FORMS = 20_000


def check_document(document: Any) -> None:
    """Refuse what is no rule of ours to evaluate.

    Raises:
        ConstructError: no map, correlations, filters, collections, other taxonomies, keys and values of wrong types.
    """
    if not isinstance(document, dict):
        raise ConstructError("no rule", "the document is no map", "start it with `title:`")
    for key in document:
        if not isinstance(key, str):
            raise ConstructError(f"key {key}", "it is no text", "put the name in quotes")
        if key in _REFUSED:
            raise ConstructError(f"{_REFUSED[key]} (`{key}`)", "only single records are judged", "remove the document")
    for key in ("title", "logsource", "detection"):
        if key not in document:
            raise ConstructError("no rule", f"it has no `{key}`", "add it")
    _check_types(document)
    if document.get("taxonomy") not in (None, "sigma"):
        why = "its fields are not those of CloudTrail"
        raise ConstructError(f"taxonomy {document['taxonomy']}", why, "use the field names of CloudTrail records")
    _check_dashes(document["detection"])


def custom_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Return what stands in a rule beside Sigma's own keys."""
    return {key: value for key, value in document.items() if key not in SIGMA_KEYS}


def _check_types(document: dict[str, Any]) -> None:
    """Refuse descriptions of a rule that are not of the type the specification gives them."""
    for key in _TEXTS:
        if not isinstance(document.get(key), str | None):
            raise ConstructError(f"`{key}`", "it is no text", "put it in quotes", key)
    for key in _LISTS:
        values = document.get(key)
        if values is not None and not (isinstance(values, list) and all(isinstance(one, str) for one in values)):
            raise ConstructError(f"`{key}`", "it is no list of texts", "write it as one", key)
    if not isinstance(document["logsource"], dict):
        raise ConstructError("`logsource`", "it is no map", "give it a product and a service", "logsource")


def _check_dashes(detection: Any) -> None:
    """Refuse |windash values whose written-out forms, five for each dash, would fill the memory of pySigma."""
    forms = 0
    for key, value in _pairs(detection):
        if "windash" in key.split("|"):
            listed = value if isinstance(value, list) else [value]
            forms += sum(5 ** min(one.count("-") + one.count("/"), 9) for one in listed if isinstance(one, str))
    if forms > _MAX_DASH_FORMS:
        why = f"its values have more than {_MAX_DASH_FORMS:,} forms"
        raise ConstructError("modifier |windash", why, "use fewer dashes and slashes in its values")


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield all keys that are text, with their values, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, str):
                yield key, inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)
