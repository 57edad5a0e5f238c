"""Says no the way AWS does: an error in the protocol of the service, with the code and status botocore expects.

Shapes: the Smithy protocol pages (smithy.io/2.0/aws/protocols) and the error parsers of botocore.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from moto.core.model import ServiceModel

CBOR = "smithy-rpc-v2-cbor"
Answer = tuple[int, dict[str, str], str | bytes]
"""What goes back over HTTP: status, headers, body."""


class AwsError(Exception):
    """An error that AWS would send; raise it anywhere below the front.

    `code` and `message` as botocore shows them, `status` is the HTTP status, `members` are further fields of the
    error's shape (for instance `Reason` of Organizations' ConstraintViolationException).
    """

    def __init__(self, code: str, message: str, status: int = 400, **members: str) -> None:
        """Keep code, message, status and members for `render`."""
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.members = code, message, status, members


def render(error: AwsError, model: ServiceModel | None, protocol: str) -> Answer:
    """Write the error in a service's protocol; without a model (an unknown service) as rest-json."""
    request_id = str(uuid4())
    if protocol in _XML:
        body = _XML[protocol](error, request_id, model)
        return error.status, {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}, body
    if protocol == CBOR:
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        texts = ("__type", error.code, "message", error.message)
        return error.status, headers, b"\xa2" + b"".join(map(_cbor_text, texts))  # a map of two
    version = model.metadata.get("jsonVersion", "1.0") if model else "1.0"
    content_type = f"application/x-amz-json-{version}" if protocol == "json" else "application/json"
    headers = {"Content-Type": content_type, "x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    if model is not None and model.is_query_compatible:
        headers["x-amzn-query-error"] = f"{error.code};Sender"
    fields: dict[str, Any] = {"__type": error.code, "message": error.message, "Message": error.message}
    return error.status, headers, json.dumps(fields | error.members)


def _cbor_text(text: str) -> bytes:
    """Write a text of less than 64 KiB as CBOR does (RFC 8949, major type 3 with a length of two bytes)."""
    raw = text.encode()[:0xFFFF]
    return b"\x79" + len(raw).to_bytes(2, "big") + raw


def _parts(error: AwsError) -> str:
    extra = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in error.members.items())
    return f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>{extra}"


def _query(error: AwsError, request_id: str, model: ServiceModel | None) -> str:
    namespace = model.metadata.get("xmlNamespace", "") if model else ""
    attribute = f' xmlns="{namespace}"' if isinstance(namespace, str) and namespace else ""
    inner = f"<Error><Type>Sender</Type>{_parts(error)}</Error><RequestId>{request_id}</RequestId>"
    return f"<ErrorResponse{attribute}>{inner}</ErrorResponse>"


def _ec2(error: AwsError, request_id: str, model: ServiceModel | None) -> str:
    inner = f"<Errors><Error>{_parts(error)}</Error></Errors><RequestID>{request_id}</RequestID>"
    return f"<Response>{inner}</Response>"


def _rest_xml(error: AwsError, request_id: str, model: ServiceModel | None) -> str:
    if model is not None and model.service_name != "s3":
        return _query(error, request_id, None)
    return f"<Error>{_parts(error)}<RequestId>{request_id}</RequestId><HostId>{request_id}</HostId></Error>"


_XML = {"query": _query, "ec2": _ec2, "rest-xml": _rest_xml}
