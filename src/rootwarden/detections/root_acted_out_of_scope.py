"""Root did something in an approved window that the approval does not cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context, is_assume_root
from rootwarden.model.detection import Approval, Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-106",
    title="Root task policy or action outside the approved scope",
    severity=Severity.HIGH,
    severity_in_window=Severity.HIGH,
    description=(
        "A window was approved for one task, and something else was done in it: another task policy was asked for, "
        "or another call was made."
    ),
    logic=(
        "Inside a window: an AssumeRoot whose taskPolicyArn is not the approved task, or an act of root whose name "
        "is not among the calls that the window covers (a window that names no calls covers all)."
    ),
    misses="Calls that look the same and serve another purpose; windows that are not known.",
    false_positives=("The approval named too few calls.",),
    response=(
        "Ask the operator why.",
        "Revoke the window if the answer is not good.",
        "Widen the next request if it is.",
    ),
    says="{actor} did {event} as root of {subject}, or for it, which the approved window does not cover",
    approval=Approval.EXCEEDED,
    mitre=("T1548.005",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html",),
)

SPAN = timedelta()


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep what may lie outside the scope of a window, each record for itself: windows may become known later."""
    if context.windows is None:
        return
    if is_assume_root(event):
        yield event.identity, Note(event, "task", event.task.rpartition("/")[2] or "no task policy")
    elif event.kind in SURELY_AS_ROOT:
        yield event.identity, Note(event, "call", event.name)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude from each record alone; whether a window lacks it is settled where alerts are raised."""
    for note in notes:
        yield Conclusion(completing=note.event, single=True, detail=f"{note.what} {note.value}")
