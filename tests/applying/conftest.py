"""The workshop for all tests of this folder."""

from tests.applying.workshop import _open_lab, _shop  # noqa: F401 - fixtures
