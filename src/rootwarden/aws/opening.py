"""The first contact with AWS: find credentials as every AWS tool does, ask whose they are, assume a named role."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

from botocore.credentials import Credentials
from botocore.session import Session
from msgspec import Struct
from msgspec.structs import replace

from rootwarden.aws.acting import acting_as, sign_by_context
from rootwarden.aws.ask import Ask
from rootwarden.aws.clients import ATTEMPTS, Clients, Kept
from rootwarden.aws.first_contact import (
    FIRST_ERRORS,
    cannot_assume,
    no_credentials,
    no_such_region,
    what_went_wrong,
)
from rootwarden.aws.hop import assume_role
from rootwarden.aws.partitions import partition_named, partition_of_region
from rootwarden.aws.reading import Reading
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.sessions import new_session
from rootwarden.aws.timestamps import utc_text
from rootwarden.errors import UsageError
from rootwarden.model.ports import Clock

# Where neither an option nor the profile names a Region: STS answers there for every account of the partition "aws".
FALLBACK_REGION = "us-east-1"
_ROLE_ARN = re.compile(r"^arn:aws[a-z-]*:iam::\d{12}:role/\S+$")


class Way(Struct, frozen=True, kw_only=True):
    """How to reach AWS; "" everywhere means: as the environment and the profile say. Times are in seconds.

    `attempts` is how often a call is tried, `agent` what its records in CloudTrail name as the program's errand. `kept`
    has clients that an earlier reading of the same errand left.
    """

    profile: str = ""
    region: str = ""
    role_arn: str = ""
    endpoint_url: str = ""
    external_id: str = ""
    concurrency: int = 16
    timeout: float = 1800.0
    attempts: int = ATTEMPTS
    agent: str = ""
    kept: Kept | None = None


class Opened(Struct, frozen=True, kw_only=True):
    """AWS has answered: who asks (`arn` in `account`), and how far AWS's clock is ahead of ours in seconds.

    `first` asks with the credentials that were found, `ask` in the role that was assumed with them, if one was named;
    `first_arn` is who those belong to.
    """

    ask: Ask
    first: Ask
    account: str
    arn: str
    first_arn: str = ""
    skew_seconds: float | None = None
    credentials_from: str = ""
    endpoint: str = ""


def open_aws(way: Way, clock: Clock) -> Opened:
    """Find credentials, learn who they belong to, and assume `role_arn` if it is given.

    Raises:
        AuthError: there are no credentials, they have expired, or they are refused.
        UnreachableError: nothing answers, or what answers is not AWS.
        UsageError: unknown profile or Region, or a malformed endpoint.
    """
    try:
        chain = new_session(way.profile)
        region = way.region or chain.get_config_variable("region") or FALLBACK_REGION
        _known_region(chain, region)
        credentials = chain.get_credentials()
        if credentials is None:
            raise no_credentials(way.profile)
        clients = _clients(way)
        opened = _who(clients, credentials, clock, region, way.timeout)
    except FIRST_ERRORS as error:
        raise what_went_wrong(error, way.profile, way.endpoint_url) from error
    return _in_role(opened, way.role_arn, way.external_id) if way.role_arn else opened


def _clients(way: Way) -> Clients:
    """Return the clients that an earlier reading left, or new ones."""
    if way.kept is not None and way.kept.clients is not None:
        return way.kept.clients
    session = _reading_session(way.profile)
    made = Clients(session, way.endpoint_url, way.concurrency, attempts=way.attempts, agent=way.agent)
    if way.kept is not None:
        way.kept.clients = made
    return made


def _reading_session(profile: str) -> Session:
    """Return a session with the profile's settings whose clients sign by context and answer times as text."""
    session = new_session(profile)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=utc_text)
    sign_by_context(session)
    return session


def known_regions(reading: Reading, regions: tuple[str, ...]) -> None:
    """Check the names of Regions that were asked for.

    Raises:
        UsageError: one of them does not exist in this partition.
    """
    known = reading.clients.region_names(reading.partition.name)
    for region in regions:
        if region not in known:
            raise no_such_region(region, known)


def _known_region(session: Session, region: str) -> None:
    known = [name for part in session.get_available_partitions() for name in session.get_available_regions("ec2", part)]
    if region not in known:
        raise no_such_region(region, known)


def _who(clients: Clients, credentials: Credentials, clock: Clock, region: str, timeout: float) -> Opened:
    """Ask STS who the credentials belong to, and compare the clocks."""
    home = partition_of_region(region).near(region)
    client = clients.get("sts", home)
    with acting_as(credentials):
        answer = client.get_caller_identity()  # type: ignore[attr-defined]
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    skew = (parsedate_to_datetime(date).astimezone(UTC) - clock.now()).total_seconds() if date else None
    reading = Reading(clients, clock, partition_named(answer["Arn"].split(":")[1]), region, timeout)
    reading.count("sts.GetCallerIdentity", home)
    first = Ask(reading, credentials, answer["Account"])
    return Opened(
        ask=first,
        first=first,
        account=answer["Account"],
        arn=answer["Arn"],
        first_arn=answer["Arn"],
        skew_seconds=skew,
        credentials_from=str(credentials.method),
        endpoint=client.meta.endpoint_url,
    )


def _in_role(opened: Opened, arn: str, external_id: str) -> Opened:
    if not _ROLE_ARN.match(arn):
        raise UsageError(f"{arn!r} is no role's ARN", todo="write arn:aws:iam::<account id>:role/<name>")
    try:
        ask = assume_role(opened.ask, arn, external_id=external_id)
        identity = ask.call("sts", "GetCallerIdentity")
    except UnreadError as refusal:
        raise cannot_assume(arn, refusal) from refusal
    return replace(opened, ask=ask, account=identity["Account"], arn=identity["Arn"], credentials_from="assume-role")
