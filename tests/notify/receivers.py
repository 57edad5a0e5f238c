"""Receivers to send to: an HTTP server that answers as it is told, a mail server, and a clock that stands still."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple

from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion
from rootwarden.notify.family import Tools
from rootwarden.notify.opening import Open, open_channel
from rootwarden.notify.references import Sources
from rootwarden.notify.secrecy import Secrecy
from rootwarden.notify.spec import read_specs

NOW = datetime(2026, 11, 24, 3, 20, 11, tzinfo=UTC)
PATIENCE = 10  # seconds after which something that should have arrived has not


class StillClock:
    """A clock that shows one instant."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


def message(**other: Any) -> Message:
    """Return a message about root signing in, with some fields replaced."""
    fields: dict[str, Any] = {
        "id": "01M8A0000000000000000000A1", "thread": "inc-7", "occasion": Occasion.ALERT, "severity": Severity.HIGH,
        "title": "root signed in to 111122223333 without an approved window",
        "lines": ("Who: root from 203.0.113.7.", "When: 2026-11-24 03:20:11 UTC.", "Approval: no window covers it."),
        "steps": ("Ask the owners.", "If nobody claims it, change the password."),
        "link": "https://rootwarden.example.com/i/7", "accounts": ("111122223333",),
        "event_ids": ("111122223333/aaaa",), "event_time": NOW, "created": NOW, "data": {"codes": ["RD-001"]},
    }  # fmt: skip
    return Message(**fields | other)


def no_aws(service: str, region: str) -> Any:
    raise AssertionError("this channel needs no AWS")


def opened(
    section: dict[str, Any], environment: dict[str, str] | None = None, client: Any = no_aws, **tools: Any
) -> Open:
    """Open the one channel `it`, as the configuration says."""
    (spec,) = read_specs({"it": section}, "test.toml")
    given = {"client": client, "clock": StillClock(), "screen": print} | tools
    return open_channel(spec, Sources(environment or {}, client), Tools(**given), Secrecy())


class Request(NamedTuple):
    """One request that arrived; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    client: tuple[str, int]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """An HTTP server: `answers` are (status, headers, body), the last one for ever."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.requests: list[Request] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = [(200, {}, b"ok")]
        self._server, self._scheme = server, scheme

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.address}"

    def next_answer(self) -> tuple[int, dict[str, str], bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.requests.append(Request(self.path, headers, body, self.client_address))
        status, more, answer = receiver.next_answer()
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing when a client breaks a connection off; some tests are about that."""


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver = server.receiver = Receiver(server, "https" if tls else "http")  # type: ignore[attr-defined]
    with _running(server):
        yield receiver


class _Mail(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand in a mail."""

    def handle(self) -> None:
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                self.server.mails.put(b"".join(iter(self.rfile.readline, b".\r\n")))  # type: ignore[attr-defined]
            self._say("221 bye" if verb == "QUIT" else self.server.refusals.get(verb, "250 ok"))  # type: ignore[attr-defined]
            if verb == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Mailbox(NamedTuple):
    """A mail server: what it was handed, and which verbs it refuses with which line."""

    port: int
    mails: Queue[bytes]
    refusals: dict[str, str]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run a mail server on a free port of this machine."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)
    server.daemon_threads = True
    server.mails, server.refusals = Queue(), {}  # type: ignore[attr-defined]
    with _running(server):
        yield Mailbox(server.server_address[1], server.mails, server.refusals)  # type: ignore[attr-defined]


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def nobody_listens() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
