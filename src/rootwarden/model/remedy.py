"""The contract of a remedy: the finding it is given, what it may see, and its answer: a change, or why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from rootwarden.model.control import Registered
from rootwarden.model.expect import Expect
from rootwarden.model.findings import Finding
from rootwarden.model.plan import Change, Difference, Risk, Step, change_id
from rootwarden.model.thresholds import Param, Thresholds
from rootwarden.model.view import View


class Remedy(Struct, frozen=True, kw_only=True):
    """What a remedy says of itself. The slug is the file name, and is what a control names as its remedy.

    `order` says when its changes come among those of an account: a trail is made before its bucket is locked.
    `orders` are other places for the changes of single aspects: a bucket is closed before a trail writes into it.
    `aspects` is the order of the findings of a control that has several aspects. `params` are its settings with their
    defaults, `[remedies.<slug>]` of the configuration; `optional` are those that may be left empty. `facts` are read
    beside those of the control; what no audit reads is read where the configuration has a section for the remedy, or
    somebody names it. `risks` are those that its changes may have, `calls` all that may be made to do them and to take
    them back, as the table of writes names them; none of either: a person does it. `verified` says when it was last
    tried on real AWS ("no": only in the lab).
    """

    title: str
    order: int = 50
    orders: Mapping[str, int] = {}
    aspects: tuple[str, ...] = ()
    params: Mapping[str, Param] = {}
    optional: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    calls: tuple[str, ...] = ()
    verified: str = "no"


class Not(Struct, frozen=True):
    """No change, why, and what a person should do instead."""

    why: str
    todo: str


class Case(Struct, frozen=True, kw_only=True):
    """One failing finding. `seen` is what the account would look like once the changes planned before were made.

    `settings` are the remedy's, `limits` the control's; `slug` is the remedy's own name, `caller` the account from
    which the facts were read, "" if that is not known. `wished`: the configuration has a section for the remedy, so
    that it is asked what the account lacks as well.
    """

    slug: str
    finding: Finding
    control: Registered
    seen: View
    settings: Thresholds
    limits: Thresholds
    now: datetime
    caller: str = ""
    wished: bool = False

    def change(
        self,
        title: str,
        *,
        risk: Risk,
        steps: tuple[Step, ...],
        expects: tuple[Expect, ...],
        then: tuple[Expect, ...],
        shows: tuple[Difference, ...],
        account: str = "",
        resource: str = "",
    ) -> Change:
        """Return a change that mends the finding; `account` and `resource` where they are not the finding's."""
        finding = self.finding
        account, resource = account or finding.account, resource or finding.resource
        return Change(
            id=change_id(self.slug, account, finding.region, resource, finding.aspect),
            remedy=self.slug,
            title=title,
            why=finding.message,
            account=account,
            region=finding.region,
            resource=resource,
            control=finding.code,
            fingerprint=finding.fingerprint,
            severity=finding.severity,
            accounts=tuple(dict.fromkeys((account, finding.account))),
            risk=risk,
            shows=shows,
            expects=expects,
            then=then,
            steps=steps,
        )


class Wish(Struct, frozen=True, kw_only=True):
    """An account in which somebody wants what no control asks for; `seen` as in a case."""

    slug: str
    account: str
    seen: View
    settings: Thresholds
    now: datetime


Prescribe = Callable[[Case], Change | Not]
Propose = Callable[[Wish], Iterable[Change | Not]]


class RegisteredRemedy(Struct, frozen=True):
    """A remedy as the catalogue found it: its slug (file name), why it is done (file docstring), and its deed.

    `prescribe` answers a failing finding. `propose` says what an account lacks that no control asks for; it is asked
    only where the configuration has a section for the remedy, or somebody names it.
    """

    slug: str
    why: str
    remedy: Remedy
    prescribe: Prescribe | None = None
    propose: Propose | None = None
