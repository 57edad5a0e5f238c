"""Decides what a stack may make: changes all of whose resources are new. The rest is done by commands.

A change that makes a key and sets it on a trail that exists is one thing: were its key made by the stack and its
commands run as well, there would be two keys. So a change is done either by the stack or by its commands, whole.
"""

from __future__ import annotations

from msgspec import Struct

from rootwarden.model.plan import Change
from rootwarden.report.code.functions import references
from rootwarden.report.code.resource import Resource
from rootwarden.report.code.sites import Site


class Stack(Struct, frozen=True):
    """What a stack makes, what exists or will exist beside it, and the changes that commands make."""

    makes: tuple[Resource, ...]
    beside: tuple[Resource, ...]
    by_commands: tuple[Change, ...]


def stack_of(site: Site) -> Stack:
    """Return what of a site a stack makes."""
    by_name = {one.is_.name: one for one in site.resources}
    out = {one.is_.name for one in site.resources if one.is_.exists}
    while True:
        commanded = {id_ for name in out for id_ in by_name[name].changes}
        more = {one.is_.name for one in site.resources if commanded & set(one.changes)}
        for one in site.resources:
            if one.is_.name not in out:  # what a stack makes may refer to what exists, not to what is not there yet
                names = {found.name for found in references(one.is_.properties)}
                more |= {one.is_.name} if any(name in out and not by_name[name].is_.exists for name in names) else set()
        if more <= out:
            break
        out |= more
    return Stack(
        makes=tuple(one for one in site.resources if one.is_.name not in out),
        beside=tuple(one for one in site.resources if one.is_.name in out),
        by_commands=tuple(one for one in site.changes if not one.declares or one.id in commanded),
    )
