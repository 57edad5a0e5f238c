"""Facts about trails, their buckets and keys, alarms, topics and budgets in which nothing is wrong."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

HOME = "eu-west-1"
BILLING = "us-east-1"
REGIONS = (BILLING, HOME)


def regions() -> list[Json]:
    """Return two enabled Regions and one that is off."""
    return [
        {"RegionName": BILLING, "RegionOptStatus": "ENABLED_BY_DEFAULT"},
        {"RegionName": HOME, "RegionOptStatus": "ENABLED_BY_DEFAULT"},
        {"RegionName": "me-south-1", "RegionOptStatus": "DISABLED"},
    ]


def trail_arn(owner: str) -> str:
    """Return the ARN of the one trail."""
    return f"arn:aws:cloudtrail:{HOME}:{owner}:trail/main"


def trail(owner: str, keeper: str, *, organization: bool) -> Json:
    """Return the trail of `owner` that writes to a bucket of `keeper`."""
    return {
        "region": HOME, "Name": "main", "TrailARN": trail_arn(owner), "HomeRegion": HOME,
        "S3BucketName": bucket(keeper),
        "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True, "IsOrganizationTrail": organization,
        "LogFileValidationEnabled": True, "KmsKeyId": key_arn(keeper), "HasCustomEventSelectors": True,
        "HasInsightSelectors": False,
        "CloudWatchLogsLogGroupArn": f"arn:aws:logs:{HOME}:{owner}:log-group:trail:*",
        "CloudWatchLogsRoleArn": f"arn:aws:iam::{owner}:role/trail-to-logs",
        "status": {
            "IsLogging": True, "LatestDeliveryTime": "2026-11-23T22:40:00Z",
            "LatestDigestDeliveryTime": "2026-11-23T22:10:00Z",
            "LatestCloudWatchLogsDeliveryTime": "2026-11-23T22:41:00Z", "StartLoggingTime": "2024-02-01T09:00:00Z",
        },
        "selectors": {
            "EventSelectors": [
                {
                    "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
                    "ExcludeManagementEventSources": [],
                }
            ]
        },
    }  # fmt: skip


def bucket(keeper: str) -> str:
    """Return the name of the trail bucket."""
    return f"trail-logs-{keeper}"


def buckets(owner: str, keeper: str) -> Json:
    """Return the trail bucket: private, for this trail alone, locked, its accesses logged."""
    arn = f"arn:aws:s3:::{bucket(keeper)}"
    service = {"Service": "cloudtrail.amazonaws.com"}
    source = {"aws:SourceArn": trail_arn(owner)}
    everything_blocked = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    statements = [
        {
            "Sid": "Check", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": arn,
            "Condition": {"StringEquals": source},
        },
        {
            "Sid": "Write", "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
            "Resource": f"{arn}/AWSLogs/*",
            "Condition": {"StringEquals": source | {"s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]  # fmt: skip
    return {
        bucket(keeper): {
            "acl_grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "c0ffee"}, "Permission": "FULL_CONTROL"}],
            "policy": {"Version": "2012-10-17", "Statement": statements},
            "policy_status": {"IsPublic": False},
            "public_access_block": dict(everything_blocked),
            "account_public_access_block": None,
            "ownership": {"ObjectOwnership": "BucketOwnerEnforced"},
            "versioning": {"Status": "Enabled"},
            "object_lock": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}},
            },
            "logging": {"TargetBucket": f"access-logs-{keeper}", "TargetPrefix": "trail/"},
            "lifecycle": [{"ID": "old", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 400}}],
        }
    }


def key_arn(keeper: str) -> str:
    """Return the ARN of the key that trail and topics are encrypted with."""
    return f"arn:aws:kms:{HOME}:{keeper}:key/11111111-2222-4333-8444-555555555555"


def keys(keeper: str) -> list[Json]:
    """Return the customer key; trails, alarms, rules and budgets may use it."""
    services = ["cloudtrail.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com", "budgets.amazonaws.com"]
    statements = [
        {
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{keeper}:root"}, "Action": "kms:*", "Resource": "*",
        },
        {
            "Effect": "Allow", "Principal": {"Service": services}, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "*",
        },
    ]  # fmt: skip
    return [
        {
            "region": HOME, "Arn": key_arn(keeper), "KeyId": key_arn(keeper).rsplit("/", 1)[1], "KeyState": "Enabled",
            "KeyManager": "CUSTOMER", "policy": {"Version": "2012-10-17", "Statement": statements},
        }
    ]  # fmt: skip


def topic_arn(account: str, name: str, region: str = HOME) -> str:
    """Return the ARN of a topic."""
    return f"arn:aws:sns:{region}:{account}:{name}"


def topic(account: str, name: str, services: list[str], region: str = HOME, key: str = "") -> Json:
    """Return a topic that `services` may publish to, with one confirmed subscriber."""
    arn = topic_arn(account, name, region)
    statement = {
        "Sid": "Publish", "Effect": "Allow", "Principal": {"Service": services}, "Action": "sns:Publish",
        "Resource": arn,
    }  # fmt: skip
    attributes = {
        "TopicArn": arn, "Owner": account, "SubscriptionsConfirmed": "1", "SubscriptionsPending": "0",
        "Policy": {"Version": "2012-10-17", "Statement": [statement]},
    }  # fmt: skip
    return {
        "region": region, "TopicArn": arn, "attributes": attributes | ({"KmsMasterKeyId": key} if key else {}),
        "subscriptions": [
            {
                "SubscriptionArn": f"{arn}:6f0c6f0c-0000-4000-8000-000000000001", "Protocol": "email",
                "Endpoint": "security@example.com", "FilterPolicy": None,
            }
        ],
    }  # fmt: skip


def alarm(account: str, **fields: Any) -> Json:
    """Return the alarm on root activity, or one that differs in `fields`."""
    return {
        "AlarmName": "root-used", "AlarmArn": f"arn:aws:cloudwatch:{HOME}:{account}:alarm:root-used",
        "ActionsEnabled": True, "AlarmActions": [topic_arn(account, "security")], "OKActions": [],
        "InsufficientDataActions": [], "StateValue": "OK", "MetricName": "root-used", "Namespace": "Security",
        "Statistic": "Sum", "Dimensions": [], "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching",
    } | fields  # fmt: skip


def alarms(account: str) -> list[Json]:
    """Return the alarms of both Regions: root activity at home, nothing where bills are counted."""
    return [
        {"region": HOME, "MetricAlarms": [alarm(account)], "CompositeAlarms": []},
        {"region": BILLING, "MetricAlarms": [], "CompositeAlarms": []},
    ]


def rules(account: str) -> list[Json]:
    """Return the rule that reports a sign-in by root."""
    pattern = '{"detail-type": ["AWS Console Sign In via CloudTrail"], "detail": {"userIdentity": {"type": ["Root"]}}}'
    return [
        {
            "region": HOME, "Name": "root-sign-in", "Arn": f"arn:aws:events:{HOME}:{account}:rule/root-sign-in",
            "State": "ENABLED", "EventBusName": "default", "EventPattern": pattern,
            "targets": [{"Id": "1", "Arn": topic_arn(account, "security")}],
        }
    ]  # fmt: skip


def log_groups(account: str) -> list[Json]:
    """Return the log group that the trail writes to."""
    arn = f"arn:aws:logs:{HOME}:{account}:log-group:trail:*"
    return [{"region": HOME, "logGroupName": "trail", "arn": arn, "retentionInDays": 365}]


def metric_filters() -> list[Json]:
    """Return the filter that counts root activity."""
    pattern = (
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
    )
    transformation = {"metricName": "root-used", "metricNamespace": "Security", "metricValue": "1"}
    return [
        {
            "region": HOME, "filterName": "root-used", "filterPattern": pattern, "logGroupName": "trail",
            "metricTransformations": [transformation],
        }
    ]  # fmt: skip


def notification(kind: str, threshold: float) -> Json:
    """Return a budget notification at a percentage of the limit."""
    return {
        "NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": threshold,
        "ThresholdType": "PERCENTAGE", "NotificationState": "OK",
    }  # fmt: skip


def budget() -> Json:
    """Return a monthly cost budget over everything."""
    return {
        "BudgetName": "all", "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "200.0", "Unit": "USD"}, "CostFilters": {},
        "TimePeriod": {"Start": "2024-02-01T00:00:00Z", "End": "2087-06-15T00:00:00Z"},
        "CalculatedSpend": {
            "ActualSpend": {"Amount": "90.0", "Unit": "USD"}, "ForecastedSpend": {"Amount": "120.0", "Unit": "USD"},
        },
        "LastUpdatedTime": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def budget_facts(account: str) -> Json:
    """Return a budget with an early and a forecast alert, to a mailbox and to a topic."""
    both = [notification("ACTUAL", 80.0), notification("FORECASTED", 100.0)]
    reached = [
        {"SubscriptionType": "EMAIL", "Address": "finance@example.com"},
        {"SubscriptionType": "SNS", "Address": topic_arn(account, "billing", BILLING)},
    ]
    return {
        "budgets.budgets": [budget()],
        "budgets.notifications": {"all": both},
        "budgets.subscribers": {"all": [{"Notification": one, "Subscribers": reached} for one in both]},
    }


def costs() -> Json:
    """Return three months of about 100 USD."""
    months = (("2026-08-01", "2026-09-01"), ("2026-09-01", "2026-10-01"), ("2026-10-01", "2026-11-01"))
    return {"months": [{"Start": start, "End": end, "Amount": "100.0", "Unit": "USD"} for start, end in months]}
