"""Root uses a program it never used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from rootwarden.model.context import Context
from rootwarden.model.detection import Detection, Hit, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.novelty import NewValues, noted, values_within
from rootwarden.model.origins import family
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-109",
    title="Root with a new user agent family",
    severity=Severity.MEDIUM,
    severity_in_window=Severity.INFO,
    description=(
        "Root was used with another kind of program than before: a command line where there was only a browser, an "
        "SDK, a tool of the trade of attackers."
    ),
    logic=(
        "An act of root whose user agent family (browser, AWS CLI, SDK by language, other tools by name; versions do "
        "not count) was not seen with root of this account in the 365 days before, where at least one other was. From "
        "a sign-in that failed nothing is learnt."
    ),
    misses=(
        "Programs that call themselves something else; the first act ever seen of an account; failed sign-ins by one "
        "program more, once a thousand were tried."
    ),
    false_positives=("Another browser; the first use of CloudShell or the CLI in a drill.",),
    response=(
        "Look for CLI or SDK families: root should only ever be a browser.",
        "Ask the holder which program was used.",
    ),
    says="root of {account} used another program than before",
    mitre=("T1078.004",),
    references=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
    ),
)

LOOKBACK = timedelta(days=365)
SPAN = timedelta()
keep = values_within(LOOKBACK)
Course = partial(NewValues, LOOKBACK)


def remember(event: Event, record: Record, hits: Mapping[str, Hit], context: Context) -> Iterator[tuple[str, Note]]:
    """Keep the value of each act of root, and of each refused sign-in, under its account."""
    value = family(event.agent) if event.kind in SURELY_AS_ROOT else ""
    if value:
        yield event.account, noted(event, value)
