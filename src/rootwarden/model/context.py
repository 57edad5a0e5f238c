"""What detections know beside the records: approved windows, quiet hours, owned resources, waiting times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from rootwarden.model.event import Event
from rootwarden.model.root_activity import ACTS_AS_ROOT, Kind

_OF_ITS_ACCOUNT = ACTS_AS_ROOT | {Kind.ROOT_FEDERATED, Kind.RELATED}
# Clocks differ and activation takes a moment: the one grace for all that compares events with windows.
MATCH_GRACE = timedelta(minutes=2)


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approved period of root use of one account."""

    id: Annotated[str, Meta(description="The name by which alerts refer to it.")]
    account: Annotated[str, Meta(description="The account whose root user may be used.")]
    opens: Annotated[datetime, Meta(description="The beginning, an instant with an offset.")]
    closes: Annotated[datetime, Meta(description="The end, an instant with an offset.")]
    task: Annotated[
        str, Meta(description="The approved task policy of AssumeRoot, by name or ARN; empty: none is.")
    ] = ""
    events: Annotated[
        tuple[str, ...],
        Meta(description="The calls that are covered, as iam:CreateUser or CreateUser; none given: all of them."),
    ] = ()
    source_identity: Annotated[str, Meta(description="The source identity with which its sessions are marked.")] = ""

    def covers(self, account: str, when: datetime, grace: timedelta) -> bool:
        """Return whether an instant in an account lies within, give or take the grace."""
        return account == self.account and self.opens <= when + grace and when - grace <= self.closes

    def allows(self, event: Event) -> bool:
        """Return whether the approval covers this call."""
        return not self.events or bool({event.name, f"{event.service.partition('.')[0]}:{event.name}"} & {*self.events})

    def allows_task(self, task: str) -> bool:
        """Return whether a task policy of AssumeRoot, by ARN, is the approved one."""
        return task.rpartition("/")[2] == self.task.rpartition("/")[2]


class WindowsFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of approved windows; its schema is docs/schema/windows.schema.json."""

    windows: Annotated[tuple[Window, ...], Meta(description="The windows, in any order; they may overlap.")]


class QuietHours(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of the day, UTC, in which nobody should use root: from `start` until before `end`, over midnight or not."""

    start: int
    end: int

    def contain(self, when: datetime) -> bool:
        """Return whether an instant lies in them."""
        inside = self.start <= when.hour < self.end
        return inside if self.start <= self.end else when.hour >= self.start or when.hour < self.end


class Context(Struct, frozen=True, kw_only=True):
    """The circumstances of judging; `windows` None: nobody said which were approved, so nothing is judged by them.

    origin_wait: how long an alert may wait for the record that tells whether AssumeRoot issued a session. lateness: how
    late a record may arrive and still change what was concluded (None: any record may, nothing is forgotten); later
    ones are judged for themselves.
    """

    windows: tuple[Window, ...] | None = None
    quiet_hours: QuietHours | None = None
    owned_resources: tuple[str, ...] = ()
    match_grace: timedelta = MATCH_GRACE
    origin_wait: timedelta = timedelta(minutes=15)
    lateness: timedelta | None = None

    def window_of(self, event: Event) -> Window | None:
        """Return the window that covers an event of root, or an AssumeRoot by the account it is for; else None."""
        account = affected(event)
        if self.windows is None or not account:
            return None
        found = [window for window in self.windows if window.covers(account, event.time, self.match_grace)]
        # Of several the one that fits best, so that the order in which they are given does not count.
        return min(found, key=lambda w: (not w.allows(event), w.opens, w.id), default=None)


def affected(event: Event) -> str:
    """Return the account whose root user an event is about, "" if it is about none.

    For AssumeRoot that is the target principal's, in whatever account the call was made.
    """
    if event.name == "AssumeRoot" and event.service == "sts.amazonaws.com":
        return event.target
    return event.account if event.kind in _OF_ITS_ACCOUNT else ""
