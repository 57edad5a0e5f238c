"""Decides what a stack may make: what is new, of changes that touch nothing that exists. The rest is done by commands.

A change that makes a key and sets it on a trail that exists is one thing: were its key made by the stack and its
commands run as well, there would be two keys. So what exists takes its whole change with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from rootwarden.report.code.functions import references
from rootwarden.report.code.left_steps import Commanded, When, left_steps
from rootwarden.report.code.resource import Resource
from rootwarden.report.code.sites import Site


class Stack(Struct, frozen=True):
    """What a stack makes, what exists or will exist beside it, and what commands do."""

    makes: tuple[Resource, ...]
    beside: tuple[Resource, ...]
    by_commands: tuple[Commanded, ...]


def stack_of(site: Site) -> Stack:
    """Return what of a site a stack makes."""
    left = {one.id: left_steps(one) for one in site.changes}
    whole = {id_ for id_, some in left.items() if any(one.when is When.INSTEAD for one in some)}
    out = {one.is_.name for one in site.resources if one.is_.exists or whole & set(one.changes)}
    while more := set(_drawn_along(site, out)) - out:
        out |= more
    commanded = whole | {id_ for one in site.resources if one.is_.name in out for id_ in one.changes}
    return Stack(
        makes=tuple(one for one in site.resources if one.is_.name not in out),
        beside=tuple(one for one in site.resources if one.is_.name in out),
        by_commands=tuple(
            one
            for change in site.changes
            for one in ((Commanded(change, When.INSTEAD, change.steps),) if change.id in commanded else left[change.id])
        ),
    )


def _drawn_along(site: Site, out: set[str]) -> Iterator[str]:
    """Go through what a stack cannot make because of what it does not make already.

    What it makes may refer to what exists, but not to what commands have yet to make.
    """
    by_name = {one.is_.name: one for one in site.resources}
    changes = {id_ for name in out for id_ in by_name[name].changes}
    not_there = {name for name in out if not by_name[name].is_.exists}
    for one in site.resources:
        needs = {reference.name for reference in references(one.is_.properties)}
        if changes & set(one.changes) or needs & not_there:
            yield one.is_.name
