"""Failed sign-ins to the root users of several accounts from one address: somebody tries a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import runs

DETECTION = Detection(
    code="RD-102",
    title="Spray: failed root sign-ins over several accounts from one source",
    severity=Severity.CRITICAL,
    severity_in_window=Severity.HIGH,
    description=(
        "One address failed to sign in as root of three or more accounts within a day. Nobody mistypes in several "
        "accounts; somebody works through a list of addresses."
    ),
    logic=(
        "Records of RD-004 with one sourceIPAddress and three different recipientAccountId within 86,400 seconds, by "
        "event time."
    ),
    misses="A spray that changes its address; accounts whose trails are not part of what is watched.",
    false_positives=("A central team that opens many accounts from one office.",),
    response=(
        "Block the source address where you can.",
        "Verify MFA on all root users, or that they have no credentials.",
        "Look for a success from the same address.",
        "Tell the holders of the root mailboxes: a password reset is the next thing to expect.",
    ),
    says="{source} tried to sign in as root of several accounts",
    mitre=("T1110.003",),
    refines=("RD-004",),
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
    ),
)

ACCOUNTS, WITHIN = 3, timedelta(days=1)
SPAN = WITHIN * 8


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each failed sign-in under the address it came from."""
    if "RD-004" in hits and event.address:
        yield event.address, Note(event, "failed", event.account)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per spray: the record that brings the third account completes it."""
    for spray in runs(notes, WITHIN):
        done = next((n for n in range(len(spray)) if len(_accounts(spray, n)) >= ACCOUNTS), None)
        if done is not None:
            events = tuple(note.event for note in spray)
            tried = sorted({note.value for note in spray})
            yield Conclusion(
                completing=spray[done].event, events=events, detail=f"{len(tried)} accounts: {', '.join(tried)}"
            )


def _accounts(spray: Sequence[Note], last: int) -> set[str]:
    """Return the accounts tried within the time that ends with a note."""
    until = spray[last].event.time
    return {note.value for note in spray[: last + 1] if until - note.event.time <= WITHIN}
