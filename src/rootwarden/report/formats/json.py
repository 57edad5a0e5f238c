"""The whole audit as one versioned JSON object, for machines; docs/schema/audit.schema.json describes it."""

from __future__ import annotations

import msgspec

from rootwarden.model.audit import Audit
from rootwarden.report.options import RenderOptions


def render(audit: Audit, options: RenderOptions) -> str:
    """Return the audit as indented JSON with a final newline; nothing is left out, whatever the options."""
    del options
    return msgspec.json.format(msgspec.json.encode(audit), indent=2).decode() + "\n"
