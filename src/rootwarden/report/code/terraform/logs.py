"""Log groups and metric filters. CloudFormation's ARN of a log group ends with `:*`, Terraform's does not."""

from __future__ import annotations

from rootwarden.report.code.terraform.kind import Kind, argument, arn, block, pairs, tags, text

_TRANSFORMATION = {
    "MetricName": argument("name"),
    "MetricNamespace": argument("namespace"),
    "MetricValue": argument("value"),
    "DefaultValue": text("default_value"),
    "Unit": argument("unit"),
    "Dimensions": pairs("dimensions", "Key", "Value"),
}

KINDS = {
    "AWS::Logs::LogGroup": Kind(
        type="aws_cloudwatch_log_group",
        says={
            "LogGroupName": argument("name"),
            "RetentionInDays": argument("retention_in_days"),
            "KmsKeyId": arn("kms_key_id"),
            "LogGroupClass": argument("log_group_class"),
            "Tags": tags(),
        },
        ref="name",
        gets={"Arn": '"${{{}.arn}}:*"'},
    ),
    "AWS::Logs::MetricFilter": Kind(
        type="aws_cloudwatch_log_metric_filter",
        says={
            "FilterName": argument("name"),
            "LogGroupName": argument("log_group_name"),
            "FilterPattern": argument("pattern"),
            "MetricTransformations": block("metric_transformation", _TRANSFORMATION),
        },
        gets={},
        imported="{LogGroupName}:{FilterName}",
    ),
}
