"""The law of every remedy that answers a finding: planned once, applied with its rights alone, proved, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.remedies.law import hold
from tests.remedies.scene import prescribed, scene_of, strange_scenes
from tests.remedies.stage import House, open_house


@pytest.fixture(scope="module", name="house")
def _house() -> Iterator[House]:
    """One server for all scenes."""
    with open_house() as house:
        yield house


@pytest.mark.parametrize("slug", prescribed())
def test_a_remedy_keeps_the_law(slug: str, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its scene; one without a scene fails, and is told where to write it."""
    hold(house, slug, tmp_path, monkeypatch)


def test_every_scene_has_its_remedy() -> None:
    """None is left over from a remedy that is called otherwise by now."""
    assert strange_scenes() == set()


def test_a_remedy_without_a_scene_is_told_where_to_write_it() -> None:
    """Whoever adds a remedy reads the file's name."""
    with pytest.raises(AssertionError, match=r"write SCENE = Scene\(...\) in tests/remedies/scenes/new_deed.py"):
        scene_of("new-deed")
