"""Stands before each service: judges a call, has it answered, and writes it into the account's trail."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import Request
from werkzeug.exceptions import HTTPException

from rootwarden.lab.aws_error import Answer, AwsError, render
from rootwarden.lab.call import Call, read_call
from rootwarden.lab.callers import caller_of
from rootwarden.lab.guard import refused
from rootwarden.lab.ignored import is_ignored
from rootwarden.lab.object_changes import after_call
from rootwarden.lab.records import record
from rootwarden.lab.service_names import services_signed_as
from rootwarden.lab.state import account_state, lab_state

Handler = Callable[..., Any]
"""What moto calls a dispatch: (request, full URL, headers) -> status, headers, body."""


def nobody(*_: Any) -> Any:
    """Answer for a service that neither moto nor we have."""
    raise NotImplementedError("this service is not part of the lab")


class Desk:
    """One view of one service (botocore's name), wrapped; called by Flask for each request."""

    def __init__(self, service: str, handler: Handler, *, strict: bool = True) -> None:
        """Keep the view; `__name__` is what moto's wrapper asks of a callback.

        With `strict` an operation that the service's model lacks is refused before the view sees it.
        """
        self.service, self.handler, self.strict, self.__name__ = service, handler, strict, "dispatch"

    def __call__(self, request: Request, url: str, headers: Any) -> Answer:
        """Judge, answer and record one request."""
        call = self._read(request, request.headers.get("x-moto-account-id", DEFAULT_ACCOUNT_ID))
        caller = caller_of(call.access_key, call.account)
        faults = lab_state().faults
        error = (_unknown_operation(call) if self.strict else None) or refused(call, caller, faults)
        answer = _refusal(call, error) if error else self._answered(call, url, headers)
        if caller.kind == "root" and caller.session is None and error is None:
            account_state(call.account).root.mark_used(call.access_key, call.service, call.region)
        record(call, caller, answer)
        after_call(call, caller, answer)
        return answer

    def _read(self, request: Request, account: str) -> Call:
        return read_call(self.service, request, account)

    def _answered(self, call: Call, url: str, headers: Any) -> Answer:
        try:
            if is_ignored(call):
                raise NotImplementedError("moto takes it for another call")
            answer = _as_answer(self.handler(call.request, url, headers))
            if answer[0] == 404 and not answer[2] and not call.operation and call.request.method != "HEAD":
                text = f"No operation at {call.request.method} {call.request.path}"
                raise AwsError("UnknownOperationException", text, 404)  # moto's is empty: no client can read it
            return answer
        except AwsError as error:
            return _refusal(call, error)
        except NotImplementedError as error:
            name = f"{call.service}:{call.operation or call.request.method + ' ' + call.request.path}"
            return _refusal(call, AwsError("NotImplemented", f"the lab does not implement {name} ({error})", 501))
        except HTTPException as error:  # moto's own errors from services that do not go through its common dispatch
            response = error.get_response()
            return response.status_code or 500, dict(response.headers), response.get_data()
        except Exception as error:  # noqa: BLE001 - outermost door of the lab: a bug must still be a parseable answer
            traceback.print_exc()
            return _refusal(call, AwsError("InternalFailure", f"{type(error).__name__}: {error}", 500))


class NobodysDesk(Desk):
    """The desk of services that neither moto nor we have; several may sign with the same name."""

    def __init__(self, signing_name: str) -> None:
        """Take the name the requests are signed for."""
        super().__init__(signing_name, nobody)

    def _read(self, request: Request, account: str) -> Call:
        """Read the request as one to the service whose model it fits."""
        names = services_signed_as(self.service, request.headers.get("X-Amz-Target", "")) or [self.service]
        calls = [read_call(name, request, account) for name in names]
        return next((call for call in calls if call.operation), calls[0])


def _unknown_operation(call: Call) -> AwsError | None:
    """Return the error for an operation the service does not have; REST paths are left to moto, which has some more."""
    if call.operation or call.model is None or call.protocol not in ("query", "ec2", "json"):
        return None
    if call.protocol == "json":
        return AwsError("UnknownOperationException", "The operation is not known to this service.")
    return AwsError("InvalidAction", f"Could not find operation {call.request.values.get('Action', '')}")


def _refusal(call: Call, error: AwsError) -> Answer:
    return render(error, call.model, call.protocol)


def _as_answer(result: Any) -> Answer:
    """Bring what a moto view may return, three parts or a bare body, into one form."""
    if isinstance(result, tuple) and len(result) == 3:
        status, headers, body = result
        return int(status), dict(headers), body
    return 200, {}, result
