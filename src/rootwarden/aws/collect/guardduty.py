"""GuardDuty: whether it is on, Region by Region."""

from __future__ import annotations

from typing import Any

from rootwarden.aws.collectors import of_region
from rootwarden.aws.visit import Visit

_KEPT = ("Status", "FindingPublishingFrequency")


@of_region("guardduty.detectors", per={"guardduty.GetDetector": "detector"})
def detectors(visit: Visit, region: str) -> list[dict[str, Any]]:
    """Return the detector of a Region with its state; an account has one in each at most."""
    names = visit.ask.items("guardduty", "ListDetectors", "DetectorIds", region)
    return [{"DetectorId": name} | _detector(visit, region, name) for name in names]


def _detector(visit: Visit, region: str, name: Any) -> dict[str, Any]:
    found: dict[str, Any] = visit.ask.or_mark(
        lambda: visit.ask.call("guardduty", "GetDetector", region, DetectorId=name)
    )
    return {field: found[field] for field in _KEPT if field in found} if "Status" in found else found
