"""Says the resources of one place in Terraform, and which of them it has no words for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from rootwarden.report.code.functions import Reference, function_of, parts, reference_of, references
from rootwarden.report.code.hcl import Argument, Block, Item, Raw, quoted
from rootwarden.report.code.left_steps import When, left_steps
from rootwarden.report.code.linking import reach
from rootwarden.report.code.resource import Resource, literal, name_of
from rootwarden.report.code.sites import Site
from rootwarden.report.code.terraform import KINDS
from rootwarden.report.code.terraform.kind import Kind, Own, UnsaidError, said

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|\W+")


_LEFT_OUT = "its change is also about what it does not declare, and needs ids that only AWS gives"


class Said(Struct, frozen=True):
    """A resource in Terraform: its blocks, the first one itself; why not, if there are no words for it."""

    resource: Resource
    blocks: tuple[Block, ...] = ()
    why_not: str = ""


class Namer:
    """Gives labels, each once in all of a file."""

    def __init__(self) -> None:
        """Start with none given."""
        self._taken: set[str] = set()

    def label(self, name: str, end: str) -> str:
        """Return a label for a logical name."""
        label = _WORD_ENDS.sub("_", f"{name}{end}").lower().strip("_")
        label = label if label[:1].isalpha() else f"r_{label}"
        number, free = 1, label
        while free in self._taken:
            number += 1
            free = f"{label}_{number}"
        self._taken.add(free)
        return free


def say(site: Site, namer: Namer, provider: str, end: str) -> tuple[Said, ...]:
    """Return every resource of a site; `provider` is the provider's address, "" for the one there is.

    What refers to something that cannot be said, and whose name only AWS will give, cannot be said either.
    """
    labels = {one.is_.name: namer.label(one.is_.name, end) for one in site.resources}
    whole = {change.id for change in site.changes if any(one.when is When.INSTEAD for one in left_steps(change))}
    unsaid = {one.is_.name: _LEFT_OUT for one in site.resources if whole & set(one.changes)}
    while True:
        speaker = _Speaker(site, labels, frozenset(unsaid), provider)
        found = []
        for one in site.resources:
            try:
                if one.is_.name in unsaid:
                    raise UnsaidError(unsaid[one.is_.name])
                found.append(Said(one, tuple(speaker.blocks(one))))
            except UnsaidError as error:
                found.append(Said(one, why_not=unsaid.setdefault(one.is_.name, str(error))))
        if len(unsaid) == len(speaker.unsaid):
            return tuple(found)


class _Speaker:
    """Says resources and values of one site."""

    def __init__(self, site: Site, labels: Mapping[str, str], unsaid: frozenset[str], provider: str) -> None:
        self.unsaid = unsaid
        self._site, self._labels, self._provider = site, labels, provider
        self._all = {one.is_.name: one for one in site.resources}
        self._declared = {one.is_.name: one.is_ for one in site.resources}

    def blocks(self, one: Resource) -> Iterator[Block]:
        """Return the blocks of a resource: itself, what is a resource beside it, and how it is imported."""
        kind = KINDS.get(one.type)
        if kind is None:
            raise UnsaidError(f"the type {one.type} is not known here")
        properties = one.is_.properties
        own = {name: value for name, value in properties.items() if name not in kind.parts}
        parts_ = self._parts(one, kind)
        body = said(own, kind.says, self, one.type)
        names = {item.name if isinstance(item, Argument) else item.kind for item in body}
        kept = tuple(name for name in kind.kept if name not in names) if one.is_.exists else ()
        yield self._resource(kind.type, self._labels[one.is_.name], body, one, kept)
        for part in parts_:
            after = tuple(f"{type_}.{self._labels[one.is_.name]}" for type_ in part.after)
            body = (*part.body, *([Argument("depends_on", [Raw(name) for name in after])] if after else []))
            yield self._resource(part.type, self._label(one, part), body)
        if one.is_.exists and kind.imported:
            to = Raw(f"{kind.type}.{self._labels[one.is_.name]}")
            yield Block("import", (), (Argument("to", to), Argument("id", self._import_id(one, kind))))

    def value(self, value: Any) -> Any:
        """Return a value in which every function is an expression."""
        reference = reference_of(value)
        if reference is not None:
            return self._address(reference)
        match function_of(value):
            case "Fn::Sub", str() as text:
                return self._template(self._address(one) if one else piece for piece, one in parts(text))
            case "Fn::Join", [str() as between, list() as items]:
                return self._template(self._joined(between, items))
            case str() as name, _:
                raise UnsaidError(f"{name} is not known here")
        if isinstance(value, Mapping):
            return {name: self.value(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        return value

    def arn(self, value: Any) -> Any:
        """Return the same, the ARN where `Ref` gives an id."""
        reference = reference_of(value)
        one = self._all.get(reference.name) if reference and not reference.attribute else None
        kind = KINDS.get(one.type) if one else None
        if one is None or kind is None or one.about.ref_is_arn or "Arn" not in kind.gets:
            return self.value(value)
        return self._address(Reference(one.is_.name, "Arn"))

    def _joined(self, between: str, items: list[Any]) -> Iterator[Any]:
        for at, item in enumerate(items):
            yield between if at else ""
            yield self.value(item)

    def _template(self, pieces: Iterable[Any]) -> Raw:
        """Return pieces of text and expressions as one quoted template."""
        made = ""
        for piece in pieces:
            if isinstance(piece, Raw):
                is_text = piece.text.startswith('"')
                made += piece.text[1:-1] if is_text else f"${{{piece.text}}}"
            elif isinstance(piece, str):
                made += quoted(piece)[1:-1]
            else:
                raise UnsaidError("a text of parts that are no text is not known here")
        return Raw(f'"{made}"')

    def _address(self, reference: Reference) -> Any:
        if reference.is_pseudo:
            text = self._site.place.pseudo(reference.name)
            if text is None:
                raise UnsaidError(f"{reference.name} is not known here")
            return text
        one = self._all[reference.name]
        kind = KINDS.get(one.type)
        if reference.name in self.unsaid or kind is None:
            text = literal(one.is_, self._site.place, reference)
            if text is None:
                raise UnsaidError(f"it refers to {reference.name}, which cannot be said")
            return text
        address = f"{kind.type}.{self._labels[reference.name]}"
        if reference.attribute and reference.attribute not in kind.gets:
            raise UnsaidError(f"{reference.attribute} of {one.type} is not known here")
        return Raw(kind.gets[reference.attribute].format(address) if reference.attribute else f"{address}.{kind.ref}")

    def _parts(self, one: Resource, kind: Kind) -> list[Own]:
        address = f"{kind.type}.{self._labels[one.is_.name]}"
        properties = one.is_.properties
        return [
            part
            for name, make in kind.parts.items()
            if name in properties
            for part in make(properties[name], address, self, properties)
        ]

    def _label(self, one: Resource, part: Own) -> str:
        label = self._labels[one.is_.name]
        return f"{label}_{part.label}" if part.label else label

    def _resource(
        self, type_: str, label: str, body: tuple[Item, ...], one: Resource | None = None, kept: tuple[str, ...] = ()
    ) -> Block:
        items: list[Item] = [Argument("provider", Raw(self._provider))] if self._provider else []
        items += body
        waits = self._waits(one) if one else []
        if waits:
            items.append(Argument("depends_on", [Raw(name) for name in waits]))
        cycle = [Argument("prevent_destroy", True)] if one and one.about.keeps else []
        cycle += [Argument("ignore_changes", [Raw(name) for name in kept])] if kept else []
        if cycle:
            items.append(Block("lifecycle", (), tuple(cycle)))
        items.sort(key=lambda item: isinstance(item, Block))
        return Block("resource", (type_, label), tuple(items))

    def _waits(self, one: Resource) -> list[str]:
        """Return what must be there first: policies, and what belongs to that which it refers to."""
        found = []
        for name in one.after:
            other, kind = self._all[name], KINDS.get(self._all[name].type)
            if name not in self.unsaid and kind is not None:
                found += [f"{kind.type}.{self._labels[name]}", *self._beside(other, kind)]
        for name in dict.fromkeys(found_.name for found_ in references(one.is_.properties)):
            other, kind = self._all[name], KINDS.get(self._all[name].type)
            if name not in self.unsaid and kind is not None and one.is_.name not in reach(name, self._declared):
                found += self._beside(other, kind)
        return list(dict.fromkeys(found))

    def _beside(self, one: Resource, kind: Kind) -> list[str]:
        return [f"{part.type}.{self._label(one, part)}" for part in self._parts(one, kind)]

    def _import_id(self, one: Resource, kind: Kind) -> str:
        about, place = one.about, self._site.place
        reference = Reference(one.is_.name, "" if about.ref_is_arn else next(iter(about.arns), ""))
        texts = {name: text for name, text in one.is_.properties.items() if isinstance(text, str)}
        arn = literal(one.is_, place, reference) or one.is_.exists
        try:
            return kind.imported.format(**texts, name=name_of(one.is_), arn=arn, account=place.account)
        except KeyError as error:
            raise UnsaidError(f"{error.args[0]}, by which it is imported, is no text") from error
