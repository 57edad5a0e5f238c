"""Detectors of GuardDuty: one for each account and Region, made together with the role that the service works as.

AWS answers BadRequestException both for a detector that is not there and for other mistakes, among them a detector that
has members still (reported by users: aws-samples/amazon-guardduty-multiaccount-scripts #3); only its words tell which.
"""

from __future__ import annotations

from rootwarden.model.write import Right, Write, linked_role

NO_DETECTOR = ("BadRequestException: the input detectorId is not owned by the current account",)
ROWS = (
    Write(
        call="guardduty.CreateDetector",
        action="guardduty:CreateDetector",
        also=(Right(action="guardduty:TagResource", given="Tags"), linked_role("guardduty.amazonaws.com")),
        again=False,
    ),
    Write(call="guardduty.UpdateDetector", action="guardduty:UpdateDetector", gone=NO_DETECTOR),
    Write(call="guardduty.DeleteDetector", action="guardduty:DeleteDetector", gone=NO_DETECTOR),
)
LOOKS = {
    "guardduty.ListDetectors": ("guardduty:ListDetectors",),
    "guardduty.ListFilters": ("guardduty:ListFilters",),
    "guardduty.ListMembers": ("guardduty:ListMembers",),
    "guardduty.ListPublishingDestinations": ("guardduty:ListPublishingDestinations",),
}
_DETECTOR = ("arn:*:guardduty:{region}:{account}:detector/{DetectorId}",)
ON = {
    "guardduty:CreateDetector": (),
    "guardduty:TagResource": _DETECTOR,
    "guardduty:UpdateDetector": _DETECTOR,
    "guardduty:DeleteDetector": _DETECTOR,
    "guardduty:ListDetectors": (),
    "guardduty:ListFilters": (),
    "guardduty:ListMembers": (),
    "guardduty:ListPublishingDestinations": (),
}
