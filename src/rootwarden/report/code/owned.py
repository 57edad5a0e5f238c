"""Says in the comments of exported code whose a change is to make, and to what it leads: the patch for their code."""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.model.plan import Change
from rootwarden.report.code.aws_cli import plain
from rootwarden.report.plan_words import others


def theirs(change: Change) -> Iterator[str]:
    """Yield comment lines; none where nobody else is known to look after what it touches."""
    if change.owner:
        yield f"# {plain(others(change))}"
        yield from (f"#   {plain(f'{one.what}: {one.before} -> {one.after}')}" for one in change.shows)
