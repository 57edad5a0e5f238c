"""The spending for machines: versioned JSON with every day, every jump and its reason."""

from __future__ import annotations

from typing import Any

import msgspec

from rootwarden.model.spend import Spend
from rootwarden.proofs.cost_jumps import reason
from rootwarden.report.options import RenderOptions

_encode = msgspec.json.Encoder(decimal_format="string").encode


def render(found: Spend, options: RenderOptions) -> str:
    """Return the spending as JSON; amounts are text, so that no digit is lost."""
    plain: dict[str, Any] = msgspec.json.decode(_encode(found))
    for shown, jump in zip(plain["jumps"], found.jumps, strict=True):
        shown["reason"] = reason(jump, found.costs.unit, found.rule)
    plain["costs"]["totals"] = [str(amount) for amount in found.costs.totals]
    return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"
