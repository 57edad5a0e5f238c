"""Detectors of GuardDuty; each feature is a resource of its own in Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.report.code.hcl import Argument
from rootwarden.report.code.terraform.kind import TAGS, Kind, Own, Words, argument, block, raw, said, tags

_FEATURE = {
    "Name": argument("name"),
    "Status": argument("status"),
    "AdditionalConfiguration": block(
        "additional_configuration", {"Name": argument("name"), "Status": argument("status")}
    ),
}


def _features(value: Any, address: str, words: Words, _: Mapping[str, Any]) -> Iterator[Own]:
    for one in value:
        body = (Argument("detector_id", raw(address, "id")), *said(one, _FEATURE, words, "a feature"))
        yield Own("aws_guardduty_detector_feature", body, str(one["Name"]).lower())


KINDS = {
    "AWS::GuardDuty::Detector": Kind(
        type="aws_guardduty_detector",
        says={
            "Enable": argument("enable"),
            "FindingPublishingFrequency": argument("finding_publishing_frequency"),
            "Tags": tags(),
        },
        parts={"Features": _features},
        gets={"Id": "{}.id"},
        kept=("datasources", "finding_publishing_frequency", *TAGS),
    ),
}
