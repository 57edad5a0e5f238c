"""Writes HCL, the language of Terraform: text, numbers, lists and maps as expressions, and blocks around them.

Source: HCL Native Syntax Specification, "Template Expressions" (`${` and `%{` begin one; doubled they are text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.report.legible import HARMFUL

_INDENT = "  "
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(rf'[\\"]|{HARMFUL.pattern}')
# What would begin a template, the same signs before it, and its end if it looks like one (`${aws:username}`).
_TEMPLATE = re.compile(r'([$%]*)([$%])\{([^"\\}${%]*\})?')


class Raw(Struct, frozen=True):
    """An expression as it stands in the code: a reference, or a call."""

    text: str


class Argument(Struct, frozen=True):
    """`name = expression`."""

    name: str
    value: Any


class Block(Struct, frozen=True):
    """A block: its kind, its labels, and what stands in it."""

    kind: str
    labels: tuple[str, ...]
    body: tuple[Argument | Block, ...]


Item = Argument | Block


def expression(value: Any, depth: int = 0) -> str:
    """Return a JSON value as an expression, the lines after its first indented as deep as given.

    Raises:
        TypeError: it is neither JSON nor `Raw`.
    """
    match value:
        case Raw():
            return value.text.replace("\n", "\n" + _INDENT * depth)
        case str():
            return quoted(value)
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case int() | float():
            return msgspec.json.encode(value).decode()
        case list() | tuple():
            return _within("[", "]", [f"{expression(one, depth + 1)}," for one in value], depth)
        case Mapping():
            # A key that reads like a word of the language is quoted all the same, as JSON has it.
            pairs = [(quoted(str(name)), expression(one, depth + 1)) for name, one in value.items()]
            return _within("{", "}", _aligned(pairs), depth)
    raise TypeError(f"{type(value).__name__} has no expression in HCL")


def quoted(text: str) -> str:
    """Return a text as a quoted template in which nothing is evaluated."""
    escaped = _SPECIAL.sub(_escaped, text)
    return f'"{_TEMPLATE.sub(_literal, escaped)}"'


def called(function: str, value: Any) -> Raw:
    """Return the call of a function with one argument."""
    return Raw(f"{function}({expression(value)})")


def written(blocks: tuple[Block, ...] | list[Block]) -> str:
    """Return blocks as a file, an empty line between them."""
    return "\n".join("\n".join(_block(one, 0)) + "\n" for one in blocks)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return _ESCAPES.get(found[0]) or (f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}")


def _literal(found: re.Match[str]) -> str:
    """Double what begins a template, as people do; where that could be misread, write the sign by its number."""
    before = _by_number(found[1])
    return f"{before}{found[2] * 2}{{{found[3]}" if found[3] else f"{before}{_by_number(found[2])}{{"


def _by_number(signs: str) -> str:
    return "".join(f"\\u{ord(one):04x}" for one in signs)


def _within(opening: str, closing: str, lines: list[str], depth: int) -> str:
    if not lines:
        return opening + closing
    inner, outer = "\n" + _INDENT * (depth + 1), "\n" + _INDENT * depth
    return opening + inner + inner.join(lines) + outer + closing


def _block(block: Block, depth: int) -> Iterator[str]:
    head = " ".join((block.kind, *(quoted(label) for label in block.labels)))
    if not block.body:
        yield f"{_INDENT * depth}{head} {{}}"
        return
    yield f"{_INDENT * depth}{head} {{"
    yield from _body(block.body, depth + 1)
    yield f"{_INDENT * depth}}}"


def _body(body: tuple[Item, ...], depth: int) -> Iterator[str]:
    """Write arguments that follow each other in one go, and blocks with an empty line around them."""
    for at, (is_block, items) in enumerate(groupby(body, lambda one: isinstance(one, Block))):
        if at:
            yield ""
        if is_block:
            blocks = [list(_block(one, depth)) for one in items if isinstance(one, Block)]
            yield from "\n\n".join("\n".join(lines) for lines in blocks).split("\n")
        else:
            pairs = [(one.name, expression(one.value, depth)) for one in items if isinstance(one, Argument)]
            yield from (f"{_INDENT * depth}{line}" for line in _aligned(pairs))


def _aligned(pairs: list[tuple[str, str]]) -> list[str]:
    """Return `name = expression`, the signs of neighbours that take one line in one column, as `terraform fmt` does."""
    lines: list[str] = []
    for is_long, some in groupby(pairs, lambda pair: "\n" in pair[1]):
        group = list(some)
        width = 0 if is_long else max(len(name) for name, _ in group)
        lines += [f"{name:<{width}} = {text}" for name, text in group]
    return lines
