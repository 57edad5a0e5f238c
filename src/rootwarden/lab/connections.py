"""Answers over HTTP, and keeps a connection for the next request as AWS does: a new one for each costs a fifth more.

werkzeug closes every connection, because it cannot tell what a request has left unread from the next request. Here a
request is read to its end before it is answered, and an answer says how long it is.
"""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.http import http_date
from werkzeug.serving import ThreadedWSGIServer

from rootwarden.lab.clock import now
from rootwarden.lab.state import lab_state

HOST = "127.0.0.1"
# Each holds a thread, and two file descriptors where client and lab share a process; often it may have 1024.
KEPT_OPEN = 256
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server(ThreadedWSGIServer):
    """Serves an application on this machine only, one thread for each connection."""

    def __init__(self, application: Application, listening: socket.socket) -> None:
        """Take what answers, and a socket that listens; the server keeps a copy of it."""
        self.connections: set[socket.socket] = set()
        super().__init__(HOST, 0, application, _Handler, fd=listening.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer the requests of a connection in a thread of its own."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening, and cut what is still open: nobody may talk to a lab that has been left."""
        super().server_close()
        for connection in list(self.connections):
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(MotoRequestHandler):
    """moto's request handler without a line on stderr for each call, and with a clock that can be wrong."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the end of an answer must not wait until its beginning has been acknowledged
    wbufsize = -1  # head and body of an answer in one piece

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the value of the Date header: AWS's time, which a test may have set ahead or back."""
        return http_date(now() + timedelta(seconds=lab_state().faults.skew_seconds))

    def handle_expect_100(self) -> bool:
        """Let the client go on at once."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def run_wsgi(self) -> None:
        """Answer one request."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            super().run_wsgi()  # of no length that is known beforehand: the connection ends with it
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        self._send(*self._asked(self.make_environ() | {"wsgi.input": BytesIO(body)}))

    def _asked(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body that the application answers."""
        begun: list[Any] = []
        parts: list[bytes] = []

        def begin(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], None]:
            begun[:] = status, headers
            return parts.append

        try:
            answer = self.server.app(environ, begin)
            try:
                parts.extend(answer)
            finally:
                getattr(answer, "close", lambda: None)()
        except Exception:  # noqa: BLE001 - outermost door: whoever asked must get an answer
            self.server.log("error", "%s", traceback.format_exc())
            return "500 Internal Server Error", [], b""
        return begun[0], begun[1], b"".join(parts)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        bodiless = self.command == "HEAD" or code in ("204", "304")
        self.send_response(int(code), reason)
        said = ""
        for name, value in headers:
            said = value if name.lower() == "content-length" else said
            self.send_header(name, value)
        if not bodiless and not said:
            self.send_header("Content-Length", str(len(body)))
        wrong = not bodiless and said not in ("", str(len(body)))  # the client waits for more, or gets too much
        if wrong or len(self.server.connections) > KEPT_OPEN:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if bodiless else body)
        self.wfile.flush()
