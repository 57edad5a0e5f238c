"""The functions that declared properties may hold: `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join`.

Source: CloudFormation User Guide, "Intrinsic function reference" and "Pseudo parameters reference".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

# `${Name}` and `${Name.Attribute}` in the text of a Sub; `${!Name}` is text.
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_TEXT_AS_IT_IS = re.compile(r"\$\{!([^}]*)\}")
FUNCTIONS = frozenset({"Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join"})


class Reference(Struct, frozen=True):
    """What a function points at: a name, and one of its attributes; "" is what `Ref` gives."""

    name: str
    attribute: str = ""

    @property
    def is_pseudo(self) -> bool:
        """Whether it is one of CloudFormation's own, `AWS::Region` for instance."""
        return self.name.startswith("AWS::")


def function_of(value: Any) -> tuple[str, Any] | None:
    """Return the name and the argument of the function that a value is, None where it is none."""
    if isinstance(value, Mapping) and len(value) == 1:
        [(name, argument)] = value.items()
        if name in FUNCTIONS or str(name).startswith("Fn::"):
            return str(name), argument
    return None


def reference_of(value: Any) -> Reference | None:
    """Return what a value refers to, if it is a `Ref` or an `Fn::GetAtt`."""
    match function_of(value):
        case "Ref", str() as name:
            return Reference(name)
        case "Fn::GetAtt", [str() as name, str() as attribute]:
            return Reference(name, attribute)
        case "Fn::GetAtt", str() as both:
            name, _, attribute = both.partition(".")
            return Reference(name, attribute)
    return None


def references(value: Any) -> Iterator[Reference]:
    """Go through all that a value refers to, however deep, pseudo parameters left out."""
    found = reference_of(value)
    if found is not None:
        if not found.is_pseudo:
            yield found
        return
    match function_of(value):
        case "Fn::Sub", str() as text:
            yield from (one for _, one in parts(text) if one is not None and not one.is_pseudo)
            return
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for one in inner:
        yield from references(one)


def parts(text: str) -> Iterator[tuple[str, Reference | None]]:
    """Take the text of a Sub apart: pieces of text, and references between them."""
    end = 0
    for found in VARIABLE.finditer(text):
        yield _TEXT_AS_IT_IS.sub(r"${\1}", text[end : found.start()]), None
        name, _, attribute = found[1].partition(".")
        yield "", Reference(name, attribute)
        end = found.end()
    yield _TEXT_AS_IT_IS.sub(r"${\1}", text[end:]), None


def replaced(value: Any, put: Callable[[Reference], Any]) -> Any:
    """Return a value with each reference replaced by what `put` makes of it, the other functions kept around it.

    `put` returns a text, a `Ref` or an `Fn::GetAtt`.
    """
    found = reference_of(value)
    if found is not None:
        return put(found)
    match function_of(value):
        case "Fn::Sub", str() as text:
            return _sub(text, put)
    if isinstance(value, Mapping):
        return {name: replaced(one, put) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(one, put) for one in value]
    return value


def written(reference: Reference) -> dict[str, Any]:
    """Return a reference in its long form."""
    return {"Fn::GetAtt": [reference.name, reference.attribute]} if reference.attribute else {"Ref": reference.name}


def _sub(text: str, put: Callable[[Reference], Any]) -> Any:
    """Return a Sub with other references, or plain text where none is left."""
    made, is_left = "", False
    for piece, reference in parts(text):
        new = None if reference is None else put(reference)
        still = reference_of(new)
        if still is not None:
            made += f"${{{still.name}.{still.attribute}}}" if still.attribute else f"${{{still.name}}}"
            is_left = True
        else:
            made += (piece if new is None else str(new)).replace("${", "${!")
    return {"Fn::Sub": made} if is_left else made.replace("${!", "${")
