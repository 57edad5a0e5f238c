"""Alarms on one metric."""

from __future__ import annotations

from rootwarden.report.code.terraform.kind import Kind, argument, pairs, tags

KINDS = {
    "AWS::CloudWatch::Alarm": Kind(
        type="aws_cloudwatch_metric_alarm",
        says={
            "AlarmName": argument("alarm_name"),
            "AlarmDescription": argument("alarm_description"),
            "ActionsEnabled": argument("actions_enabled"),
            "Namespace": argument("namespace"),
            "MetricName": argument("metric_name"),
            "Dimensions": pairs("dimensions", "Name", "Value"),
            "Statistic": argument("statistic"),
            "ExtendedStatistic": argument("extended_statistic"),
            "Unit": argument("unit"),
            "Period": argument("period"),
            "EvaluationPeriods": argument("evaluation_periods"),
            "DatapointsToAlarm": argument("datapoints_to_alarm"),
            "Threshold": argument("threshold"),
            "ComparisonOperator": argument("comparison_operator"),
            "TreatMissingData": argument("treat_missing_data"),
            "AlarmActions": argument("alarm_actions"),
            "OKActions": argument("ok_actions"),
            "InsufficientDataActions": argument("insufficient_data_actions"),
            "Tags": tags(),
        },
        ref="alarm_name",
    ),
}
