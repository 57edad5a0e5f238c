"""Turns the parameters and the answer of a call into what CloudTrail shows of them, without any secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import ResponseParser, ResponseParserError, create_parser

from rootwarden.lab.aws_error import Answer
from rootwarden.lab.call import Call

_XML_PART = {name: re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL) for name in ("Code", "Message")}
_MAX_BODY = 100_000
_SECRET = re.compile("password|secret|sessiontoken|tokencode|seed|qrcode", re.IGNORECASE)
_HARMLESS = frozenset({"PasswordResetRequired", "PasswordLastUsed", "SecretId", "SecretArn"})
_MASK = "****"  # what CloudTrail writes for a field the model calls sensitive, such as the e-mail of a new account


def request_parameters(call: Call) -> dict[str, Any] | None:
    """Return `requestParameters`: first letters in lower case, secrets left out; None when there are none."""
    model = call.operation_model
    shape = model.input_shape if model else None
    shown = _shown(call.parameters(), shape)
    return shown or None


def response_elements(call: Call, answer: Answer) -> dict[str, Any] | None:
    """Return `responseElements` of a call that changed something or issued credentials; None when it says nothing."""
    model = call.operation_model
    status, headers, body = answer
    raw = body.encode() if isinstance(body, str) else body
    if model is None or model.output_shape is None or len(raw) > _MAX_BODY:
        return None
    try:
        parsed = _parser(call.protocol).parse(
            {"status_code": status, "headers": headers, "body": raw}, model.output_shape
        )
    except (ResponseParserError, ValueError, KeyError):  # an answer only moto understands has no elements
        return None
    parsed.pop("ResponseMetadata", None)
    return _shown(parsed, model.output_shape) or None


def error_in(headers: Mapping[str, str], body: str | bytes) -> tuple[str, str]:
    """Return code and message of an error answer in any protocol; ("", "") when it has none."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    if text.lstrip().startswith("<"):
        code, message = (match[1] if (match := part.search(text)) else "" for part in _XML_PART.values())
        return code, message
    try:
        fields = json.loads(text or "{}")
    except ValueError:
        fields = {}
    fields = fields if isinstance(fields, dict) else {}
    named = {name.lower(): value for name, value in headers.items()}
    code = str(named.get("x-amzn-errortype") or fields.get("__type") or fields.get("code") or "")
    return code.rpartition("#")[2].partition(":")[0], str(fields.get("message") or fields.get("Message") or "")


@cache
def _parser(protocol: str) -> ResponseParser:
    return create_parser(protocol)


def _shown(value: Any, shape: Shape | None) -> Any:
    writer = _WRITERS.get(type(value))
    return writer(value, shape) if writer else value


def _shown_dict(value: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
    if isinstance(shape, MapShape):
        return {key: _shown(one, shape.value) for key, one in value.items()}
    members: Mapping[str, Shape] = shape.members if isinstance(shape, StructureShape) else {}
    return {
        name[:1].lower() + name[1:]: _MASK if _is_sensitive(members.get(name)) else _shown(one, members.get(name))
        for name, one in value.items()
        if one is not None and (name in _HARMLESS or not _SECRET.search(name))
    }


def _shown_list(value: list[Any], shape: Shape | None) -> list[Any]:
    return [_shown(one, shape.member if isinstance(shape, ListShape) else None) for one in value]


def _shown_date(value: datetime, _: Shape | None) -> str:
    """Write a date as CloudTrail does inside elements: `Oct 25, 2024, 9:07:11 PM`."""
    return f"{value:%b} {value.day}, {value:%Y}, {value.hour % 12 or 12}:{value:%M:%S %p}"


def _shown_bytes(value: bytes, _: Shape | None) -> str:
    return f"<{len(value)} bytes>"


_WRITERS: dict[type, Callable[[Any, Shape | None], Any]] = {
    dict: _shown_dict,
    list: _shown_list,
    datetime: _shown_date,
    bytes: _shown_bytes,
}


def _is_sensitive(shape: Shape | None) -> bool:
    return shape is not None and bool(shape.metadata.get("sensitive"))
