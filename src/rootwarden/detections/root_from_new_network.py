"""Root acts from a network it was never seen in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from rootwarden.model.context import Context
from rootwarden.model.detection import Detection, Hit, Note
from rootwarden.model.event import Event, Record
from rootwarden.model.findings import Severity
from rootwarden.model.novelty import NewValues, noted, values_within
from rootwarden.model.origins import network
from rootwarden.model.root_activity import SURELY_AS_ROOT

DETECTION = Detection(
    code="RD-107",
    title="Root from a new network or country",
    severity=Severity.HIGH,
    severity_in_window=Severity.LOW,
    description=(
        "Root acted from a network that this account has not seen in a year. Most holders of root sit in few places."
    ),
    logic=(
        "An act of root with an IP address (not a service name) whose /24 (IPv4) or /48 (IPv6) network was not seen "
        "with root of this account in the 365 days before, where at least one other was. From a sign-in that failed "
        "nothing is learnt: it is news itself, and so is the first that succeeds."
    ),
    misses=(
        "Somebody in the same network; countries and providers, for which a local database would be needed; the "
        "first act ever seen of an account; failed sign-ins from one network more, once a thousand have tried."
    ),
    false_positives=("Travel; a change of the provider.",),
    response=(
        "Confirm with the holder by a second channel.",
        "Look up the network: provider, country, reputation.",
        "If nobody knows it: end the session and change the password.",
    ),
    says="root of {account} acted from {source}, in a network not seen before",
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
    value = network(event.address) if event.kind in SURELY_AS_ROOT else ""
    if value:
        yield event.account, noted(event, value)
