"""Reads the YAML of rule files so that neither a hostile nor a careless file is taken for something else.

YAML 1.1 reads an unquoted No as false, 0123 as an octal number and 1.10 as 1.1. In a rule each of these would compare
with the wrong value, so they are refused. Aliases are refused too: a few lines of them can stand
for billions of values.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from rootwarden.proofs.sigma_error import ConstructError

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
MAX_DOCUMENTS = 1_000
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_QUOTE = "put the value in single quotes"


class _Loader(yaml.CSafeLoader):
    """A safe loader in which a key appears once and a plain scalar means what it looks like."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _unclear(key, "a key that is a list or a map", "use plain text as key")
            if key.tag == "tag:yaml.org,2002:merge":
                raise _unclear(key, "the merge key <<", "write the keys out")
            if key.value in seen:
                raise _unclear(key, f"duplicate key '{key.value}'", "keep one of them")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_documents(text: str) -> list[Any]:
    """Return the documents of a rule file, empty ones as None.

    Raises:
        ConstructError: no YAML, too large, too deep, aliases or tags, duplicate keys, scalars that mislead.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConstructError(f"{len(text):,} characters", f"at most {MAX_CHARACTERS:,} are read", "split the file")
    try:
        _look_through(text)
        return list(yaml.load_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else ""
        raise ConstructError("bad YAML", str(error.problem or error.context), "correct the YAML", place) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ConstructError("bad YAML", " ".join(str(error).split()), "correct the YAML") from None


def _look_through(text: str) -> None:
    """Go over the events, which needs no memory, before anything is built from them."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _unclear(event, "a YAML alias", "write the value out where it is used")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _unclear(event, f"lists and maps more than {MAX_DEPTH} deep", "make the rule flatter")
        if documents > MAX_DOCUMENTS:
            raise _unclear(event, f"more than {MAX_DOCUMENTS:,} documents", "split the file")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise _unclear(event, f"the YAML tag {tag}", "remove it; rules hold plain values")


def _unclear(node: Any, construct: str, todo: str) -> ConstructError:
    """Return the refusal of what stands at `node`."""
    why = "it is not accepted in a rule file"
    return ConstructError(construct, why, todo, f"line {node.start_mark.line + 1}")


def _boolean(_: Any, node: yaml.ScalarNode) -> bool:
    """Return true or false; yes, no, on and off are refused."""
    if node.value.lower() not in ("true", "false"):
        raise ConstructError(
            f"unquoted {node.value}",
            "YAML reads it as true or false, CloudTrail writes it as text",
            f"{_QUOTE}, or write true or false",
            f"line {node.start_mark.line + 1}",
        )
    return bool(node.value.lower() == "true")


def _integer(_: Any, node: yaml.ScalarNode) -> int:
    """Return a decimal number; octal, hexadecimal and sexagesimal ones, and overlong ones, are refused."""
    if not _DECIMAL.fullmatch(node.value):
        raise _misread(node)
    return int(node.value)


def _fraction(_: Any, node: yaml.ScalarNode) -> float:
    """Return a number that prints as it is written; 1.10, which would become 1.1, is refused."""
    try:
        number = float(node.value)
    except ValueError:
        raise _misread(node) from None
    if repr(number) != node.value:
        raise _misread(node)
    return number


def _misread(node: yaml.ScalarNode) -> ConstructError:
    """Return the refusal of a number that YAML would change."""
    why = "YAML reads it as another number than it looks like"
    return ConstructError(f"unquoted {node.value[:40]}", why, _QUOTE, f"line {node.start_mark.line + 1}")


_Loader.add_constructor("tag:yaml.org,2002:bool", _boolean)
_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _fraction)
