"""Kills whoever applies a plan at any call it makes: right before AWS gets it, or right after AWS carried it out."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from tests.applying.workshop import REGIONS

BEFORE, AFTER = "before", "after"


class Gate:
    """A proxy before the lab. `at` is which of the calls of a run ends the process that makes it (0: none).

    `only` is a part of the path or of the target by which calls are told that count ("": all of them do).
    """

    def __init__(self, endpoint: str) -> None:
        """Listen on a port of its own; `endpoint` is the lab's."""
        self.at, self.when, self.victim, self.calls, self.only = 0, BEFORE, 0, 0, ""
        self._lock = Lock()
        there, gate = urlsplit(endpoint), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                about = f"{self.path} {self.headers.get('X-Amz-Target')} {body.decode(errors='replace')}"
                mine = "run/" in self.headers.get("User-Agent", "") and gate.only in about
                dies = mine and gate.counts()
                self.close_connection = dies  # whoever outlives it gets no answer
                if dies and gate.when == BEFORE:
                    gate.kill()
                    return
                line = http.client.HTTPConnection(str(there.hostname), there.port)
                line.request(self.command, self.path, body, dict(self.headers))
                answer = line.getresponse()
                data = answer.read()
                if dies:
                    gate.kill()
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection", "server", "date"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - as http.server wants it

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def counts(self) -> bool:
        """Count one call of a run; return whether it is the one."""
        with self._lock:
            self.calls += 1
            return self.calls == self.at

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        os.kill(self.victim, signal.SIGKILL)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def gate(endpoint: str) -> Iterator[Gate]:
    """Yield a proxy before the lab at `endpoint`."""
    opened = Gate(endpoint)
    try:
        yield opened
    finally:
        opened.close()


def run(gate: Gate, arguments: list[str], environment: Mapping[str, str], folder: Path, at: int = 0,
        when: str = BEFORE, only: str = "") -> int:  # fmt: skip
    """Run `rootwarden` through the gate and return how it ended; -9 when it was killed at call `at`."""
    gate.at, gate.when, gate.calls, gate.only = at, when, 0, only
    command = [sys.executable, "-m", "rootwarden", *arguments, "--endpoint-url", gate.endpoint, "--quiet",
               "--patience", "0", "--regions", ",".join(REGIONS)]  # fmt: skip
    with subprocess.Popen(
        command, env={**os.environ, **environment}, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as process:  # fmt: skip
        gate.victim = process.pid
        said = process.communicate()[0]
    if process.returncode not in (0, -signal.SIGKILL):
        raise AssertionError(f"{arguments}: {process.returncode}\n{said}")
    return process.returncode
