"""The door of the lab: finds the application that answers a request, moto's or our own, and never shows an HTML page.

moto's dispatcher takes the factory of its applications as an argument, so ours stands in for it and nothing of moto
is changed in place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any

from moto import backend_index, backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from rootwarden.lab import control
from rootwarden.lab.applications import MISSING, OWN, build_application
from rootwarden.lab.call import model_of, signed_by, signed_for
from rootwarden.lab.keys import account_of
from rootwarden.lab.service_names import owners_of, services_signed_as
from rootwarden.lab.services import discover

Environ = dict[str, Any]


class Front(DomainDispatcherApplication):
    """A WSGI application: moto's, with our services added and every call passing over the desk."""

    def __init__(self) -> None:
        """Find our services; applications are built when first asked for."""
        self.services = discover()
        self._own: dict[str, list[str]] = defaultdict(list)
        for name in self.services.added:
            model = model_of(name)
            if model is None:
                raise TypeError(f"{self.services.added[name].__module__}: botocore knows no service {name!r}")
            self._own[model.signing_name].append(name)
        super().__init__(lambda service: build_application(service, self.services))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; `/rw-api/` is the control plane, the rest is AWS."""
        if environ.get("PATH_INFO", "").startswith(control.PREFIX):
            return control.serve(environ, start_response)
        access_key, _ = signed_by(environ.get("HTTP_AUTHORIZATION", ""))
        if access_key and "HTTP_X_MOTO_ACCOUNT_ID" not in environ:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_of(access_key)
        try:
            application = self.get_application(environ)
        except (KeyError, ValueError, IndexError):  # moto takes for granted headers that AWS would demand
            start_response("400 Bad Request", [("Content-Type", "application/x-amz-json-1.0")])
            return [b'{"__type": "MissingAction", "message": "The request names no operation of any service."}']
        answer: Iterable[bytes] = application(environ, start_response)
        return answer

    def infer_service_region_host(self, environ: Environ, path: str) -> str | None:
        """Send what only we answer, and what nobody answers, to applications of our own."""
        host: str | None = super().infer_service_region_host(environ, path)
        signing_name = signed_for(environ.get("HTTP_AUTHORIZATION", ""))
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not signing_name or (signing_name not in self._own and not mistaken(signing_name, target, host)):
            return host
        candidates = services_signed_as(signing_name, target)
        own = next((name for name in candidates if name in self._own.get(signing_name, ())), None)
        if own and (target or not moto_backend(host)):
            return OWN + own
        return MISSING + signing_name if mistaken(signing_name, target, host) else host

    def get_backend_for_host(self, host: str | None) -> Any:
        """Name the application for a host; our own names stand for themselves."""
        return host if host and host.startswith((OWN, MISSING)) else moto_backend(host)


@lru_cache(maxsize=4096)
def moto_backend(host: str | None) -> str | None:
    """Return moto's name of the application for a host, or None; moto itself lists a folder for every request."""
    if host is None or host == "moto_api" or host in _modules():
        return host
    return next((name for name, rule in backend_index.backend_url_patterns if rule.match(f"http://{host}")), None)


@lru_cache(maxsize=4096)
def mistaken(signing_name: str, target: str, host: str | None) -> bool:
    """Return whether moto has no application for this host, or takes the call for another service's.

    Several services sign as `ses`, and moto's pattern for S3 fits everything that begins with "s3".
    """
    backend = moto_backend(host)
    if backend is None or (backend == "s3" and signing_name != "s3"):
        return True
    owners = [name.replace("-", "") for name in owners_of(signing_name, target)] if target else []
    return bool(owners) and backend.replace("-", "") not in owners


@cache
def _modules() -> frozenset[str]:
    return frozenset(backends.list_of_moto_modules())
