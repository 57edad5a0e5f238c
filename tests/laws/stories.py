"""Worlds that no single answer of AWS makes: small stories in which several things come together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec.structs import replace

from tests.laws import good_watch as watch
from tests.laws.good import ALONE, ARCHIVE, MANAGEMENT, MEMBER, SETTINGS, World, good_worlds
from tests.laws.other_identity import ADMINISTRATOR, AUDIT_MFA, deny, document
from tests.laws.other_watch import ALERTS, ANYONE, BLOCKED, MANAGEMENT_EVENTS, advanced, where
from tests.laws.spot import GONE, Key, Spot
from tests.laws.worlds import Settings, named

Change = tuple[str, str, tuple[Key, ...], Any]
ALARMS, TRAILS, ROWS = "cloudwatch.alarms", "cloudtrail.trails", ("rows", 1)
TWO_KEYS = {
    "login_profile": True, "access_keys": [], "signing_certificates": [],
    "mfa_devices": [AUDIT_MFA["hardware"], AUDIT_MFA["key"]],
}  # fmt: skip
MEMBER_HAS_ROOT: tuple[Change, ...] = (
    (MEMBER, "iam.account_summary", ("AccountPasswordPresent",), 1),
    (MEMBER, "iam.account_summary", ("AccountMFAEnabled",), 1),
    (MEMBER, "iam.credential_report", ("rows", 0, "password_enabled"), "true"),
    (MEMBER, "iam.credential_report", ("rows", 0, "mfa_active"), "true"),
    (MEMBER, "root.privileged_audit", (), TWO_KEYS),
)
READS = where("readOnly", Equals=["true"])
WRITES = where("readOnly", Equals=["false"])


def _billing_alarm(account: str) -> dict[str, Any]:
    topic = watch.topic_arn(account, "billing", watch.BILLING)
    return watch.alarm(
        account, AlarmName="bills", Namespace="AWS/Billing", MetricName="EstimatedCharges", Threshold=100.0,
        AlarmActions=[topic], Dimensions=[{"Name": "Currency", "Value": "USD"}],
    )  # fmt: skip


def _two_trails(*selectors: dict[str, Any]) -> list[dict[str, Any]]:
    first = watch.trail(ALONE, ALONE, organization=False)
    second = first | {"Name": "second", "TrailARN": watch.trail_arn(ALONE).replace("main", "second")}
    return [one | {"selectors": chosen} for one, chosen in zip((first, second), selectors, strict=True)]


NO_SHIELD: tuple[Change, ...] = (
    (ALONE, "s3.buckets", (watch.bucket(ALONE), "public_access_block"), None),
    (ALONE, "s3.buckets", (watch.bucket(ALONE), "ownership"), {"ObjectOwnership": "ObjectWriter"}),
)
MFA_DELETE = {"Status": "Enabled", "MFADelete": "Enabled"}
NOBODY_DELETES = document(
    *watch.buckets(MANAGEMENT, ARCHIVE)[watch.bucket(ARCHIVE)]["policy"]["Statement"],
    deny(["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutLifecycleConfiguration"]),
)  # fmt: skip

BILLS = watch.topic_arn(ALONE, "billing", watch.BILLING)
NOTHING_SPENT = {one: {"Amount": "0.0", "Unit": "USD"} for one in ("ActualSpend", "ForecastedSpend")}
PROVIDER = "arn:aws:iam::<account>:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE"
IDENTITY_CENTER = {
    "Path": "/aws-reserved/sso.amazonaws.com/", "RoleName": "AWSReservedSSO_Administrators_0123456789abcdef",
    "Arn": "arn:aws:iam::<account>:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrators_0123456789abcdef",
    "RoleId": "AROAIDENTITYCENTER01", "AttachedManagedPolicies": [ADMINISTRATOR], "RolePolicyList": [], "Tags": [],
    "AssumeRolePolicyDocument": document(
        {"Effect": "Allow", "Principal": {"Federated": PROVIDER},
         "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
         "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}
    ),
}  # fmt: skip

# name -> (which good world, changes, settings of controls)
STORIES: dict[str, tuple[int, tuple[Change, ...], Settings]] = {
    "administrator without any credential": (
        0, ((ALONE, "iam.credential_report", (*ROWS, "password_enabled"), "false"),
            (ALONE, "iam.credential_report", (*ROWS, "mfa_active"), "false")), {},
    ),
    "only the budget of the organization, and it must be one's own": (
        1, ((MEMBER, "budgets.budgets", (), []),), {"budget-covers-account": {"require_per_account": True}},
    ),
    "a billing alarm instead of an early alert": (
        0, ((ALONE, "budgets.notifications", ("all",), ALERTS[2]),
            (ALONE, ALARMS, (1, "MetricAlarms"), [_billing_alarm(ALONE)])), {},
    ),
    "a member with root credentials and two keys": (1, MEMBER_HAS_ROOT, {}),
    "a member with root credentials, one key and one app": (
        1, (*MEMBER_HAS_ROOT,
            (MEMBER, "root.privileged_audit", ("mfa_devices",), [AUDIT_MFA["key"], AUDIT_MFA["virtual"]])),
        {"root-mfa-phishing-resistant": {"allow_mixed_mfa": True}},
    ),
    "an orphaned MFA device in a member, the rest unread": (
        1, ((MEMBER, "iam.account_summary", ("AccountMFAEnabled",), 1),
            (MEMBER, "iam.account_summary", ("AccountPasswordPresent",), GONE),
            (MEMBER, "root.privileged_audit", (), GONE)), {},
    ),
    "one MFA device is enough": (0, (), {"root-mfa-two-devices": {"min_devices": 1}}),
    "data events instead of access logs": (
        0, ((ALONE, "s3.buckets", (watch.bucket(ALONE), "logging"), None),
            (ALONE, TRAILS, (0, "selectors"), advanced(
                [MANAGEMENT_EVENTS],
                [where("eventCategory", Equals=["Data"]), where("resources.type", Equals=["AWS::S3::Object"])]))), {},
    ),
    "data events of this bucket alone": (
        0, ((ALONE, "s3.buckets", (watch.bucket(ALONE), "logging"), None),
            (ALONE, TRAILS, (0, "selectors", "EventSelectors", 0, "DataResources"),
             [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{watch.bucket(ALONE)}/"]}])), {},
    ),
    "two trails, each records half": (
        0, ((ALONE, TRAILS, (), _two_trails(*(advanced([MANAGEMENT_EVENTS, half]) for half in (READS, WRITES)))),),
        {"trail-records-all-regions": {"allow_combined_trails": True}},
    ),
    "a user of yesterday": (
        0, ((ALONE, "iam.credential_report", (*ROWS, "mfa_active"), "false"),
            (ALONE, "iam.credential_report", (*ROWS, "password_last_used"), "no_information"),
            (ALONE, "iam.credential_report", (*ROWS, "user_creation_time"), "2026-11-22T09:00:00+00:00")),
        {"user-mfa-enabled": {"grace_days": 3}},
    ),
    "a bucket that only its ACL and policy keep private": (0, NO_SHIELD, {}),
    "a bucket that only MFA protects": (
        0, ((ALONE, "s3.buckets", (watch.bucket(ALONE), "object_lock"), None),
            (ALONE, "s3.buckets", (watch.bucket(ALONE), "versioning"), MFA_DELETE)), {},
    ),
    "a bucket of another account that nobody may delete from": (
        1, ((ARCHIVE, "s3.buckets", (watch.bucket(ARCHIVE), "object_lock"), None),
            (ARCHIVE, "s3.buckets", (watch.bucket(ARCHIVE), "policy"), NOBODY_DELETES)), {},
    ),
    "one mailbox gets the budget alerts": (
        0, ((ALONE, "budgets.subscribers", ("all", 0, "Subscribers"),
             [{"SubscriptionType": "EMAIL", "Address": "f@example.com"}]),
            (ALONE, "budgets.subscribers", ("all", 1, "Subscribers"), [])), {},
    ),
    "one topic gets the budget alerts": (
        0, ((ALONE, "budgets.subscribers", ("all", 0, "Subscribers"),
             [{"SubscriptionType": "SNS", "Address": watch.topic_arn(ALONE, "billing", watch.BILLING)}]),
            (ALONE, "budgets.subscribers", ("all", 1, "Subscribers"), [])), {},
    ),
    "budget alerts go to a topic that nobody reads": (
        0, ((ALONE, "budgets.subscribers", ("all",),
             [{"Subscribers": [{"SubscriptionType": "SNS", "Address": BILLS}]}]),
            (ALONE, "sns.topics", (1, "subscriptions", 0, "SubscriptionArn"), "PendingConfirmation")), {},
    ),
    "one encrypted topic gets the budget alerts": (
        0, ((ALONE, "budgets.subscribers", ("all",),
             [{"Subscribers": [{"SubscriptionType": "SNS", "Address": BILLS}]}]),
            (ALONE, "sns.topics", (1, "attributes", "KmsMasterKeyId"), watch.key_arn(ALONE))), {},
    ),
    "a bucket open to the public": (
        0, (*NO_SHIELD, (ALONE, "s3.buckets", (watch.bucket(ALONE), "acl_grants", 0, "Grantee"), ANYONE)), {},
    ),
    "a public grant that the bucket's block makes harmless": (
        0, (NO_SHIELD[1], (ALONE, "s3.buckets", (watch.bucket(ALONE), "acl_grants", 0, "Grantee"), ANYONE)), {},
    ),
    "a public policy that the account's block makes harmless": (
        0, (NO_SHIELD[0], (ALONE, "s3.buckets", (watch.bucket(ALONE), "account_public_access_block"), BLOCKED),
            (ALONE, "s3.buckets", (watch.bucket(ALONE), "policy_status"), {"IsPublic": True})), {},
    ),
    "costs that only the forecast knows": (
        0, ((ALONE, "ce.cost", (), GONE),
            (ALONE, "budgets.budgets", (0, "CalculatedSpend", "ActualSpend", "Amount"), "10")), {},
    ),
    "nothing spent in three months": (
        0, ((ALONE, "ce.cost", ("months",), []), (ALONE, "budgets.budgets", (0, "CalculatedSpend"), NOTHING_SPENT)), {},
    ),
    "people come through Identity Center only": (
        1, ((MEMBER, "iam.authorization", ("users",), []), (MEMBER, "iam.authorization", ("roles",), [IDENTITY_CENTER]),
            (MEMBER, "iam.saml_providers", ("arns",), [PROVIDER])), {},
    ),
    "people come through a provider only": (
        0, ((ALONE, "iam.authorization", ("users",), []), (ALONE, "iam.saml_providers", ("arns",), [PROVIDER]),
            (ALONE, "iam.authorization", ("roles",), [IDENTITY_CENTER | {"Path": "/", "RoleName": "Admins"}])), {},
    ),
    "the only way in is the second access key": (
        0, ((ALONE, "iam.authorization", ("roles",), []),
            (ALONE, "iam.credential_report", (*ROWS, "password_enabled"), "false"),
            (ALONE, "iam.credential_report", (*ROWS, "access_key_2_active"), "true")), {},
    ),
    "the only way in is the first access key": (
        0, ((ALONE, "iam.authorization", ("roles",), []),
            (ALONE, "iam.credential_report", (*ROWS, "password_enabled"), "false"),
            (ALONE, "iam.credential_report", (*ROWS, "access_key_1_active"), "true")), {},
    ),
    "neither files nor digests arrive any more": (
        0, ((ALONE, "cloudtrail.trails", (0, "status", "LatestDeliveryTime"), "2026-11-01T00:00:00Z"),
            (ALONE, "cloudtrail.trails", (0, "status", "LatestDigestDeliveryTime"), "2026-11-01T00:00:00Z")), {},
    ),
    "neither a file nor a digest ever arrived": (
        0, ((ALONE, "cloudtrail.trails", (0, "status", "LatestDeliveryTime"), GONE),
            (ALONE, "cloudtrail.trails", (0, "status", "LatestDigestDeliveryTime"), GONE)), {},
    ),
    "old versions go at once and nothing is locked": (
        0, ((ALONE, "s3.buckets", (watch.bucket(ALONE), "object_lock"), None),
            (ALONE, "s3.buckets", (watch.bucket(ALONE), "lifecycle"),
             [{"Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 3}}])), {},
    ),
    "more ways in are wanted than there are": (0, (), {"admin-path-exists": {"min_paths": 9}}),
    "root's mailbox is not the company's": (
        0, (), {"root-email-controlled": {"allowed_domains": ("elsewhere.example",)}},
    ),
    "an encrypted topic": (
        0, ((ALONE, "sns.topics", (0, "attributes", "KmsMasterKeyId"), watch.key_arn(ALONE)),
            (ALONE, "sns.topics", (1, "attributes", "KmsMasterKeyId"), watch.key_arn(ALONE))), {},
    ),
}  # fmt: skip


@cache
def stories() -> tuple[World, ...]:
    """Return the world of every story."""
    return tuple(_told())


def _told() -> Iterator[World]:
    for name, (number, changes, settings) in STORIES.items():
        world = good_worlds()[number]
        for owner, fact, keys, value in changes:
            world = world.with_(Spot(owner, fact, keys), named(value, owner))
        yield replace(world, name=name, settings={**SETTINGS, **settings})
    yield _one_region()


def _one_region() -> World:
    """Return a world of which one Region was read, and nothing found in it."""
    world = good_worlds()[0]
    for fact in ("cloudtrail.trails", "cloudwatch.alarms", "events.rules"):
        world = world.with_(Spot(ALONE, fact), [])
    return replace(world, name="one Region is read and holds nothing", regions_asked=(watch.HOME,))
