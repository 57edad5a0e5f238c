"""100,000 failed root sign-ins over 1,000 accounts and one success inside: few messages, the success in its second."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import sqs_running
from bench.watch import Watched, call
from rootwarden.model.golden import golden_records

# All of them count, and each is kept with its alert.
FAILURES, ACCOUNTS, RATE, TWICE = 100_000, 1000, 500, 1000
FEWER_THAN, WITHIN_MS = 20, 1000
CONFIG = """
[channels.hook]
kind = "webhook"
url = "{endpoint}/hook"
key = "env:BENCH_KEY"
"""
# From where the failures come: one address, one for each account, or a new one each time.
SOURCES: dict[str, Callable[[int], str]] = {
    "one address": lambda number: "198.51.100.66",
    "1,000 addresses": lambda number: f"10.0.{number % ACCOUNTS >> 8}.{number % ACCOUNTS & 255}",
    "100,000 addresses": lambda number: f"10.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}",
}


def records() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a published shape of a failed sign-in of root, and of one that succeeded without MFA."""
    golden = {one.id: one.record for one in golden_records()}
    failed = next(one for one in golden_records() if "RD-004" in one.fires and one.kind == "root-direct")
    succeeded = next(one for one in golden_records() if "RD-003" in one.fires and one.kind == "root-direct")
    assert golden
    return dict(failed.record), dict(succeeded.record)


def event(record: dict[str, Any], number: int, account: str, address: str, name: str) -> bytes:
    """Wrap a record as EventBridge does, with an id, an account, an address and a time of its own."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    detail = record | {
        "eventID": name, "eventTime": now, "sourceIPAddress": address, "recipientAccountId": account,
        "userIdentity": record["userIdentity"] | {
            "accountId": account, "principalId": account, "arn": f"arn:aws:iam::{account}:root",
        },
    }  # fmt: skip
    body = {"detail-type": "AWS Console Sign In via CloudTrail", "source": "aws.signin", "id": name, "detail": detail}
    return json.dumps(body, separators=(",", ":")).encode()


def storm(source: str, failures: int = FAILURES, rate: int = RATE) -> dict[str, Any]:
    """Run the storm from one kind of source; return how many messages came, and how late the success."""
    failed, succeeded = records()
    address = SOURCES[source]
    with sqs_running.in_process() as server, tempfile.TemporaryDirectory() as folder:
        watched = Watched(server.endpoint, Path(folder), config=CONFIG)
        watched.start()
        try:
            began, put, inside = time.monotonic(), 0, failures * 6 // 10
            while put < failures:
                lines = []
                for number in range(put, min(put + rate // 10, failures)):
                    account = f"{100_000_000_000 + number % ACCOUNTS}"
                    lines.append(event(failed, number, account, address(number), f"failure-{number}"))
                    if number == inside:
                        lines.append(event(succeeded, number, account, address(number), "success"))
                sqs_running.ask(server, "/bench/put?queue=events", b"\n".join(lines) + b"\n")
                put += rate // 10
                time.sleep(max(0.0, began + put / rate - time.monotonic()))
            took = time.monotonic() - began
            _settle(server)
            arrivals = call(server.endpoint, "/bench/arrivals")
            hook = call(server.endpoint, "/bench/latency")
            kept = _kept(Path(folder) / "watch.sqlite3")
            return {
                "source": source, "failures": failures, "accounts": ACCOUNTS, "per_second": round(failures / took),
                "messages": hook["posts"], "success_ms": arrivals.get("success"), "records_kept": kept,
                "watch_cpu_s": round(watched.cpu(), 1),
            }  # fmt: skip
        finally:
            watched.stop()


def _settle(server: sqs_running.Running) -> None:
    until, before = time.monotonic() + 120, -1
    while time.monotonic() < until:
        queue = call(server.endpoint, "/bench/stats")["queues"]["events"]
        posts = call(server.endpoint, "/bench/latency")["posts"]
        if queue["waiting"] + queue["in_flight"] == 0 and posts == before:
            return
        before = posts
        time.sleep(1)


def _kept(path: Path) -> int:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


def holds(found: dict[str, Any]) -> bool:
    """Return whether few messages came, the success in its second, and every record is kept."""
    late = found["success_ms"]
    return (
        found["messages"] < FEWER_THAN
        and late is not None
        and late < WITHIN_MS
        and found["records_kept"] == found["failures"] + 1
    )


def prove() -> dict[str, Any]:
    """Run it from every kind of source; from the one that is hardest twice as fast, too."""
    found = {name: storm(name) for name in SOURCES}
    found |= {f"one address, {TWICE:,} a second": storm("one address", rate=TWICE)}
    for figures in found.values():
        assert holds(figures), figures
    return found


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    for name in SOURCES:
        print(json.dumps(storm(name, *numbers)), flush=True)
