"""How hard the laws are tried: quick with every test run, full for the proof; the same code with other numbers."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from msgspec import Struct


class Effort(Struct, frozen=True):
    """How many worlds each law is tried on."""

    name: str
    examples: int
    random_worlds: int
    every_nth: int


QUICK = Effort("quick", examples=60, random_worlds=20, every_nth=12)
FULL = Effort("full", examples=1500, random_worlds=300, every_nth=1)
EFFORT = FULL if os.environ.get("ROOTWARDEN_LAWS") == "full" else QUICK

# The decorator of every generated law. Quick runs repeat themselves exactly; the full one takes --hypothesis-seed.
# One tally counts over all examples of a law, which is why a fixture may outlive an example.
tried = settings(
    max_examples=EFFORT.examples,
    deadline=None,
    derandomize=EFFORT is QUICK,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
