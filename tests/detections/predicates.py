"""What each single-record detection must mean, written a second time in plain Python, apart from the rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
Predicate = Callable[[Record], bool]

ROOT_NAMES = ("AWS ROOT USER", "root")
ROOT_DEVICE = re.compile(r"(:mfa/root-account-mfa-device|:u2f/root-account/)")
ROOT_ARN = re.compile(r":(root|assumed-root(/.*)?)$")
CONSOLES = ("signin.amazonaws.com", "console.amazonaws.com")
KNOWN_TYPES = (
    "Root IAMUser AssumedRole Role FederatedUser Directory AWSAccount AWSService SAMLUser WebIdentityUser "
    "IdentityCenterUser Unknown"
)
LAUNCHED = re.compile(
    r"^(RunInstances|RequestSpotInstances|RequestSpotFleet|CreateFleet|CreateCluster|CreateTrainingJob|CreateEndpoint"
    r"|CreateDBInstance|CreateDBCluster|Purchase.*)$"
)
DELETED = re.compile(
    r"^(Delete(DBInstance|DBCluster|DBSnapshot|DBClusterSnapshot|Bucket|Objects?|Snapshot|Volume|Vpc|BackupVault"
    r"|RecoveryPoint|Table|Stack|Function|FileSystem|User|Role|Group|HostedZone).*|Terminate.*"
    r"|ScheduleKeyDeletion|DisableKey)$"
)
EXPOSED = re.compile(
    r"^(PutBucketPolicy|PutBucketAcl|PutBucketPublicAccessBlock|DeleteBucketPublicAccessBlock|DeletePublicAccessBlock"
    r"|Modify(DB|Image|)SnapshotAttribute|ModifySnapshotAttribute|ModifyImageAttribute|ModifyDBClusterSnapshotAttribute"
    r"|GetSecretValue|BatchGetSecretValue|Decrypt|GetParameters?|GetObject|CopySnapshot|StartExportTask)$"
)


def words(line: str) -> tuple[str, ...]:
    """The words of a line."""
    return tuple(line.split())


def field(record: Record, path: str) -> Any:
    """The value at a dotted path, or None where the path leads nowhere."""
    value: Any = record
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text(record: Record, path: str) -> str:
    """The text at a path; the empty text where there is none."""
    value = field(record, path)
    return value if isinstance(value, str) else ""


def by_root(record: Record) -> bool:
    """The identity is the root user."""
    return text(record, "userIdentity.type") == "Root"


def failed(record: Record) -> bool:
    """AWS refused: an error code, an answer `Failure` named like the event, or a sign-in with an error message."""
    answers = record.get("responseElements")
    answer = answers.get(text(record, "eventName")) if isinstance(answers, dict) else None
    page = text(record, "eventType") == "AwsConsoleSignIn"
    return bool(record.get("errorCode")) or answer == "Failure" or (page and record.get("errorMessage") is not None)


def service_invoked(record: Record) -> bool:
    """An AWS service stands between the identity and the call."""
    invoker = text(record, "userIdentity.invokedBy")
    service = invoker == "AWS Internal" or (invoker.endswith(".amazonaws.com") and invoker not in CONSOLES)
    return text(record, "eventType") == "AwsServiceEvent" or service


def names_root_or_nobody(record: Record) -> bool:
    """The request names no user, or one of root's names."""
    return field(record, "requestParameters.userName") in (None, "", *ROOT_NAMES)


def on_root_device(record: Record) -> bool:
    """The request is about a device of root."""
    serial = ROOT_DEVICE.search(text(record, "requestParameters.serialNumber"))
    return names_root_or_nobody(record) or serial is not None


def names_a_user(record: Record) -> bool:
    """The request names a user who is not root."""
    name = field(record, "requestParameters.userName")
    return name is not None and name not in ROOT_NAMES


def event(source: str, names: str) -> Predicate:
    """One of the events (blank-separated) of one of the sources (blank-separated; none: any source)."""
    sources, wanted = words(source), words(names)

    def holds(record: Record) -> bool:
        from_source = not sources or text(record, "eventSource").removesuffix(".amazonaws.com") in sources
        return from_source and text(record, "eventName") in wanted

    return holds


def named(pattern: re.Pattern[str]) -> Predicate:
    """The event's name fits the pattern."""
    return lambda record: pattern.search(text(record, "eventName")) is not None


def both(*parts: Predicate) -> Predicate:
    """All parts hold."""
    return lambda record: all(part(record) for part in parts)


def either(*parts: Predicate) -> Predicate:
    """One part holds."""
    return lambda record: any(part(record) for part in parts)


def none_of(part: Predicate) -> Predicate:
    """The part does not hold."""
    return lambda record: not part(record)


def unknown_identity(record: Record) -> bool:
    """A type nobody knows, or an ARN like root's under another type."""
    kind = field(record, "userIdentity.type")
    odd_arn = ROOT_ARN.search(text(record, "userIdentity.arn")) is not None
    return (kind is not None and kind not in words(KNOWN_TYPES)) or (odd_arn and kind != "Root")


def on_owned(owned: tuple[str, ...]) -> Predicate:
    """The request names an owned resource: itself, a subscription of an owned topic, the address of an owned queue."""
    fields = words("name rule alarmName alarmNames logGroupName topicArn subscriptionArn keyId budgetName monitorArn")

    def holds(record: Record) -> bool:
        values = [field(record, f"requestParameters.{name}") for name in (*fields, "newBudget.budgetName")]
        named_values = [one for value in values for one in (value if isinstance(value, list) else [value])]
        queue = text(record, "requestParameters.queueUrl")
        subscription = text(record, "requestParameters.subscriptionArn")
        ends = any(queue.endswith(f"/{one}") or subscription.startswith(f"{one}:") for one in owned)
        return ends or any(value in owned for value in named_values)

    return holds


def bucket_in(owned: tuple[str, ...]) -> Predicate:
    """The request names an owned bucket."""
    return lambda record: text(record, "requestParameters.bucketName") in owned


def key_in(owned: tuple[str, ...]) -> Predicate:
    """The request names an owned key."""
    return lambda record: text(record, "requestParameters.keyId") in owned


SUCCESS = none_of(failed)
DIRECT = both(by_root, none_of(service_invoked))
SIGN_IN = both(by_root, event("", "ConsoleLogin"))
NO_MFA = none_of(lambda record: text(record, "additionalEventData.MFAUsed").lower() == "yes")
IAM_KEYS = "CreateAccessKey CreateLoginProfile UpdateLoginProfile"
OTHER_CREDENTIALS = (
    "UploadSigningCertificate UpdateSigningCertificate DeleteSigningCertificate UploadCloudFrontPublicKey "
    "UpdateCloudFrontPublicKey DeleteCloudFrontPublicKey UpdateAccessKey DeleteAccessKey"
)
GRANTS = (
    "AttachUserPolicy AttachRolePolicy AttachGroupPolicy PutUserPolicy PutRolePolicy PutGroupPolicy AddUserToGroup "
    "UpdateAssumeRolePolicy CreateUser CreateRole"
)
WATCHERS = (
    "DeleteDetector UpdateDetector DisassociateFromMasterAccount DisassociateFromAdministratorAccount "
    "StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel DisableSecurityHub DeleteAnalyzer"
)
TRAIL = (
    "StopLogging DeleteTrail UpdateTrail PutEventSelectors PutInsightSelectors DeleteEventDataStore "
    "StopEventDataStoreIngestion"
)
TRAIL_BUCKET = (
    "DeleteBucket PutBucketPolicy DeleteBucketPolicy PutBucketLifecycle PutBucketLifecycleConfiguration "
    "PutBucketVersioning"
)
MEMBERSHIP = (
    "LeaveOrganization AcceptHandshake AccountDepartedOrganization AccountJoinedOrganization "
    "InviteOrganizationToTransferResponsibility RemoveAccountFromOrganization DeleteOrganization"
)
GUARDRAILS = (
    "DetachPolicy DeletePolicy UpdatePolicy DisablePolicyType MoveAccount RegisterDelegatedAdministrator "
    "DeregisterDelegatedAdministrator DisableAWSServiceAccess EnableAWSServiceAccess"
)
CONTACTS = (
    "SetAdditionalContacts SetSecurityQuestions PutAlternateContact DeleteAlternateContact SetContactAddress "
    "PutContactInformation"
)
CENTRAL = (
    "EnableOrganizationsRootCredentialsManagement DisableOrganizationsRootCredentialsManagement "
    "EnableOrganizationsRootSessions DisableOrganizationsRootSessions"
)
ALERT_PATH = either(
    event("events", "DisableRule DeleteRule RemoveTargets PutRule PutTargets"),
    event("monitoring", "DeleteAlarms DisableAlarmActions PutMetricAlarm"),
    event("logs", "DeleteMetricFilter DeleteLogGroup PutRetentionPolicy PutMetricFilter"),
    event("sns", "DeleteTopic Unsubscribe SetTopicAttributes"),
    event("sqs", "DeleteQueue PurgeQueue SetQueueAttributes"),
    event("kms", "DisableKey ScheduleKeyDeletion"),
    event("budgets", "DeleteBudget UpdateBudget DeleteSubscriber"),
    event("ce", "DeleteAnomalyMonitor DeleteAnomalySubscription"),
)


def predicates(owned: tuple[str, ...] = ()) -> dict[str, Predicate]:
    """One predicate per detection code, for a guard that owns these resources (ARNs and their last names)."""
    return {
        "RD-001": both(DIRECT, none_of(event("", "ConsoleLogin"))),
        "RD-002": both(SIGN_IN, SUCCESS),
        "RD-003": both(SIGN_IN, SUCCESS, NO_MFA),
        "RD-004": both(SIGN_IN, failed),
        "RD-005": both(by_root, event("iam", "CreateAccessKey"), SUCCESS, names_root_or_nobody),
        "RD-006": both(by_root, event("iam", IAM_KEYS), SUCCESS, names_a_user),
        "RD-007": both(by_root, event("iam", "CreateLoginProfile"), SUCCESS, names_root_or_nobody),
        "RD-008": both(by_root, event("signin", "PasswordUpdated"), SUCCESS),
        "RD-009": event("signin", "PasswordRecoveryRequested PasswordRecoveryCompleted"),
        "RD-010": either(
            event("signin", "EmailUpdated"),
            event("iam", "UpdateAccountEmailAddress"),
            event("account", "StartPrimaryEmailUpdate AcceptPrimaryEmailUpdate"),
        ),
        "RD-011": both(by_root, event("iam", "EnableMFADevice CreateVirtualMFADevice"), SUCCESS),
        "RD-012": both(by_root, event("iam", "DeactivateMFADevice DeleteVirtualMFADevice"), SUCCESS),
        "RD-013": both(event("", CONTACTS), SUCCESS),
        "RD-014": both(event("account organizations", "CloseAccount"), SUCCESS),
        "RD-015": event("organizations", MEMBERSHIP),
        "RD-017": either(
            event("cloudtrail", TRAIL),
            both(event("s3", TRAIL_BUCKET), bucket_in(owned)),
            both(event("kms", "DisableKey ScheduleKeyDeletion PutKeyPolicy"), key_in(owned)),
        ),
        "RD-018": both(by_root, event("", WATCHERS)),
        "RD-019": both(ALERT_PATH, either(by_root, on_owned(owned))),
        "RD-020": both(by_root, event("iam", GRANTS), SUCCESS),
        "RD-023": both(
            by_root,
            event(
                "cloudshell signin",
                "CreateEnvironment CreateSession PutCredentials AuthorizeOAuth2Access CreateOAuth2Token",
            ),
        ),
        "RD-024": both(
            by_root, either(event("sts", "GetSessionToken GetFederationToken"), event("signin", "GetSigninToken"))
        ),
        "RD-025": lambda record: (
            text(record, "userIdentity.type") == "FederatedUser"
            and text(record, "userIdentity.sessionContext.sessionIssuer.type") == "Root"
        ),
        "RD-026": event("sts", "AssumeRoot"),
        "RD-028": both(event("iam", CENTRAL), SUCCESS),
        "RD-029": both(
            by_root, either(event("s3", "DeleteBucketPolicy PutBucketPolicy"), event("sqs", "SetQueueAttributes"))
        ),
        "RD-030": both(DIRECT, lambda record: text(record, "userIdentity.accessKeyId").startswith("AKIA")),
        "RD-033": unknown_identity,
        "RD-034": both(by_root, event("iam", OTHER_CREDENTIALS), SUCCESS),
        "RD-040": both(DIRECT, named(LAUNCHED), SUCCESS),
        "RD-041": both(DIRECT, named(DELETED), SUCCESS),
        "RD-042": both(DIRECT, named(EXPOSED), SUCCESS),
        "RD-043": both(event("organizations", GUARDRAILS), SUCCESS),
    }


PREDICATES: dict[str, Predicate] = predicates()

# Severity outside and inside an approved window; `level_of` says where a record changes the first.
GRADES = {
    ("critical", "critical"): "RD-005 RD-017 RD-030",
    ("critical", "high"): "RD-003 RD-007 RD-010 RD-012 RD-014 RD-015 RD-018 RD-019 RD-042",
    ("critical", "medium"): "RD-028",
    ("high", "medium"): "RD-009 RD-040 RD-041 RD-043",
    ("high", "low"): "RD-002 RD-006 RD-008 RD-011 RD-020 RD-023 RD-024 RD-025 RD-026 RD-029 RD-034",
    ("medium", "informational"): "RD-001 RD-004 RD-013",
    ("low", "informational"): "RD-033",
}
SEVERITIES = {code: grade for grade, codes in GRADES.items() for code in words(codes)}


def names_another_device(record: Record) -> bool:
    """Whether a call that names no user names a virtual device that is not root's."""
    made = field(record, "requestParameters.virtualMFADeviceName")
    serial = text(record, "requestParameters.serialNumber").casefold()
    if record.get("eventName") in ("EnableMFADevice", "CreateVirtualMFADevice"):
        return made is not None and str(made).casefold() != "root-account-mfa-device"
    deletes = record.get("eventName") == "DeleteVirtualMFADevice"
    return deletes and ":mfa/" in serial and ROOT_DEVICE.search(serial) is None


def level_of(code: str, record: Record) -> str:
    """The severity that a detection gives a record it fires on."""
    if code in ("RD-011", "RD-012") and (not on_root_device(record) or names_another_device(record)):
        return "low"
    if code == "RD-017" and not by_root(record):
        return "high"
    if code == "RD-026" and failed(record):
        return "medium"
    return SEVERITIES[code][0]
