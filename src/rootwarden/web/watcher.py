"""The watcher's own small door: its health, its figures for Prometheus, and the page behind an acknowledge link.

A link from a message is opened with GET, by people and by programs that look into mail: that shows a page and changes
nothing. Only its button, a POST, acknowledges. Strangers may knock: little is read of what they send and nothing before
their link was found good, each is given a few seconds in all, and there is room for some at once, the newest ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from socket import SHUT_RDWR, SHUT_WR
from socketserver import ThreadingMixIn
from threading import Lock, Thread
from time import monotonic
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from markupsafe import escape
from msgspec import Struct

from rootwarden.errors import RootwardenError, UsageError

_LARGEST = 4096  # bytes of a form
_SECONDS = 10  # that a client may take in all
_ROOM = 32  # clients at once; for one more the oldest is shown the door
_LINGER, _LEFT = 0.5, 1 << 16  # seconds and bytes for what a client still sends while it is answered
_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
    ("Referrer-Policy", "no-referrer"),
    ("Server", "rootwarden"),  # the version of Python is nobody's business
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }}
@media (prefers-color-scheme: dark) {{ body {{ background: #16181d; color: #eee }} }}
button, input {{ font: inherit; padding: .5rem 1rem; min-height: 2.75rem }}
</style></head><body><main><h1>{title}</h1>{body}</main></body></html>
"""


class Asked(Struct, frozen=True):
    """An acknowledge link as it came: incident, channel, end (Unix seconds) and signature."""

    incident: str
    channel: str
    ends: str
    signature: str


class Shown(Struct, frozen=True):
    """What the page shows of an incident: title, state, and lines about it."""

    title: str
    state: str
    lines: tuple[str, ...]


class Answers(Struct, frozen=True):
    """What the door asks the watch for.

    `healthy` returns "" or what is wrong; `numbers` the text for Prometheus; `look` what is wrong with a link, or the
    incident; `acknowledge` the new state in words.
    """

    healthy: Callable[[], str]
    numbers: Callable[[], bytes]
    look: Callable[[Asked], str | Shown]
    acknowledge: Callable[[Asked, str], str]


def application(answers: Answers) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return the WSGI application (PEP 3333)."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            status, kind, body = _answer(answers, environ)
        except RootwardenError as error:
            status, kind, body = HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", f"{error}\n".encode()
        headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body))), *_HEADERS]
        start_response(f"{status.value} {status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return answer


def _answer(answers: Answers, environ: dict[str, Any]) -> tuple[HTTPStatus, str, bytes]:
    path, method = str(environ.get("PATH_INFO", "")), environ["REQUEST_METHOD"]
    reading = method in ("GET", "HEAD")
    if path == "/healthz" and reading:
        wrong = answers.healthy()
        return (HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK), "text/plain", f"{wrong or 'ok'}\n".encode()
    if path == "/metrics" and reading:
        return HTTPStatus.OK, "text/plain; version=0.0.4", answers.numbers()
    parts = path.strip("/").split("/")
    if parts[0] == "ack" and len(parts) == 5:
        asked = Asked(*parts[1:])
        if reading:
            return _look(answers, asked)
        if method == "POST":
            return _acknowledge(answers, asked, environ)
        return HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b"GET shows, POST acknowledges\n"
    return HTTPStatus.NOT_FOUND, "text/plain", b"there is nothing here\n"


def _look(answers: Answers, asked: Asked) -> tuple[HTTPStatus, str, bytes]:
    found = answers.look(asked)
    if isinstance(found, str):
        return HTTPStatus.FORBIDDEN, "text/html", _page("This link does not work", f"<p>{escape(found)}.</p>")
    lines = "".join(f"<p>{escape(line)}</p>" for line in found.lines)
    form = ""
    if found.state == "open":
        form = (
            '<form method="post"><p><label>Your name <input name="by" maxlength="80" required autocomplete="name">'
            '</label></p><p><button type="submit">I look after it</button></p></form>'
        )
    state = f"<p>State: <strong>{escape(found.state)}</strong></p>"
    return HTTPStatus.OK, "text/html", _page(found.title, lines + state + form)


def _acknowledge(answers: Answers, asked: Asked, environ: dict[str, Any]) -> tuple[HTTPStatus, str, bytes]:
    wrong = answers.look(asked)
    if isinstance(wrong, str):
        return HTTPStatus.FORBIDDEN, "text/html", _page("This link does not work", f"<p>{escape(wrong)}.</p>")
    body = _form(environ)
    if body is None:
        return HTTPStatus.REQUEST_TIMEOUT, "text/plain", b"the form did not come\n"
    by = " ".join(parse_qs(body.decode("utf-8", "replace")).get("by", [""])[0].split())[:80]
    if not by:
        return HTTPStatus.BAD_REQUEST, "text/html", _page("Who are you?", "<p>Go back and give your name.</p>")
    return HTTPStatus.OK, "text/html", _page(answers.acknowledge(asked, by), "<p>You can close this page.</p>")


def _form(environ: dict[str, Any]) -> bytes | None:
    """Return the body of a request, as much as a form may have; None if it did not come as announced."""
    try:
        length = max(0, min(int(environ.get("CONTENT_LENGTH") or 0), _LARGEST))
    except ValueError:
        length = 0
    try:
        body: bytes = environ["wsgi.input"].read(length)
    except OSError:  # it took too long, or hung up
        return None
    return body if len(body) == length else None


def _page(title: str, body: str) -> bytes:
    return _PAGE.format(title=escape(title), body=body).encode()


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each client; so many at once, and for so long."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *given: Any, **more: Any) -> None:
        self._guests: dict[Any, float] = {}
        self._counting = Lock()
        super().__init__(*given, **more)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._counting:
            while len(self._guests) >= _ROOM:
                self._turn_out(next(iter(self._guests)))
            self._guests[request] = monotonic() + _SECONDS
        super().process_request(request, client_address)

    def service_actions(self) -> None:
        """Turn out whoever had the time; called ten times a second."""
        with self._counting:
            for request in [one for one, until in self._guests.items() if until < monotonic()]:
                self._turn_out(request)

    def _turn_out(self, request: Any) -> None:
        self._guests.pop(request)
        with suppress(OSError):  # it has left by itself
            request.shutdown(SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:
        """Say that this was all, and hear out what still comes: else the system throws away what was said.

        RFC 9112, 9.6: a server that closes at once may destroy the answer that is on its way.
        """
        with suppress(OSError):
            request.shutdown(SHUT_WR)
            request.settimeout(_LINGER)
            left = _LEFT
            while left > 0 and (some := request.recv(left)):
                left -= len(some)
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what broke; where nobody can be told, the next one is served all the same."""
        with suppress(OSError, ValueError):
            super().handle_error(request, client_address)

    def close_request(self, request: Any) -> None:
        with self._counting:
            self._guests.pop(request, None)
        super().close_request(request)


class _Quiet(WSGIRequestHandler):
    timeout = _SECONDS
    server_version = "rootwarden"

    def version_string(self) -> str:
        """Return the name alone: the version of Python is nobody's business."""
        return self.server_version

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what matters is in the log of the watch."""


class Door:
    """Listens until it is closed."""

    def __init__(self, address: str, answers: Answers) -> None:
        """Listen at `host:port`; port 0 is any that is free.

        Raises:
            UsageError: the address is malformed, or taken.
        """
        host, _, port = address.rpartition(":")
        try:
            self._server = make_server(
                host.strip("[]") or "127.0.0.1", int(port), application(answers), _Server, handler_class=_Quiet
            )
        except (OSError, ValueError, OverflowError) as error:
            todo = "write it as 127.0.0.1:9464"
            raise UsageError(f"cannot listen at {address!r}", why=str(error), todo=todo) from error
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens, as host:port."""
        host, port = self._server.server_address[:2]
        return f"{host if isinstance(host, str) else host.decode()}:{port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
