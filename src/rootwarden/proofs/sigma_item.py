"""One line of a rule, `field|modifiers: values`, turned into a question to a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from rootwarden.proofs.sigma_encoding import ENCODINGS, encoded
from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_field import ABSENT, Finder, finder, flat, scalars
from rootwarden.proofs.sigma_modifiers import SIDES, Modifiers, read_modifiers
from rootwarden.proofs.sigma_node import Node, all_of, none_of
from rootwarden.proofs.sigma_pattern import (
    Pattern,
    any_text,
    expand,
    literal,
    read_pattern,
    widen,
    with_any_dash,
)
from rootwarden.proofs.sigma_reference import reference
from rootwarden.proofs.sigma_regex import FLAGS, regex_test
from rootwarden.proofs.sigma_values import (
    COMPARISONS,
    TIME_PARTS,
    Test,
    boolean_test,
    comparison_test,
    first_of,
    network_test,
    null_test,
    number_test,
    on_text,
    time_test,
)

_PLAIN_TYPES = (str, bool, int, float, type(None))
_WANTED: dict[str, tuple[tuple[type, ...], str]] = {  # kind of value -> the types it can be written with
    "re": ((str,), "text"),
    "cidr": ((str,), "text"),
    "fieldref": ((str,), "text"),
    "exists": ((bool,), "true or false"),
    "compare": ((int, float), "a number"),
    "time": ((int,), "a whole number"),
}


class Reading(Struct):
    """What the reading of a rule is given, the values of placeholders, and what it comes to know, those used."""

    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


# Rules are sorted by these two fields, so that most are never asked.
_NAME, _TYPE = "eventName", "userIdentity.type"


def item(key: str, values: Any, reading: Reading) -> Node:
    """Return the compiled line; an empty field name searches every value of the record.

    Raises:
        ConstructError: a modifier or value that is unknown, does not fit, or is not evaluated.
    """
    modifiers = read_modifiers(key)
    listed = values if isinstance(values, list) else [values]
    if not listed:
        raise ConstructError("empty list", "nothing can be among no values", "give a value, or null", key)
    try:
        for value in listed:
            _check_type(modifiers, value)
        groups = [[value] for value in listed] if modifiers.has("all") else [listed]
        node = all_of([_group(modifiers, group, reading) for group in groups])
    except ConstructError as error:
        raise error.at(key) from None
    return none_of(node) if modifiers.has("neq") else node


def _check_type(modifiers: Modifiers, value: Any) -> None:
    """Refuse a value of a type that its modifiers, or a search everywhere, cannot mean."""
    types, name = _WANTED.get(modifiers.kind, (_PLAIN_TYPES, "text, a number, true, false or null"))
    if modifiers.kind == "" and set(modifiers.names) - {"all", "neq"}:
        types, name = (str,), "text"
    if modifiers.field == "" and modifiers.kind not in ("", "re"):
        raise ConstructError(f"|{modifiers.names[0]} without a field", "it needs a value to look at", "name a field")
    if modifiers.field == "" and modifiers.kind == "" and types != (str,):
        types, name = (str, int, float), "text or a number where no field is named"
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        shown = "null" if value is None else str(value)[:60]
        raise ConstructError(f"value {shown}", f"it should be {name}", "write such a value")


def _group(modifiers: Modifiers, values: Sequence[Any], reading: Reading) -> Node:
    """Return what matches when one of the values does."""
    find = finder(modifiers.field)
    match modifiers.kind:
        case "exists":
            wanted = set(values)
            return Node(lambda record: (find(record) is not ABSENT) in wanted)
        case "fieldref":
            cased, side = modifiers.has("cased"), modifiers.first(SIDES)
            tests = [reference(find, value, side, cased) for value in values]
            return Node(lambda record: any(test(record) for test in tests))
        case "":
            return _plain(modifiers, find, values, reading)
    test = first_of(_typed(modifiers, value) for value in values)
    return Node(_anywhere(test) if modifiers.field == "" else _at(find, test, absent=False))


def _typed(modifiers: Modifiers, value: Any) -> Test:
    """Return the test of one value that a modifier takes for something else than text."""
    compare, part = modifiers.first(COMPARISONS), modifiers.first(TIME_PARTS)
    match modifiers.kind:
        case "re":
            return on_text(regex_test(value, [name for name in modifiers.names if name in FLAGS]))
        case "cidr":
            return network_test(value)
        case "time":
            return time_test(part, compare, value)
    return comparison_test(compare, value)


def _plain(modifiers: Modifiers, find: Finder, values: Sequence[Any], reading: Reading) -> Node:
    """Return the match of plain values, and for the two fields that sort rules the texts it is limited to."""
    unbound = modifiers.field == ""
    texts = [value for value in values if isinstance(value, str) or unbound]
    patterns = [pattern for value in texts for pattern in _patterns(modifiers, str(value), reading)]
    if unbound:
        return Node(_anywhere(on_text(any_text([widen(one, True, True) for one in patterns], modifiers.has("cased")))))
    tests = [on_text(any_text(patterns, modifiers.has("cased")))] if patterns else []
    tests += [_scalar(value) for value in values if not isinstance(value, str)]
    test = first_of(tests) if tests else lambda value: False
    test = _inside(test) if modifiers.has("contains") else test
    limits = _names(patterns, values) if modifiers.field in (_NAME, _TYPE) else None
    matches = _at(find, test, absent=None in values)
    return Node(matches, limits if modifiers.field == _NAME else None, limits if modifiers.field == _TYPE else None)


def _patterns(modifiers: Modifiers, value: str, reading: Reading) -> list[Pattern]:
    """Return what a text value stands for once its modifiers have acted on it."""
    encodings = [name for name in modifiers.names if name in ENCODINGS]
    if encodings:
        patterns: list[Pattern] = [(text,) for text in encoded(value, encodings)]
    elif modifiers.has("expand"):
        patterns = expand(value, reading.placeholders, reading.used)
    else:
        patterns = [read_pattern(value)]
    if modifiers.has("windash"):
        patterns = [with_any_dash(pattern) for pattern in patterns]
    side = modifiers.first(SIDES)
    return [widen(pattern, *SIDES[side]) for pattern in patterns] if side else patterns


def _scalar(value: Any) -> Test:
    """Return the test for a value that is no text."""
    if value is None:
        return null_test
    return boolean_test(value) if isinstance(value, bool) else number_test(value)


def _names(patterns: Sequence[Pattern], values: Sequence[Any]) -> frozenset[str] | None:
    """Return the texts, casefolded, to which plain values limit a match; None where they do not."""
    texts = [literal(pattern) for pattern in patterns]
    if None in texts or None in values:
        return None
    others = [str(value) for value in values if not isinstance(value, str)]
    return frozenset(text.casefold() for text in [*texts, *others] if text is not None)


def _at(find: Finder, test: Test, *, absent: bool) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether what is found, or an element of it where it is a list, passes; `absent` where nothing is."""

    def matches(record: Mapping[str, Any]) -> bool:
        value = find(record)
        if value is ABSENT:
            return absent
        if value.__class__ is list:
            return any(test(one) for one in flat(value))
        return test(value)

    return matches


def _inside(test: Test) -> Test:
    """Return the test that, asked about an object, is asked about every value in it.

    Many public rules look for a text in `requestParameters` as a whole: where logs are kept as text, that finds it.
    """
    return lambda value: any(test(one) for one in scalars(value)) if isinstance(value, dict) else test(value)


def _anywhere(test: Test) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether some value of the record passes."""
    return lambda record: any(test(value) for value in scalars(record))
