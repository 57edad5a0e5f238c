"""What to collect: as whom, from which accounts and Regions, and what was opted into."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from rootwarden.aws.clients import Kept
from rootwarden.aws.opening import Way
from rootwarden.aws.targets import DEFAULT_ROLE, Roles


class CollectRequest(Struct, frozen=True, kw_only=True):
    """One request to read AWS; None and () mean: as the environment and the profile say, and everything there is.

    `named_in` is where somebody named the accounts, for messages.
    `role` is assumed in every account but the caller's own, `roles` names another one for single accounts (by id).
    `external_id` goes with every role that is assumed.
    `facts` limits what is read, `also` adds what is read on request only. `timeout` is in seconds and covers the whole
    reading. `kept` has clients that an earlier reading of the same errand left. `named_policies` are those of AWS that
    the fact of that name tells of.
    """

    profile: str | None = None
    region: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    endpoint_url: str | None = None
    concurrency: int = 16
    timeout: float = 1800.0
    org: bool = False
    accounts: tuple[str, ...] = ()
    named_in: str = "--accounts"
    role: str = DEFAULT_ROLE
    roles: Mapping[str, str] = {}
    regions: tuple[str, ...] = ()
    root_audit: bool = False
    paid: bool = False
    facts: tuple[str, ...] | None = None
    kept: Kept | None = None
    also: tuple[str, ...] = ()
    named_policies: tuple[str, ...] = ()

    @property
    def way(self) -> Way:
        """How to reach AWS."""
        return Way(
            profile=self.profile or "",
            region=self.region or "",
            role_arn=self.role_arn or "",
            external_id=self.external_id or "",
            endpoint_url=self.endpoint_url or "",
            concurrency=self.concurrency,
            timeout=self.timeout,
            kept=self.kept,
        )

    @property
    def entry(self) -> Roles:
        """Which role opens which account."""
        return Roles(self.role, self.roles)
