"""A watch runs on both databases where that may make a difference."""

from __future__ import annotations

from tests.store.conftest import _address, _postgres

__all__ = ["_address", "_postgres"]
