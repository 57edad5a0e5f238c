"""Every control says all about itself, is called what its files are called, and reads exactly the facts it declares."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from rootwarden import catalogue
from rootwarden.model.control import Control, Registered
from rootwarden.model.facts import FACTS
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import View
from tests.laws.court import judge
from tests.laws.effort import EFFORT
from tests.laws.good import good_worlds
from tests.laws.stories import stories
from tests.laws.tally import Tally
from tests.laws.worlds import random_world, single_edits

CONTROLS = catalogue.controls()
HERE = Path(__file__).parents[2]
# May be empty, because not every rule has one; everything else is filled in.
OPTIONAL = {"frameworks", "params", "aspects"}
# The court itself asks for an account's state before any control does.
COURT = {"org.accounts"}


@pytest.mark.parametrize("entry", CONTROLS, ids=lambda entry: entry.slug)
def test_every_field_is_filled(entry: Registered) -> None:
    """A control leaves nothing out that a person will ask for."""
    empty = [name for name in Control.__struct_fields__ if name not in OPTIONAL and not getattr(entry.control, name)]
    assert not empty
    assert len(entry.why.splitlines()) > 2, "the file's docstring says why, not only what"
    assert re.fullmatch(r"RW-[A-Z]+-\d\d", entry.control.code)
    assert entry.control.question.endswith("?")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", entry.control.remedy)
    assert entry.control.fix.automation in ("auto", "assisted", "manual")
    assert all(link.startswith("https://") for link in entry.control.links)
    assert set(entry.control.fact_names) <= set(FACTS)


@pytest.mark.parametrize("entry", CONTROLS, ids=lambda entry: entry.slug)
def test_name_is_file_test_and_page(entry: Registered) -> None:
    """The slug names the file, its test and its page of the documentation."""
    name = entry.slug.replace("-", "_")
    assert (HERE / "src/rootwarden/controls" / f"{name}.py").is_file()
    assert (HERE / "tests/controls" / f"test_{name}.py").is_file()
    assert (HERE / "docs/controls" / f"{entry.slug}.md").is_file(), "run `make docs`"


def test_nothing_is_left_over() -> None:
    """No test and no page tells of a control that is gone; codes and slugs are unique."""
    slugs = {entry.slug for entry in CONTROLS}
    pages = {path.stem for path in (HERE / "docs/controls").glob("*.md")} - {"README"}
    assert pages <= slugs
    assert len({entry.control.code for entry in CONTROLS}) == len(slugs) == len(CONTROLS)


@pytest.mark.parametrize("entry", CONTROLS, ids=lambda entry: entry.slug)
def test_facts_declared_are_facts_read(entry: Registered, tally: Tally) -> None:
    """Over many worlds, a control reads each fact it declares, and no other."""
    read: defaultdict[str, int] = defaultdict(int)
    with _noting(read):
        for world in [*good_worlds(), *stories()]:
            judge(world, [entry])
        for number in (0, 1):
            for edit in single_edits(number)[:: EFFORT.every_nth]:
                if edit.spot.fact in entry.control.fact_names:
                    judge(edit.on(good_worlds()[number]), [entry])
        for seed in range(EFFORT.random_worlds):
            judge(random_world(seed, entry.slug), [entry])
    declared = set(entry.control.fact_names)
    tally.add("reads", sum(read.values()))
    assert set(read) - COURT <= declared, f"read but not declared: {sorted(set(read) - COURT - declared)}"
    assert declared <= set(read), f"declared but never read: {sorted(declared - set(read))}"


@contextmanager
def _noting(read: defaultdict[str, int]) -> Iterator[None]:
    """Note every fact asked for: of an account, of the organization, of what accounts share, of the policy."""
    get, look = Facts.get, Shared.look
    document = View.policy.fget

    def facts_get(self: Facts, name: str) -> Any:
        read[name] += 1
        return get(self, name)

    def shared_look(self: Shared, fact: str, *rest: Any) -> Any:
        read[fact] += 1
        return look(self, fact, *rest)

    def policy(self: View) -> Any:
        read["policy.document"] += 1
        return document(self)

    with (
        patch.object(Facts, "get", facts_get),
        patch.object(Shared, "look", shared_look),
        patch.object(View, "policy", property(policy)),
    ):
        yield
