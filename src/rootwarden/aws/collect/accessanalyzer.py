"""IAM Access Analyzer: which analyzers an account has, Region by Region."""

from __future__ import annotations

from typing import Any

from rootwarden.aws.collectors import of_region
from rootwarden.aws.visit import Visit

_KEPT = ("arn", "name", "type", "status")


@of_region("accessanalyzer.analyzers")
def analyzers(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return what analyzers there are, of which kind and in which state; not what they found."""
    found = visit.ask.items("accessanalyzer", "ListAnalyzers", "analyzers", region)
    return [{field: one[field] for field in _KEPT} for one in found]
