"""How a type of resource is said in Terraform: which argument each property is, and what becomes a resource of its own.

Source: the documentation of the Terraform AWS provider, versions 5.60 to 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from msgspec import Struct

from rootwarden.report.code.hcl import Argument, Block, Item, Raw, called


class UnsaidError(Exception):
    """Something that the tables of this folder have no words for; the text says what."""


class Words(Protocol):
    """What a table is handed to say values with: references become addresses."""

    def value(self, value: Any) -> Any:
        """Return a value in which every function is an expression."""
        ...

    def arn(self, value: Any) -> Any:
        """Return the same, the ARN where `Ref` gives an id."""
        ...


Items = Iterator[Item]


class Say(Struct, frozen=True):
    """What becomes of one property. `inside` are the tables of what stands in it, for those who check the names."""

    items: Callable[[Any, Words], Items]
    inside: Mapping[str, Say] = {}


class Own(Struct, frozen=True):
    """A resource of Terraform's that one property becomes: its type, the end of its label, its arguments.

    `after` are types of the same label that must be there first.
    """

    type: str
    body: tuple[Item, ...]
    label: str = ""
    after: tuple[str, ...] = ()


# What makes resources of a property: its value, the address of what it belongs to, words, and all properties.
Parts = Callable[[Any, str, Words, Mapping[str, Any]], Iterator[Own]]


# Tags as the code names them, and those together with what the provider adds to all.
TAGS = ("tags", "tags_all")
_ARN = MappingProxyType({"Arn": "{}.arn"})


class Kind(Struct, frozen=True, kw_only=True):
    """One type of resource.

    `type` is Terraform's; `says` are the properties that are its arguments, `parts` those that are resources beside it.
    `ref` is the attribute that `Ref` gives, `gets` what `Fn::GetAtt` gives (`{}` stands for the address). `imported` is
    the id by which it is imported: its `{name}`, its `{arn}`, its `{account}` or a property; "" where making it anew is
    the same as changing it. `kept` are arguments that Terraform would set to a default of its own, or take away, where
    an import finds something else and the code does not name them: they are left as they are.
    """

    type: str
    says: Mapping[str, Say] = {}
    parts: Mapping[str, Parts] = {}
    ref: str = "id"
    gets: Mapping[str, str] = _ARN
    imported: str = "{name}"
    kept: tuple[str, ...] = ()


def said(properties: Mapping[str, Any], table: Mapping[str, Say], words: Words, where: str) -> tuple[Item, ...]:
    """Return properties as arguments, then blocks.

    Raises:
        UnsaidError: one of them is not in the table.
    """
    unknown = sorted(set(properties) - set(table))
    if unknown:
        raise UnsaidError(f"{', '.join(unknown)} of {where} is not known here")
    items = [item for name, value in properties.items() for item in table[name].items(value, words)]
    return tuple(sorted(items, key=lambda item: isinstance(item, Block)))


def argument(name: str) -> Say:
    """Say a property as an argument of the same value."""

    def items(value: Any, words: Words) -> Items:
        yield Argument(name, words.value(value))

    return Say(items)


def text(name: str) -> Say:
    """Say a number that Terraform wants as text."""

    def items(value: Any, words: Words) -> Items:
        yield Argument(name, str(value) if isinstance(value, int | float) else words.value(value))

    return Say(items)


def arn(name: str) -> Say:
    """Say a property that Terraform wants as an ARN, where CloudFormation is content with an id."""

    def items(value: Any, words: Words) -> Items:
        yield Argument(name, words.arn(value))

    return Say(items)


def document(name: str) -> Say:
    """Say a policy or a pattern, which Terraform wants as JSON text."""

    def items(value: Any, words: Words) -> Items:
        yield Argument(name, as_json(value, words))

    return Say(items)


def tags(name: str = "tags") -> Say:
    """Say tags as a map."""
    return pairs(name, "Key", "Value")


def pairs(name: str, key: str, value: str) -> Say:
    """Say a list of pairs as a map."""

    def items(found: Any, words: Words) -> Items:
        yield Argument(name, {one[key]: words.value(one.get(value, "")) for one in found})

    return Say(items)


def block(kind: str, table: Mapping[str, Say]) -> Say:
    """Say an object as a block, a list of objects as several."""

    def items(value: Any, words: Words) -> Items:
        for one in value if isinstance(value, list | tuple) else (value,):
            yield Block(kind, (), said(one, table, words, kind))

    return Say(items, table)


def flat(table: Mapping[str, Say]) -> Say:
    """Say what stands in an object as if it stood beside it."""

    def items(value: Any, words: Words) -> Items:
        yield from said(value, table, words, "it")

    return Say(items, table)


def as_json(value: Any, words: Words) -> Any:
    """Return a document as the expression of its JSON text; text stays text."""
    return words.value(value) if isinstance(value, str) else called("jsonencode", words.value(value))


def raw(address: str, attribute: str) -> Raw:
    """Return a reference."""
    return Raw(f"{address}.{attribute}")


def only(type_: str, argument_name: str, attribute: str, table: Mapping[str, Say]) -> Parts:
    """Say a property as one resource that names what it belongs to in one argument."""

    def parts(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
        yield Own(type_, (Argument(argument_name, raw(address, attribute)), *said(value, table, words, type_)))

    return parts


def each(type_: str, argument_name: str, attribute: str, item: str) -> Parts:
    """Say a list as one resource for each thing in it, which the argument `item` names."""

    def parts(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
        for at, one in enumerate(value, start=1):
            body = (Argument(argument_name, raw(address, attribute)), Argument(item, words.value(one)))
            yield Own(type_, body, str(at) if len(value) > 1 else "")

    return parts
