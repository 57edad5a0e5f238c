"""Compares one field of a record with another field of it (`fieldref`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_field import ABSENT, Finder, finder, flat
from rootwarden.proofs.sigma_pattern import literal, read_pattern
from rootwarden.proofs.sigma_text import fold, text_of

_MEANING: dict[str, Callable[[str, str], bool]] = {
    "": lambda text, other: text == other,
    "contains": lambda text, other: other in text,
    "startswith": lambda text, other: text.startswith(other),
    "endswith": lambda text, other: text.endswith(other),
}


def reference(find: Finder, other: str, side: str, cased: bool) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the text of a value at `find` equals (`side` "") or contains, starts or ends with that of `other`.

    Several values on either side: any pair. Null, objects and absent fields equal nothing, each other neither.

    Raises:
        ConstructError: the name of the other field holds a wildcard or is empty.
    """
    name = literal(read_pattern(other))
    if not name:
        raise ConstructError(f"field reference {other[:60]}", "it is no name of a field", "name one field")
    find_other, holds = finder(name), _MEANING[side]

    def matches(record: Mapping[str, Any]) -> bool:
        others = list(_texts(find_other(record), cased))
        return any(holds(text, one) for text, one in product(_texts(find(record), cased), others))

    return matches


def _texts(value: Any, cased: bool) -> Iterator[str]:
    """Yield the text of a value, or of the elements of a list."""
    if value is ABSENT:
        return
    for one in flat(value) if isinstance(value, list) else (value,):
        text = text_of(one)
        if text is not None:
            yield text if cased else fold(text)
