"""Whether one event passes the field conditions of a CloudTrail advanced event selector.

Source: CloudTrail User Guide, "Filtering data events by using advanced event selectors", section on how several
conditions of one field are evaluated: Equals, StartsWith and EndsWith are joined by "or", their negations by "and".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError

_SELECT: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_DESELECT: Mapping[str, Callable[[str, str], bool]] = {
    "NotEquals": str.__eq__,
    "NotStartsWith": str.startswith,
    "NotEndsWith": str.endswith,
}


class FieldSelector(Struct, frozen=True):
    """The conditions on one field: (operator, value) pairs of which one must hold, and pairs of which none may."""

    field: str
    any_of: tuple[tuple[str, str], ...]
    none_of: tuple[tuple[str, str], ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Every value that the conditions name."""
        return tuple(value for _, value in (*self.any_of, *self.none_of))

    def lets_through(self, value: str) -> bool:
        """Return whether an event whose field has this value passes."""
        chosen = not self.any_of or any(_SELECT[operator](value, wanted) for operator, wanted in self.any_of)
        return chosen and not any(_DESELECT[operator](value, unwanted) for operator, unwanted in self.none_of)


def read_fields(raw: Any, path: str) -> tuple[FieldSelector, ...]:
    """Return the FieldSelectors of one advanced selector.

    Raises:
        UnseenError: the list is not as CloudTrail's API model wants it.
    """
    if not isinstance(raw, list) or not raw:
        raise _malformed("no list of field selectors", path)
    return tuple(_read(item, path) for item in raw)


def _read(item: Any, path: str) -> FieldSelector:
    if not isinstance(item, Mapping) or not isinstance(item.get("Field"), str):
        raise _malformed("a field selector without Field", path)
    strange = [key for key in item if key not in ("Field", *_SELECT, *_DESELECT)]
    if strange:
        raise _malformed(f"operator {str(strange[0])[:40]!r} is not known", path)
    chosen, barred = tuple(_pairs(item, _SELECT, path)), tuple(_pairs(item, _DESELECT, path))
    if not (chosen or barred):
        raise _malformed("a field selector without a condition", path)
    return FieldSelector(item["Field"], chosen, barred)


def _pairs(item: Mapping[str, Any], operators: Iterable[str], path: str) -> Iterable[tuple[str, str]]:
    for operator in operators:
        values = item.get(operator)
        if values is None:
            continue
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise _malformed(f"{operator} is not a list of texts", path)
        yield from ((operator, value) for value in values)


def _malformed(what: str, path: str) -> UnseenError:
    return UnseenError(Unknown(f"malformed: {what}"), path)
