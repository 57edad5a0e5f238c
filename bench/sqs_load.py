"""Puts made-up CloudTrail records into a queue as EventBridge would, at an even pace, and remembers when each was put.

Records are published ones of tests/data and, for root's share, golden ones, each with an eventID, account and time of
its own. The shape of the envelope: EventBridge user guide, "AWS service events delivered via CloudTrail".
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from bench.detect import published
from bench.sqs_queue import Queue
from rootwarden.model.golden import golden_records

Json = dict[str, Any]
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
TICK = 0.005  # seconds; at 1,000 a second five messages are put together
AT_ONCE = 500  # messages, before others get their turn
FIRST_ACCOUNT = 100_000_000_000
KINDS = ("root-direct", "root-session", "related")
NOBODY = "federated-directory-failure"  # AWS writes type Root although root has no part in it: nothing to tell
DETAIL_TYPES = {
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
}
_ID_LENGTH, _ID_MIDDLE = 36, "-10ad-4000-8000-"


class BadLoadError(ValueError):
    """A load that cannot be produced, and why."""


@dataclass(frozen=True)
class Template:
    """An event with places for what differs, as bytes and as a JSON string of the same."""

    body: bytes
    text: bytes


@dataclass(eq=False)
class Load:
    """One load: what was asked for, and how far it is. `times` are seconds of the event loop's clock."""

    number: int
    rate: float
    total: int
    accounts: int
    root_share: float
    seed: int
    plain: list[Template]
    root: list[Template]
    times: array[float] = field(default_factory=lambda: array("d"))
    is_root: bytearray = field(default_factory=bytearray)
    latest: float = 0.0  # the most seconds that a message was put after its turn
    error: str = ""
    done: bool = False

    def told(self) -> Json:
        """Return how far it is, as JSON."""
        return {
            "load": self.number, "of": self.total, "put": len(self.times), "root": sum(self.is_root),
            "late_max_ms": round(self.latest * 1000, 1), "done": self.done, "error": self.error,
        }  # fmt: skip


class Puts:
    """When each event was put: of loads nine bytes an event, so that a load may last for hours.

    `first` is the number of the first load. It is in the events' ids, and a consumer that remembers ids must not meet
    those of an earlier server again.
    """

    def __init__(self, first: int = 0) -> None:
        """Start without any."""
        self.first = first
        self.loads: list[Load] = []
        self.others: dict[str, float] = {}

    @property
    def next(self) -> int:
        """The number of the next load."""
        return self.first + len(self.loads)

    def empty(self) -> None:
        """Forget all; numbers are not used again."""
        self.first = self.next
        self.loads.clear()
        self.others.clear()

    def find(self, event_id: str) -> tuple[float, bool] | None:
        """Return when the event was put and whether it is root's in a load; None if it is unknown."""
        if len(event_id) == _ID_LENGTH and event_id[8:24] == _ID_MIDDLE:
            try:
                load, number = int(event_id[:8], 16) - self.first, int(event_id[24:], 16)
            except ValueError:
                return None
            if 0 <= load < len(self.loads) and number < len(self.loads[load].times):
                return self.loads[load].times[number], bool(self.loads[load].is_root[number])
            return None
        when = self.others.get(event_id)
        return None if when is None else (when, False)

    def root_ids(self) -> Iterable[str]:
        """Yield the event ids of every record of root that a load has put."""
        for load in self.loads:
            for number, is_root in enumerate(load.is_root):
                if is_root:
                    yield event_id_of(load.number, number)


def event_id_of(load: int, number: int) -> str:
    """Return the eventID of one event of a load."""
    return f"{load:08x}{_ID_MIDDLE}{number:012x}"


def templates(records: Iterable[Json]) -> list[Template]:
    """Make a template of each record; an account id is replaced wherever it stands, in ARNs too."""
    return [_template(record) for record in records]


def _template(record: Json) -> Template:
    identity = record.get("userIdentity")
    account = record.get("recipientAccountId") or (identity.get("accountId") if isinstance(identity, dict) else None)
    event: Json = {
        "version": "0", "id": "@@ID@@", "account": "@@ACCOUNT@@", "time": "@@TIME@@", "resources": [],
        "detail-type": DETAIL_TYPES.get(str(record.get("eventType")), "AWS API Call via CloudTrail"),
        "source": f"aws.{str(record.get('eventSource')).partition('.')[0]}", "region": record.get("awsRegion"),
        "detail": record | {"eventID": "@@ID@@", "eventTime": "@@TIME@@"},
    }  # fmt: skip
    raw = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    if account:
        raw = raw.replace(str(account), "@@ACCOUNT@@")
    # An address of its own for each account: one address at many accounts would be one incident, told once.
    address = str(record.get("sourceIPAddress"))
    if _ADDRESS.fullmatch(address):
        raw = raw.replace(f'"{address}"', '"@@ADDRESS@@"')
    return Template(_with_places(raw), _with_places(encode_basestring(raw)))


def _with_places(text: str) -> bytes:
    """Return the text as a bytes format: %(id)b and so on stand where the marks stood."""
    text = text.replace("%", "%%")
    for name in ("id", "account", "time", "address"):
        text = text.replace(f"@@{name.upper()}@@", f"%({name})b")
    return text.encode()


def plan(asked: Json, number: int) -> Load:
    """Make a load of what was asked for.

    `rate` (messages a second), `seconds`, `root_share` (0 to 1), `accounts`, `seed`; `golden` may name the golden
    records that stand for root, by id; else all are used that fire a detection.

    Raises:
        BadLoadError: something is missing or out of bounds.
    """
    rate, seconds = _between(asked, "rate", None, 1e9), _between(asked, "seconds", None, 1e6)
    share, accounts = _between(asked, "root_share", 0.01, 1), int(_between(asked, "accounts", 100, 1e6))
    if not rate or not accounts:
        raise BadLoadError("`rate` and `accounts` must be more than 0")
    wanted = asked.get("golden")
    named = {one.id: one for one in golden_records() if one.fires and one.row != NOBODY}
    if wanted is None:
        chosen = [one for one in named.values() if one.kind in KINDS]
    elif not wanted or not isinstance(wanted, list) or (unknown := [name for name in wanted if name not in named]):
        why = unknown if isinstance(wanted, list) and wanted else "an empty list"
        raise BadLoadError(f"`golden` names no records that fire a detection: {why}")
    else:
        chosen = [named[name] for name in wanted]
    root = templates(one.record for one in chosen)
    total = max(1, round(rate * seconds))
    return Load(number, rate, total, accounts, share, int(asked.get("seed", 1)), templates(published()), root)


def _between(asked: Json, name: str, default: float | None, most: float) -> float:
    value = asked.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise BadLoadError(f"`{name}` must be a number from 0 to {most:g}, not {value!r}")
    return value


async def produce(load: Load, queue: Queue, wake: Callable[[Queue], None]) -> None:
    """Put the events of a load into a queue, each at its turn or, when the machine is busy, as soon as possible."""
    clock, dice = asyncio.get_running_loop().time, random.Random(load.seed)
    begin = clock()
    while True:
        now, have = clock(), len(load.times)
        due = min(load.total, int((now - begin) * load.rate) + 1, have + AT_ONCE)
        if due > have:
            load.latest = max(load.latest, now - (begin + have / load.rate))
            _put(load, queue, due - have, dice, clock)
            wake(queue)
        if len(load.times) == load.total:
            break
        turn = begin + len(load.times) / load.rate
        await asyncio.sleep(max(TICK, turn - clock()) if turn > clock() else 0)
    load.done = True


def _put(load: Load, queue: Queue, count: int, dice: random.Random, clock: Callable[[], float]) -> None:
    """Put so many events now."""
    wall = time.time()
    stamp = f"{datetime.fromtimestamp(wall, UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    for number in range(len(load.times), len(load.times) + count):
        is_root = dice.random() < load.root_share
        chosen = load.root if is_root else load.plain
        template = chosen[int(dice.random() * len(chosen))]
        account = int(dice.random() * load.accounts)
        places = {
            b"id": event_id_of(load.number, number).encode(),
            b"account": b"%d" % (FIRST_ACCOUNT + account),
            b"address": b"10.%d.%d.%d" % (account >> 16 & 255, account >> 8 & 255, account & 255),
            b"time": stamp,
        }
        load.is_root.append(is_root)
        load.times.append(clock())
        queue.put(template.body % places, template.text % places, int(wall * 1000))
