"""What a seeded world may decide and an AWS caller may not: ids, names and birthdays, in a header of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

HEADER = "x-rootwarden-seed"


class Given(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The id of a new account or organization, and name and e-mail of the account that creates an organization."""

    id: str = ""
    name: str = ""
    email: str = ""


def given_in(headers: Mapping[str, Any]) -> Given:
    """Return what the request gives; nothing for a caller that knows no better than AWS's own."""
    text = headers.get(HEADER)
    return msgspec.json.decode(text, type=Given) if text else Given()


def as_header(given: Given) -> dict[str, str]:
    """Return the header that carries this."""
    return {HEADER: msgspec.json.encode(given).decode()}
