"""A new access key of root is in use: somebody made it to keep a way in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import in_steps

DETECTION = Detection(
    code="RD-118",
    title="Root key used right after it was made",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.CRITICAL,
    description="An access key of root was created, and within a day somebody called AWS with it.",
    logic=(
        "RD-005 (root access key created), then any record whose userIdentity.accessKeyId is the new key, within "
        "86,400 seconds."
    ),
    misses="A key that rests for more than a day before it is used; see RD-030.",
    false_positives=("None.",),
    response=(
        "Delete the key now.",
        "List every call made with it, in every Region.",
        "Undo what it created: users, keys, roles.",
    ),
    says="the new access key of root of {account} was used for {event}",
    mitre=(
        "T1098.001",
        "T1078.004",
    ),
    refines=("RD-030",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_add-key.html",),
)

WITHIN = timedelta(days=1)
SPAN = WITHIN


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep the creation of a key, and what is done with long-term keys of root, under the key."""
    if "RD-005" in hits and event.made:
        yield event.made, Note(event, "made")
    if event.key.startswith("AKIA") and event.actor == "root":
        yield event.key, Note(event, "used")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at the first use after the creation; further uses are added."""
    made: Event | None = None
    used: list[Event] = []
    for note in in_steps(notes, "made", "used"):
        if note.what == "made":
            yield from _used(made, used)
            made, used = note.event, []
        elif made is not None and note.event.time - made.time <= WITHIN:
            used.append(note.event)
    yield from _used(made, used)


def _used(made: Event | None, used: Sequence[Event]) -> Iterator[Conclusion]:
    if made is not None and used:
        yield Conclusion(
            completing=used[0], events=(made, *used[:EVIDENCE]), detail="" if len(used) == 1 else f"{len(used)} calls",
            until=used[-1].time,
        )  # fmt: skip
