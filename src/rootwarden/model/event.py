"""One CloudTrail record as detections see it: who did what, where and when, and whether root is behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from rootwarden.model.root_activity import Kind, awaits_issuer, classify, is_failure
from rootwarden.model.sight import in_our_time, parse_time

Record = Mapping[str, Any]


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """The parts of a record that are remembered; small, because state holds many.

    `account` is the one whose trail holds the record, `target` the account or resource acted on where the record names
    one, `key` the access key id of the caller, `made` the one that the call returned, `session` when the caller's
    session began, `owner` the account of the root user that acted, where the record names it.
    """

    account: str
    id: str
    time: datetime
    name: str
    service: str
    region: str
    address: str
    agent: str
    actor: str
    kind: Kind
    key: str = ""
    made: str = ""
    target: str = ""
    task: str = ""
    session: datetime | None = None
    failed: bool = False
    mfa: str = ""
    awaits_issuer: bool = False
    owner: str = ""
    source_identity: str = ""

    @property
    def identity(self) -> str:
        """What makes two deliveries the same record: recipientAccountId and eventID (CloudTrail User Guide)."""
        return f"{self.account}/{self.id}"

    @property
    def version(self) -> tuple[bool, bytes]:
        """What decides between two contents that came under one identity: success counts, then the text."""
        return self.failed, msgspec.json.encode(self)

    @property
    def refused(self) -> bool:
        """Whether it is an attempt to get in that failed: nobody acted as root, whatever the record's type says."""
        return self.failed and self.service == "signin.amazonaws.com"


# Stands for the time of a record that has none, or one that cannot be: such a record is judged alone, and belongs to no
# sequence.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def read_event(record: Record) -> Event:
    """Take from a record what is remembered, whatever its shape."""
    who = field(record, "userIdentity")
    context = field(who, "sessionContext")
    attributes = field(context, "attributes")
    asked = field(record, "requestParameters")
    kind = classify(record)
    return Event(
        account=text(record, "recipientAccountId") or text(who, "accountId"),
        id=text(record, "eventID") or _stand_in(record),
        time=_instant(text(record, "eventTime")) or NO_TIME,
        name=text(record, "eventName"),
        service=text(record, "eventSource"),
        region=text(record, "awsRegion"),
        address=text(record, "sourceIPAddress"),
        agent=text(record, "userAgent"),
        actor=_actor(who, kind),
        kind=kind,
        key=text(who, "accessKeyId"),
        made=_made(field(record, "responseElements")),
        target=_target(asked),
        task=text(field(asked, "taskPolicyArn"), "arn"),
        session=_instant(text(attributes, "creationDate")),
        failed=is_failure(record),
        mfa=str(field(attributes, "mfaAuthenticated")).lower(),
        awaits_issuer=awaits_issuer(record),
        owner=text(who, "accountId") if text(who, "type") == "Root" else "",
        source_identity=text(context, "sourceIdentity"),
    )


def _instant(text: str) -> datetime | None:
    """Return a time that a record can have; None for any other, because time is added to it and taken from it."""
    found = parse_time(text)
    return found if found is not None and in_our_time(found) else None


def _stand_in(record: Record) -> str:
    """Return an id for a record without eventID (before eventVersion 1.01): the same for the same content."""
    return f"no-id-{hashlib.sha256(msgspec.json.encode(record, order='deterministic')).hexdigest()[:24]}"


def field(place: Any, name: str) -> Any:
    """Return a field of an object; None of anything else, because records come in every shape."""
    return place.get(name) if isinstance(place, dict) else None


def text(place: Any, name: str) -> str:
    """Return a field that is text, "" for anything else."""
    value = place.get(name) if isinstance(place, dict) else None
    return value if isinstance(value, str) else ""


def _actor(who: Any, kind: Kind) -> str:
    """Return the caller for people: root by its name, others by ARN or what else there is."""
    if text(who, "type") == "Root" and kind is not Kind.RELATED:
        return "root"
    return text(who, "arn") or text(who, "userName") or text(who, "principalId") or text(who, "invokedBy") or "somebody"


# Where requests name what they are about, the most telling first.
_NAMED = (
    "userName", "roleName", "groupName", "bucketName", "dBInstanceIdentifier", "dBClusterIdentifier", "tableName",
    "functionName", "secretId", "keyId", "queueUrl", "topicArn", "stackName", "volumeId", "snapshotId", "imageId",
    "trailName", "name", "instanceType",
)  # fmt: skip


def _target(asked: Any) -> str:
    """Return the account of `targetPrincipal` (an id or an ARN), else what the request names."""
    principal = text(asked, "targetPrincipal")
    if principal:
        return principal.split(":")[4] if principal.count(":") >= 5 else principal
    return next((named for name in _NAMED if (named := text(asked, name))), "")


def _made(answer: Any) -> str:
    """Return the id of the access key that a call returned: of a session, or a new long-term one."""
    return text(field(answer, "credentials"), "accessKeyId") or text(field(answer, "accessKey"), "accessKeyId")
