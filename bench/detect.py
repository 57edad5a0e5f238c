"""Records judged per second with all detections, against msgspec decoding of the same; and how large state gets.

python bench/detect.py [RECORDS] [--json]

The records are the published ones of tests/data with new ids and accounts, and one record in a hundred is of root. Two
measurements on one core: judging records that are decoded already, as a ratio to decoding them in the same run, and the
state of a watch after RECORDS records of 1,000 accounts over thirty days, which arrive up to two hours late.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from rootwarden.catalogue.detecting import single_records, stateful
from rootwarden.model.context import Context
from rootwarden.model.golden import golden_records
from rootwarden.model.watching import Watch

Record = dict[str, Any]
DATA = Path(__file__).parent.parent / "tests" / "data" / "cloudtrail"
FULL, ACCOUNTS, DAYS, ROUNDS, SAMPLE, SEED = 10_000_000, 1000, 30, 7, 50_000, 20261125
BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
BATCH = 2000


def published() -> list[Record]:
    """Return the published records: none of them is of root."""
    files = sorted(DATA.rglob("*.json"))
    return [record for file in files for record in msgspec.json.decode(file.read_bytes())["Records"]]


def root_records() -> list[Record]:
    """Return the golden records that root is behind."""
    return [one.record for one in golden_records() if one.kind in ("root-direct", "root-session", "related")]


def stream(count: int, dice: random.Random) -> Iterator[tuple[datetime, Record]]:
    """Yield records with the time at which each arrives, in that order up to the batch it comes in.

    A record is a shallow copy: what is inside of `requestParameters` does not differ.
    """
    plain, root = published(), root_records()
    step = timedelta(days=DAYS) / count
    for n in range(count):
        own = root if dice.random() < 0.01 else plain
        record = dict(own[dice.randrange(len(own))])
        arrives = BEGIN + step * n
        account = f"{100_000_000_000 + dice.randrange(ACCOUNTS)}"
        if isinstance(record.get("userIdentity"), dict):
            record["userIdentity"] = record["userIdentity"] | {"accountId": account}
        late = timedelta(seconds=dice.choice((0, 60, 300, 300, 600, 7200)))
        record |= {
            "eventID": f"{n:032x}", "recipientAccountId": account,
            "eventTime": f"{arrives - late:%Y-%m-%dT%H:%M:%SZ}",
            "sourceIPAddress": f"203.0.{dice.randrange(4)}.{dice.randrange(1, 255)}",
        }  # fmt: skip
        yield arrives, record


def speed() -> dict[str, Any]:
    """Return records per second, and the ratio to decoding, as medians over rounds in which both follow each other."""
    dice = random.Random(SEED)
    raw = [msgspec.json.encode(record) for _, record in stream(SAMPLE, dice)]
    decode = msgspec.json.Decoder().decode
    rounds = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for line in raw:
            decode(line)
        decoded = time.process_time() - begin
        records = [decode(line) for line in raw]
        watch = Watch(single_records(), stateful(), Context(windows=(), lateness=timedelta(hours=2)))
        begin = time.process_time()
        for n, record in enumerate(records):
            watch.feed(record)
            if n % BATCH == 0:
                watch.flush(BEGIN + timedelta(days=DAYS))
        watch.flush(BEGIN + timedelta(days=DAYS))
        judged = time.process_time() - begin
        rounds.append((judged / decoded, len(raw) / judged, len(raw) / decoded))
    return {
        "records": len(raw),
        "judged_per_s": round(statistics.median(one[1] for one in rounds)),
        "decoded_per_s": round(statistics.median(one[2] for one in rounds)),
        "ratio_to_decoding": round(statistics.median(one[0] for one in rounds), 2),
        "rounds": ROUNDS,
    }


def state(count: int) -> dict[str, Any]:
    """Return how large the state is after so many records, and how that grew."""
    dice = random.Random(SEED)
    watch = Watch(single_records(), stateful(), Context(windows=(), lateness=timedelta(hours=2)))
    sizes, alerts, arrives = {}, 0, BEGIN
    marks = {count // 10 * tenth for tenth in range(1, 11)}
    for n, (arrives, record) in enumerate(stream(count, dice), start=1):
        watch.feed(record)
        if n % BATCH == 0:
            alerts += len(watch.flush(arrives))
        if n in marks:
            alerts += len(watch.flush(arrives))
            sizes[n] = sum(map(len, watch.dump()))
    return {
        "records": count,
        "accounts": ACCOUNTS,
        "alert_updates": alerts,
        "state_mb": round(sizes[count] / 1e6, 2),
        "state_mb_at_each_tenth": [round(size / 1e6, 2) for size in sizes.values()],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    found = {"speed": speed(), "state": state(*(numbers[:1] or [1_000_000]))}
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        for part, figures in found.items():
            print(part)
            for name, value in figures.items():
                print(f"  {name:24} {value}")
