"""An SQS and S3 for benches, fast enough to measure a consumer and not itself, with its own load and webhook receiver.

    python bench/sqs_server.py [--port 0] [--queue NAME]...

Prints its port on the first line and serves 127.0.0.1 until it is told to stop. SQS and S3 (path style) under /, and:

    GET  /bench/stats      counts of every queue, CPU seconds of this process
    POST /bench/put        ?queue=NAME; each line of the body becomes one message, its eventIDs are remembered
    POST /bench/load       {queue, rate, seconds, root_share, accounts, seed, golden}: see sqs_load.py
    GET  /bench/load       how far the loads are
    POST /hook             what a webhook sends
    GET  /bench/latency    milliseconds from put to webhook: count, p50, p90, p99, max; posts, repeats, what is missing
    GET  /bench/keys       the Idempotency-Keys that the webhook receiver took, each once
    GET  /bench/arrivals   for each event that was told: milliseconds from put to webhook
    GET  /bench/root       the ids of root's records that loads have put
    POST /bench/fail       {share, seed}: this share of webhook posts is answered with 500
    POST /bench/delay      {sqs, s3_get, s3_list, s3_put, hook}: milliseconds before a request is looked at
    POST /bench/reset      empties queues, buckets, counts, delays
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import re
import secrets
import signal
import sys
import time
from collections.abc import Callable
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the file can be run by its path

from bench.s3_objects import S3
from bench.sqs_api import Sqs
from bench.sqs_checks import RefusedError
from bench.sqs_hook import Hook
from bench.sqs_load import BadLoadError, Load, Puts, plan, produce
from bench.sqs_wire import Listener, Request, listen

Json = dict[str, Any]
QUEUES = ("events",)
LOOK = 0.05  # seconds between looks at messages that come back
DELAYED = ("sqs", "s3_get", "s3_list", "s3_put", "hook")
_EVENT_ID = re.compile(rb'"eventID"\s*:\s*"([^"\\]+)"')


class BenchServer:
    """All parts of the server, and what to do with a request."""

    def __init__(self, queues: tuple[str, ...] = QUEUES) -> None:
        """Make the parts; `start` listens."""
        self.sqs, self.s3, self.puts = Sqs(queues), S3(), Puts(secrets.randbits(31))
        self.hook = Hook(self.puts)
        self.delays: dict[str, float] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> Listener:
        """Listen, and look now and then whether messages have come back."""
        listener = await listen(self.handle, port)
        self._keep(asyncio.create_task(self._look()))
        return listener

    async def stop(self) -> None:
        """End loads and looking."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _keep(self, task: asyncio.Task[None], load: Load | None = None) -> None:
        """Hold on to a task; an error that ends it is printed, and told by the load it was for."""

        def ended(task: asyncio.Task[None]) -> None:
            self.tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                asyncio.get_running_loop().call_exception_handler({"message": "a task failed", "exception": error})
                if load is not None:
                    load.error, load.done = repr(error), True

        self.tasks.add(task)
        task.add_done_callback(ended)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self.sqs.wake_all()

    def handle(self, request: Request) -> None:
        """Send a request to the part it is for, after the delay that was asked for."""
        kind, part = self._part(request)
        if seconds := self.delays.get(kind):
            asyncio.get_running_loop().call_later(seconds, lambda: None if request.gone else part(request))
        else:
            part(request)

    def _part(self, request: Request) -> tuple[str, Callable[[Request], None]]:
        if "x-amz-target" in request.headers:
            return "sqs", self.sqs.handle
        if request.path == "/hook":
            return "hook", self._hook
        if request.path.startswith("/bench/"):
            return "bench", self._control
        if request.method == "PUT":
            return "s3_put", self.s3.handle
        return "s3_list" if "list-type=" in request.query else "s3_get", self.s3.handle

    def _hook(self, request: Request) -> None:
        now = asyncio.get_running_loop().time()
        status, answer = self.hook.take(
            request.body,
            request.headers.get("idempotency-key"),
            now,
            may_repeat=request.headers.get("rootwarden-may-repeat") == "true",
        )
        request.answer(status, json.dumps(answer).encode(), "application/json")

    def _control(self, request: Request) -> None:
        act = CONTROLS.get((request.method, request.path))
        if act is None:
            known = ", ".join(" ".join(one) for one in CONTROLS)
            status, answer = 404, {"error": f"there is no {request.method} {request.path}; there is {known}"}
        else:
            try:
                status, answer = 200, act(self, request)
            except (BadLoadError, RefusedError) as error:
                status, answer = 400, {"error": str(error)}
        request.answer(status, json.dumps(answer).encode(), "application/json")

    def stats(self, _: Request) -> Json:
        """Return the counts of every queue, and what this process has used."""
        queues = {
            name: vars(queue.counts)
            | {"in_flight": queue.in_flight, "waiting": queue.waiting, "long_polls": self.sqs.long_polls(name)}
            for name, queue in self.sqs.queues.items()
        }
        return {"queues": queues, "cpu_seconds": time.process_time(), "clock_seconds": time.monotonic()}

    def put(self, request: Request) -> Json:
        """Make a message of every line."""
        queue, now = self.sqs.queue(request.asks().get("queue", QUEUES[0])), asyncio.get_running_loop().time()
        lines, wall_ms = [line for line in request.body.split(b"\n") if line.strip()], int(time.time() * 1000)
        try:
            texts = [encode_basestring(line.decode()).encode() for line in lines]
        except UnicodeDecodeError as error:
            raise BadLoadError(f"the body is not UTF-8: {error}") from error
        for line, text in zip(lines, texts, strict=True):
            self.puts.others.update(dict.fromkeys((name.decode() for name in _EVENT_ID.findall(line)), now))
            queue.put(line, text, wall_ms)
        self.sqs.wake(queue)
        return {"put": len(lines)}

    def start_load(self, request: Request) -> Json:
        """Begin a load; it goes on after the answer."""
        asked = _object(request)
        queue, load = self.sqs.queue(str(asked.get("queue", QUEUES[0]))), plan(asked, self.puts.next)
        self.puts.loads.append(load)
        self._keep(asyncio.create_task(produce(load, queue, self.sqs.wake)), load)
        return load.told()

    def loads(self, _: Request) -> Json:
        """Return how far every load is."""
        return {"loads": [load.told() for load in self.puts.loads]}

    def latency(self, _: Request) -> Json:
        """Return what the webhook receiver measured."""
        return self.hook.latency()

    def keys(self, _: Request) -> Json:
        """Return the Idempotency-Keys that the receiver took."""
        return {"keys": self.hook.keys()}

    def arrivals(self, _: Request) -> Json:
        """Return which events the receiver was told of, and how late."""
        return self.hook.arrivals()

    def root_ids(self, _: Request) -> Json:
        """Return the ids of root's records that loads have put."""
        return {"ids": list(self.puts.root_ids())}

    def fail(self, request: Request) -> Json:
        """Let a share of the posts fail."""
        asked = _object(request)
        share = asked.get("share")
        if not isinstance(share, int | float) or not 0 <= share <= 1:
            raise BadLoadError(f"`share` must be a number from 0 to 1, not {share!r}")
        self.hook.fail(float(share), int(asked.get("seed", 1)))
        return {"share": share}

    def delay(self, request: Request) -> Json:
        """Delay requests of some kinds from now on."""
        asked = _object(request)
        for kind, value in asked.items():
            if kind not in DELAYED or not isinstance(value, int | float) or not 0 <= value <= 60_000:
                raise BadLoadError(f"{kind} = {value!r}: delays are milliseconds up to 60,000 for {', '.join(DELAYED)}")
        self.delays |= {kind: value / 1000 for kind, value in asked.items()}
        return {kind: seconds * 1000 for kind, seconds in self.delays.items()}

    def reset(self, _: Request) -> Json:
        """Forget everything but the queues' names and settings."""
        if any(not load.done for load in self.puts.loads):
            raise BadLoadError("a load is not done yet; wait for it")
        for queue in self.sqs.queues.values():
            queue.empty()
        self.s3.empty()
        self.puts.empty()
        self.hook.empty()
        self.delays.clear()
        return {}


CONTROLS: dict[tuple[str, str], Callable[[BenchServer, Request], Json]] = {
    ("GET", "/bench/stats"): BenchServer.stats,
    ("POST", "/bench/put"): BenchServer.put,
    ("POST", "/bench/load"): BenchServer.start_load,
    ("GET", "/bench/load"): BenchServer.loads,
    ("GET", "/bench/keys"): BenchServer.keys,
    ("GET", "/bench/root"): BenchServer.root_ids,
    ("GET", "/bench/arrivals"): BenchServer.arrivals,
    ("GET", "/bench/latency"): BenchServer.latency,
    ("POST", "/bench/fail"): BenchServer.fail,
    ("POST", "/bench/delay"): BenchServer.delay,
    ("POST", "/bench/reset"): BenchServer.reset,
}


def _object(request: Request) -> Json:
    try:
        asked = json.loads(request.body)
    except ValueError as error:
        raise BadLoadError(f"the body is no JSON: {error}") from error
    if not isinstance(asked, dict):
        raise BadLoadError("the body is no JSON object")
    return asked


async def serve(port: int, queues: tuple[str, ...], until: asyncio.Event, started: Callable[[int], None]) -> None:
    """Serve until the event is set; `started` is told the port."""
    server = BenchServer(queues)
    listener = await server.start(port)
    try:
        started(listener.port)
        await until.wait()
    finally:
        await server.stop()
        await listener.close()


async def _main(port: int, queues: tuple[str, ...]) -> None:
    until, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, until.set)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # a long queue is many objects and no cycle: looking through them costs pauses
    await serve(port, queues, until, lambda bound: print(bound, flush=True))


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--queue", action="append", help="a queue to begin with; default: events")
    asked = parser.parse_args()
    asyncio.run(_main(asked.port, tuple(asked.queue or QUEUES)))


if __name__ == "__main__":
    main()
