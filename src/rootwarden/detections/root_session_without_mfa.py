"""A session of root that showed no MFA called AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion, Detection, Hit, Moment, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.root_activity import Kind

DETECTION = Detection(
    code="RD-031",
    title="Root session without MFA made API calls",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description="Root called AWS in a session that was opened without MFA. The password alone was enough.",
    logic=(
        "An API call of root (services that act in its name excepted) whose session says mfaAuthenticated false, "
        "unless AssumeRoot issued the session: those always say so. Where the record does not show it, the alert "
        "waits for the AssumeRoot record, one level lower."
    ),
    misses="Calls with a long-term access key, which say nothing of MFA; see RD-030.",
    false_positives=("None once settled: sessions of AssumeRoot are told apart.",),
    response=(
        "Register MFA before anything else.",
        "Ask the holder; if nobody answers, end the session and change the password.",
    ),
    says="root of {account} called {event} in a session without MFA",
    mitre=("T1078.004",),
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html",
    ),
    needs_root_itself=True,
)

SPAN = timedelta()


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep each call without MFA for itself."""
    if event.kind is Kind.ROOT_DIRECT and event.mfa == "false" and record.get("eventType") == "AwsApiCall":
        yield event.identity, Note(event, "called")


def conclude(key: str, notes: Sequence[Note], moment: Moment) -> Iterator[Conclusion]:
    """Conclude from each record alone; whether AssumeRoot issued the session is settled where alerts are raised."""
    for note in notes:
        yield Conclusion(completing=note.event, single=True)
