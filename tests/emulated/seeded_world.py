"""A lab with a seeded world in it, for tests that read worlds back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rootwarden.lab.blueprint import Account, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.world import bundled
from tests.emulated.lab_at_work import client, entry

Seeded = tuple[Lab, World]


@pytest.fixture(scope="module", params=bundled(), name="seeded")
def _seeded(request: pytest.FixtureRequest) -> Iterator[Seeded]:
    """A lab with one world in it, kept for all tests of a file about this world."""
    with Lab() as lab:
        yield lab, seed(lab.endpoint, request.param)


def api(lab: Lab, service: str, account: Account, region: str = "us-east-1") -> Any:
    """Return a client for somebody who works in the account."""
    return client(lab, service, entry(lab, account.id), region)


def only(*names: str) -> Any:
    """Run a test on these worlds only."""
    return pytest.mark.parametrize("seeded", names, indirect=True)
