"""The law of every remedy that answers a wish: planned once, applied with its rights alone, proved, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.remedies.law import hold
from tests.remedies.scene import proposed
from tests.remedies.stage import House, open_house


@pytest.fixture(scope="module", name="house")
def _house() -> Iterator[House]:
    """One server for all scenes."""
    with open_house() as house:
        yield house


@pytest.mark.parametrize("slug", proposed())
def test_a_remedy_keeps_the_law(slug: str, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its scene; one without a scene fails, and is told where to write it."""
    hold(house, slug, tmp_path, monkeypatch)
