"""Detectors of GuardDuty."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made


def _detector(site: Site, properties: Properties) -> Made:
    asked = dict(properties)
    if "Tags" in asked:
        asked["Tags"] = {one["Key"]: one["Value"] for one in asked["Tags"]}
    made = site.call("guardduty", "CreateDetector", asked)["DetectorId"]
    return Made(made, {"Id": made})


KINDS = {
    "AWS::GuardDuty::Detector": Kind(
        _detector, frozenset({"Enable"}), frozenset({"FindingPublishingFrequency", "Features", "Tags"})
    )
}
