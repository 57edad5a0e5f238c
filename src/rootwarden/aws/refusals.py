"""What it means when AWS does not answer: one short reason per kind of refusal, and the permission that was missing.

Codes: the "Common errors" page of each service's API reference, the S3 error responses, and botocore's own exceptions.
"""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.exceptions import (
    ConnectionError as NoConnectionError,
)
from botocore.parsers import ResponseParserError

from rootwarden.aws.permissions import actions_for
from rootwarden.model.readings import Unknown

DENIED, THROTTLED, EXPIRED = "AccessDenied", "Throttled", "ExpiredToken"
TIMEOUT, UNREACHABLE, MALFORMED = "Timeout", "EndpointUnreachable", "MalformedAnswer"
INTERRUPTED = "Interrupted"

# Everything that botocore raises when a call does not succeed.
CALL_ERRORS = (ClientError, BotoCoreError, ResponseParserError)

_SPELLINGS = {
    "AccessDenied": DENIED, "AccessDeniedException": DENIED, "AuthorizationError": DENIED,
    "AuthorizationErrorException": DENIED, "UnauthorizedOperation": DENIED, "Client.UnauthorizedOperation": DENIED,
    "UnauthorizedException": DENIED, "NotAuthorized": DENIED, "Forbidden": DENIED, "403": DENIED,
    "Throttling": THROTTLED, "ThrottlingException": THROTTLED, "ThrottledException": THROTTLED,
    "RequestThrottled": THROTTLED, "RequestThrottledException": THROTTLED, "RequestLimitExceeded": THROTTLED,
    "TooManyRequestsException": THROTTLED, "SlowDown": THROTTLED, "BandwidthLimitExceeded": THROTTLED,
    "EC2ThrottledException": THROTTLED, "PriorRequestNotComplete": THROTTLED, "LimitExceededException": THROTTLED,
    "ExpiredToken": EXPIRED, "ExpiredTokenException": EXPIRED, "RequestExpired": EXPIRED,
}  # fmt: skip
# IAM User Guide, "Troubleshoot access denied error messages": the kind of policy that decided, named in the message.
_BECAUSE = re.compile(
    r"(explicit deny in an? [a-z -]+ policy|explicit deny in a permissions boundary)"
    r"|because (no (?!identity-based)[a-z -]+ (?:policy|boundary)) allows"
)
_NOT_SIGNED_IN = {"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "InvalidAccessKeyId"}


class UnreadError(Exception):
    """AWS did not answer a question; carries the mark's content and AWS's own error code ("" if there was none)."""

    def __init__(self, unknown: Unknown, code: str = "", message: str = "") -> None:
        """Keep why, and what AWS said, verbatim."""
        super().__init__(str(unknown))
        self.unknown, self.code, self.message = unknown, code, message


def unread(error: Exception, call: str) -> UnreadError:
    """Turn what botocore raised on `call` ("service.Operation") into the reason that goes into the snapshot."""
    if isinstance(error, ClientError):
        return _refused(error, call)
    for kinds, why in _WITHOUT_ANSWER:
        if isinstance(error, kinds):
            return UnreadError(Unknown(why, call), message=str(error))
    return UnreadError(Unknown(type(error).__name__.removesuffix("Error"), call), message=str(error))


def why_of(code: str) -> str:
    """Return our word for an error code: every spelling of denied, throttled and expired is one word."""
    return _SPELLINGS.get(code, code)


_WITHOUT_ANSWER: tuple[tuple[Any, str], ...] = (
    ((ConnectTimeoutError, ReadTimeoutError), TIMEOUT),
    ((HTTPClientError, NoConnectionError), UNREACHABLE),
    (ResponseParserError, MALFORMED),
)


def _refused(error: ClientError, call: str) -> UnreadError:
    body = error.response.get("Error", {})
    code, message = str(body.get("Code", "")), str(body.get("Message", ""))
    why = why_of(code)
    missing = actions_for(call) if why == DENIED else ()
    return UnreadError(Unknown(why or "Refused", call, missing, _hint(why, message)), code, message)


def _hint(why: str, message: str) -> str:
    """Return what AWS adds about the kind of policy that decided, without the ARNs around it."""
    if why in _NOT_SIGNED_IN:
        return "the Region may not be enabled for this account"
    found = _BECAUSE.search(message) if why == DENIED else None
    return f"{found.group(1) or found.group(2) + ' allows it'}" if found else ""
