"""What else AWS may answer about trails, buckets, keys, alarms, topics and budgets: for each place, what matters.

Written as in `other_identity`.
"""

from __future__ import annotations

from typing import Any

from tests.laws import good_watch as watch
from tests.laws.other_identity import allow, deny, document
from tests.laws.spot import GONE

OLD, HOUR_AGO, NOW = "2024-02-01T09:00:00Z", "2026-11-23T21:45:12Z", "2026-11-23T22:45:00Z"
TIMES = (OLD, HOUR_AGO, NOW, "no date", GONE)
ANYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
SIGNED_IN = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"}
TRAIL_WRITES = {"Principal": {"Service": "cloudtrail.amazonaws.com"}}
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def advanced(*selectors: list[dict[str, Any]]) -> dict[str, Any]:
    """Return advanced event selectors with these field selectors."""
    return {"AdvancedEventSelectors": [{"Name": "any name", "FieldSelectors": fields} for fields in selectors]}


def where(field: str, **operators: list[str]) -> dict[str, Any]:
    """Return one field selector."""
    return {"Field": field, **operators}


MANAGEMENT_EVENTS = where("eventCategory", Equals=["Management"])
SELECTORS = (
    advanced([MANAGEMENT_EVENTS]),
    advanced([MANAGEMENT_EVENTS, where("readOnly", Equals=["true"])]),
    advanced(
        [MANAGEMENT_EVENTS, where("readOnly", Equals=["true"])],
        [MANAGEMENT_EVENTS, where("readOnly", Equals=["false"])],
    ),
    advanced([MANAGEMENT_EVENTS, where("eventSource", NotEquals=["kms.amazonaws.com"])]),
    advanced([MANAGEMENT_EVENTS, where("eventSource", NotEquals=["iam.amazonaws.com"])]),
    advanced([MANAGEMENT_EVENTS, where("sessionCredentialFromConsole", Equals=["true"])]),
    advanced([where("eventCategory", Equals=["Data"]), where("resources.type", Equals=["AWS::S3::Object"])]),
    advanced(
        [MANAGEMENT_EVENTS],
        [where("eventCategory", Equals=["Data"]), where("resources.type", Equals=["AWS::S3::Object"])],
    ),
    advanced(
        [MANAGEMENT_EVENTS],
        [
            where("eventCategory", Equals=["Data"]),
            where("resources.type", Equals=["AWS::S3::Object"]),
            where("resources.ARN", StartsWith=["arn:aws:s3:::elsewhere/"]),
        ],
    ),
    {"EventSelectors": []},
    {},
)

OTHER_TRAIL: dict[str, tuple[Any, ...]] = {
    "cloudtrail.trails": ([],),
    "cloudtrail.trails/*/IsMultiRegionTrail": (True, False, GONE),
    "cloudtrail.trails/*/IncludeGlobalServiceEvents": (True, False, GONE),
    "cloudtrail.trails/*/IsOrganizationTrail": (True, False, GONE),
    "cloudtrail.trails/*/LogFileValidationEnabled": (True, False, GONE),
    "cloudtrail.trails/*/TrailARN": (f"arn:aws:cloudtrail:{watch.HOME}:999999999999:trail/main",),
    "cloudtrail.trails/*/Name": ("other",),
    "cloudtrail.trails/*/HomeRegion": (watch.BILLING, GONE),
    "cloudtrail.trails/*/S3BucketName": ("bucket-nobody-shows", GONE),
    "cloudtrail.trails/*/KmsKeyId": (
        f"arn:aws:kms:{watch.HOME}:999999999999:key/99999999-2222-4333-8444-555555555555",
        "alias/trail",
        None,
        GONE,
    ),
    "cloudtrail.trails/*/status": ({}, {"IsLogging": False}),
    "cloudtrail.trails/*/status/IsLogging": (True, False, GONE),
    "cloudtrail.trails/*/status/LatestDeliveryTime": TIMES,
    "cloudtrail.trails/*/status/LatestDeliveryError": ("AccessDenied", "NoSuchBucket", ""),
    "cloudtrail.trails/*/status/LatestDigestDeliveryTime": TIMES,
    "cloudtrail.trails/*/status/LatestDigestDeliveryError": ("AccessDenied", ""),
    "cloudtrail.trails/*/status/StartLoggingTime": TIMES,
    "cloudtrail.trails/*/status/StopLoggingTime": TIMES,
    "cloudtrail.trails/*/selectors": SELECTORS,
    "cloudtrail.trails/*/selectors/AdvancedEventSelectors": tuple(
        one["AdvancedEventSelectors"] for one in SELECTORS if "AdvancedEventSelectors" in one
    ),
    "cloudtrail.trails/*/selectors/AdvancedEventSelectors/*/FieldSelectors/*": (
        where("eventCategory", Equals=["Data"]),
        where("readOnly", Equals=["true"]),
        where("resources.type", Equals=["AWS::Lambda::Function"]),
        where("eventSource", NotEquals=["sts.amazonaws.com"]),
    ),
    "cloudtrail.trails/*/selectors/EventSelectors/*/ReadWriteType": ("All", "ReadOnly", "WriteOnly", GONE),
    "cloudtrail.trails/*/selectors/EventSelectors/*/IncludeManagementEvents": (True, False, GONE),
    "cloudtrail.trails/*/selectors/EventSelectors/*/ExcludeManagementEventSources": (
        ["kms.amazonaws.com"], ["iam.amazonaws.com"], ["sts.amazonaws.com", "signin.amazonaws.com"], [], GONE,
    ),
    "cloudtrail.trails/*/selectors/EventSelectors/*/DataResources": (
        [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
        [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::trail-logs-<account>/"]}],
        [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::elsewhere/"]}],
        [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}],
        GONE,
    ),
    "account.regions": ([],),
    "account.regions/*/RegionOptStatus": ("ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLED"),
    "account.regions/*/RegionName": ("eu-central-1",),
    "s3.buckets/*": (None, GONE),
    "s3.buckets/*/acl_grants": (
        [],
        *([{"Grantee": grantee, "Permission": "READ"}] for grantee in (ANYONE, SIGNED_IN)),
    ),
    "s3.buckets/*/acl_grants/*/Grantee": (ANYONE, SIGNED_IN),
    "s3.buckets/*/policy": (
        None,
        document(allow("s3:GetObject", "arn:aws:s3:::x/*", Principal="*")),
        document(allow("s3:*", "*", Principal={"AWS": ["*"]})),
        document(allow("s3:GetObject", "*", Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
        document(allow("s3:GetObject", "*", Principal="*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})),
        document(allow("s3:PutObject", "*", **TRAIL_WRITES)),
        document(allow("s3:PutObject", "*", **TRAIL_WRITES, Condition={"StringEquals": {"aws:SourceAccount": "1"}})),
        document(allow("s3:PutObject", "*", **TRAIL_WRITES, Condition={"StringLike": {"aws:SourceArn": "*"}})),
        document(deny(["s3:DeleteObject*", "s3:DeleteBucket"])),
        document(deny("s3:*") | {"Principal": {"AWS": "*"}}),
    ),
    "s3.buckets/*/policy/Statement/*/Condition": (
        GONE,
        {},
        {"StringEquals": {"aws:SourceAccount": "<account>"}},
        {"StringLike": {"aws:SourceArn": "*"}},
    ),
    "s3.buckets/*/policy/Statement/*/Principal": ("*", {"AWS": "*"}, {"Service": "config.amazonaws.com"}),
    "s3.buckets/*/policy/Statement/*/Effect": ("Allow", "Deny"),
    "s3.buckets/*/policy/Statement/*/Action": ("s3:*", "s3:ListBucket"),
    "s3.buckets/*/policy_status": (None, {"IsPublic": True}),
    "s3.buckets/*/policy_status/IsPublic": (True, False),
    "s3.buckets/*/public_access_block": (
        None, BLOCKED, BLOCKED | {"IgnorePublicAcls": False, "RestrictPublicBuckets": False},
    ),
    "s3.buckets/*/account_public_access_block": (None, BLOCKED),
    **{f"s3.buckets/*/public_access_block/{name}": (True, False, GONE) for name in BLOCKED},
    "s3.buckets/*/ownership": (None, {"ObjectOwnership": "ObjectWriter"}, {"ObjectOwnership": "BucketOwnerPreferred"}),
    "s3.buckets/*/ownership/ObjectOwnership": ("ObjectWriter", "BucketOwnerEnforced"),
    "s3.buckets/*/versioning": ({}, {"Status": "Suspended"}, {"Status": "Enabled", "MFADelete": "Enabled"}),
    "s3.buckets/*/versioning/Status": ("Enabled", "Suspended", GONE),
    "s3.buckets/*/versioning/MFADelete": ("Enabled", "Disabled"),
    "s3.buckets/*/object_lock": (None, {"ObjectLockEnabled": "Enabled"}),
    "s3.buckets/*/object_lock/ObjectLockEnabled": (GONE,),
    "s3.buckets/*/object_lock/Rule/DefaultRetention": (
        {"Mode": "GOVERNANCE", "Days": 365}, {"Mode": "COMPLIANCE", "Years": 1}, {"Mode": "COMPLIANCE", "Days": 1},
    ),
    "s3.buckets/*/object_lock/Rule/DefaultRetention/Mode": ("GOVERNANCE", "NONE"),
    "s3.buckets/*/object_lock/Rule/DefaultRetention/Days": (1, 89, 90, GONE),
    "s3.buckets/*/logging": (None, {"TargetBucket": "elsewhere", "TargetPrefix": ""}),
    "s3.buckets/*/logging/TargetBucket": ("trail-logs-<account>", ""),
    "s3.buckets/*/lifecycle": (
        [],
        [{"ID": "soon", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 7}}],
        [{"ID": "soon", "Status": "Disabled", "Filter": {}, "Expiration": {"Days": 7}}],
        [{"ID": "on", "Status": "Enabled", "Prefix": "", "Expiration": {"Date": "2027-01-01T00:00:00Z"}}],
        [{"ID": "old", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}],
    ),
    "s3.buckets/*/lifecycle/*/Expiration": ({"Days": 7}, GONE),
    "s3.buckets/*/lifecycle/*/Expiration/Days": (7, 90),
    "s3.buckets/*/lifecycle/*/Status": ("Enabled", "Disabled"),
    "kms.keys": ([],),
    "kms.keys/*/KeyState": ("Enabled", "Disabled", "PendingDeletion", "PendingImport", GONE),
    "kms.keys/*/KeyManager": ("AWS", "CUSTOMER"),
    "kms.keys/*/policy": (
        document(allow("kms:*", Principal={"AWS": "arn:aws:iam::<account>:root"})),
        document(allow("kms:*", Principal={"AWS": "*"})),
        document(allow("kms:Decrypt", Principal={"Service": "cloudwatch.amazonaws.com"})),
        document(allow(["kms:GenerateDataKey*", "kms:Decrypt"], Principal={"Service": "cloudwatch.amazonaws.com"})),
        document(allow("kms:*", Principal="*", Condition={"StringFuzzy": {"kms:Odd": "x"}})),
    ),
}  # fmt: skip

SUBSCRIPTION = {"Protocol": "email", "Endpoint": "security@example.com", "FilterPolicy": None}
OTHER_ALERTS: dict[str, tuple[Any, ...]] = {
    "cloudwatch.alarms/*/MetricAlarms": (
        [],
        [
            watch.alarm(
                "<account>", AlarmName="far", AlarmActions=[watch.topic_arn("<account>", "security", "us-west-2")],
            )
        ],
        [
            watch.alarm(
                "<account>", AlarmName="bills", Namespace="AWS/Billing", MetricName="EstimatedCharges", Threshold=100.0,
                AlarmActions=[watch.topic_arn("<account>", "billing", watch.BILLING)],
            )
        ],
    ),
    "cloudwatch.alarms/*/MetricAlarms/*/ActionsEnabled": (True, False, GONE),
    "cloudwatch.alarms/*/MetricAlarms/*/AlarmActions": (
        [],
        [watch.topic_arn("<account>", "missing")],
        ["arn:aws:automate:eu-west-1:ec2:stop"],
        [watch.topic_arn("999999999999", "elsewhere")],
    ),
    "cloudwatch.alarms/*/MetricAlarms/*/AlarmActions/*": (watch.topic_arn("<account>", "missing"),),
    "cloudwatch.alarms/*/MetricAlarms/*/Namespace": ("AWS/Billing",),
    "cloudwatch.alarms/*/MetricAlarms/*/MetricName": ("EstimatedCharges",),
    "cloudwatch.alarms/*/MetricAlarms/*/Dimensions": (
        [{"Name": "Currency", "Value": "USD"}],
        [{"Name": "Currency", "Value": "USD"}, {"Name": "ServiceName", "Value": "AmazonEC2"}],
        [{"Name": "LinkedAccount", "Value": "999999999999"}],
    ),
    "cloudwatch.alarms/*/MetricAlarms/*/Dimensions/*/Name": ("ServiceName", "LinkedAccount"),
    "cloudwatch.alarms/*/CompositeAlarms": (
        [
            {
                "AlarmName": "both", "AlarmRule": "ALARM(root-used)", "ActionsEnabled": True,
                "AlarmActions": [watch.topic_arn("<account>", "security")],
            }
        ],
    ),
    "events.rules": ([],),
    "events.rules/*/State": ("DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", GONE),
    "events.rules/*/targets": ([], [{"Id": "1", "Arn": "arn:aws:lambda:eu-west-1:<account>:function:x"}]),
    "events.rules/*/targets/*/Arn": (watch.topic_arn("<account>", "missing"),),
    "events.rules/*/targets/*/RoleArn": ("arn:aws:iam::<account>:role/publish",),
    "sns.topics": ([],),
    "sns.topics/*/TopicArn": (watch.topic_arn("<account>", "other"),),
    "sns.topics/*/attributes": (None, {}),
    "sns.topics/*/attributes/KmsMasterKeyId": (
        "alias/aws/sns",
        "alias/own",
        watch.key_arn("<account>"),
        watch.key_arn("<account>").rsplit("/", 1)[1],
        GONE,
    ),
    "sns.topics/*/attributes/Policy": (
        document(),
        document(allow("sns:Publish", Principal={"AWS": "*"},
                       Condition={"StringEquals": {"AWS:SourceOwner": "<account>"}})),
        document(allow("sns:Publish", Principal={"AWS": "*"}, Condition={"StringEquals": {"AWS:SourceOwner": "1"}})),
        document(allow("sns:Publish", Principal={"Service": "cloudwatch.amazonaws.com"})),
        document(allow("sns:Publish", Principal={"Service": "cloudwatch.amazonaws.com"},
                       Condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:<account>:alarm:*"}})),
        document(allow("sns:Publish", Principal="*", Condition={"StringFuzzy": {"aws:Odd": "x"}})),
        document(allow("sns:*", Principal="*"), deny("sns:Publish")),
        GONE,
    ),
    "sns.topics/*/attributes/Policy/Statement/*/Principal/Service": (["lambda.amazonaws.com"],),
    "sns.topics/*/attributes/Policy/Statement/*/Effect": ("Deny",),
    "sns.topics/*/attributes/Policy/Statement/*/Action": ("sns:Subscribe", "sns:*"),
    "sns.topics/*/attributes/Policy/Statement/*/Resource": ("*", watch.topic_arn("<account>", "other")),
    "sns.topics/*/subscriptions": (
        [],
        [SUBSCRIPTION | {"SubscriptionArn": "PendingConfirmation"}],
        [SUBSCRIPTION | {"SubscriptionArn": "Deleted"}],
        [SUBSCRIPTION | {"SubscriptionArn": "arn:aws:sns:eu-west-1:<account>:s:1", "FilterPolicy": {"a": ["b"]}}],
    ),
    "sns.topics/*/subscriptions/*/SubscriptionArn": ("PendingConfirmation", "Deleted", GONE),
    "sns.topics/*/subscriptions/*/FilterPolicy": ({"severity": ["high"]}, {}, GONE),
    "sns.topics/*/subscriptions/*/Endpoint": ("someone@elsewhere.example", GONE),
    "sns.topics/*/subscriptions/*/Protocol": ("sqs", "lambda", GONE),
}  # fmt: skip

ALERTS = tuple(
    [watch.notification(kind, threshold)] for kind in ("ACTUAL", "FORECASTED") for threshold in (50.0, 150.0)
)
OTHER_BILLS: dict[str, tuple[Any, ...]] = {
    "budgets.budgets": ([],),
    "budgets.budgets/*/BudgetName": ("renamed",),
    "budgets.budgets/*/BudgetType": ("USAGE", "RI_COVERAGE", GONE),
    "budgets.budgets/*/TimeUnit": ("DAILY", "QUARTERLY", "ANNUALLY"),
    "budgets.budgets/*/TimePeriod/End": ("2026-01-01T00:00:00Z", GONE),
    "budgets.budgets/*/TimePeriod/Start": ("2030-01-01T00:00:00Z",),
    "budgets.budgets/*/CostFilters": (
        {"Service": ["Amazon Simple Storage Service"]},
        {"LinkedAccount": ["<account>"]},
        {"LinkedAccount": ["999999999999"]},
        {"Region": ["eu-west-1"]},
        GONE,
    ),
    "budgets.budgets/*/FilterExpression": (
        {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon EC2"]}},
        {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["<account>"]}},
        {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}},
    ),
    "budgets.budgets/*/BudgetLimit": (GONE, {"Amount": "100000", "Unit": "USD"}, {"Amount": "10", "Unit": "USD"}),
    "budgets.budgets/*/BudgetLimit/Amount": ("100000", "10", "49.99", "0", "a lot", GONE),
    "budgets.budgets/*/BudgetLimit/Unit": ("EUR",),
    "budgets.budgets/*/PlannedBudgetLimits": (
        {"1793491200": {"Amount": "150", "Unit": "USD"}, "1796083200": {"Amount": "99999", "Unit": "USD"}},
        {"1793491200": {"Amount": "99999", "Unit": "USD"}},
        {"2087-01-01T00:00:00Z": {"Amount": "150", "Unit": "USD"}},
    ),
    "budgets.budgets/*/PlannedBudgetLimits/*/Amount": ("10", "99999"),
    "budgets.budgets/*/AutoAdjustData": ({"AutoAdjustType": "HISTORICAL"},),
    "budgets.budgets/*/LastUpdatedTime": ("2026-11-20T00:00:00Z", GONE),
    "budgets.budgets/*/CalculatedSpend": (GONE, {}),
    "budgets.budgets/*/CalculatedSpend/ActualSpend/Amount": ("500", "0", GONE),
    "budgets.budgets/*/CalculatedSpend/ForecastedSpend/Amount": ("500", "1", GONE),
    "budgets.notifications": ({},),
    "budgets.notifications/*": ([], *ALERTS),
    "budgets.notifications/*/*/NotificationType": ("ACTUAL", "FORECASTED"),
    "budgets.notifications/*/*/Threshold": (101.0, 50.0, 100.0),
    "budgets.notifications/*/*/ThresholdType": ("ABSOLUTE_VALUE", GONE),
    "budgets.notifications/*/*/ComparisonOperator": ("LESS_THAN", "EQUAL_TO"),
    "budgets.subscribers": ({},),
    "budgets.subscribers/*": ([],),
    "budgets.subscribers/*/*/Subscribers": (
        [],
        [{"SubscriptionType": "EMAIL", "Address": "finance@example.com"}],
        [{"SubscriptionType": "SNS", "Address": watch.topic_arn("<account>", "billing", watch.BILLING)}],
        [{"SubscriptionType": "SNS", "Address": watch.topic_arn("<account>", "missing", watch.BILLING)}],
        [{"SubscriptionType": "SNS", "Address": watch.topic_arn("999999999999", "away", watch.BILLING)}],
    ),
    "budgets.subscribers/*/*/Subscribers/*/SubscriptionType": ("SNS", "EMAIL"),
    "budgets.subscribers/*/*/Subscribers/*/Address": ("", watch.topic_arn("<account>", "missing", watch.BILLING)),
    "ce.cost": (GONE,),
    "ce.cost/months": ([],),
    "ce.cost/months/*/Amount": ("0", "1000", "20", "none"),
}  # fmt: skip
