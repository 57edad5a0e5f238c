"""Says in the words of a message what troubles the watch itself: what it could not understand or deliver."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion
from rootwarden.report.labels import plural
from rootwarden.report.message_text import cut

LETTERS = "dead-letters"
_REASONS, _WHY = 5, 200


def letters_message(count: int, reasons: Sequence[tuple[str, str]], *, name: str, now: datetime) -> Message:
    """Return the message that so many things came that could not be understood; the first reasons with their places."""
    shown = [f"{cut(source, _WHY)}: {cut(why, _WHY)}" for source, why in reasons[:_REASONS]]
    if count > len(shown):
        shown.append(f"And {count - len(shown):,} more.")
    return Message(
        id=name,
        thread=LETTERS,
        occasion=Occasion.ALERT,
        severity=Severity.MEDIUM,
        title=f"{plural(count, 'thing')} came that could not be understood",
        lines=("What: it is kept as dead letters; whether root is behind any of it is not known.", *shown),
        steps=(
            "Look at it: rootwarden letters list",
            "Find out who writes it: a queue or a bus may be written to by somebody who should not.",
        ),
        event_time=now,
        created=now,
        data={"letters": count},
    )


def drill_message(path: str, why: str, drill: str, *, name: str, now: datetime) -> Message:
    """Return the message that a drill by the calendar failed, or could not be run (`drill` is "" then).

    Without a `why` it is the all-clear: one passed after others had failed.
    """
    thread = f"drill-failed {path}"
    if not why:
        return Message(
            id=name, thread=thread, occasion=Occasion.CLEARED, severity=Severity.HIGH,
            title=f"Alerting is proven again: the drill of {path} passed", event_time=now, created=now,
            lines=("What: every hop was passed in time, up to the last channel.",), data={"path": path, "drill": drill},
        )  # fmt: skip
    look = f"See where it broke: rootwarden drill report {drill}" if drill else "Run it by hand, and see what it says."
    return Message(
        id=name,
        thread=thread,
        occasion=Occasion.ALERT,
        severity=Severity.HIGH,
        title=f"Alerting is not proven: the drill of {path} {'failed' if drill else 'could not be run'}",
        lines=(
            f"What: {cut(why, _WHY)}",
            "Until it passes, root may act and nobody may hear of it by this path.",
        ),
        steps=(
            look,
            "Mend that hop, and drill again: rootwarden drill run detection",
            "Look by hand meanwhile: aws cloudtrail lookup-events",
        ),
        event_time=now,
        created=now,
        data={"path": path, "drill": drill},
    )


def given_up_message(
    message: Message, channel: str, why: str, since: datetime, *, name: str, now: datetime
) -> Message:  # fmt: skip
    """Return the message that a channel did not take another one and it was given up, with all that it said.

    It has no link: that one was signed for the other channel.
    """
    said = (
        f"Channel {channel} has not taken this since {since:%Y-%m-%d %H:%M} UTC, and it is given up: {cut(why, _WHY)}"
    )
    return replace(
        message,
        id=name,
        occasion=Occasion.ALERT,
        title=f"Not delivered to {channel}: {message.title}",
        lines=(said, *message.lines),
        steps=(*message.steps, f"Mend the channel: rootwarden notify test {channel}"),
        link="",
        created=now,
        may_repeat=False,
        data=message.data | {"given_up_by": channel},
    )
