"""What our own root sessions will look like, said beforehand, so that whoever watches root can tell them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from rootwarden.aws.ask import Ask
from rootwarden.aws.hop import AUDIT_TASK, ROOT_SECONDS, assume_role, task_policy_arn
from rootwarden.aws.opening import Opened, Way
from rootwarden.aws.refusals import UnreadError
from rootwarden.aws.timestamps import in_utc

# What the source identity of a root session of ours begins with, by what it is for.
AUDIT, APPLY = "rw-audit-", "rw-apply-"
_CHANGE = "central_change"


class StandingWindow(Struct, frozen=True, kw_only=True):
    """The only root activity that we are about to cause, and until when it can last.

    Of kind `central_audit` where root's credentials are read, `central_change` where a plan changes something as root.

    `caller` is the ARN that CloudTrail shows calling AssumeRoot. An empty `source_identity` means that none is set:
    then only the ARN tells these sessions from others. `refused` is why AWS refused to set one, "" if nobody tried.
    """

    caller: str
    task_policy: str
    accounts: tuple[str, ...]
    start: datetime
    end: datetime
    source_identity: str = ""
    refused: str = ""
    kind: str = "central_audit"

    @property
    def is_change(self) -> bool:
        """Whether something is changed, and not only read."""
        return self.kind == _CHANGE

    def text(self) -> str:
        """Return it for people, one fact a line."""
        rows = {
            "kind": self.kind,
            "caller": self.caller,
            "task policy": self.task_policy,
            "source identity": self.source_identity or self._why_none(),
            "accounts": ", ".join(self.accounts) or "none",
            "from": in_utc(self.start),
            "until": in_utc(self.end),
        }
        return "\n".join(f"{name + ':':<17}{value}" for name, value in rows.items())

    def _why_none(self) -> str:
        refused = f"AWS refused to set it: {self.refused}; " if self.refused else ""
        return f"none ({refused}match by caller)"


def root_auditor(opened: Opened, way: Way, ulid: str, prefix: str = AUDIT) -> tuple[Ask, str]:
    """Return who is to call AssumeRoot: the role that was named, assumed with the source identity of this errand.

    AWS lets nobody change a source identity that is already set, and the role's trust policy must allow setting one:
    where that is refused, the caller asks as it is and the second value says why; likewise where no role was named.
    """
    if not way.role_arn:
        return opened.ask, ""
    try:
        auditor = assume_role(
            opened.first, way.role_arn, source_identity=f"{prefix}{ulid}", external_id=way.external_id
        )
    except UnreadError as refusal:
        return opened.ask, refusal.unknown.why
    return auditor, ""


def standing_window(auditor: Ask, arn: str, accounts: Iterable[str], start: datetime, seconds: float) -> StandingWindow:
    """Return the window for a reading that may take `seconds` and whose last root session may outlive it."""
    return _window(auditor, arn, accounts, start, seconds, AUDIT_TASK, "central_audit")


def change_window(
    asker: Ask, arn: str, accounts: Iterable[str], start: datetime, seconds: float, task: str
) -> StandingWindow:
    """Return the window for changes as root that may take `seconds`, each in a root session of its own."""
    return _window(asker, arn, accounts, start, seconds, task, _CHANGE)


def _window(
    asker: Ask, arn: str, accounts: Iterable[str], start: datetime, seconds: float, task: str, kind: str
) -> StandingWindow:
    return StandingWindow(
        caller=arn,
        task_policy=task_policy_arn(asker.partition, task),
        accounts=tuple(sorted(accounts)),
        start=start,
        end=start + timedelta(seconds=seconds + ROOT_SECONDS),
        source_identity=asker.source_identity,
        kind=kind,
    )
