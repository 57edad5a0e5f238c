"""Of several things that could not be read, the one to name: the same whatever the order in which they were met."""

from __future__ import annotations

from collections.abc import Iterable

from rootwarden.model.readings import UnseenError


def first_doubt(errors: Iterable[UnseenError]) -> UnseenError | None:
    """Return the error that comes first by its reason, then by its place; None if there is none."""
    return min(errors, key=lambda error: (str(error.unknown), error.path), default=None)
