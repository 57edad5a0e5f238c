"""The contract of a guard: what it is about, what it needs to see, and its reasons to refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from rootwarden.aws.ask import Ask
from rootwarden.aws.hands import ENTERING, NO_WAY_IN, WriteError
from rootwarden.catalogue.remedying import remedies
from rootwarden.flows.applying.looking import Looked
from rootwarden.flows.applying.request import ApplyRequest
from rootwarden.model.findings import Finding
from rootwarden.model.plan import Change
from rootwarden.model.thresholds import Thresholds
from rootwarden.proofs.root_deletion import TASK

# Goes into an account to look, able to make only the calls that are named; raises WriteError where it cannot.
Enter = Callable[[str, Iterable[str]], Ask]


class Refusal(Struct, frozen=True):
    """One reason to refuse, as an error tells it: what is refused, why, and what to do."""

    what: str
    why: str
    todo: str


class Guarded(Struct, frozen=True, kw_only=True):
    """The changes that a guard is about, and what it may look at: what was read just now, and the accounts."""

    changes: tuple[Change, ...]
    seen: Looked
    request: ApplyRequest
    enter: Enter
    now: datetime

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts in which something is changed, in order."""
        return tuple(dict.fromkeys(one.account for one in self.changes))

    def facts(self, account: str) -> Mapping[str, Any]:
        """Return the facts of an account as plain values, those of the organization among them."""
        return self.seen.facts.get(account, {})

    def finding(self, account: str, code: str) -> Finding | None:
        """Return what a control says of an account now, None if it says nothing."""
        found = (one for one in self.seen.findings.values() if (one.account, one.code) == (account, code))
        return next(found, None)

    def settings(self, slug: str) -> Thresholds:
        """Return the settings of a remedy."""
        return Thresholds(remedies()[slug].remedy.params, self.request.remedies.get(slug))


class Guard(Struct, frozen=True, kw_only=True):
    """One guard: the changes it is `about`, `facts` and `controls` (codes) to be read and judged anew, its `check`."""

    about: Callable[[Change], bool]
    check: Callable[[Guarded], Iterable[Refusal]]
    facts: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()


def todo_after(error: Exception, otherwise: str) -> str:
    """Return what to do where a guard could not look: a role that is missing or closed comes before what it may do."""
    if isinstance(error, WriteError) and error.call == ENTERING:
        return NO_WAY_IN
    return otherwise


def deletes_root(change: Change) -> bool:
    """Return whether a change deletes credentials of root."""
    return change.as_root == TASK
