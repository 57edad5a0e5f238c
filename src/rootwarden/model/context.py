"""What detections know beside the records: approved windows, quiet hours, owned resources, waiting times."""

from __future__ import annotations

from collections.abc import Sequence
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


# What the name of a window begins with that stands always, for a job that is known.
STANDING = "standing:"


class Standing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A job that is known to open task sessions of root by itself: our own audit, or a declared tool of others.

    `caller` is its role (an ARN), `task` the one task policy it may use, `source_identity` what it must carry (a `*` at
    the end stands for anything), `hours` when it may run (UTC; None: at any time), `expires` when the declaration ends.
    """

    name: str
    caller: str
    task: str = "IAMAuditRootUserCredentials"
    source_identity: str = ""
    hours: QuietHours | None = None
    expires: datetime | None = None

    def expects(self, issue: Event) -> bool:
        """Return whether a call of AssumeRoot is one that this job makes."""
        return not issue.failed and self.covers(issue.actor, issue.task, issue.source_identity, issue.time)

    def covers(self, caller: str, task: str, carried: str, when: datetime) -> bool:
        """Return whether it may call AssumeRoot so: as whom, with which task and source identity, and when."""
        return not self.misfit(caller, task, carried, when)

    def misfit(self, caller: str, task: str, carried: str, when: datetime) -> str:
        """Return why it does not cover such a call of AssumeRoot, "" if it does."""
        if _role(caller) != _role(self.caller):
            return f"its caller is {self.caller}"
        if _last(task) != _last(self.task):
            return f"its task is {_last(self.task)}"
        if self.expires is not None and when >= self.expires:
            return f"it expired at {self.expires:%Y-%m-%d %H:%M} UTC"
        if self.hours is not None and not self.hours.contain(when):
            return "it is outside its hours"
        wanted = self.source_identity
        fits = carried.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in ("", carried)
        return "" if fits else f"it wants the source identity {wanted}"

    def window(self, issue: Event) -> Window:
        """Return the window in which a call it makes stands, by which alerts refer to it."""
        run = f":{issue.source_identity}" if issue.source_identity else ""
        return Window(
            id=f"{STANDING}{self.name}{run}", account=issue.target, opens=issue.time, closes=issue.time, task=self.task,
            events=_CALLS.get(_last(self.task), ()),
        )  # fmt: skip


# What a session with a task policy may be expected to do, where that is little (IAM User Guide, "AWS managed policies
# for root user tasks"): anything else in it is outside what stands.
_CALLS = {
    "IAMAuditRootUserCredentials": (
        "iam:GetAccessKeyLastUsed", "iam:GetAccountSummary", "iam:GetLoginProfile", "iam:GetUser", "iam:ListAccessKeys",
        "iam:ListMFADevices", "iam:ListSigningCertificates", "sts:GetCallerIdentity",
    ),
    "IAMDeleteRootUserCredentials": (
        "iam:DeactivateMFADevice", "iam:DeleteAccessKey", "iam:DeleteLoginProfile", "iam:DeleteSigningCertificate",
        "iam:DeleteVirtualMFADevice", "iam:GetAccessKeyLastUsed", "iam:GetLoginProfile", "iam:GetUser",
        "iam:ListAccessKeys", "iam:ListMFADevices", "iam:ListSigningCertificates", "sts:GetCallerIdentity",
    ),
}  # fmt: skip


def _role(arn: str) -> tuple[str, str]:
    """Return (account, role name) of a role's ARN, or of a session's of it; the whole text if it is neither."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[5].startswith("role/"):
        return parts[4], parts[5].rpartition("/")[2]
    if len(parts) == 6 and parts[5].startswith("assumed-role/"):
        return parts[4], parts[5].split("/")[1]
    return "", arn


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


class Context(Struct, frozen=True, kw_only=True):
    """The circumstances of judging; `windows` None: nobody said which were approved, so nothing is judged by them.

    origin_wait: how long an alert may wait for the record that tells whether AssumeRoot issued a session. lateness: how
    late a record may arrive and still change what was concluded (None: any record may, nothing is forgotten); later
    ones are judged for themselves. archive: what is judged is long past and ends somewhere, so that silence at its end
    says nothing.
    """

    windows: tuple[Window, ...] | None = None
    standing: tuple[Standing, ...] = ()
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

    def standing_of(self, issues: Sequence[Event]) -> Window | None:
        """Return the standing window of the first call of AssumeRoot among these that a known job makes, else None."""
        found = (one.window(issue) for issue in issues for one in self.standing if one.expects(issue))
        return next(found, None)


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
