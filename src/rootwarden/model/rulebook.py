"""The detections of single records, sorted by the event names they can be about, so that most are never asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rootwarden.model.detection import Hit, SingleRecord
from rootwarden.model.event import Record
from rootwarden.model.root_activity import Kind

# The detection that stands for every shape that nobody knows, whatever its own rule says. The classifier knows all that
# its rule is about, so that of other records it is not asked.
UNKNOWN_SHAPE = "RD-033"
_ROOT = frozenset({"root"})
_MAYBE_UNKNOWN = frozenset({Kind.UNKNOWN_SHAPE, Kind.ROOT_FEDERATED})


class Rulebook:
    """Asks each record only the detections that can be about it: by its event name and the type of its identity."""

    __slots__ = ("_asked", "_by_code", "_rules", "_unknown")

    def __init__(self, rules: Sequence[SingleRecord]) -> None:
        """Hold these detections; the order does not count."""
        self._rules = tuple(rule for rule in rules if rule.detection.code != UNKNOWN_SHAPE)
        self._unknown = next((rule for rule in rules if rule.detection.code == UNKNOWN_SHAPE), None)
        self._by_code = {rule.detection.code: rule for rule in rules}
        self._asked: dict[tuple[str | None, str | None], tuple[SingleRecord, ...]] = {}

    def __getitem__(self, code: str) -> SingleRecord:
        """Return a detection by its code."""
        return self._by_code[code]

    def judge(self, record: Record, kind: Kind) -> dict[str, Hit]:
        """Return what fires, by code."""
        name, who = record.get("eventName"), record.get("userIdentity")
        # A field name with a dot in it may stand for the same thing: then nothing can be excluded.
        acting = who.get("type") if isinstance(who, dict) and "userIdentity.type" not in record else None
        place = (name if isinstance(name, str) else None, acting if isinstance(acting, str) else None)
        asked = self._asked.get(place)
        if asked is None:
            asked = self._ask(place)
        hits = {}
        for rule in asked:
            hit = rule.judge(record)
            # AWS writes type Root for somebody else now and then: the classifier decides, not the rule.
            if hit is not None and not (kind is Kind.RELATED and rule.identity_types == _ROOT):
                hits[rule.detection.code] = hit
        if self._unknown is not None and kind in _MAYBE_UNKNOWN:
            hit = self._unknown.judge(record)
            if hit is not None or kind is Kind.UNKNOWN_SHAPE:
                hits[UNKNOWN_SHAPE] = hit or self._unknown.own_hit
        return hits

    def _ask(self, place: tuple[str | None, str | None]) -> tuple[SingleRecord, ...]:
        """Work out once who is asked about records with this name and type; forgotten when there are too many."""
        if len(self._asked) >= _MOST_PLACES:
            self._asked.clear()
        name, acting = place
        found = _about(name, ((rule, rule.event_names) for rule in self._rules))
        asked = tuple(_about(acting, ((rule, rule.identity_types) for rule in found)))
        self._asked[place] = asked
        return asked


# AWS has some ten thousand event names; records are untrusted and may hold any.
_MOST_PLACES = 50_000


def _about(value: str | None, rules: Iterable[tuple[SingleRecord, frozenset[str] | None]]) -> list[SingleRecord]:
    """Return the rules that can be about a value; of one that is missing or no text nothing can be excluded."""
    folded: Any = value.casefold() if value is not None else None
    return [rule for rule, names in rules if names is None or folded is None or folded in names]
