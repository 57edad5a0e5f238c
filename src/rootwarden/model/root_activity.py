"""The one place that decides whether root is behind a CloudTrail record, and how.

Sources: CloudTrail User Guide, "CloudTrail userIdentity element" and "AWS Management Console sign-in events"; IAM User
Guide, "Track privileged tasks in AWS CloudTrail"; published records (see `model/records`).
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Who is behind a record."""

    ROOT_DIRECT = "root-direct"
    ROOT_SERVICE_INVOKED = "root-service-invoked"
    ROOT_SESSION = "root-session"
    ROOT_FEDERATED = "root-federated"
    RELATED = "related"
    AMBIGUOUS = "ambiguous"
    UNKNOWN_SHAPE = "unknown-shape"
    OTHER = "other"


# In these a person, or a key, acts with root's own power, now.
ACTS_AS_ROOT = frozenset({Kind.ROOT_DIRECT, Kind.ROOT_SESSION, Kind.AMBIGUOUS})
# The same without what may as well be a service: the console acts for people, and AWS for itself, as "AWS Internal".
SURELY_AS_ROOT = frozenset({Kind.ROOT_DIRECT, Kind.ROOT_SESSION})
# Sessions of AssumeRoot last 900 seconds at most (STS API reference, AssumeRoot).
LONGEST_ROOT_SESSION = timedelta(seconds=900)

# The pages through which people act, in any Region and case.
_PEOPLE = ("signin.amazonaws.com", "console.amazonaws.com")
_INTERNAL = "AWS Internal"
_KNOWN_TYPES = frozenset({
    "Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount", "AWSService", "SAMLUser",
    "WebIdentityUser", "IdentityCenterUser", "Unknown",
})  # fmt: skip
_ROOT_ARN = re.compile(r":(root|assumed-root(/.*)?)$")
_ROOT_DEVICE = (":mfa/root-account-mfa-device", ":u2f/root-account/")
# (eventSource, eventName) of what concerns root whoever does it.
_ABOUT_ROOT: Mapping[str, frozenset[str]] = {
    "sts.amazonaws.com": frozenset({"AssumeRoot"}),
    "signin.amazonaws.com": frozenset({"PasswordRecoveryRequested", "PasswordRecoveryCompleted", "EmailUpdated"}),
    "iam.amazonaws.com": frozenset({
        "UpdateAccountEmailAddress", "EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions",
        "DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions",
    }),
    "account.amazonaws.com": frozenset({"StartPrimaryEmailUpdate", "AcceptPrimaryEmailUpdate", "CloseAccount"}),
    "organizations.amazonaws.com": frozenset({
        "CloseAccount", "LeaveOrganization", "AcceptHandshake", "AccountDepartedOrganization",
        "AccountJoinedOrganization", "InviteOrganizationToTransferResponsibility", "RemoveAccountFromOrganization",
        "DeleteOrganization",
    }),
}  # fmt: skip


def classify(record: Mapping[str, Any], issued: Container[str] = ()) -> Kind:
    """Say who is behind a record; a shape that nobody knows is a kind of its own, never dropped.

    `issued` holds the access key ids that AssumeRoot is known to have issued, in whatever account the call was made: a
    session without the flag of AssumeRoot is known by its key.
    """
    who = record.get("userIdentity")
    if not isinstance(who, dict):
        return _without_identity(record)
    kind = who.get("type")
    if kind == "Root":
        return _root(record, who, issued)
    if kind == "FederatedUser" and _issuer_type(who) == "Root":
        return Kind.ROOT_FEDERATED
    if kind is not None and not (isinstance(kind, str) and kind in _KNOWN_TYPES):
        return Kind.UNKNOWN_SHAPE
    arn = who.get("arn")
    if isinstance(arn, str) and _ROOT_ARN.search(arn):
        return Kind.UNKNOWN_SHAPE
    if not _placed(record):
        return Kind.UNKNOWN_SHAPE
    return Kind.RELATED if _about_root(record) else Kind.OTHER


def awaits_issuer(record: Mapping[str, Any]) -> bool:
    """Return whether only an AssumeRoot record can tell if root itself or a root session acted.

    A temporary key without the flag and without MFA: sessions of AssumeRoot never show MFA, those of a console sign-in
    carry `signInSessionArn` or show it.
    """
    who = record.get("userIdentity")
    if not isinstance(who, dict) or who.get("type") != "Root" or _flagged(who):
        return False
    key, context = who.get("accessKeyId"), who.get("sessionContext")
    if not isinstance(key, str) or not key.startswith("ASIA") or service_invoked(record):
        return False
    if not isinstance(context, dict):
        return True
    attributes = context.get("attributes")
    mfa = attributes.get("mfaAuthenticated") if isinstance(attributes, dict) else None
    return str(mfa).lower() != "true" and not context.get("signInSessionArn")


def is_failure(record: Mapping[str, Any]) -> bool:
    """Return whether the call failed: an errorCode, "Failure" for the event's own name, or a sign-in with a message."""
    if record.get("errorCode"):
        return True
    answer = record.get("responseElements")
    name = record.get("eventName")
    if isinstance(answer, dict) and isinstance(name, str) and answer.get(name) == "Failure":
        return True
    return record.get("eventType") == "AwsConsoleSignIn" and record.get("errorMessage") is not None


def service_invoked(record: Mapping[str, Any]) -> bool:
    """Return whether AWS itself acts: a service event, or `invokedBy` names a service that is no sign-in page.

    What is neither is taken for a person: better an alert too many.
    """
    if record.get("eventType") == "AwsServiceEvent":
        return True
    who = record.get("userIdentity")
    by = who.get("invokedBy") if isinstance(who, dict) else None
    if not isinstance(by, str) or by.lower().endswith(_PEOPLE):
        return False
    return by == _INTERNAL or by.endswith(".amazonaws.com")


def _root(record: Mapping[str, Any], who: Mapping[str, Any], issued: Container[str]) -> Kind:
    if record.get("eventName") == "ExternalIdPDirectoryLogin" and not who.get("arn"):
        return Kind.RELATED  # somebody failed to sign in to a directory; AWS writes Root for lack of a better type
    key = who.get("accessKeyId")
    if _flagged(who) or (isinstance(key, str) and key in issued):
        return Kind.ROOT_SESSION
    by = who.get("invokedBy")
    if by == _INTERNAL and record.get("eventType") != "AwsServiceEvent":
        return Kind.AMBIGUOUS
    if service_invoked(record):
        return Kind.ROOT_SERVICE_INVOKED
    return Kind.ROOT_DIRECT if _placed(record) else Kind.UNKNOWN_SHAPE


def _flagged(who: Mapping[str, Any]) -> bool:
    """Return whether the session says that AssumeRoot made it; AWS writes text, others a boolean, in two places."""
    context = who.get("sessionContext")
    if not isinstance(context, dict):
        return False
    attributes = context.get("attributes")
    places = (context, attributes) if isinstance(attributes, dict) else (context,)
    return any(str(place.get("assumedRoot")).lower() == "true" for place in places)


def _issuer_type(who: Mapping[str, Any]) -> Any:
    context = who.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, dict) else None
    return issuer.get("type") if isinstance(issuer, dict) else None


def _without_identity(record: Mapping[str, Any]) -> Kind:
    if _of_nobody(record):
        return Kind.OTHER
    if "userIdentity" in record or not _placed(record):
        return Kind.UNKNOWN_SHAPE
    return Kind.RELATED if _about_root(record) else Kind.OTHER


def _of_nobody(record: Mapping[str, Any]) -> bool:
    """Return whether a record tells of many calls at once, of nobody's (CloudTrail User Guide, "Insights event")."""
    return record.get("eventType") == "AwsCloudTrailInsight" or record.get("eventCategory") == "Insight"


def _placed(record: Mapping[str, Any]) -> bool:
    """Return whether a record says what happened and when."""
    if _of_nobody(record):
        return True
    name, when = record.get("eventName"), record.get("eventTime")
    return isinstance(name, str) and bool(name) and isinstance(when, str) and bool(when)


def _about_root(record: Mapping[str, Any]) -> bool:
    source, name = record.get("eventSource"), record.get("eventName")
    if isinstance(source, str) and isinstance(name, str) and name in _ABOUT_ROOT.get(source, ()):
        return True
    asked = record.get("requestParameters")
    serial = asked.get("serialNumber") if isinstance(asked, dict) else None
    return isinstance(serial, str) and any(device in serial for device in _ROOT_DEVICE)
