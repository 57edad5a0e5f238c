"""An MFA device was registered soon after the password or mailbox of root changed: the steps of a takeover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import EVIDENCE, Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import in_steps

DETECTION = Detection(
    code="RD-111",
    title="MFA device added soon after a password reset",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.HIGH,
    description=(
        "The password or e-mail address of root was changed or recovered, and within a day somebody registered an "
        "MFA device for it. That is how an account is taken over."
    ),
    logic=(
        "RD-007, RD-008, RD-009 or RD-010, then RD-011 about root's own device, in one account within 86,400 "
        "seconds, by event time."
    ),
    misses="A takeover that waits longer than a day; a reset that AWS does not record.",
    false_positives=("Full recovery after a lost device, with a ticket.",),
    response=(
        "Assume a takeover until the holder says otherwise, by telephone.",
        "Remove the device; change the password again from a safe mailbox.",
        "Call AWS Support if you are locked out.",
    ),
    says="an MFA device was added to root of {account} soon after its password or address changed",
    mitre=(
        "T1098.005",
        "T1556.006",
    ),
    refines=("RD-011",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-virt-mfa-for-root.html",),
)

WITHIN = timedelta(days=1)
SPAN = WITHIN
_RESETS = ("RD-007", "RD-008", "RD-009", "RD-010")


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep resets and new devices of root under their account."""
    for code in _RESETS:
        if code in hits:
            yield event.account, Note(event, "reset", code)
    device = hits.get("RD-011")
    if device is not None and device.case == 0:
        yield event.account, Note(event, "device")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude at the first device after each reset."""
    resets: list[Event] = []
    for note in in_steps(notes, "reset", "device"):
        if note.what == "reset":
            resets.append(note.event)
            continue
        recent = [event for event in resets if note.event.time - event.time <= WITHIN]
        if recent:
            yield Conclusion(completing=note.event, events=tuple(recent[-EVIDENCE:]), detail=f"after {recent[-1].name}")
            resets.clear()
