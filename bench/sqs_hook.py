"""Receives what a webhook sends and measures how long after its event was put each alert arrived."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from bench.sqs_load import Puts

Json = dict[str, Any]
SHOWN = 10


class Hook:
    """What was posted so far. `fail` makes a share of the posts fail, which then count as nothing but failed."""

    def __init__(self, puts: Puts) -> None:
        """Look events up in these puts."""
        self._puts = puts
        self.empty()

    def empty(self) -> None:
        """Forget every post; let none fail."""
        self.posts = self.repeats = self.failed = self.again = self.strange = self.unmarked = 0
        self._keys: set[str] = set()
        self._first: dict[str, float] = {}
        self._root = 0
        self.fail(0.0, 0)

    def fail(self, share: float, seed: int) -> None:
        """Fail this share of the posts from now on."""
        self._share, self._dice = share, random.Random(seed)

    def take(self, body: bytes, key: str | None, now: float, *, may_repeat: bool = False) -> tuple[int, Json]:
        """Take one post; return the status and the answer. `key` is its Idempotency-Key, `now` when it arrived.

        `may_repeat`: it says itself that it may have been delivered before.
        """
        if self._dice.random() < self._share:
            self.failed += 1
            return 500, {"error": "this post was meant to fail"}
        try:
            sent = json.loads(body)
        except ValueError as error:
            self.strange += 1
            return 400, {"error": f"the body is no JSON: {error}"}
        self.posts += 1
        if key is not None and key in self._keys:
            self.repeats += 1
            self.unmarked += not may_repeat
        elif key is not None:
            self._keys.add(key)
        for event_id in {name for text in _strings(sent) for name in (text, text.rpartition("/")[2])}:
            if (put := self._puts.find(event_id)) is None:
                continue
            if event_id in self._first:
                self.again += 1
            else:
                self._first[event_id] = now - put[0]
                self._root += put[1]
        return 200, {"taken": True}

    def arrivals(self) -> dict[str, float]:
        """Return how many milliseconds after its put each event was first told."""
        return {name: round(seconds * 1000, 2) for name, seconds in self._first.items()}

    def keys(self) -> list[str]:
        """Return every Idempotency-Key that was taken, each once."""
        return sorted(self._keys)

    def latency(self) -> Json:
        """Return the milliseconds from put to first arrival (nearest rank), and what has not arrived."""
        sorted_ms = sorted(seconds * 1000 for seconds in self._first.values())
        missing = [name for name in self._puts.root_ids() if name not in self._first]
        ranks = {f"p{part}_ms": _rank(sorted_ms, part) for part in (50, 90, 99, 100)}
        ranks["max_ms"] = ranks.pop("p100_ms")
        return {
            "count": len(sorted_ms), **ranks, "posts": self.posts, "repeats": self.repeats,
            "repeats_unmarked": self.unmarked, "failed": self.failed,
            "strange": self.strange, "events_again": self.again, "root_arrived": self._root,
            "root_missing": len(missing), "root_missing_ids": missing[:SHOWN],
        }  # fmt: skip


def _rank(sorted_ms: list[float], part: int) -> float | None:
    """Return the smallest value that is not exceeded by this many percent of the values; None if there are none."""
    if not sorted_ms:
        return None
    return round(sorted_ms[max(0, -(-len(sorted_ms) * part // 100) - 1)], 2)


def _strings(value: Any) -> Iterator[str]:
    """Yield every string in a decoded value, not the names of fields."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            todo.extend(one.values())
        elif isinstance(one, list):
            todo.extend(one)
