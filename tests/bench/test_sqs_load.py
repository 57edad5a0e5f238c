"""Loads are what EventBridge would send, every record of root in them is told, and the webhook receiver counts."""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from bench.sqs_hook import Hook
from bench.sqs_load import TICK, BadLoadError, Load, Puts, event_id_of, plan, produce
from bench.sqs_queue import Queue
from bench.sqs_running import ask, in_thread, loaded
from rootwarden.catalogue.detecting import single_records, stateful
from rootwarden.model.context import Context
from rootwarden.model.watching import Watch
from rootwarden.trail.items import Found
from rootwarden.trail.shapes import unwrap


def bodies(queue):
    """Return the decoded bodies of all messages in a queue."""
    taken = [message for message, _ in queue.take(100_000, 30, 1.0, 0)]
    return [json.loads(json.loads(message.head + b"}")["Body"]) for message in taken]


def made(**asked):
    load, queue = plan({"rate": 1e9, "seconds": 2e-6, **asked}, 0), Queue("q")
    asyncio.run(produce(load, queue, lambda _: None))
    return load, bodies(queue)


def test_every_event_is_legible_and_its_own():
    load, events = made(root_share=0.2, accounts=7, seed=3)
    assert load.total == len(events) == 2000
    records = []
    for event in events:
        (item,) = unwrap(event, "event")
        assert isinstance(item, Found)
        records.append(item.record)
        assert event["detail-type"].endswith("via CloudTrail")
        assert event["account"] == item.record.get("recipientAccountId", event["account"])
    assert [one["eventID"] for one in records] == [event_id_of(0, n) for n in range(2000)]
    accounts = {event["account"] for event in events}
    assert accounts == {str(100_000_000_000 + n) for n in range(7)}
    age = datetime.now(UTC) - datetime.fromisoformat(records[0]["eventTime"])
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert 300 < sum(load.is_root) < 500


def test_every_record_of_root_is_told_and_the_share_is_kept():
    load, events = made(root_share=0.3)
    watch = Watch(single_records(), stateful(), Context(windows=(), lateness=timedelta(hours=2)))
    for event in events:
        watch.feed(event["detail"])
    told = {name.rpartition("/")[2] for update in watch.flush(datetime.now(UTC)) for name in update.alert.event_ids}
    root = {event_id_of(0, n) for n, is_root in enumerate(load.is_root) if is_root}
    assert len(root) > 400
    assert root <= told


def test_the_same_seed_makes_the_same_load():
    def essence(events):
        return [re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "", json.dumps(event)) for event in events]

    first, again, other = (essence(made(seed=seed)[1]) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_golden_records_can_be_chosen():
    _, events = made(root_share=1, golden=["root-deletes-trail"])
    assert {event["detail"]["eventName"] for event in events} == {"DeleteTrail"}


@pytest.mark.parametrize(
    "asked",
    [{"rate": 0}, {"seconds": "x"}, {"root_share": 2}, {"accounts": 0}, {"golden": ["none"]}, {"golden": []}],
)
def test_a_load_that_cannot_be_is_refused(asked):
    with pytest.raises(BadLoadError):
        plan({"rate": 1, "seconds": 1, **asked}, 0)


def test_no_event_comes_before_its_turn_and_lateness_is_told():
    load, queue = plan({"rate": 400, "seconds": 0.5}, 0), Queue("q")
    begin = time.monotonic()
    asyncio.run(produce(load, queue, lambda _: None))
    turns = [begin + number / 400 for number in range(200)]
    late = [moment - turn for moment, turn in zip(load.times, turns, strict=True)]
    assert min(late) >= 0
    assert TICK / 2 < load.latest <= max(late)
    assert load.done


def put_load(times, root):
    puts = Puts()
    load = Load(0, 1.0, len(times), 1, 0.0, 1, [], [])
    load.times.extend(times)
    load.is_root.extend(root)
    puts.loads.append(load)
    return puts


def test_latency_is_first_arrival_minus_put():
    puts = put_load([10.0, 11.0, 12.0], [True, True, False])
    puts.others["mine"] = 20.0
    hook = Hook(puts)
    body = {"event_ids": [f"111122223333/{event_id_of(0, 0)}"], "data": {"x": ["mine", "unknown/none", 5, None]}}
    assert hook.take(json.dumps(body).encode(), "k1", 21.0)[0] == 200
    assert hook.take(json.dumps(body).encode(), "k1", 99.0)[0] == 200
    assert hook.take(json.dumps({"id": event_id_of(0, 2)}).encode(), "k2", 12.5)[0] == 200
    assert hook.take(b"{", "k3", 0.0)[0] == 400
    told = hook.latency()
    assert (told["count"], told["p50_ms"], told["p99_ms"], told["max_ms"]) == (3, 1000.0, 11_000.0, 11_000.0)
    assert (told["posts"], told["repeats"], told["events_again"], told["strange"]) == (3, 1, 2, 1)
    assert (told["root_arrived"], told["root_missing"]) == (1, 1)
    assert told["root_missing_ids"] == [event_id_of(0, 1)]


def test_ids_that_no_load_has_put_are_unknown():
    hook = Hook(put_load([1.0], [True]))
    for name in (event_id_of(0, 1), event_id_of(1, 0), "x" * 8 + event_id_of(0, 0)[8:], event_id_of(0, 0)[:-1]):
        hook.take(json.dumps([name]).encode(), None, 2.0)
    assert hook.latency()["count"] == 0
    assert hook.latency()["p50_ms"] is None


def test_a_share_of_posts_fails_and_counts_as_nothing():
    hook = Hook(put_load([1.0], [True]))
    hook.fail(0.3, 7)
    statuses = [hook.take(b"{}", str(n), 2.0)[0] for n in range(1000)]
    assert 240 < statuses.count(500) < 360
    assert (hook.posts, hook.failed, hook.repeats) == (statuses.count(200), statuses.count(500), 0)
    hook.fail(0.3, 7)
    assert [hook.take(b"{}", None, 2.0)[0] for _ in range(1000)] == statuses


def test_from_load_to_webhook_over_http():
    with in_thread() as server:
        ask(server, "/bench/load", {"rate": 1000, "seconds": 0.1, "root_share": 1})
        first = loaded(server)
        assert first["root"] == 100
        ask(server, "/bench/fail", {"share": 1})
        ids = [f"account/{event_id_of(first['load'], n)}" for n in range(40)]
        request = urllib.request.Request(f"{server.endpoint}/hook", json.dumps({"event_ids": ids}).encode())
        request.add_header("Idempotency-Key", "one")
        with pytest.raises(urllib.error.HTTPError, match="500"):
            urllib.request.urlopen(request)
        ask(server, "/bench/fail", {"share": 0})
        for _ in range(2):
            urllib.request.urlopen(request).close()
        told = ask(server, "/bench/latency")
        assert (told["count"], told["root_arrived"], told["root_missing"]) == (40, 40, 60)
        assert (told["posts"], told["repeats"], told["failed"], told["events_again"]) == (2, 1, 1, 40)
        assert 0 < told["p50_ms"] <= told["p90_ms"] <= told["p99_ms"] <= told["max_ms"] < 60_000
        ask(server, "/bench/reset", {})
        urllib.request.urlopen(request).close()
        assert ask(server, "/bench/latency")["count"] == 0
        ask(server, "/bench/load", {"rate": 1, "seconds": 1})
        assert loaded(server)["load"] == first["load"] + 1
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(server, "/bench/none")
