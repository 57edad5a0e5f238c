"""The contract of a control: what it asks, which facts it needs, and what it says of itself to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Param, Thresholds

if TYPE_CHECKING:
    from rootwarden.model.view import View

Judge = Callable[["View", Thresholds, datetime], Iterable[Verdict]]


def ids(text: str) -> tuple[str, ...]:
    """Return requirement ids written with blanks between them as a tuple; keeps long framework lists readable."""
    return tuple(text.split())


class AnyOf:
    """Several facts of which one is enough; only when all are unread does the control become UNKNOWN."""

    __slots__ = ("facts",)

    def __init__(self, *facts: str) -> None:
        """Name the alternatives."""
        self.facts = facts


class Fix(Struct, frozen=True, kw_only=True):
    """How to mend a failing control: who does it, in which steps, with which exact commands.

    Commands may hold `{account}`, `{region}`, `{resource}` and `{partition}`; the report fills them in.
    """

    automation: str
    steps: tuple[str, ...]
    commands: tuple[str, ...] = ()
    terraform: str = ""


class Control(Struct, frozen=True, kw_only=True):
    """One rule. The slug is the file name; everything that lists, explains or documents it derives from this.

    `facts` entries are fact names, `name?` for optional ones, or `AnyOf(...)`. `params` are its settings with their
    defaults. `verified` says when it was last checked against real AWS ("no": only against the lab).
    """

    code: str
    title: str
    question: str
    severity: Severity
    practice: Practice
    scope: Scope
    facts: tuple[str | AnyOf, ...]
    measured: str
    misses: str
    remedy: str
    fix: Fix
    frameworks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    params: Mapping[str, Param] = field(default_factory=dict)
    aspects: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    verified: str = "no"

    @property
    def fact_names(self) -> tuple[str, ...]:
        """Every fact the control may read, optional ones too, in order."""
        names: list[str] = []
        for entry in self.facts:
            names.extend(entry.facts if isinstance(entry, AnyOf) else (entry.rstrip("?"),))
        return tuple(names)

    @property
    def required(self) -> tuple[tuple[str, ...], ...]:
        """What must be readable: groups of alternatives, a single fact being a group of one."""
        return tuple(
            entry.facts if isinstance(entry, AnyOf) else (entry,)
            for entry in self.facts
            if isinstance(entry, AnyOf) or not entry.endswith("?")
        )


class Registered(Struct, frozen=True):
    """A control as the catalogue found it: its slug (file name), its reason to exist (file docstring) and its judge."""

    slug: str
    why: str
    control: Control
    judge: Judge
