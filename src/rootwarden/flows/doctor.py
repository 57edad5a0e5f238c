"""The doctor: who asks AWS, from where, with which rights, and what an audit with these rights could not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from msgspec import Struct

from rootwarden import catalogue
from rootwarden.aws.ask import Ask
from rootwarden.aws.audit_policy import ROOT_FACT
from rootwarden.aws.clock import SystemClock
from rootwarden.aws.collectors import Collector, Kind
from rootwarden.aws.opening import Opened, open_aws
from rootwarden.aws.probes import Probed, try_call
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.scope import learn_organization
from rootwarden.aws.visit import Round, Visit
from rootwarden.aws.wanted import wanted_collectors
from rootwarden.aws.workers import Workers, tell
from rootwarden.flows.request import CollectRequest
from rootwarden.model.facts import FACTS
from rootwarden.model.ports import Clock
from rootwarden.model.readings import Unknown

# AWS refuses requests whose time is more than five minutes off (IAM User Guide, "Elements of an AWS API request
# signature"); a tenth of that is worth a word.
SKEW_WARNING_SECONDS = 30.0


class FactHealth(Struct, frozen=True, kw_only=True):
    """One fact: `state` is "ok", "missing" (a permission), "failed", "elsewhere" (ask from the management account),
    "not_probed" or "not_applicable"; `missing` names the IAM actions, `calls` every probe.
    """

    fact: str
    state: str
    missing: tuple[str, ...] = ()
    why: str = ""
    calls: tuple[Probed, ...] = ()


class BlindControl(Struct, frozen=True):
    """A control that would answer UNKNOWN, wholly or for some resources, and the facts that it lacks."""

    code: str
    slug: str
    facts: tuple[str, ...]


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What the doctor found. `place` is "management", "delegated", "member", "standalone" or "" (not readable).

    `skew_seconds` is how far AWS's clock is ahead of ours, None if AWS did not say. `delegated_for` lists the services
    that this account administers for the organization, None if that could not be read. `source_identity` None: it
    cannot be known, because AWS shows it only in the answer to AssumeRole and in CloudTrail.
    """

    account: str
    arn: str
    credentials_from: str
    partition: str
    region: str
    endpoint: str
    skew_seconds: float | None
    place: str
    organization: str
    delegated_for: tuple[str, ...] | None
    source_identity: str | None
    facts: tuple[FactHealth, ...]
    blind: tuple[BlindControl, ...]

    @property
    def skewed(self) -> bool:
        """Whether the clocks differ enough to be worth a word."""
        return self.skew_seconds is not None and abs(self.skew_seconds) > SKEW_WARNING_SECONDS

    @property
    def missing(self) -> tuple[str, ...]:
        """All IAM actions that are missing, each once."""
        return tuple(dict.fromkeys(action for fact in self.facts for action in fact.missing))


def diagnose(request: CollectRequest, clock: Clock | None = None) -> Diagnosis:
    """Make one cheap call for each permission in the caller's own account and say what would be UNKNOWN.

    Raises:
        AuthError, UnreachableError, UsageError: AWS could not be asked at all.
    """
    opened = open_aws(request.way, clock or SystemClock())
    ask = opened.ask
    around = Round(caller=ask, organization=learn_organization(ask))
    delegated = _delegated_for(ask)
    place = Visit(around, ask).place
    place = "delegated" if place == "member" and delegated else place
    wanted = wanted_collectors(request.facts, paid=request.paid, root_audit=request.root_audit)
    facts = _probe(ask, wanted, place, request.concurrency)
    return Diagnosis(
        account=opened.account,
        arn=opened.arn,
        credentials_from=opened.credentials_from,
        partition=ask.partition,
        region=ask.reading.region,
        endpoint=opened.endpoint,
        skew_seconds=opened.skew_seconds,
        place=place,
        organization=_id(around.organization),
        delegated_for=delegated,
        source_identity=ask.source_identity if _assumed_here(opened) else None,
        facts=facts,
        blind=tuple(_blind(facts)),
    )


def _assumed_here(opened: Opened) -> bool:
    return opened.ask is not opened.first


def _id(organization: Mapping[str, Any] | Unknown | None) -> str:
    return str(organization.get("Id", "")) if isinstance(organization, Mapping) else ""


def _delegated_for(ask: Ask) -> tuple[str, ...] | None:
    """Return the services delegated to this account; none for an account that is no delegated administrator."""
    try:
        found = ask.items_or_empty(
            "AccountNotRegisteredException", "organizations", "ListDelegatedServicesForAccount", "DelegatedServices",
            AccountId=ask.account,
        )  # fmt: skip
    except UnreadError:
        return None
    return tuple(one["ServicePrincipal"] for one in found)


def _probe(ask: Ask, wanted: Iterable[Collector], place: str, concurrency: int) -> tuple[FactHealth, ...]:
    wanted = list(wanted)
    resources = {"bucket": _a_bucket(ask), "member": _a_member(ask, place)}
    calls = list(dict.fromkeys(call for one in wanted for call in FACTS[one.fact].calls if one.fact != ROOT_FACT))

    def story() -> Any:
        return (yield [partial(try_call, ask, call, resources) for call in calls])

    workers = Workers(concurrency)
    try:
        probed = {one.call: one for answers in tell([story()], workers, ask.reading, 1) for one in answers}
    finally:
        workers.dismiss()
    return tuple(_health(one, probed, place) for one in wanted)


def _health(one: Collector, probed: Mapping[str, Probed], place: str) -> FactHealth:
    """Sum up the probes of one fact: the worst of them decides."""
    if place == "standalone" and one.kind is Kind.ORGANIZATION and one.fact != "org.organization":
        return FactHealth(fact=one.fact, state="not_applicable", why="the account is in no organization")
    if one.fact == ROOT_FACT:
        return FactHealth(fact=one.fact, state="not_probed", why="it would be root activity")
    calls = tuple(probed[call] for call in FACTS[one.fact].calls)
    if one.fact == "account.regions" and any(call.state == "ok" for call in calls):
        return FactHealth(fact=one.fact, state="ok", calls=calls)  # one of its two calls is enough
    refused = [call.unknown for call in calls if call.unknown is not None]
    away = place == "member" and (one.central or one.kind is Kind.ORGANIZATION)
    for state in ("missing", "failed", "not_probed", "ok"):
        worst = next((call for call in calls if call.state == state), None)
        if worst is not None:
            break
    missing = tuple(dict.fromkeys(action for unknown in refused for action in unknown.missing))
    if state in ("missing", "failed") and away:
        return FactHealth(fact=one.fact, state="elsewhere", why="ask from the management account", calls=calls)
    return FactHealth(fact=one.fact, state=state, missing=missing, why=worst.why if worst else "", calls=calls)


def _a_bucket(ask: Ask) -> str:
    try:
        found = ask.call("s3", "ListBuckets", MaxBuckets=1).get("Buckets", [])
    except UnreadError:
        return ""
    return str(found[0]["Name"]) if found else ""


def _a_member(ask: Ask, place: str) -> str:
    if place not in ("management", "delegated"):
        return ""
    try:
        listed = ask.call("organizations", "ListAccounts", MaxResults=2).get("Accounts", [])
    except UnreadError:
        return ""
    return next((str(one["Id"]) for one in listed if one["Id"] != ask.account), "")


def _blind(facts: Iterable[FactHealth]) -> Iterable[BlindControl]:
    """Go through the controls that need a fact which cannot be read, where no alternative is left."""
    unread = {one.fact for one in facts if one.state in ("missing", "failed", "elsewhere")}
    for entry in catalogue.controls():
        lacking = tuple(name for group in entry.control.required if unread.issuperset(group) for name in group)
        if lacking:
            yield BlindControl(entry.control.code, entry.slug, lacking)
