"""Following a runbook: while a person does what no program can, AWS is asked again and again whether it shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.aws.ask import Ask
from rootwarden.aws.clock import SystemClock
from rootwarden.aws.hop import assume_role, role_arn
from rootwarden.aws.opening import open_aws
from rootwarden.aws.refusals import DENIED, UnreadError
from rootwarden.errors import AuthError, UnreachableError, UsageError
from rootwarden.flows.audit import JudgeRequest, judge_snapshot
from rootwarden.flows.collect import collect
from rootwarden.flows.request import CollectRequest
from rootwarden.model.findings import Finding, Status
from rootwarden.model.ports import Clock
from rootwarden.model.thresholds import Param
from rootwarden.report.runbook import Named
from rootwarden.store.snapshots import open_snapshot

_DONE = (Status.PASS, Status.NOT_APPLICABLE)


class Followed(Struct, frozen=True):
    """What AWS shows: whether it confirms the deed, in words, and whether it ever can (else a person must look).

    `left` are the further steps of the runbook that do not pass: `RW-ROOT-02 (FAIL)`.
    """

    confirmed: bool
    says: str
    can_tell: bool = True
    left: tuple[str, ...] = ()


Look = Callable[[], Followed]


class FollowRequest(Struct, frozen=True, kw_only=True):
    """What to look at, and for how long: `account` "" is the caller's own; times are in seconds.

    `whole`: all controls of the runbook must pass; otherwise the first that does not when it is looked at first.
    `settings` are those of the controls, checked (`flows.limits`).
    """

    runbook: Named
    reading: CollectRequest
    account: str = ""
    subject: str = ""
    within: float = 900.0
    every: float = 15.0
    whole: bool = False
    settings: Mapping[str, Mapping[str, Param]] = {}


def follow(request: FollowRequest, tell: Callable[[str], None], clock: Clock | None = None) -> Followed:
    """Look until AWS confirms it, or the time is over; each time that something else is seen it is told.

    Raises:
        AuthError, UnreachableError, UsageError: nothing can be read at all, or there is no such user.
    """
    clock = clock or SystemClock()
    ends = clock.monotonic() + request.within
    before = ""
    look = _WITNESSES[request.runbook.runbook.witness](request, clock)
    while True:
        found = look()
        if found.says != before:
            tell(found.says)
            before = found.says
        left = ends - clock.monotonic()
        if found.confirmed or not found.can_tell or left <= 0:
            return found
        clock.sleep(min(request.every, left))


def _by_controls(request: FollowRequest, clock: Clock) -> Look:
    """Return the look of the runbook's controls: as far as the step that is waited for, which the first one decides."""
    steps = request.runbook.runbook.controls
    until: list[int] = []

    def look() -> Followed:
        found = _judged(request, clock)
        open_steps = [steps.index(one.code) for one in found if one.status not in _DONE]
        if not until:
            until.append(len(steps) - 1 if request.whole or not open_steps else min(open_steps))
        near = [one for one in found if steps.index(one.code) <= until[0]]
        undone = [one for one in near if one.status not in _DONE]
        return Followed(
            confirmed=bool(near) and not undone,
            says=" ".join(map(_said, near)) or "nothing was judged",
            can_tell=not undone or any(map(_may_change, undone)),
            left=tuple(f"{one.code} ({one.status.value})" for one in found[len(near) :] if one.status not in _DONE),
        )

    return look


def _judged(request: FollowRequest, clock: Clock) -> list[Finding]:
    """Judge the runbook's controls by its facts, read anew, in the order of its steps."""
    book = request.runbook.runbook
    controls = tuple(map(catalogue.find, book.controls))
    accounts = (request.account,) if request.account else ()
    reading = replace(request.reading, accounts=accounts, facts=book.facts, named_in="--account")
    with TemporaryDirectory(prefix="rootwarden-") as folder:
        path = Path(folder) / "snapshot.jsonl.gz"
        collect(reading, path, clock=clock)
        judging = JudgeRequest(controls=controls, settings=request.settings)
        found = judge_snapshot(open_snapshot(path), judging).findings
    return sorted(found, key=lambda one: book.controls.index(one.code))


def _may_change(finding: Finding) -> bool:
    """Return whether the same calls may say something else another time: not where none tells, or none was made."""
    because = finding.unknown_because
    return finding.status is not Status.MANUAL and (because is None or because.why != "not_collected")


def _said(finding: Finding) -> str:
    return f"{finding.code} in account {finding.account}: {finding.status.value}. {finding.message}"


def _by_devices(request: FollowRequest, clock: Clock) -> Look:
    return lambda: _user_mfa(request, clock)


def _user_mfa(request: FollowRequest, clock: Clock) -> Followed:
    """Ask IAM for the devices of a user: the credential report would be hours late."""
    try:
        devices = _inside(request, clock).items("iam", "ListMFADevices", "MFADevices", UserName=request.subject)
    except UnreadError as refusal:
        if refusal.code == "NoSuchEntity":
            todo = "name one of `aws iam list-users`"
            raise UsageError(f"there is no user {request.subject} in this account", todo=todo) from refusal
        if refusal.unknown.why == DENIED:
            todo = "allow iam:ListMFADevices"
            raise AuthError("the user's devices may not be listed", why=str(refusal.unknown), todo=todo) from refusal
        raise UnreachableError(
            "the user's devices could not be listed", why=str(refusal), todo="try again"
        ) from refusal
    if not devices:
        return Followed(False, f"IAM lists no MFA device of {request.subject} yet")
    serials = ", ".join(str(one.get("SerialNumber")) for one in devices)
    return Followed(True, f"IAM lists {serials} as MFA device of {request.subject}")


def _inside(request: FollowRequest, clock: Clock) -> Ask:
    """Return questions in the account, in a session that can only list devices.

    Raises:
        UnreadError: it cannot be entered.
    """
    opened = open_aws(request.reading.way, clock)
    if request.account in ("", opened.account):
        return opened.ask
    allowed = {"Effect": "Allow", "Action": "iam:ListMFADevices", "Resource": "*"}
    arn = role_arn(opened.ask.partition, request.account, request.reading.entry.of(request.account))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    return assume_role(opened.ask, arn, policy=policy, external_id=request.reading.external_id or "")


_WITNESSES: Mapping[str, Callable[[FollowRequest, Clock], Look]] = {"": _by_controls, "user-mfa": _by_devices}
