"""What applying and undoing are asked: how AWS is reached, by which limits it is judged, and where the run log is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.aws.clients import Kept
from rootwarden.aws.root_window import StandingWindow
from rootwarden.aws.targets import Roles
from rootwarden.flows.request import CollectRequest
from rootwarden.model.context import Window
from rootwarden.model.thresholds import Param

DEFAULT_ROLE = "RootwardenRemediate"
Tell = Callable[[str], None]
# Told a title, what it is about line by line, and what anybody may do about it; raises RootwardenError where somebody
# could not be told. Returns the names of the channels that took it, None where that is not known.
Inform = Callable[[str, tuple[str, ...], tuple[str, ...]], tuple[str, ...] | None]


class ApplyRequest(Struct, frozen=True, kw_only=True):
    """One application of a plan, or one undoing.

    `reading` is how it is looked before and afterwards; its accounts and facts are set by the plan. `role` is assumed
    to change other accounts than the caller's, `roles` names another one for single accounts. `settings` are those of
    the controls, `remedies` those of the remedies, by slug. `states` are the resources that Terraform looks after, by
    ARN. `patience` is for how many seconds it is looked again while a change does not show yet. `force` undoes what
    somebody changed since. `handover` is the folder into which secrets that are made go, a file for each. `windows` are
    approved periods of root use, `accepted` the last characters of access keys that may be deleted although they are in
    use. `announce` is told of our own root sessions before the first (it raises RefusedError where nobody expects
    them), `inform` tells people what is about to happen. `locks` is a folder of this user's on this machine, in which
    the accounts of a run are locked, whatever its store ("": they are not).
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
    dry_run: bool = False
    remedies: Mapping[str, Mapping[str, Param]] = {}
    windows: tuple[Window, ...] = ()
    accepted: tuple[str, ...] = ()
    announce: Callable[[StandingWindow], None] | None = None
    inform: Inform | None = None
    locks: str = ""

    def one_errand(self) -> ApplyRequest:
        """Return the same request whose readings share their clients: it is looked several times in one run."""
        return replace(self, reading=replace(self.reading, kept=self.reading.kept or Kept()))

    @property
    def entry(self) -> Roles:
        """Which role opens which account for changing it."""
        return Roles(self.role, self.roles)
