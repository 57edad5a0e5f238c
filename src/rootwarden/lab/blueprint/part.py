"""The common ground of all parts of a world: unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}$")]
Document = dict[str, Any]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One part of a world."""
