"""Finds regular expressions that could search a single record for ever, before any record is searched.

A long repetition runs away when what it repeats can be cut up in several ways: `(a+)+`, `(a|aa)*`, `(a{1,3})+`. Allowed
inside one are a repetition of single characters before a character that it cannot take, as in `([a-z]+[.])+`, and
alternatives that begin with different characters, as in `(foo|bar)+`.
"""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final

_LONG: Final = 12  # two ways for each of so many turns are few enough
_REPEATS = (_parser.MAX_REPEAT, _parser.MIN_REPEAT)
_SINGLE = (_parser.LITERAL, _parser.NOT_LITERAL, _parser.IN, _parser.ANY)
_CATEGORIES = {
    _parser.CATEGORY_DIGIT: r"\d",
    _parser.CATEGORY_NOT_DIGIT: r"\D",
    _parser.CATEGORY_SPACE: r"\s",
    _parser.CATEGORY_NOT_SPACE: r"\S",
    _parser.CATEGORY_WORD: r"\w",
    _parser.CATEGORY_NOT_WORD: r"\W",
}


def runs_away(expression: str, flags: int) -> bool:
    """Return whether a long repetition can be cut up in several ways, by Python's own reading of the expression."""
    return _inside_of(_parser.parse(expression, flags))


def _inside_of(tree: Any) -> bool:
    """Return whether some repetition in an expression runs away."""
    for code, argument in tree:
        if code in _REPEATS and argument[1] > _LONG and _ambiguous(argument[2]):
            return True
        if any(_inside_of(inner) for inner in _parts(argument)):
            return True
    return False


def _ambiguous(body: Any) -> bool:
    """Return whether what is repeated holds choices that a text does not decide."""
    elements = _without_groups(body)
    varying = [place for place, (code, argument) in enumerate(elements) if _varies(code, argument)]
    singles = [_repeated_single(code, argument) for code, argument in elements]
    if len(varying) == 1 and all(code in _SINGLE for code, _ in singles):
        return not _apart(singles[varying[0]], singles[(varying[0] + 1) % len(singles)])
    if len(elements) == 1 and elements[0][0] is _parser.BRANCH:
        branches = elements[0][1][1]
        starts = [branch[0] for branch in branches if len(branch)]
        chars = {chr(argument).casefold() for code, argument in starts if code is _parser.LITERAL}
        return len(chars) < len(branches) or any(_choices(branch) for branch in branches)
    return _choices(elements)


def _choices(elements: Any) -> bool:
    """Return whether there is any choice at all: a repetition of varying length, or alternatives."""
    for code, argument in elements:
        if code is _parser.BRANCH or _varies(code, argument):
            return True
        if any(_choices(inner) for inner in _parts(argument)):
            return True
    return False


def _repeated_single(code: Any, argument: Any) -> Any:
    """Return the element for one character that an element repeats, or the element itself."""
    return argument[2][0] if code in _REPEATS and len(argument[2]) == 1 else (code, argument)


def _varies(code: Any, argument: Any) -> bool:
    """Return whether an element is a repetition of varying length."""
    return code in _REPEATS and bool(argument[0] != argument[1])


def _apart(first: Any, second: Any) -> bool:
    """Return whether two elements for one character have no character in common, upper and lower case being the same.

    Beside Latin characters those are tried that `second` names.
    """
    tried = [chr(number) for number in range(256)] + ([chr(second[1])] if second[0] is _parser.LITERAL else [])
    return not any(_takes(first, char) and _takes(second, char) for char in tried)


def _takes(element: Any, char: str) -> bool:
    """Return whether an element for one character can take `char`, in upper or lower case."""
    code, argument = element
    if code is _parser.ANY:
        return True
    negated = code is _parser.NOT_LITERAL or (code is _parser.IN and argument[0][0] is _parser.NEGATE)
    members = argument[negated:] if code is _parser.IN else [(_parser.LITERAL, argument)]
    forms = {form for form in (char, char.lower(), char.upper()) if len(form) == 1}
    return any(any(_member(member, form) for member in members) != negated for form in forms)


def _member(member: Any, char: str) -> bool:
    """Return whether a member of a set of characters is, or holds, the character."""
    code, argument = member
    if code is _parser.RANGE:
        return bool(argument[0] <= ord(char) <= argument[1])
    if code is _parser.CATEGORY:
        return re.fullmatch(_CATEGORIES[argument], char) is not None
    return bool(ord(char) == argument)


def _without_groups(body: Any) -> list[Any]:
    """Return the elements of a body, those of groups that are not repeated among them."""
    elements: list[Any] = []
    for code, argument in body:
        elements += _without_groups(argument[3]) if code is _parser.SUBPATTERN else [(code, argument)]
    return elements


def _parts(argument: Any) -> list[Any]:
    """Return the expressions inside an element: groups, branches, look-around, conditionals."""
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, list | tuple):
        return [inner for part in argument for inner in _parts(part)]
    return []
