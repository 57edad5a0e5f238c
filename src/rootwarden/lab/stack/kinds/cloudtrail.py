"""Trails: created, told what to record, and switched on."""

from __future__ import annotations

from rootwarden.lab.stack.kind import Kind, Properties
from rootwarden.lab.stack.site import Site
from rootwarden.lab.stack.values import Made

# Properties that are parameters of the call, by another name at times.
_PARAMETERS = {
    "TrailName": "Name",
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "KMSKeyId": "KmsKeyId",
    "Tags": "TagsList",
}
_SELECTORS = frozenset({"EventSelectors", "AdvancedEventSelectors"})


def _trail(site: Site, properties: Properties) -> Made:
    asked = {theirs: properties[ours] for ours, theirs in _PARAMETERS.items() if ours in properties}
    arn = site.call("cloudtrail", "CreateTrail", asked)["TrailARN"]
    name = properties["TrailName"]
    if selectors := {one: properties[one] for one in _SELECTORS if one in properties}:
        site.call("cloudtrail", "PutEventSelectors", {"TrailName": name, **selectors})
    if "InsightSelectors" in properties:
        asked = {"TrailName": name, "InsightSelectors": properties["InsightSelectors"]}
        site.call("cloudtrail", "PutInsightSelectors", asked)
    if properties["IsLogging"]:
        site.call("cloudtrail", "StartLogging", {"Name": name})
    return Made(name, {"Arn": arn})


KINDS = {
    "AWS::CloudTrail::Trail": Kind(
        _trail,
        frozenset({"TrailName", "S3BucketName", "IsLogging"}),
        frozenset(_PARAMETERS) | _SELECTORS | {"InsightSelectors"},
    )
}
