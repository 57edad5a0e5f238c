"""Gathers what the changes of one place declare: each resource once, as the last change leaves it.

A later change is planned on facts as if the earlier ones were made. So it may take a bucket for one that exists, or
name it in full, that an earlier change of the same plan creates: both are the same resource, and it is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from rootwarden.errors import InputError
from rootwarden.model.plan import Change, Declared
from rootwarden.report.code.aws_types import TYPES, property_at
from rootwarden.report.code.functions import Reference, reference_of, references, replaced, written
from rootwarden.report.code.linking import linked, reach
from rootwarden.report.code.resource import Place, Resource, literal, name_of


def gathered(changes: Iterable[Change], place: Place) -> tuple[Resource, ...]:
    """Return the resources that changes declare, in the order in which they do, and what each must wait for.

    Raises:
        InputError: a change refers to a resource that neither it nor a change before it declares.
    """
    found: dict[str, Resource] = {}
    by_identity: dict[tuple[str, ...], str] = {}
    for change in changes:
        names = _names(change, place, found, by_identity)
        for one in change.declares:
            name = names[one.name]
            new = Declared(
                type=one.type, name=name, properties=_renamed(change, one.properties, names, found), exists=one.exists
            )
            before = found.get(name)
            found[name] = _joined(before, new, place, found, change.id)
    own = linked({name: one.is_ for name, one in found.items()}, place)
    return tuple(_waiting(Resource(own[name], one.changes), own) for name, one in found.items())


def _names(
    change: Change, place: Place, found: dict[str, Resource], by_identity: dict[tuple[str, ...], str]
) -> dict[str, str]:
    """Return what each resource of a change is called among all; those that depend on others are looked at last."""
    names: dict[str, str] = {}
    own: dict[str, Declared] = {one.name: one for one in change.declares}
    if len(own) < len(change.declares):
        raise InputError(f"the change {change.id} declares a name twice", why="it is not clear which is meant",
                         todo="make the plan again")  # fmt: skip
    for one in change.declares:
        identity = _identity(one, place, own)
        name = by_identity.get(identity)
        if name is None:
            name = _free(one.name, found.keys() | set(names.values()))
            by_identity[identity] = name
        names[one.name] = name
    return names


def _identity(one: Declared, place: Place, own: dict[str, Declared]) -> tuple[str, ...]:
    """Return what tells a resource from all others of its account and Region."""

    def put(reference: Reference) -> Any:
        other = own.get(reference.name)
        text = None if other is None else literal(other, place, reference)
        return written(reference) if text is None else text

    about = TYPES.get(one.type)
    values = [replaced(property_at(one.properties, path), put) for path in about.named] if about else []
    if any(value is not None and value != "default" for value in values):
        return (one.type, *(_told(value) for value in values))
    if one.exists:
        return one.type, name_of(one)
    return one.type, one.name, _told(one.properties)


def _told(value: Any) -> str:
    """Return a name as one text: a topic is the same by its name and by its ARN in a list of one."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if value in (None, "default"):
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()


def _free(name: str, taken: Iterable[str]) -> str:
    """Return a name that no other resource has."""
    used, number, free = set(taken), 1, name
    while free in used:
        number += 1
        free = f"{name}{number}"
    return free


def _renamed(change: Change, value: Any, names: dict[str, str], found: dict[str, Resource]) -> Any:
    def put(reference: Reference) -> Any:
        if reference.is_pseudo:
            return written(reference)
        name = names.get(reference.name, reference.name)
        if name not in names.values() and name not in found:
            raise InputError(
                f"the change {change.id} refers to {reference.name}",
                why="nothing in the plan declares it",
                todo="make the plan again with `rootwarden plan -o plan.json`",
            )
        return written(Reference(name, reference.attribute))

    return replaced(value, put)


def _joined(before: Resource | None, new: Declared, place: Place, found: dict[str, Resource], change: str) -> Resource:
    """Return a resource as the later change leaves it; what an earlier one refers to is not replaced by its name."""
    if before is None:
        return Resource(new, (change,))
    old = before.is_.properties
    properties = {
        name: old[name] if name in old and _same(old[name], value, place, found) else value
        for name, value in {**old, **new.properties}.items()
    }
    is_ = Declared(type=new.type, name=new.name, properties=properties, exists=before.is_.exists)
    return Resource(is_, tuple(dict.fromkeys((*before.changes, change))))


def _same(old: Any, new: Any, place: Place, found: dict[str, Resource]) -> bool:
    """Return whether a later value says the same; the id of what is not made yet cannot have become another one."""

    def put(reference: Reference) -> Any:
        other = found.get(reference.name)
        text = place.pseudo(reference.name) if other is None else literal(other.is_, place, reference)
        return written(reference) if text is None else text

    known = replaced(old, put)
    return bool(known == replaced(new, put)) or (reference_of(known) is not None and isinstance(new, str))


def _waiting(one: Resource, found: dict[str, Declared]) -> Resource:
    """Let a resource wait for the policies of what it refers to: a trail is refused while its bucket has none.

    CloudFormation and Terraform see what refers to what, but not that. Policies do not wait for each other.
    """
    if one.about.attached_to:
        return one
    needs = {reference.name for reference in references(one.is_.properties)}
    after = tuple(
        name
        for name, other in found.items()
        if name not in needs
        and not other.exists
        and needs & _belongs_to(other)
        and one.is_.name not in reach(name, found)
    )
    return msgspec.structs.replace(one, after=after)


def _belongs_to(one: Declared) -> set[str]:
    about = TYPES.get(one.type)
    if about is None or not about.attached_to:
        return set()
    value = one.properties.get(about.attached_to)
    values = value if isinstance(value, list | tuple) else [value]
    return {found.name for item in values if (found := reference_of(item)) is not None}
