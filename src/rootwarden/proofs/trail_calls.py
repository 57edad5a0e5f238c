"""The calls that change a trail, and the trail as code; all are made in its home Region.

Source: CloudTrail API Reference, UpdateTrail, PutEventSelectors, StartLogging; CloudFormation, AWS::CloudTrail::Trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.model.plan import Call, Declared, Step
from rootwarden.model.writes.cloudtrail import ALSO

FOR_ORGANIZATION = tuple(one.action for one in ALSO)
_DECLARED = {
    "Name": "TrailName", "S3BucketName": "S3BucketName", "S3KeyPrefix": "S3KeyPrefix", "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents", "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail", "LogFileValidationEnabled": "EnableLogFileValidation",
    "KmsKeyId": "KMSKeyId", "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
}  # fmt: skip


def trail_call(operation: str, arn: str, parameters: dict[str, Any] | None = None) -> Call:
    """Return a call about a trail."""
    name = "TrailName" if operation == "PutEventSelectors" else "Name"
    return Call(
        service="cloudtrail",
        operation=operation,
        region=arn.split(":")[3],
        parameters={name: arn, **(parameters or {})},
    )


def start(arn: str) -> Step:
    """Return the step that switches a trail on; taken back, it is off again."""
    return Step(
        id="start", does="Start recording", call=trail_call("StartLogging", arn),
        undo=(trail_call("StopLogging", arn),), on=(arn,),
    )  # fmt: skip


def declared_trail(trail: Mapping[str, Any], **changed: Any) -> Declared:
    """Return a trail as code, as it reads, with what was changed; it can be imported by its name."""
    now = {**trail, **changed}
    properties = {code: now[field] for field, code in _DECLARED.items() if now.get(field) not in (None, "")}
    selectors = now.get("selectors") or {}
    for kind in ("EventSelectors", "AdvancedEventSelectors"):
        if selectors.get(kind):
            properties[kind] = selectors[kind]
    properties["IsLogging"] = bool((now.get("status") or {}).get("IsLogging"))
    return Declared(type="AWS::CloudTrail::Trail", name="Trail", properties=properties, exists=str(now["Name"]))
