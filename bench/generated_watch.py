"""Trails, alarms, rules, topics and budgets of a made-up account, in AWS's own field names."""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]

HOME, MANAGEMENT, ARCHIVE = "eu-west-1", "100000000000", "100000000001"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2")
BUCKET = "example-org-trail-logs"
TRAIL = f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/organization"
KEY = f"arn:aws:kms:{HOME}:{ARCHIVE}:key/0d3c6f0c-2222-4333-8444-555555555555"
METRICS = (
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer"),
    ("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier"),
    ("AWS/Lambda", "Errors", "FunctionName"), ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName"),
    ("AWS/ECS", "CPUUtilization", "ServiceName"), ("AWS/DynamoDB", "ThrottledRequests", "TableName"),
)  # fmt: skip


def watching(dice: random.Random, account: str) -> Json:
    """Return the facts about watching and billing for one account."""
    ops, security = (f"arn:aws:sns:{HOME}:{account}:{name}" for name in ("operations", "security"))
    return {
        "account.regions": [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in REGIONS]
        + [{"RegionName": name, "RegionOptStatus": "DISABLED"} for name in ("me-south-1", "af-south-1", "ap-east-1")],
        "cloudtrail.trails": [_trail(account)],
        "s3.buckets": {BUCKET: _bucket()} if account == ARCHIVE else {},
        "kms.keys": [_key()] if account == ARCHIVE else [],
        "logs.log_groups": [],
        "logs.metric_filters": [],
        "cloudwatch.alarms": [_alarms(dice, account, region, ops) for region in REGIONS],
        "events.rules": [
            _rule(account, f"{name}-{n}", security if n == 0 else ops)
            for name in ("nightly", "state")
            for n in range(4)
        ],
        "sns.topics": [_topic(account, arn) for arn in (ops, security)],
        **_budgets(dice, ops),
    }


def _trail(account: str) -> Json:
    own = account == MANAGEMENT
    denied = {
        "_unknown": {
            "why": "AccessDenied",
            "call": "cloudtrail.GetTrailStatus",
            "missing": ["cloudtrail:GetTrailStatus"],
        }
    }
    status = {
        "IsLogging": True, "LatestDeliveryTime": "2026-11-23T22:40:00Z", "StartLoggingTime": "2024-02-01T09:00:00Z",
        "LatestDigestDeliveryTime": "2026-11-23T22:10:00Z",
    }  # fmt: skip
    selector = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
    return {
        "region": HOME, "Name": "organization", "TrailARN": TRAIL, "HomeRegion": HOME, "S3BucketName": BUCKET,
        "IncludeGlobalServiceEvents": True, "IsMultiRegionTrail": True, "IsOrganizationTrail": True,
        "LogFileValidationEnabled": True, "KmsKeyId": KEY,
        "HasCustomEventSelectors": True, "HasInsightSelectors": False,
        "status": status if own else denied, "selectors": {"EventSelectors": [selector]},
    }  # fmt: skip


def _bucket() -> Json:
    arn, service = f"arn:aws:s3:::{BUCKET}", {"Service": "cloudtrail.amazonaws.com"}
    allow = {"Effect": "Allow", "Principal": service, "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}}}
    keep = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    return {
        "acl_grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "c0ffee"}, "Permission": "FULL_CONTROL"}],
        "policy": {
            "Version": "2012-10-17",
            "Statement": [
                allow | {"Action": "s3:GetBucketAcl", "Resource": arn},
                allow | {"Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/*"},
            ],
        },
        "policy_status": {"IsPublic": False}, "public_access_block": block, "account_public_access_block": block,
        "ownership": {"ObjectOwnership": "BucketOwnerEnforced"}, "versioning": {"Status": "Enabled"},
        "object_lock": {"ObjectLockEnabled": "Enabled", "Rule": keep},
        "logging": {"TargetBucket": "example-org-access-logs", "TargetPrefix": "trail/"}, "lifecycle": [],
    }  # fmt: skip


def _key() -> Json:
    use = {
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Resource": "*",
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"],
    }  # fmt: skip
    return {
        "region": HOME, "Arn": KEY, "KeyId": KEY.rsplit("/", 1)[1], "KeyState": "Enabled", "KeyManager": "CUSTOMER",
        "policy": {"Version": "2012-10-17", "Statement": [use]},
    }  # fmt: skip


def _alarms(dice: random.Random, account: str, region: str, topic: str) -> Json:
    def one(n: int) -> Json:
        namespace, metric, dimension = dice.choice(METRICS)
        name = f"{metric}-{region}-{n}"
        return {
            "AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
            "AlarmDescription": f"{metric} of service {n} is out of bounds; see the runbook of the team.",
            "AlarmConfigurationUpdatedTimestamp": "2026-05-01T10:00:00Z", "ActionsEnabled": True, "OKActions": [],
            "AlarmActions": [topic], "InsufficientDataActions": [], "StateValue": "OK",
            "StateReason": "Threshold Crossed: 1 datapoint [0.0 (22/11/26 07:00:00)] was not greater than the threshold.",
            "StateUpdatedTimestamp": "2026-11-22T07:05:00Z", "MetricName": metric, "Namespace": namespace,
            "Statistic": "Sum", "Dimensions": [{"Name": dimension, "Value": f"service-{n}"}], "Period": 300,
            "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
        }  # fmt: skip

    at_home = region == HOME
    return {"region": region, "MetricAlarms": [one(n) for n in range(9)] if at_home else [], "CompositeAlarms": []}


def _rule(account: str, name: str, topic: str) -> Json:
    pattern = '{"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}'
    return {
        "region": HOME, "Name": name, "Arn": f"arn:aws:events:{HOME}:{account}:rule/{name}", "State": "ENABLED",
        "EventBusName": "default", "EventPattern": pattern, "targets": [{"Id": "1", "Arn": topic}],
    }  # fmt: skip


def _topic(account: str, arn: str) -> Json:
    policy = {
        "Version": "2008-10-17", "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": arn,
                "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
                "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
            },
            {
                "Sid": "Events", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish", "Resource": arn,
            },
        ],
    }  # fmt: skip
    attributes = {
        "TopicArn": arn,
        "Owner": account,
        "SubscriptionsConfirmed": "2",
        "SubscriptionsPending": "0",
        "Policy": policy,
    }
    confirmed = [
        {
            "SubscriptionArn": f"{arn}:{n}",
            "Protocol": "email",
            "Endpoint": f"team-{n}@example.com",
            "FilterPolicy": None,
        }
        for n in range(2)
    ]
    return {"region": HOME, "TopicArn": arn, "attributes": attributes, "subscriptions": confirmed}


def _budgets(dice: random.Random, topic: str) -> Json:
    alerts = [
        {
            "NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0,
            "ThresholdType": "PERCENTAGE", "NotificationState": "OK",
        }
        for kind in ("ACTUAL", "FORECASTED")
    ]  # fmt: skip
    reached = [
        {"SubscriptionType": "SNS", "Address": topic},
        {"SubscriptionType": "EMAIL", "Address": "finance@example.com"},
    ]
    spend = {"ActualSpend": {"Amount": f"{dice.randint(100, 900)}.0", "Unit": "USD"}}
    return {
        "budgets.budgets": [
            {
                "BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY", "CostFilters": {},
                "BudgetLimit": {"Amount": "1000.0", "Unit": "USD"}, "CalculatedSpend": spend,
                "TimePeriod": {"Start": "2024-02-01T00:00:00Z", "End": "2087-06-15T00:00:00Z"},
            }
        ],
        "budgets.notifications": {"monthly": alerts},
        "budgets.subscribers": {"monthly": [{"Notification": one, "Subscribers": reached} for one in alerts]},
    }  # fmt: skip
