"""Applies a template to one account and Region of the lab: everything in the order in which one thing needs another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from rootwarden.errors import InputError
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.stack.kinds import KINDS
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.template import Template, read_template
from rootwarden.lab.stack.values import Made, Values, needed, parameters_of


class Stack(Struct, frozen=True):
    """What applying a template made: its outputs by name, and its resources by logical name."""

    outputs: dict[str, str]
    resources: dict[str, Made]


def apply(template: str, parameters: Mapping[str, str], hands: Hands, account: str, region: str) -> Stack:
    """Create what the text of a template describes, in an account and Region, by public API calls over HTTP.

    Nothing is created twice or updated: where AWS would say that something exists, so does this.

    Raises:
        InputError: the template holds a type, property or function that is not known here, or a circle.
        UsageError: a parameter is missing or not allowed.
        ClientError: the lab refused a call.
    """
    read = read_template(template)
    values = Values(read, parameters_of(read, parameters), account, region)
    site = Site(hands, account, region)
    with hands.working_in(account):
        for name in _order(read, values):
            values.made[name] = _made(name, read, values, site)
    outputs = {
        name: str(values.of(one["Value"]))
        for name, one in read.outputs.items()
        if values.holds(one.get("Condition", ""))
    }
    return Stack(outputs, dict(values.made))


def _made(name: str, template: Template, values: Values, site: Site) -> Made:
    resource = template.resources[name]
    if resource.type not in KINDS:
        raise InputError(
            f"{name} is a {resource.type}", why="this type is not known here", todo="teach lab/stack/kinds"
        )
    kind = KINDS[resource.type]
    properties: dict[str, Any] = values.of(resource.properties)
    wrong = {
        "has": (sorted(set(properties) - kind.needs - kind.takes), "are not known here", "teach lab/stack/kinds"),
        "lacks": (sorted(kind.needs - set(properties)), "are needed here", "add them"),
    }
    for verb, (names, why, todo) in wrong.items():
        if names:
            raise InputError(
                f"{name} {verb} {', '.join(names)}", why=f"these properties of a {resource.type} {why}", todo=todo
            )
    return kind.make(site, properties)


def _order(template: Template, values: Values) -> list[str]:
    """Return the resources whose conditions hold, each after what it needs, otherwise as written."""
    waiting = {name: one for name, one in template.resources.items() if values.holds(one.condition)}
    needs = {
        name: ({*needed(one.properties, values), *one.after} & set(template.resources)) for name, one in waiting.items()
    }
    for name, some in needs.items():
        if absent := sorted(some - set(waiting)):
            raise InputError(
                f"{name} needs {', '.join(absent)}", why="its condition does not hold", todo="guard the use"
            )
    order: list[str] = []
    while len(order) < len(waiting):
        ready = [name for name in waiting if name not in order and needs[name] <= set(order)]
        if not ready:
            left = ", ".join(name for name in waiting if name not in order)
            raise InputError(f"template: {left}", why="they need each other in a circle", todo="break the circle")
        order.append(ready[0])
    return order
