"""A visit to one account: its questions, its Regions, what was read so far; and the round that all visits share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from rootwarden.aws.ask import Ask
from rootwarden.aws.refusals import UnreadError
from rootwarden.model.readings import Unknown, not_collected, unknown_in


class NotAskedError(Exception):
    """A fact that has no meaning for this account, or was not opted into: it stays out of the snapshot."""


class Named(Struct):
    """Resources that trails of any account name: the accounts that own them read them."""

    buckets: dict[str, str] = {}  # bucket -> home Region of a trail that names it
    keys: set[str] = field(default_factory=set)  # ARNs


class Round(Struct, kw_only=True):
    """One round of all accounts: who asks, what was opted into, and what the accounts share.

    `organization` is the Organization, None (asked, there is none), or why it could not be read. `root_auditor` asks
    for root sessions; None unless that was opted into. `regions` () means: every enabled one. `external_id` goes with
    every AssumeRole. `also` are facts that are no part of an audit. `facts` are those of the organization.
    `named_policies` are policies of AWS, by path and name or by ARN, of which the fact of that name tells.
    """

    caller: Ask
    organization: Mapping[str, Any] | Unknown | None
    regions: tuple[str, ...] = ()
    paid: bool = False
    external_id: str = ""
    also: tuple[str, ...] = ()
    named_policies: tuple[str, ...] = ()
    root_auditor: Ask | None = None
    named: Named = field(default_factory=Named)
    visits: dict[str, Visit] = field(default_factory=dict)
    facts: dict[str, Any] = {}

    @property
    def management(self) -> str:
        """The id of the management account, "" if there is none or it is not known."""
        return str(self.organization.get("MasterAccountId", "")) if isinstance(self.organization, Mapping) else ""

    def caller_for(self, account: str) -> Ask:
        """Return the caller's questions filed under an account that cannot be entered."""
        return self.caller.filed_under(account)


class Visit:
    """What a collector is given: `ask` speaks inside the account, `caller` from the place the reading started at."""

    __slots__ = ("account", "ask", "facts", "regions", "round", "unlisted")

    def __init__(self, around: Round, ask: Ask) -> None:
        """Visit the account that `ask` belongs to."""
        self.round, self.ask, self.account = around, ask, ask.account
        self.regions: tuple[str, ...] = ()
        self.unlisted: Unknown | None = None  # why it is not known which further Regions are enabled
        self.facts: dict[str, Any] = {}

    @property
    def caller(self) -> Ask:
        """Questions from the management account, or wherever the reading started."""
        return self.round.caller

    def need(self, fact: str) -> Any:
        """Return a fact that was read before this one.

        Raises:
            UnreadError: it could not be read, or was not asked for.
        """
        if fact not in self.facts:
            raise UnreadError(not_collected(fact))
        why = unknown_in(self.facts[fact])
        if why is not None:
            raise UnreadError(why)
        return self.facts[fact]

    def owner(self, account: str) -> Ask:
        """Return questions in the name of the account that owns a resource; in our own name if it is not visited."""
        visit = self.round.visits.get(account)
        return visit.ask if visit is not None else self.ask

    def unlisted_regions(self) -> list[dict[str, Any]]:
        """Return the mark, as a list item, of Regions that could not even be listed; empty where they could."""
        return [{"region": "*"} | self.ask.reading.mark(self.unlisted)] if self.unlisted else []

    @property
    def place(self) -> str:
        """What the account is: "management", "member", "standalone", or "" when that could not be read."""
        if self.round.organization is None:
            return "standalone"
        if not self.round.management:
            return ""
        return "management" if self.account == self.round.management else "member"
