"""Builds the application of one AWS service: moto's own, ours in its place, or one that says "not implemented"."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask
from flask import request as current_request
from moto.core.responses import BaseResponse
from moto.core.utils import convert_to_flask_response, service_name_from_moto_package_name
from moto.moto_server.werkzeug_app import HTTP_METHODS, BackendRequest, create_backend_app
from werkzeug.exceptions import HTTPException

from rootwarden.lab.call import model_of
from rootwarden.lab.desk import Desk, Handler, NobodysDesk, nobody
from rootwarden.lab.services import Services

OWN, MISSING = "own:", "missing:"
_UNTOUCHED = frozenset({"moto_api", "instance_metadata"})


def build_application(service: str, services: Services) -> Flask:
    """Build the application moto's dispatcher asks for; `service` is moto's name, or ours after a prefix."""
    if service.startswith(OWN):
        name = service.removeprefix(OWN)
        return _catch_all(Desk(name, services.added[name].dispatch))
    if service.startswith(MISSING):
        return _catch_all(NobodysDesk(service.removeprefix(MISSING)))
    try:
        app = create_backend_app(cast(Any, service))
    except ImportError:  # moto needs more packages for this service than the lab installs
        return _catch_all(Desk(service_name_from_moto_package_name(service), nobody))
    return app if service in _UNTOUCHED else _with_desks(app, services)


def _with_desks(app: Any, services: Services) -> Flask:
    """Put a desk before each view, and one behind all for paths that moto has no route for.

    `app` is moto's, which carries the name of its service.
    """
    app.debug = False  # otherwise Flask makes a class for each request, to explain forms that no client sends
    main: type[BaseResponse] | None = None
    for endpoint, view in list(app.view_functions.items()):
        callback = getattr(view, "callback", None)
        cls = getattr(callback, "__self__", None)
        if not (callback and isinstance(cls, type) and issubclass(cls, BaseResponse)):
            if callback:  # a plain function, which may stand for several services: elb and elbv2
                name = service_name_from_moto_package_name(app.service)
                app.view_functions[endpoint] = convert_to_flask_response(Desk(name, callback, strict=False))
            continue
        name = cls().boto3_service_name
        if model_of(name) is None:
            continue
        best = services.best(cls)
        main = main or best
        app.view_functions[endpoint] = convert_to_flask_response(Desk(name, getattr(best, callback.__name__)))
    if main is not None:
        _catch_unrouted(app, main)
    return cast(Flask, app)


def _catch_unrouted(app: Flask, cls: type[BaseResponse]) -> None:
    """Let the service's class answer a path that has no route, by botocore's model; what it lacks is a 501."""
    view = convert_to_flask_response(Desk(cls().boto3_service_name, cls.dispatch))

    def unrouted(error: HTTPException) -> Any:
        return error if current_request.routing_exception is None else view()

    for status in (404, 405):
        app.register_error_handler(status, unrouted)


def _catch_all(handler: Handler) -> Flask:
    app = Flask("rootwarden-lab")
    app.request_class = BackendRequest
    view = convert_to_flask_response(handler)
    for number, rule in enumerate(("/", "/<path:path>")):
        app.add_url_rule(rule, str(number), lambda path="", view=view: view(), methods=HTTP_METHODS)
    return app
