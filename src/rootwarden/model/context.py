"""What detections know beside the records: approved windows, quiet hours, owned resources, waiting times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from rootwarden.model.event import Event
from rootwarden.model.root_activity import ACTS_AS_ROOT, Kind

_OF_ITS_ACCOUNT = ACTS_AS_ROOT | {Kind.ROOT_FEDERATED}
_STS, SIGN_IN = "sts.amazonaws.com", "signin.amazonaws.com"
# Clocks differ and activation takes a moment: the one grace for all that compares events with windows.
MATCH_GRACE = timedelta(minutes=2)


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approved period of root use of one account: of root itself, or, with a task, of task sessions."""

    id: Annotated[str, Meta(description="The name by which alerts refer to it.")]
    account: Annotated[str, Meta(description="The account whose root user may be used.", pattern=r"^[0-9]{12}$")]
    opens: Annotated[datetime, Meta(description="The beginning, an instant with an offset.")]
    closes: Annotated[datetime, Meta(description="The end, an instant with an offset.")]
    task: Annotated[
        str, Meta(description="The approved task policy of AssumeRoot, by name or ARN; empty: none is.")
    ] = ""
    events: Annotated[
        tuple[str, ...],
        Meta(description="The calls that are covered, as iam:CreateUser or CreateUser; none given: all of them."),
    ] = ()
    source_identity: Annotated[
        str, Meta(description="The source identity that the caller of AssumeRoot must carry; empty: any.")
    ] = ""

    def covers(self, account: str, when: datetime, grace: timedelta) -> bool:
        """Return whether an instant in an account lies within, give or take the grace."""
        return account == self.account and self.opens <= when + grace and when - grace <= self.closes

    def is_for(self, event: Event, session: bool) -> bool:
        """Return whether it was approved for this way of being root: by a task session, or as root itself."""
        return is_assume_root(event) or bool(self.task) == session

    def allows(self, event: Event) -> bool:
        """Return whether the approval covers this call; whoever may be root may sign in."""
        if is_assume_root(event):
            same = event.task.rpartition("/")[2] == self.task.rpartition("/")[2]
            return same and self.source_identity in ("", event.source_identity)
        if not self.events or event.service == SIGN_IN:
            return True
        return bool({event.name, f"{event.service.partition('.')[0]}:{event.name}"} & {*self.events})


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
    ones are judged for themselves. archive: what is judged is long past and ends somewhere, so that silence at its end
    says nothing.
    """

    windows: tuple[Window, ...] | None = None
    quiet_hours: QuietHours | None = None
    owned_resources: tuple[str, ...] = ()
    match_grace: timedelta = MATCH_GRACE
    origin_wait: timedelta = timedelta(minutes=15)
    lateness: timedelta | None = None
    archive: bool = False

    def window_of(self, event: Event, *, session: bool = False) -> Window | None:
        """Return the window that covers an event of root, or an AssumeRoot by the account it is for; else None.

        `session`: AssumeRoot is known to have issued the caller's session. Root itself is not covered by a window that
        was approved for a task, nor a task session by one for root itself.
        """
        account = affected(event)
        if self.windows is None or not account:
            return None
        session = session or event.kind is Kind.ROOT_SESSION
        found = [
            window
            for window in self.windows
            if window.covers(account, event.time, self.match_grace) and window.is_for(event, session)
        ]
        # Of several the one that fits best, so that the order in which they are given does not count.
        return min(found, key=lambda w: (not w.allows(event), w.opens, w.id), default=None)


def affected(event: Event) -> str:
    """Return the account whose root user an event is about, "" if it is about none.

    For AssumeRoot that is the target principal's, in whatever account the call was made.
    """
    if is_assume_root(event):
        return event.target
    if event.kind in _OF_ITS_ACCOUNT:
        return event.owner or event.account
    # Whoever asks for a new password is not signed in: it may be the holder, whose window it then is.
    return event.account if event.kind is Kind.RELATED and event.service == SIGN_IN else ""


def is_assume_root(event: Event) -> bool:
    """Return whether an event is a call of AssumeRoot."""
    return event.name == "AssumeRoot" and event.service == _STS
