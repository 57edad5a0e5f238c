"""Why nothing is planned for something that was chosen: a plan without changes says so of each."""

from __future__ import annotations

from msgspec import Struct


class Untouched(Struct, frozen=True, kw_only=True):
    """A control (its code) or a remedy (its name), or several together, and why no change is planned for it."""

    about: str
    why: str
