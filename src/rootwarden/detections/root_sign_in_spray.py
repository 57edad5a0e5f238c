"""Failed sign-ins to the root users of several accounts from one address: somebody tries a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.memory import links

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
        "event time. Further failures from the address within 86,400 seconds of the last belong to the same alert, "
        "which names one record of each account."
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
        (
            ""
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html"
        ),
    ),
)

ACCOUNTS, WITHIN = 3, timedelta(days=1)
SPAN = WITHIN


class Spray(Struct):
    """The first failure of each account (at the beginning the latest), and all since it became a spray."""

    tried: dict[str, Note]
    run: list[Note]


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each failed sign-in under the address it came from."""
    if "RD-004" in hits and event.address:
        yield event.address, Note(event, "failed", event.account)


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude once per spray: the record that brings the third account completes it."""
    sprays, _ = _sprays(notes)
    for spray in sprays:
        yield Conclusion(
            completing=spray.run[0].event, events=tuple(note.event for note in spray.tried.values()),
            detail=f"{len(spray.tried)} accounts: {', '.join(sorted(spray.tried))}", until=spray.run[-1].event.time,
        )  # fmt: skip


def keep(notes: Sequence[Note], before: datetime) -> Sequence[Note]:
    """Keep a spray that may still go on, thinned out, or what may become one."""
    sprays, recent = _sprays(notes)
    if sprays and before - sprays[-1].run[-1].event.time <= WITHIN:
        return list(dict.fromkeys((*sprays[-1].tried.values(), *links(sprays[-1].run, WITHIN))))
    return [note for note in recent.values() if before - note.event.time <= WITHIN]


def _sprays(notes: Sequence[Note]) -> tuple[list[Spray], dict[str, Note]]:
    """Return the sprays, and of accounts that were tried since the last the latest failure."""
    sprays: list[Spray] = []
    recent: dict[str, Note] = {}
    for note in notes:
        if sprays and note.event.time - sprays[-1].run[-1].event.time <= WITHIN:
            sprays[-1].tried.setdefault(note.value, note)
            sprays[-1].run.append(note)
            continue
        recent = {name: one for name, one in recent.items() if note.event.time - one.event.time <= WITHIN}
        recent[note.value] = note
        if len(recent) == ACCOUNTS:
            sprays.append(Spray(recent, [note]))
            recent = {}
    return sprays, recent
