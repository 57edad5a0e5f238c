"""What a drill is to do, and each call that it would make."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from rootwarden.aws.opening import Way
from rootwarden.model.drill import Method

# Without another limit: what AWS says of CloudTrail is "typically within 5 minutes" of a call.
LIMIT = timedelta(minutes=5)


class DrillRequest(Struct, frozen=True, kw_only=True):
    """One drill.

    `target` is the member account whose root session is opened, `role` (an ARN) who opens it. `alarm` is the alarm to
    set off, `topics` the only ones that it may publish to. `limit` is how long all may take, until the last channel.
    `acknowledge`: a person must acknowledge, too. `configuration` is the digest of what the watch is configured with.
    """

    method: Method
    store: str
    way: Way
    region: str
    limit: timedelta = LIMIT
    target: str = ""
    role: str = ""
    alarm: str = ""
    topics: tuple[str, ...] = ()
    acknowledge: bool = False
    configuration: str = ""


def path_of(request: DrillRequest) -> str:
    """Return the name of the alert path that a drill is about."""
    match request.method:
        case Method.ALARM:
            return f"alarm {request.alarm} in {request.region}"
        case Method.ASSUME_ROOT:
            return f"root session in {request.target}"
        case Method.SYNTHETIC:
            return f"event bus of {request.region}"


def calls(request: DrillRequest) -> Iterator[str]:
    """Yield each call of AWS that a drill makes, in order, and what it does."""
    match request.method:
        case Method.ASSUME_ROOT:
            if request.role:
                yield f"sts:AssumeRole {request.role} with SourceIdentity rw-drill-..."
            yield f"sts:AssumeRoot {request.target} with the task policy IAMAuditRootUserCredentials (900 s)"
            yield "iam:GetAccountSummary as root of that account; it reads, and changes nothing"
        case Method.SYNTHETIC:
            yield f"events:PutEvents in {request.region}: one record marked as a drill's; nothing of it happens"
        case Method.ALARM:
            yield f"cloudwatch:DescribeAlarms {request.alarm} in {request.region}"
            yield f'cloudwatch:SetAlarmState {request.alarm} ALARM, reason "DRILL rw-drill-..."'
            yield f"cloudwatch:SetAlarmState {request.alarm} back to the state it had, and DescribeAlarms to see it"
