"""The law of every remedy that answers a wish: planned once, applied with its rights alone, proved, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rootwarden.lab.server import Lab
from tests.remedies.law import hold
from tests.remedies.scene import proposed


@pytest.fixture(scope="module", name="lab")
def _lab() -> Iterator[Lab]:
    """One server for all scenes."""
    with Lab() as lab:
        yield lab


@pytest.mark.parametrize("slug", proposed())
def test_a_remedy_keeps_the_law(slug: str, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its scene; one without a scene fails, and is told where to write it."""
    hold(lab, slug, tmp_path, monkeypatch)
