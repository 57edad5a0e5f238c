"""Runs the SQS and S3 server of the benches beside a test or a bench, in a thread or in a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import sqs_server

Json = dict[str, Any]


@dataclass(frozen=True)
class Running:
    """A server that runs: where, and in which process (0: this one)."""

    endpoint: str
    pid: int = 0


@contextmanager
def in_thread(*queues: str) -> Iterator[Running]:
    """Run a server in a thread of this process; for tests."""
    ports: list[int] = []
    started, loop, until = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    def begin(port: int) -> None:
        ports.append(port)
        started.set()

    def run() -> None:
        try:
            loop.run_until_complete(sqs_server.serve(0, queues or sqs_server.QUEUES, until, begin))
        finally:
            loop.close()
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        started.wait()
        if not ports:
            raise RuntimeError("the server did not start; its thread said why")
        yield Running(f"http://127.0.0.1:{ports[0]}")
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(until.set)
        thread.join()


@contextmanager
def in_process(*queues: str) -> Iterator[Running]:
    """Run a server in a process of its own; for benches, whose CPU it then does not share."""
    command = [sys.executable, sqs_server.__file__, "--port", "0"]
    for name in queues:
        command += ["--queue", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the server did not start: exit code {process.wait()}")
            yield Running(f"http://127.0.0.1:{int(line)}", process.pid)
        finally:
            process.terminate()


def ask(server: Running, path: str, body: Json | bytes | None = None) -> Json:
    """Ask one of the server's /bench/ endpoints; with a body it is a POST.

    Raises:
        urllib.error.HTTPError: it was refused; the body says why.
    """
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    with urllib.request.urlopen(urllib.request.Request(server.endpoint + path, data=data), timeout=60) as answer:
        told: Json = json.load(answer)
    return told


def loaded(server: Running, number: int = -1) -> Json:
    """Wait until a load (the last one if not named) is done; return what it says of itself.

    Raises:
        RuntimeError: it failed.
    """
    while not (told := ask(server, "/bench/load")["loads"][number])["done"]:
        time.sleep(0.05)
    if told["error"]:
        raise RuntimeError(told["error"])
    found: Json = told
    return found
