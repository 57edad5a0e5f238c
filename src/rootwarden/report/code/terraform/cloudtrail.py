"""Trails. Terraform imports one by its ARN, and names keys by theirs."""

from __future__ import annotations

from rootwarden.report.code.terraform.kind import TAGS, Kind, argument, arn, block, tags

_DATA = {"Type": argument("type"), "Values": argument("values")}
_SELECTOR = {
    "ReadWriteType": argument("read_write_type"),
    "IncludeManagementEvents": argument("include_management_events"),
    "ExcludeManagementEventSources": argument("exclude_management_event_sources"),
    "DataResources": block("data_resource", _DATA),
}
_FIELD = {
    "Field": argument("field"),
    "Equals": argument("equals"),
    "NotEquals": argument("not_equals"),
    "StartsWith": argument("starts_with"),
    "NotStartsWith": argument("not_starts_with"),
    "EndsWith": argument("ends_with"),
    "NotEndsWith": argument("not_ends_with"),
}

KINDS = {
    "AWS::CloudTrail::Trail": Kind(
        type="aws_cloudtrail",
        says={
            "TrailName": argument("name"),
            "S3BucketName": argument("s3_bucket_name"),
            "S3KeyPrefix": argument("s3_key_prefix"),
            "IsLogging": argument("enable_logging"),
            "IsMultiRegionTrail": argument("is_multi_region_trail"),
            "IsOrganizationTrail": argument("is_organization_trail"),
            "IncludeGlobalServiceEvents": argument("include_global_service_events"),
            "EnableLogFileValidation": argument("enable_log_file_validation"),
            "KMSKeyId": arn("kms_key_id"),
            "CloudWatchLogsLogGroupArn": argument("cloud_watch_logs_group_arn"),
            "CloudWatchLogsRoleArn": argument("cloud_watch_logs_role_arn"),
            "SnsTopicName": argument("sns_topic_name"),
            "EventSelectors": block("event_selector", _SELECTOR),
            "AdvancedEventSelectors": block(
                "advanced_event_selector", {"Name": argument("name"), "FieldSelectors": block("field_selector", _FIELD)}
            ),
            "InsightSelectors": block("insight_selector", {"InsightType": argument("insight_type")}),
            "Tags": tags(),
        },
        ref="name",
        imported="{arn}",
        kept=("insight_selector", *TAGS),
    ),
}
