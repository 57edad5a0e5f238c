"""Root acted and nobody had approved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context, is_assume_root
from rootwarden.model.detection import Approval, Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-104",
    title="Root activity with no approved window",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.INFO,
    description=(
        "Root acted, or a privileged root session was asked for, outside every approved window of the account. "
        "Either somebody forgot to ask, or it was not one of you."
    ),
    logic=(
        "Any act of root (services that act in its name excepted), or an AssumeRoot call, at a time that no approved "
        "window of the account covers, give or take the grace. For AssumeRoot the account is that of targetPrincipal. "
        "A window for a task covers sessions of AssumeRoot only, one without a task root itself only. Judged only "
        "where windows are known. A sign-in that was refused is medium: nobody acted as root yet."
    ),
    misses=(
        "Everything, as long as no windows are given: then nobody can say what was approved. Use of root inside a "
        "window by somebody who was not meant."
    ),
    false_positives=("A window that was opened late, by more than the grace.",),
    response=(
        "Page the owner of the account: who is it?",
        "If nobody claims it: end the session, change the password, delete keys.",
        "List everything the session did.",
        "Claim it afterwards if it was one of you, and write down why it was not asked for.",
    ),
    says="{actor} did {event} as root of {subject}, or for it, without an approved window",
    approval=Approval.MISSING,
    mitre=("T1078.004",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html",),
)

SPAN = timedelta()


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep what may need a window, each record for itself: windows may become known later."""
    if context.windows is not None and (is_assume_root(event) or event.kind in SURELY_AS_ROOT):
        yield event.identity, Note(event, "acted")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude from each record alone; whether a window covers it is settled where alerts are raised."""
    for note in notes:
        # Whoever was refused at the door has not used root; anybody can be refused, as often as they like.
        severity = Severity.MEDIUM if note.event.refused else None
        yield Conclusion(completing=note.event, single=True, severity=severity)
