"""Texts with wildcards in Sigma rules: `*` for any run of characters, `?` for exactly one, a backslash before them.

Source: Sigma specification 2.1, "String Wildcard", "Escape Character", "Placeholders". Matching takes time in
proportion to pattern x text at worst, whatever the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from itertools import product

from sigma.types import Placeholder, SigmaString, SpecialChars

from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_text import fold


class Wild(Enum):
    """What stands for more than itself; DASH for any of the characters that start an option on Windows."""

    ANY = ".*"
    ONE = "."
    DASH = "[-/\u2013\u2014\u2015]"


Part = str | Wild
Pattern = tuple[Part, ...]
TextTest = Callable[[str], bool]
MAX_EXPANSIONS = 10_000
_OPTION = re.compile(r"\B[-/]\b")
_SPECIAL = {SpecialChars.WILDCARD_MULTI: Wild.ANY, SpecialChars.WILDCARD_SINGLE: Wild.ONE}


def read_pattern(text: str) -> Pattern:
    """Return the parts of a value as written in a rule."""
    return tuple(part if isinstance(part, str) else _special(part) for part in SigmaString(text).s)


def expand(text: str, values: Mapping[str, tuple[str, ...]], used: set[str]) -> list[Pattern]:
    """Return what `text` means with its %placeholders% replaced by each of their values; adds their names to `used`.

    Raises:
        ConstructError: a placeholder that was not given, or more combinations than make sense.
    """
    choices: list[list[Pattern]] = []
    size = 1
    for part in SigmaString(text).insert_placeholders().s:
        if not isinstance(part, Placeholder):
            choices.append([(part if isinstance(part, str) else _special(part),)])
            continue
        used.add(part.name)
        if part.name not in values:
            known = ", ".join(sorted(values)) or "none"
            todo = f"use one that is known ({known}) or write the values out"
            raise ConstructError(f"placeholder %{part.name}%", "nothing is known under this name", todo)
        choices.append([read_pattern(value) for value in values[part.name]])
        size *= len(choices[-1])
    if size > MAX_EXPANSIONS:
        why = f"its placeholders make {size:,} combinations"
        raise ConstructError(f"value {text[:60]}", why, "use fewer placeholders in one value")
    return [tuple(part for parts in chosen for part in parts) for chosen in product(*choices)]


def with_any_dash(pattern: Pattern) -> Pattern:
    """Return the pattern in which a dash or slash that starts a word stands for all of their kind (`windash`)."""
    parts: list[Part] = []
    for part in pattern:
        if isinstance(part, Wild):
            parts.append(part)
            continue
        pieces = _OPTION.split(part)
        parts.append(pieces[0])
        for piece in pieces[1:]:
            parts += [Wild.DASH, piece]
    return tuple(part for part in parts if part != "")


def widen(pattern: Pattern, before: bool, after: bool) -> Pattern:
    """Return the pattern with any run allowed before it, after it, or both (`endswith`, `startswith`, `contains`)."""
    head: Pattern = (Wild.ANY,) if before else ()
    tail: Pattern = (Wild.ANY,) if after else ()
    return (*head, *pattern, *tail)


def literal(pattern: Pattern) -> str | None:
    """Return the one text that fits, or None where more than one does."""
    return None if any(isinstance(part, Wild) for part in pattern) else "".join(map(str, pattern))


def any_text(patterns: Iterable[Pattern], cased: bool) -> TextTest:
    """Return a test whether a text fits one of the patterns."""
    texts: set[str] = set()
    shapes: list[TextTest] = []
    for pattern in map(_tidy, patterns):
        wanted = pattern if cased else tuple(fold(part) if isinstance(part, str) else part for part in pattern)
        text = literal(wanted)
        if text is None:
            shapes.append(_shape(wanted))
        else:
            texts.add(text)
    return _either(frozenset(texts), tuple(shapes), cased)


def _either(texts: frozenset[str], shapes: tuple[TextTest, ...], cased: bool) -> TextTest:
    """Return the test against whole texts and shapes, in its cheapest form."""
    if not shapes:
        return texts.__contains__ if cased else lambda text: fold(text) in texts
    if not texts and len(shapes) == 1:
        shape = shapes[0]
        return shape if cased else lambda text: shape(fold(text))

    def test(text: str) -> bool:
        text = text if cased else fold(text)
        return text in texts or any(shape(text) for shape in shapes)

    return test


def _tidy(pattern: Pattern) -> Pattern:
    """Return the pattern with neighbouring texts joined and neighbouring runs made one."""
    parts: list[Part] = []
    for part in pattern:
        last = parts[-1] if parts else None
        if isinstance(part, str) and isinstance(last, str):
            parts[-1] = last + part
        elif not (part is Wild.ANY and last is Wild.ANY):
            parts.append(part)
    return tuple(parts)


def _shape(pattern: Pattern) -> TextTest:
    """Return the test for a pattern with wildcards, without a regular expression where it is a simple one."""
    match pattern:
        case (Wild.ANY,):
            return lambda text: True
        case (Wild.ANY, str() as inner, Wild.ANY):
            return lambda text: inner in text
        case (str() as start, Wild.ANY):
            return lambda text: text.startswith(start)
        case (Wild.ANY, str() as end):
            return lambda text: text.endswith(end)
        case _:
            compiled = re.compile(_expression(pattern), re.DOTALL)
            return lambda text: compiled.fullmatch(text) is not None


def _expression(pattern: Pattern) -> str:
    """Return the regular expression; what a run has found is never tried again, which keeps it linear."""
    pieces = [""]
    for part in pattern:
        if part is Wild.ANY:
            pieces.append("")
        else:
            pieces[-1] += part.value if isinstance(part, Wild) else re.escape(part)
    first, *middle = pieces
    if not middle:
        return first
    return first + "".join(f"(?>.*?{piece})" for piece in middle[:-1]) + f".*{middle[-1]}"


def _special(part: SpecialChars | Placeholder) -> Wild:
    """Return our name of a wildcard."""
    if isinstance(part, Placeholder):  # only made by `insert_placeholders`
        raise TypeError(part.name)
    return _SPECIAL[part]
