"""From record put on a queue to webhook received: latency at several rates, and the records a second that are kept up.

    python -m bench.watch [SECONDS]

A server of the bench's own plays SQS and the receiver; its ceiling is measured in the same run, because a figure means
nothing unless the server could do several times as much. Prints JSON.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench import sqs_running

ROOT = Path(__file__).resolve().parents[1]
KEY = "bench-key-of-the-receiver"
CONFIG = """
[channels.hook]
kind = "webhook"
url = "{endpoint}/hook"
key = "env:BENCH_KEY"

[storm]
critical = 1000000
high = 1000000
medium = 1000000
low = 1000000
"""
# rate: (share of root's records, accounts). Few of them at the high rate, as in an organization.
RATES = {1: (1.0, 1000), 100: (0.05, 100_000), 1000: (0.001, 100_000)}
# Beyond those only how many records a second are kept up, until one rate is not.
FASTER = (2000, 3000, 4000, 5000)


def call(endpoint: str, path: str, body: Any = None) -> Any:
    """Ask the bench server."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(endpoint + path, data=data), timeout=60) as answer:
        return json.load(answer)


class Watched:
    """A `rootwarden watch` of its own process and folder."""

    def __init__(self, endpoint: str, folder: Path, *, config: str = CONFIG, store: str = "watch.sqlite3",
                 queue: str = "events") -> None:  # fmt: skip
        """Write the configuration; `start` starts."""
        (folder / "rootwarden.toml").write_text(config.format(endpoint=endpoint), encoding="utf-8")
        self.endpoint, self.folder, self.store = endpoint, folder, store
        self.queue = f"{endpoint}/000000000000/{queue}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it watches."""
        environment = os.environ | {
            "AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "BENCH_KEY": KEY,
        }  # fmt: skip
        log = (self.folder / "log").open("ab")
        command = [sys.executable, "-m", "rootwarden", "watch", self.queue, "--store", self.store]
        before = self._watching()
        self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stderr=log, stdout=log)
        while self._watching() == before:
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def _watching(self) -> int:
        log = self.folder / "log"
        return log.read_bytes().count(b" watching ") if log.exists() else 0

    def cpu(self) -> float:
        """Return the CPU seconds it used so far."""
        if self.process is None:
            return 0.0
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """Kill it where it stands."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)


def at_rate(rate: int, seconds: float) -> dict[str, Any]:
    """Measure one rate with a server and a watch of their own."""
    share, accounts = RATES.get(rate, (0.001, 100_000))
    with sqs_running.in_process() as server, tempfile.TemporaryDirectory() as folder:
        watched = Watched(server.endpoint, Path(folder))
        watched.start()
        try:
            began, cpu = time.monotonic(), watched.cpu()
            load = {"queue": "events", "rate": rate, "seconds": seconds, "root_share": share, "accounts": accounts}
            call(server.endpoint, "/bench/load", load | {"seed": rate})
            while not call(server.endpoint, "/bench/load")["loads"][-1]["done"]:
                time.sleep(0.2)
            put = time.monotonic() - began
            drained = _drain(server.endpoint, 60)
            latency = _settled(server.endpoint)
            stats = call(server.endpoint, "/bench/stats")
            told = call(server.endpoint, "/bench/load")["loads"][-1]
            lost = _lost(Path(folder) / watched.store, call(server.endpoint, "/bench/root")["ids"])
            return {
                "rate": rate, "seconds": round(put, 1), "root_share": share, "accounts": accounts,
                "root_records": told["root"], "records_lost": lost, "latency": _short(latency),
                "drained_after_s": round(drained, 2), "kept_up": drained < 1 and put < seconds + 1,
                "watch_cpu_share": round((watched.cpu() - cpu) / put, 2), "server": stats["queues"]["events"],
            }  # fmt: skip
        finally:
            watched.stop()


def _drain(endpoint: str, patience: float) -> float:
    """Return how many seconds after the load the queue was empty."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        queues = call(endpoint, "/bench/stats")["queues"]
        if all(one["waiting"] + one["in_flight"] == 0 for one in queues.values()):
            break
        time.sleep(0.05)
    return time.monotonic() - began


def _settled(endpoint: str) -> Any:
    """Return the latencies once no more posts come."""
    before, found = -1, call(endpoint, "/bench/latency")
    while found["posts"] != before:
        before = found["posts"]
        time.sleep(1.5)
        found = call(endpoint, "/bench/latency")
    return found


def _lost(store: Path, root: list[str]) -> int:
    """Return how many of root's records the store does not hold."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30) as connection:
        kept = {name for (name,) in connection.execute("SELECT event_id FROM events")}
    return len(set(root) - kept)


def _short(latency: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader wants of the latencies: not every root record is told singly, so ids say little."""
    wanted = ("count", "p50_ms", "p90_ms", "p99_ms", "max_ms", "posts", "repeats")
    return {name: latency[name] for name in wanted}


def main() -> int:
    """Measure all rates and print them."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30
    found: dict[str, Any] = {"rates": [at_rate(rate, seconds) for rate in RATES], "sustained_per_s": 1000}
    for rate in FASTER:
        one = at_rate(rate, min(seconds, 20))
        found["rates"].append(one)
        if not one["kept_up"]:
            break
        found["sustained_per_s"] = rate
    command = [sys.executable, "-m", "bench.sqs_ceiling"]
    ceiling = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ceiling_of = json.loads(ceiling.stdout)
    found["ceiling"] = {"messages_per_s": ceiling_of["raw"]["messages_per_s"], "boto3": ceiling_of["boto3_1_thread"]}
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
