"""The door of the lab: every request passes here, is judged, answered by moto or by our own files, and recorded.

moto's dispatcher takes the factory of its applications as an argument; ours lets moto build the application of a
service and then stands before each of its views. Nothing of moto is changed in place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask
from flask import request as current_request
from moto.core.responses import BaseResponse
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import (
    HTTP_METHODS,
    BackendRequest,
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.exceptions import HTTPException

from rootwarden.lab import control
from rootwarden.lab.call import signed_by, signed_for
from rootwarden.lab.desk import Desk, nobody
from rootwarden.lab.keys import account_of
from rootwarden.lab.service_names import services_signed_as
from rootwarden.lab.services import Services, discover

Environ = dict[str, Any]
_OWN, _MISSING = "own:", "missing:"
_UNTOUCHED = frozenset({"moto_api", "instance_metadata"})


class Front(DomainDispatcherApplication):
    """A WSGI application: moto's, with our services added and every call passing over the desk."""

    def __init__(self) -> None:
        """Find our services; moto's applications are built when first asked for."""
        self.services = discover()
        super().__init__(lambda service: build_app(service, self.services))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; `/rw-api/` is the control plane, the rest is AWS."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(control.PREFIX):
            return control.serve(environ, start_response)
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if authorization and "HTTP_X_MOTO_ACCOUNT_ID" not in environ:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_of(signed_by(authorization)[0])
        answer: Iterable[bytes] = self.get_application(environ)(environ, start_response)
        return answer

    def infer_service_region_host(self, environ: Environ, path: str) -> str | None:
        """Send what only we answer, and what nobody answers, to applications of our own."""
        signing_name = signed_for(environ.get("HTTP_AUTHORIZATION", ""))
        host = super().infer_service_region_host(environ, path)
        if not signing_name:
            return host
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        for name in services_signed_as(signing_name, target) if self._may_be_own(signing_name, host) else ():
            if name in self.services.added:
                return _OWN + name
        if _moto_backend(host) is None:
            return _MISSING + next(iter(services_signed_as(signing_name, target)), signing_name)
        return host

    def get_backend_for_host(self, host: str | None) -> Any:
        """Name the application for a host; our own names stand for themselves."""
        return host if host and host.startswith((_OWN, _MISSING)) else _moto_backend(host)

    def _may_be_own(self, signing_name: str, host: str | None) -> bool:
        return bool(self.services.added) and (_moto_backend(host) is None or signing_name in _shared_names(self.services))


@lru_cache(maxsize=4096)
def _moto_backend(host: str | None) -> Any:
    known = DomainDispatcherApplication(create_backend_app)
    if host and host not in _UNTOUCHED and not any(rule.match(f"http://{host}") for _, rule in known.backend_url_patterns):
        return host if host in _moto_modules() else None
    return known.get_backend_for_host(host)
