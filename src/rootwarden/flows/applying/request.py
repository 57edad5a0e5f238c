"""What applying and undoing are asked: how AWS is reached, by which limits it is judged, and where the run log is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct

from rootwarden.aws.targets import Roles
from rootwarden.flows.request import CollectRequest
from rootwarden.model.thresholds import Param

DEFAULT_ROLE = "RootwardenRemediate"
Tell = Callable[[str], None]


class ApplyRequest(Struct, frozen=True, kw_only=True):
    """One application of a plan, or one undoing.

    `reading` is how it is looked before and afterwards; its accounts and facts are set by the plan. `role` is assumed
    to change other accounts than the caller's, `roles` names another one for single accounts. `settings` are those of
    the controls, by slug. `states` are the resources that Terraform looks after, by ARN. `patience` is for how many
    seconds it is looked again while a change does not show yet. `force` undoes what somebody changed since. `handover`
    is the folder into which secrets that are made go, a file for each.
    """

    reading: CollectRequest
    store: str
    settings: Mapping[str, Mapping[str, Param]] = {}
    role: str = DEFAULT_ROLE
    roles: Mapping[str, str] = {}
    max_monthly_usd: Decimal = Decimal(50)
    patience: float = 30.0
    force: bool = False
    states: Mapping[str, str] = {}
    handover: str = ""

    @property
    def entry(self) -> Roles:
        """Which role opens which account for changing it."""
        return Roles(self.role, self.roles)
