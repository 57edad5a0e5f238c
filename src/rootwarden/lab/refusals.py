"""The words each AWS protocol has for "no": denied, throttled, expired, unknown key, clock too far off.

Codes and statuses: the "Common errors" page of each service's API reference, the S3 error list, and what botocore's
retry handlers look for (`retries/standard.py`).
"""

from __future__ import annotations

from typing import Literal

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.call import Call

Reason = Literal["denied", "throttled", "expired", "unknown_key", "skewed"]
_Words = dict[Reason, tuple[str, int]]

_QUERY: _Words = {
    "denied": ("AccessDenied", 403),
    "throttled": ("Throttling", 400),
    "expired": ("ExpiredToken", 403),
    "unknown_key": ("InvalidClientTokenId", 403),
    "skewed": ("SignatureDoesNotMatch", 403),
}
_EC2: _Words = {
    "denied": ("UnauthorizedOperation", 403),
    "throttled": ("RequestLimitExceeded", 503),
    "expired": ("RequestExpired", 400),
    "unknown_key": ("AuthFailure", 401),
    "skewed": ("AuthFailure", 401),
}
_JSON: _Words = {
    "denied": ("AccessDeniedException", 400),
    "throttled": ("ThrottlingException", 400),
    "expired": ("ExpiredTokenException", 400),
    "unknown_key": ("UnrecognizedClientException", 400),
    "skewed": ("InvalidSignatureException", 400),
}
_REST_JSON: _Words = {
    "denied": ("AccessDeniedException", 403),
    "throttled": ("TooManyRequestsException", 429),
    "expired": ("ExpiredTokenException", 403),
    "unknown_key": ("UnrecognizedClientException", 403),
    "skewed": ("InvalidSignatureException", 403),
}
_S3: _Words = {
    "denied": ("AccessDenied", 403),
    "throttled": ("SlowDown", 503),
    "expired": ("ExpiredToken", 400),
    "unknown_key": ("InvalidAccessKeyId", 403),
    "skewed": ("RequestTimeTooSkewed", 403),
}
_BY_PROTOCOL = {"query": _QUERY, "ec2": _EC2, "json": _JSON, "rest-json": _REST_JSON, "rest-xml": _QUERY}
_BY_SERVICE: dict[str, _Words] = {
    "s3": _S3,
    "sns": _QUERY | {"denied": ("AuthorizationError", 403)},
    "sqs": _JSON | {"denied": ("AccessDenied", 403)},
    "cloudwatch": _JSON | {"denied": ("AccessDenied", 403), "throttled": ("Throttling", 400)},
}

_MESSAGES: dict[Reason, str] = {
    "throttled": "Rate exceeded",
    "expired": "The security token included in the request is expired",
    "unknown_key": "The security token included in the request is invalid.",
    "skewed": "Signature expired: the time of the request is too far from the time of the service.",
}


def refusal(call: Call, reason: Reason, message: str = "") -> AwsError:
    """Return the error this service sends for this reason; `message` replaces the usual words."""
    words = _BY_SERVICE.get(call.service) or _BY_PROTOCOL.get(call.protocol, _JSON)
    code, status = words[reason]
    return AwsError(code, message or _MESSAGES.get(reason, "Access denied"), status)


def not_allowed(call: Call, caller_arn: str, action: str, resource: str, because: str) -> AwsError:
    """Return the error for a call that a policy does not allow, in AWS's wording of who, what and why."""
    text = f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource} {because}"
    return refusal(call, "denied", text.strip())
