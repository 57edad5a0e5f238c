"""Asks the control plane of a lab that runs elsewhere on this machine, and says in a line what went wrong."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from rootwarden.errors import UnreachableError, UsageError
from rootwarden.lab.sending.web_posts import is_local

_TIMEOUT_SECONDS = 60
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(endpoint: str, method: str, path: str, body: Any = None) -> Any:
    """Send one request to the control plane of the lab at `endpoint` (a URL) and return its JSON answer.

    Raises:
        UsageError: the address is not on this machine, no lab answers there, or it refuses the request.
        UnreachableError: nothing answers there.
    """
    if not is_local(endpoint):
        raise UsageError(
            f"{endpoint} is no lab", why="a lab runs on this machine", todo="give the --endpoint-url that it printed"
        )
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{endpoint.rstrip('/')}/rw-api/{path}", data, method=method)
    try:
        with _direct.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise UsageError("the lab refuses", why=_reason(error)) from error
    except (OSError, HTTPException) as error:
        todo = "start one with `rootwarden lab serve`"
        raise UnreachableError(f"no lab answers at {endpoint}", why=str(error), todo=todo) from error
    except ValueError as error:
        raise UsageError(f"what answers at {endpoint} is no lab", why="its answer is not JSON") from error


def account_id(text: str) -> str:
    """Return an account id as it was given; raise UsageError when it is none."""
    if not re.fullmatch(r"[0-9]{12}", text):
        raise UsageError(f"{text!r} is no account id", todo="give its 12 digits")
    return text


def _reason(error: urllib.error.HTTPError) -> str:
    with error:
        text = error.read().decode("utf-8", "replace")
    try:
        answer = json.loads(text)
    except ValueError:
        return f"HTTP {error.code}"
    return str(answer.get("error", text)) if isinstance(answer, dict) else text
