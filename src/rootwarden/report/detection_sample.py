"""Picks records that show a detection at work: one that fires it, or one for each step that it remembers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import msgspec
from msgspec import Struct

from rootwarden.model.context import Context, Window, affected
from rootwarden.model.detection import Hit, SingleRecord, Stateful
from rootwarden.model.event import Event, Record, read_event
from rootwarden.model.golden import Golden
from rootwarden.model.notices import digest_notice, spending_notice
from rootwarden.model.root_activity import Kind, is_failure
from rootwarden.report.detection_words import AnyDetection

_CODE = re.compile(r"RD-\d{3}")
# Of whom a sample should tell, the plainest first.
_KINDS = (Kind.ROOT_DIRECT, Kind.ROOT_SESSION, Kind.ROOT_FEDERATED, Kind.RELATED, Kind.OTHER)
_NOTICES = MappingProxyType(
    {
        "a notice that a digest file of the trail arrived": digest_notice(
            "111122223333", "us-east-1", datetime(2026, 1, 1, tzinfo=UTC)
        ),
        "a notice of unusual spending by Cost Anomaly Detection or a budget": spending_notice(
            "111122223333", datetime(2026, 1, 1, tzinfo=UTC), Decimal(900), "USD", "monitor"
        ),
    }
)


class Sample(Struct, frozen=True):
    """A record, or a `notice` where it is no record, and the step it stands for, "" where one record is all."""

    step: str
    golden: Golden | None = None
    notice: str = ""


def samples(one: AnyDetection, rules: Iterable[SingleRecord], records: Iterable[Golden]) -> tuple[Sample, ...]:
    """Return the sample record that fires a detection, or one for each of its steps; published ones come first.

    `rules` are the detections of single records, on which those with memory build.
    """
    if isinstance(one, SingleRecord):
        firing = [(hit.case, golden) for golden in records if (hit := one.judge(golden.record)) is not None]
        best = min(firing, key=lambda found: (found[0], _preference(found[1])), default=None)
        return (Sample("", best[1]),) if best is not None else ()
    return _steps(one, tuple(rules), tuple(records))


def _preference(golden: Golden) -> tuple[bool, int, bool, bool, int, int, str]:
    """Return the order: published ones first, root itself before others, success first, then the plain and short."""
    kind = _KINDS.index(golden.kind) if golden.kind in _KINDS else len(_KINDS)
    failed = is_failure(golden.record)
    hidden = "AWS Internal" in (golden.record.get("userAgent"), golden.record.get("sourceIPAddress"))
    size = len(msgspec.json.encode(golden.record))
    return golden.source.status != "published", kind, failed, hidden, len(golden.fires), size, golden.id


def _steps(one: Stateful, rules: tuple[SingleRecord, ...], records: tuple[Golden, ...]) -> tuple[Sample, ...]:
    mentioned = _CODE.findall(one.detection.logic)
    seen: list[tuple[Golden, Event, dict[str, Hit]]] = []
    for golden in records:
        hits = {rule.detection.code: hit for rule in rules if (hit := rule.judge(golden.record)) is not None}
        seen.append((golden, read_event(golden.record), hits))
    seen.sort(key=lambda found: (_place(mentioned, found[2]), _preference(found[0])))
    steps: dict[str, Sample] = {}
    for golden, event, hits in seen:
        for what in _noted(one, event, golden.record, hits):
            steps.setdefault(what, Sample(what, golden))
    for notice, event in _NOTICES.items():
        for what in _noted(one, event, {}, {}):
            steps.setdefault(what, Sample(what, notice=notice))
    return tuple(steps.values())


def _place(mentioned: list[str], hits: dict[str, Hit]) -> int:
    """Return where the first code that fired stands in the logic: steps are told in the order of its words."""
    return min((mentioned.index(code) for code in hits if code in mentioned), default=len(mentioned))


def _noted(one: Stateful, event: Event, record: Record, hits: dict[str, Hit]) -> list[str]:
    """Return what a detection notes of an event, in a window that approves nothing it does, or where none is open."""
    window = Window(
        id="sample", account=affected(event), opens=event.time - timedelta(hours=1),
        closes=event.time + timedelta(hours=1), task="another task", events=("AnotherCall",),
    )  # fmt: skip
    contexts = (Context(windows=(window,)), Context(windows=()))
    return [note.what for context in contexts for _, note in one.remember(event, record, hits, context)]
