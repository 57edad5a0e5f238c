"""The spending for machines: versioned JSON with every day, every jump and its reason."""

from __future__ import annotations

import msgspec

from rootwarden.model.spend import Spend
from rootwarden.report.options import RenderOptions

_encode = msgspec.json.Encoder(decimal_format="string").encode


def render(found: Spend, options: RenderOptions) -> str:
    """Return the spending as JSON; amounts are text, so that no digit is lost."""
    return msgspec.json.format(_encode(found), indent=2).decode() + "\n"
