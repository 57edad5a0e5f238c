"""One request to the lab, read once: which service and operation, from whom, where, with which parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from msgspec import Struct
from werkzeug.exceptions import NotFound

from rootwarden.lab.aws_error import CBOR

DEFAULT_REGION = "us-east-1"


class Call(Struct):
    """A request as the guard and the trail see it; `operation` is empty when the service has no such operation."""

    service: str
    operation: str
    account: str
    region: str
    access_key: str
    protocol: str
    request: Request
    model: ServiceModel | None
    labels: dict[str, Any]

    @property
    def operation_model(self) -> OperationModel | None:
        """Return botocore's model of the operation, if there is one."""
        return self.model.operation_model(self.operation) if self.model and self.operation else None

    def parameters(self) -> dict[str, Any]:
        """Parse the request by the service's model; empty when it cannot be parsed."""
        model = self.operation_model
        if model is None:
            return {}
        parser = PROTOCOL_PARSERS[self.protocol](model, map_type=dict)
        request = self.request
        try:
            parsed = parser.parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": request.data,
                    "url_path": request.path,
                    "url_params": self.labels,
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError):  # a malformed request is for the service to refuse
            return {}
        return dict(parsed or {})


def read_call(service: str, request: Request, account: str) -> Call:
    """Read a request to `service` (botocore's name), made with credentials of `account`."""
    model = model_of(service)
    access_key, region = signed_by(request.headers.get("Authorization", ""))
    call = Call(service, "", account, region, access_key, "rest-json", request, model, {})
    if model is None:
        return call
    try:
        call.protocol = determine_request_protocol(model, request.content_type)
        found, call.labels = get_service_router(service).match(request)
        call.operation = found.name
    except (NotFound, NotImplementedError):
        call.protocol = _spoken(request, model)
    return call


def _spoken(request: Request, model: ServiceModel) -> str:
    """Return the protocol the client speaks, for the answer to a call that fits no operation."""
    if "smithy-protocol" in request.headers:
        return CBOR
    if "X-Amz-Target" in request.headers:
        return "json"
    return "rest-json" if model.protocol == CBOR else str(model.protocol)


@cache
def model_of(service: str) -> ServiceModel | None:
    """Return botocore's model of a service, or None when botocore knows no such service."""
    try:
        return get_service_model(service)
    except UnknownServiceError:
        return None


def signed_by(authorization: str) -> tuple[str, str]:
    """Return access key and region of a Signature Version 4 header; ("", us-east-1) when unsigned."""
    _, _, scope = authorization.partition("Credential=")
    parts = scope.split(",")[0].split("/")
    return (parts[0], parts[2]) if len(parts) >= 5 else ("", DEFAULT_REGION)


def signed_for(authorization: str) -> str:
    """Return the signing name of the service in a Signature Version 4 header, or ""."""
    _, _, scope = authorization.partition("Credential=")
    parts = scope.split(",")[0].split("/")
    return parts[3] if len(parts) >= 5 else ""
