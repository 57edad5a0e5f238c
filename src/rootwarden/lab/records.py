"""Writes what CloudTrail would write: one record for each call, in the account that made it.

Shape: CloudTrail User Guide, "CloudTrail record contents"; the spelling of names and dates follows published records.
"""

from __future__ import annotations

from uuid import uuid4

from rootwarden.lab.actions import event_source_of
from rootwarden.lab.aws_error import Answer
from rootwarden.lab.call import Call
from rootwarden.lab.callers import Caller, user_identity
from rootwarden.lab.clock import iso, now
from rootwarden.lab.record_values import error_in, request_parameters, response_elements
from rootwarden.lab.sending.outgoing import send_record
from rootwarden.lab.state import Record

_READS = (
    "Get",
    "List",
    "Describe",
    "Lookup",
    "Head",
    "Search",
    "Simulate",
    "Generate",
    "Test",
    "Assume",
    "Decode",
    "View",
)
_GLOBAL = frozenset({"iam", "organizations", "account", "budgets", "ce", "route53", "cloudfront", "support"})
_DATA = {
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessage"),
    "sns": ("Publish",),
    "lambda": ("Invoke",),
    "dynamodb": (
        "GetItem",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "Query",
        "Scan",
        "BatchGet",
        "BatchWrite",
        "Transact",
    ),
    "cloudwatch": ("PutMetricData", "GetMetricData"),
    "logs": ("PutLogEvents", "GetLogEvents", "FilterLogEvents"),
    "events": ("PutEvents",),
}
_S3_BUCKET_LEVEL = ("ObjectLockConfiguration",)
_CODES = {"AccessDeniedException": "AccessDenied", "UnauthorizedOperation": "Client.UnauthorizedOperation"}


def record(call: Call, caller: Caller, answer: Answer) -> None:
    """Record an answered call in the account that made it, with a copy in the account of an assumed role."""
    if not call.operation:
        return
    written = _record(call, caller, answer)
    copy = _copy_for_target(call, caller, written)
    send_record(caller.account, written)
    if copy is not None:
        send_record(copy["recipientAccountId"], copy)


def is_read_only(operation: str) -> bool:
    """Return what CloudTrail says of an operation in `readOnly`; AssumeRole and AssumeRoot count as reads there."""
    return operation.startswith(_READS)


def _record(call: Call, caller: Caller, answer: Answer) -> Record:
    status, headers, body = answer
    read_only = is_read_only(call.operation)
    management = not _is_data(call)
    identity = user_identity(caller)
    if call.operation == "AssumeRoot":  # AWS's published sample has the mark on the caller too
        identity.setdefault("sessionContext", {})["assumedRoot"] = "true"
    written: Record = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": iso(now()),
        "eventSource": event_source_of(call.service),
        "eventName": call.operation,
        "awsRegion": "us-east-1" if call.service in _GLOBAL else call.region,
        "sourceIPAddress": _source(call),
        "userAgent": call.request.headers.get("User-Agent", ""),
        "requestParameters": request_parameters(call),
        "responseElements": None,
        "requestID": str(uuid4()),
        "eventID": str(uuid4()),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": management,
        "recipientAccountId": caller.account,
        "eventCategory": "Management" if management else "Data",
    }
    if status >= 300:
        code, written["errorMessage"] = error_in(headers, body)
        written["errorCode"] = _CODES.get(code, code)
    elif management and (not read_only or call.service == "sts"):
        written["responseElements"] = response_elements(call, answer)
    return written


def _is_data(call: Call) -> bool:
    if call.service == "s3":
        name = call.operation
        return ("Object" in name and not name.endswith(_S3_BUCKET_LEVEL)) or "Upload" in name
    return call.operation.startswith(_DATA.get(call.service, ("-",)))


def _source(call: Call) -> str:
    return call.request.headers.get("X-Forwarded-For", "") or call.request.remote_addr or "127.0.0.1"


def _copy_for_target(call: Call, caller: Caller, written: Record) -> Record | None:
    """Return the record that the account of a role gets when another account assumes it, None when there is none."""
    if call.service != "sts" or call.operation != "AssumeRole" or "errorCode" in written:
        return None
    target = str((written["requestParameters"] or {}).get("roleArn", "::::")).split(":")[4]
    if target == caller.account:
        return None
    written["sharedEventID"] = str(uuid4())
    identity = {"type": "AWSAccount", "principalId": caller.user_id, "accountId": caller.account}
    return written | {"userIdentity": identity, "eventID": str(uuid4()), "recipientAccountId": target}
