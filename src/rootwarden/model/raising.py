"""From what a detection concludes to an alert: its identity, its weight by window and origin, and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from msgspec import Struct

from rootwarden.model.alert import Alert, Origin, fingerprint_of_one, fingerprint_of_several
from rootwarden.model.context import Context, Window, affected, is_assume_root
from rootwarden.model.detection import Approval, Conclusion, Detection, Escalation
from rootwarden.model.event import NO_TIME, Event
from rootwarden.model.findings import Severity
from rootwarden.model.habits import FIRED, REGION, said_of
from rootwarden.model.root_activity import LONGEST_ROOT_SESSION, Kind

_LEVELS = tuple(Severity)
_LONGEST = 90  # characters of a name in a sentence; names are written by whoever acts
# Clocks may differ so much; a record from further ahead waits for nothing.
_SKEW = timedelta(minutes=5)


class Case(Struct, frozen=True):
    """What an alert is made of: the detection with its slug, the key it was concluded under, and the conclusion.

    `span` is that of the detection: so long after the case last went on it may still change.
    """

    slug: str
    detection: Detection
    key: str
    conclusion: Conclusion
    escalation: Escalation | None = None
    span: timedelta = timedelta()

    @property
    def done(self) -> str:
        """The identity of the record that completed it: under one key no two cases share it."""
        return self.conclusion.completing.identity

    @property
    def ends(self) -> datetime:
        """Until when evidence can change it."""
        return self.conclusion.last + self.span

    @property
    def fingerprint(self) -> str:
        """The identity of the alert: by one record, or by the key and the record that completed it."""
        done = self.conclusion.completing
        if self.conclusion.single:
            return fingerprint_of_one(self.detection.code, done.account, done.id)
        return fingerprint_of_several(self.detection.code, self.key, done.id)


def issued_by(event: Event, issue: Event) -> bool:
    """Return whether an AssumeRoot record issued the session of an event: same key, and not longer ago than it lasts.

    Clocks of two accounts' records agree to the second; the grace is for rounding.
    """
    since = event.time - issue.time
    if issue.target not in ("", event.owner or event.account):
        return False  # a key of another account's session: whoever writes that wants to be overlooked
    return -_ROUNDING <= since <= LONGEST_ROOT_SESSION + _ROUNDING


_ROUNDING = LONGEST_ROOT_SESSION / 90  # 10 seconds


def raise_alert(
    case: Case, context: Context, now: datetime, issues: Sequence[Event], marks: frozenset[str]
) -> Alert | None:
    """Return the alert as it stands now; None if it turned out not to be one.

    `issues` are AssumeRoot records that issued the caller's key, `marks` what is unusual about the completing event.
    """
    done, detection = case.conclusion.completing, case.detection
    session = done.awaits_issuer and any(issued_by(done, issue) for issue in issues)
    kind = Kind.ROOT_SESSION if session else done.kind
    if kind is Kind.ROOT_SESSION and detection.needs_root_itself:
        return None
    waited = now - done.time
    pending = done.awaits_issuer and not session and -_SKEW <= waited < context.origin_wait
    window = _window(done, context, issues, session=session)
    if not _concerns(detection.approval, window, done, context):
        return None
    events = sorted({event.identity: event for event in (*case.conclusion.events, done)}.values(), key=_in_time)
    says = _filled(detection.says, done)
    return Alert(
        fingerprint=case.fingerprint,
        code=detection.code,
        detection=case.slug,
        title=case.conclusion.title or detection.title,
        severity=_severity(case, window, pending, marks),
        account=done.account,
        subject=_subject(done),
        region=done.region,
        key=case.key,
        event_ids=tuple(event.identity for event in events),
        event_time=done.time,
        first_time=events[0].time,
        event_name=done.name,
        kind=kind,
        actor=done.actor,
        target=done.target,
        source=done.address,
        agent=done.agent,
        access_key=done.key,
        window=window.id if window is not None and window.allows(done) else "",
        origin=Origin.PENDING if pending else Origin.SETTLED,
        failed=done.failed,
        refines=detection.refines,
        harm=detection.harm,
        says=f"{says} ({case.conclusion.detail})" if case.conclusion.detail else says,
        notes=tuple(_notes(done, window, context, pending, marks)),
        response=detection.response,
        completed_by=done.identity,
    )


def _window(done: Event, context: Context, issues: Sequence[Event], *, session: bool) -> Window | None:
    """Return the window that covers an event: the approved one, unless only one that stands always covers this call.

    While a task is approved for an account, the audits that are known go on there.
    """
    approved = context.window_of(done, session=session)
    if approved is not None and approved.allows(done):
        return approved
    standing = _standing(done, context, issues)
    return standing if standing is not None and (approved is None or standing.allows(done)) else approved


def _standing(done: Event, context: Context, issues: Sequence[Event]) -> Window | None:
    """Return the standing window that covers a call of AssumeRoot, or what the session does that it issued."""
    if not context.standing:
        return None
    return context.standing_of((done,) if is_assume_root(done) else [one for one in issues if issued_by(done, one)])


def _in_time(event: Event) -> tuple[datetime, str]:
    return event.time, event.identity


def _severity(case: Case, window: Window | None, pending: bool, marks: frozenset[str]) -> Severity:
    own, done = case.conclusion, case.conclusion.completing
    if window is not None and window.allows(done):
        level = own.severity_in_window or case.detection.severity_in_window
    else:
        level = own.severity or case.detection.severity
        raised = case.escalation
        if raised is not None and ((raised.new_region and REGION in marks) or (raised.count and FIRED in marks)):
            level = min(level, raised.severity, key=_LEVELS.index)
    return _LEVELS[min(_LEVELS.index(level) + 1, len(_LEVELS) - 1)] if pending else level


def _concerns(approval: Approval, window: Window | None, event: Event, context: Context) -> bool:
    """Return whether an act is as a detection wants it: unapproved, beyond what was approved, or whatever it is."""
    match approval:
        case Approval.ANY:
            return True
        case Approval.MISSING:
            return context.windows is not None and window is None
        case Approval.EXCEEDED:
            return window is not None and not window.allows(event)
        case _:
            assert_never(approval)


def _subject(event: Event) -> str:
    return affected(event) or event.owner or event.account


def _notes(done: Event, window: Window | None, context: Context, pending: bool, marks: frozenset[str]) -> Iterator[str]:
    if pending:
        yield "origin_pending: an AssumeRoot record may still show that a task session, not root itself, did this"
    if window is not None and not window.allows(done):
        yield f"outside_approval: window {window.id} does not cover this call"
    if done.time == NO_TIME:
        yield "no_time: the record does not say when it was made"
    elif context.quiet_hours is not None and context.quiet_hours.contain(done.time):
        yield f"quiet_hours: {done.time:%H:%M} UTC lies in the quiet hours"
    yield from said_of(marks, done)


class _Words(dict[str, str]):
    """Words for a clause; a name that nobody knows stays as it is, for rules are written by users too."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _filled(says: str, event: Event) -> str:
    words = _Words(
        actor=event.actor, event=event.name or "an unnamed event", account=event.account or "an unknown account",
        region=event.region or "no Region", source=event.address or "an unknown address",
        target=event.target or "no named target", subject=_subject(event) or "an unknown account",
    )  # fmt: skip
    for name, value in words.items():
        words[name] = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    try:
        return says.format_map(words)
    except (ValueError, LookupError, AttributeError):
        return says
