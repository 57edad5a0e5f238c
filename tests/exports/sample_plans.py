"""Plans as remedies make them, of every type of resource that the exports know."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.placeholders import as_json, refer
from rootwarden.model.plan import Call, Change, Declared, Plan, Risk, Step

ACCOUNT, OTHER, REGION = "123412341234", "432143214321", "us-east-1"
BUCKET, LOG_BUCKET, TRAIL = "rootwarden-trail-123412341234", "rootwarden-access-logs-123412341234", "rootwarden"
_TRAIL_ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{TRAIL}"
_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a resource."""
    return {"Ref": name}


def get(name: str, attribute: str = "Arn") -> dict[str, list[str]]:
    """Return a reference to an attribute of a resource."""
    return {"Fn::GetAtt": [name, attribute]}


def declared(type_: str, name: str, exists: str = "", **properties: Any) -> Declared:
    """Return a declaration; `type_` without its AWS::."""
    return Declared(type=f"AWS::{type_}", name=name, properties=properties, exists=exists)


def change(id_: str, *declares: Declared, account: str = ACCOUNT, region: str = REGION, **more: Any) -> Change:
    """Return a change that declares something."""
    return Change(
        id=id_, remedy=id_, title=f"Do {id_}", why="a test", account=account, region=region, risk=Risk.SAFE,
        declares=declares, **more,
    )  # fmt: skip


def plan(*changes: Change) -> Plan:
    """Return a plan of some changes."""
    return Plan(
        tool_version="0", catalogue_version="1", made_at=datetime(2026, 11, 26, 3, tzinfo=UTC), partition="aws",
        failing=len(changes), mends=len(changes), unread=0, changes=changes, left=(),
    )  # fmt: skip


def statements(*some: dict[str, Any]) -> dict[str, Any]:
    """Return a policy."""
    return {"Version": "2012-10-17", "Statement": list(some)}


def _allow(service: str, action: Any, resource: Any, **condition: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": action}
    return made | {"Resource": resource} | ({"Condition": condition} if condition else {})


def _bucket(name: str, bucket: str, **more: Any) -> Declared:
    return declared(
        "S3::Bucket", name, BucketName=bucket,
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True,
        },
        BucketEncryption={"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
        Tags=[{"Key": "rootwarden", "Value": "trail"}], **more,
    )  # fmt: skip


def no_trail() -> Change:
    """Return what mends an account without any trail: two buckets, a key, and a trail, all new."""
    own = {"aws:SourceArn": _TRAIL_ARN}
    key_policy = statements(
        {"Sid": "Admin", "Effect": "Allow", "Principal": _ROOT, "Action": "kms:*", "Resource": "*"},
        _allow("cloudtrail", ["kms:GenerateDataKey*", "kms:DescribeKey"], "*", StringEquals=own),
    )
    arn = f"arn:aws:s3:::{BUCKET}"
    written = {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": _TRAIL_ARN}
    bucket_policy = statements(
        _allow("cloudtrail", "s3:GetBucketAcl", arn, StringEquals=own),
        _allow("cloudtrail", "s3:PutObject", f"{arn}/AWSLogs/{ACCOUNT}/*", StringEquals=written),
    )
    logs = f"arn:aws:s3:::{LOG_BUCKET}/*"
    log_policy = statements(_allow("logging.s3", "s3:PutObject", logs, StringEquals={"aws:SourceAccount": ACCOUNT}))
    return change(
        "no-trail",
        _bucket("LogBucket", LOG_BUCKET),
        declared("S3::BucketPolicy", "LogBucketPolicy", Bucket=ref("LogBucket"), PolicyDocument=log_policy),
        _bucket(
            "TrailBucket", BUCKET, ObjectLockEnabled=True, VersioningConfiguration={"Status": "Enabled"},
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled",
                                     "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}},
            LifecycleConfiguration={"Rules": [{
                "Id": "old", "Status": "Enabled", "Prefix": "AWSLogs/", "ExpirationInDays": 2557,
                "NoncurrentVersionExpiration": {"NoncurrentDays": 400},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }]},
            LoggingConfiguration={"DestinationBucketName": ref("LogBucket"), "LogFilePrefix": "trail/"},
        ),
        declared("S3::BucketPolicy", "TrailBucketPolicy", Bucket=ref("TrailBucket"), PolicyDocument=bucket_policy),
        declared("KMS::Key", "TrailKey", Description="Encrypts it", KeyPolicy=key_policy, EnableKeyRotation=True),
        declared("KMS::Alias", "TrailKeyAlias", AliasName="alias/rootwarden-trail", TargetKeyId=ref("TrailKey")),
        declared(
            "CloudTrail::Trail", "Trail", TrailName=TRAIL, S3BucketName=ref("TrailBucket"), IsLogging=True,
            IsMultiRegionTrail=True, IncludeGlobalServiceEvents=True, EnableLogFileValidation=True,
            KMSKeyId=get("TrailKey"),
            EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}],
            Tags=[{"Key": "rootwarden", "Value": "trail"}],
        ),
        cost=Cost(kind=CostClass.BY_USE, low=Decimal("1.00"), high=Decimal("3.20")),
    )  # fmt: skip


def alarm() -> Change:
    """Return what sees root in a log group and tells people: group, role, filter, alarm, topic, rule, subscription."""
    trust = statements(
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": get("RootLog")}
    topic_policy = statements(
        _allow("events", "sns:Publish", ref("RootTopic")),
        _allow("cloudwatch", "sns:Publish", ref("RootTopic"), StringEquals={"aws:SourceAccount": ACCOUNT}),
    )
    return change(
        "root-alarm",
        declared("Logs::LogGroup", "RootLog", LogGroupName="rootwarden/trail", RetentionInDays=365),
        declared("IAM::Role", "RootLogWriter", RoleName="rootwarden-trail-to-logs", AssumeRolePolicyDocument=trust,
                 Description="Lets CloudTrail write", Path="/rootwarden/",
                 Policies=[{"PolicyName": "write", "PolicyDocument": statements(write)}]),
        declared("Logs::MetricFilter", "RootFilter", FilterName="root", LogGroupName=ref("RootLog"),
                 FilterPattern='{ ($.userIdentity.type = "Root") && ($.eventType != "AwsServiceEvent") }',
                 MetricTransformations=[{"MetricName": "RootUse", "MetricNamespace": "Rootwarden", "MetricValue": "1",
                                         "DefaultValue": 0}]),
        declared("SNS::Topic", "RootTopic", TopicName="rootwarden-root", DisplayName='Root "use" of ${account}'),
        declared("SNS::TopicPolicy", "RootTopicPolicy", Topics=[ref("RootTopic")], PolicyDocument=topic_policy),
        declared("SNS::Subscription", "RootSubscription", TopicArn=ref("RootTopic"), Protocol="email",
                 Endpoint="security@example.com"),
        declared("CloudWatch::Alarm", "RootAlarm", AlarmName="rootwarden-root", Namespace="Rootwarden",
                 MetricName="RootUse", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
                 ComparisonOperator="GreaterThanOrEqualToThreshold", TreatMissingData="notBreaching",
                 AlarmActions=[ref("RootTopic")]),
        declared("Events::Rule", "RootRule", Name="rootwarden-root", State="ENABLED", Description="Root did something",
                 EventPattern={"detail": {"userIdentity": {"type": ["Root"]}}},
                 Targets=[{"Id": "topic", "Arn": ref("RootTopic")}]),
    )  # fmt: skip


def people() -> Change:
    """Return a group with a policy, a managed policy, and a user in the group."""
    gate = {"Effect": "Deny", "NotAction": ["iam:ChangePassword", "sts:GetSessionToken"], "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}  # fmt: skip
    read = {"Effect": "Allow", "Action": "iam:Get*", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    return change(
        "mfa-gate",
        declared("IAM::Group", "People", GroupName="people", Path="/rootwarden/",
                 Policies=[{"PolicyName": "gate", "PolicyDocument": statements(gate)}]),
        declared("IAM::ManagedPolicy", "ReadSelf", ManagedPolicyName="read-self", Description="Lets people see",
                 PolicyDocument=statements(read), Groups=[ref("People")]),
        declared("IAM::User", "Ada", UserName="ada", Groups=[ref("People")],
                 Tags=[{"Key": "owner", "Value": "ada@example.com"}]),
        region="",
    )  # fmt: skip


def money() -> Change:
    """Return a budget, and anomaly detection with a subscription."""
    told = {"SubscriptionType": "EMAIL", "Address": "billing@example.com"}
    about = {"NotificationType": "FORECASTED", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}
    impact = {"Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE", "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": ["50"]}
    return change(
        "budget",
        declared("Budgets::Budget", "Monthly",
                 Budget={"BudgetName": "rootwarden-monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY",
                         "BudgetLimit": {"Amount": 250, "Unit": "USD"}},
                 NotificationsWithSubscribers=[{"Notification": about, "Subscribers": [told]}]),
        declared("CE::AnomalyMonitor", "Anomalies", MonitorName="rootwarden", MonitorType="DIMENSIONAL",
                 MonitorDimension="SERVICE"),
        declared("CE::AnomalySubscription", "AnomalyMail", SubscriptionName="rootwarden", Frequency="DAILY",
                 MonitorArnList=[ref("Anomalies")], ThresholdExpression=json.dumps({"Dimensions": impact}),
                 Subscribers=[{"Type": "EMAIL", "Address": "billing@example.com"}]),
        region="",
    )  # fmt: skip


def detectors() -> Change:
    """Return GuardDuty and Access Analyzer."""
    return change(
        "detectors",
        declared("GuardDuty::Detector", "Detector", Enable=True, FindingPublishingFrequency="FIFTEEN_MINUTES",
                 Features=[{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}]),
        declared("AccessAnalyzer::Analyzer", "Analyzer", AnalyzerName="rootwarden", Type="ACCOUNT"),
    )  # fmt: skip


def validation(account: str = ACCOUNT, region: str = REGION) -> Change:
    """Return a change of a trail that exists."""
    arn = f"arn:aws:cloudtrail:{region}:{account}:trail/main"
    call = Call(service="cloudtrail", operation="UpdateTrail", region=region,
                parameters={"Name": arn, "EnableLogFileValidation": True})  # fmt: skip
    off = Call(service="cloudtrail", operation="UpdateTrail", region=region,
               parameters={"Name": arn, "EnableLogFileValidation": False})  # fmt: skip
    return change(
        "validation",
        declared("CloudTrail::Trail", "MainTrail", exists="main", TrailName="main", S3BucketName="acme-trail",
                 IsLogging=True, IsMultiRegionTrail=True, EnableLogFileValidation=True),
        account=account, region=region, steps=(Step(id="trail", does="Switch it on", call=call, undo=(off,)),),
    )  # fmt: skip


def contact(account: str = ACCOUNT) -> Change:
    """Return a change that CloudFormation cannot say."""
    parameters = {"AlternateContactType": "SECURITY", "Name": "Security; $(team) `it's` \"us\"", "Title": "Security",
                  "EmailAddress": "security@example.com", "PhoneNumber": "+4930123456"}  # fmt: skip
    call = Call(service="account", operation="PutAlternateContact", parameters=parameters)
    steps = (Step(id="contact", does="Register it", call=call, stays="the mail that AWS sends"),)
    return change("contact", account=account, region="", steps=steps)


def new_key() -> Change:
    """Return a change whose later steps need what earlier ones answered."""
    policy = statements({"Effect": "Allow", "Principal": _ROOT, "Action": "kms:*", "Resource": "*"})
    create = Call(service="kms", operation="CreateKey", region=REGION,
                  parameters={"Description": "a \"new\" $key", "Policy": as_json(policy)})  # fmt: skip
    alias = Call(service="kms", operation="CreateAlias", region=REGION,
                 parameters={"AliasName": "alias/rootwarden-new", "TargetKeyId": refer("key", "id")})  # fmt: skip
    again = statements({"Effect": "Allow", "Principal": _ROOT, "Action": "kms:*", "Resource": refer("key", "arn")})
    put = Call(service="kms", operation="PutKeyPolicy", region=REGION,
               parameters={"KeyId": refer("key", "id"), "PolicyName": "default", "Policy": as_json(again)})  # fmt: skip
    drop = Call(service="kms", operation="DeleteAlias", region=REGION, parameters={"AliasName": "alias/rootwarden-new"})
    return change(
        "new-key",
        steps=(
            Step(id="key", does="Create it", call=create, keeps={"id": "KeyMetadata.KeyId", "arn": "KeyMetadata.Arn"}),
            Step(id="alias", does="Name it", call=alias, undo=(drop,)),
            Step(id="policy", does="Limit it", call=put),
        ),
    )


def everything() -> Plan:
    """Return a plan of every type of resource, all new, and changes that no code says."""
    return plan(no_trail(), alarm(), people(), money(), detectors(), contact())
