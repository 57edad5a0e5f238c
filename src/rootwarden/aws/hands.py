"""Changes AWS, call by call: in the right account, with the rights of the change in hand only, never twice in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

import jmespath
from msgspec.structs import replace as replaced

from rootwarden.aws.ask import Ask
from rootwarden.aws.hop import assume_role, assume_root, role_arn
from rootwarden.aws.opening import Opened, Way, open_aws
from rootwarden.aws.refusals import DENIED, EXPIRED, MALFORMED, THROTTLED, TIMEOUT, UNREACHABLE, UnreadError
from rootwarden.aws.remediate_policy import change_session_policy, looks_policy
from rootwarden.aws.root_window import APPLY, root_auditor
from rootwarden.aws.targets import Roles
from rootwarden.model.plan import Call, Change, Probe, Step, references, resolved
from rootwarden.model.ports import Clock
from rootwarden.model.writes import WRITES

# Seconds between tries of a call that AWS refused for coming too fast: all together half a minute.
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
# What AWS answers while an earlier step has not spread everywhere yet (IAM User Guide, "Changes that I make are not
# always immediately visible"; CloudTrail and S3 API references).
_NOT_YET = frozenset((
    "InsufficientS3BucketPolicyException", "InvalidCloudWatchLogsRoleArnException", "KmsKeyNotFoundException",
    "InsufficientEncryptionPolicyException", "InsufficientSnsTopicPolicyException", "OperationAborted",
))  # fmt: skip
# AWS's own failures: the call may have been carried out all the same.
_INSIDE = frozenset((
    "InternalFailure", "InternalError", "InternalServiceError", "ServiceUnavailable", "500", "502", "503", "504",
))  # fmt: skip


class WriteError(Exception):
    """A call was not made, or AWS said no. `why` is our word for it, `doubt` says that it may have been made."""

    def __init__(self, call: str, why: str, *, code: str = "", message: str = "", doubt: bool = False) -> None:
        """Keep what AWS said, verbatim."""
        super().__init__(f"{call}: {why}" + (f": {message}" if message else ""))
        self.call, self.why, self.code, self.message, self.doubt = call, why, code, message, doubt

    @property
    def denied(self) -> bool:
        """Whether a permission or a valid credential was missing."""
        return self.why in (DENIED, EXPIRED)


class Hands:
    """Makes the calls of one run; every record of CloudTrail names the run in its user agent."""

    def __init__(self, way: Way, clock: Clock, run: str, roles: Roles) -> None:
        """Learn who asks. Nothing is repeated by the client itself: a repeat is decided here.

        Raises:
            AuthError, UnreachableError, UsageError: nothing can be done at all.
        """
        way = replaced(way, attempts=1, agent=f"run/{run}", timeout=inf)
        self.opened: Opened = open_aws(way, clock)
        self._clock, self._roles, self._way, self._run = clock, roles, way, run
        self._inside: tuple[str, Ask] | None = None
        self._rooter: Ask | None = None

    def enter(self, change: Change) -> None:
        """Go to where a change is made, with a session that may do nothing else; as root where the change says so.

        Raises:
            WriteError: the account cannot be entered.
        """
        if change.as_root:
            self._inside = (change.id, self._as_root(change))
            return
        if change.account == self.opened.account:
            self._inside = (change.id, self.opened.ask)
            return
        self._inside = (change.id, self._in_role(change.account, change_session_policy(change)))

    def looker(self, account: str, looks: Iterable[str]) -> Ask:
        """Return questions in an account, with a session that can only make these calls, which read.

        Raises:
            WriteError: the account cannot be entered.
        """
        return self.opened.ask if account == self.opened.account else self._in_role(account, looks_policy(looks))

    @property
    def rooter(self) -> Ask:
        """Who asks for root sessions: the role that was named, carrying the name of the run where AWS lets it."""
        if self._rooter is None:
            self._rooter, _ = root_auditor(self.opened, self._way, self._run, APPLY)
        return self._rooter

    def _in_role(self, account: str, policy: str) -> Ask:
        asker = self.opened.ask
        arn = role_arn(asker.partition, account, self._roles.of(account))
        try:
            return assume_role(asker, arn, policy=policy, external_id=self._way.external_id)
        except UnreadError as refusal:
            raise _refused("sts.AssumeRole", refusal, what=f"cannot enter account {account} as {arn}") from refusal

    def _as_root(self, change: Change) -> Ask:
        try:
            return assume_root(self.rooter, change.account, change.as_root)
        except UnreadError as refusal:
            what = f"cannot become root of account {change.account} for {change.as_root}"
            raise _refused("sts.AssumeRoot", refusal, what=what) from refusal

    def do(self, step: Step, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Make the call of a step and return what it keeps of the answer.

        Raises:
            WriteError: it was not done; with `doubt`, nobody knows.
        """
        row = WRITES[step.call.name]
        try:
            answer = self._call(step.call, kept, row.again)
        except WriteError as error:
            if error.code not in row.settled:
                raise
            answer = {}
        return _keeps(step, answer)

    def undo(self, call: Call, kept: Mapping[str, Any]) -> str:
        """Make a call that takes something back; return a note where there was nothing left to take back.

        Raises:
            WriteError: it was not done; with `doubt`, nobody knows.
        """
        row = WRITES[call.name]
        try:
            self._call(call, kept, row.again)
        except WriteError as error:
            if error.code not in row.gone:
                raise
            return f"gone already ({error.code})"
        return ""

    def in_use(self, probe: Probe) -> bool:
        """Find out whether something else rests on what is about to be taken back.

        Raises:
            WriteError: nobody can say.
        """
        try:
            return bool(jmespath.search(probe.done, self._call(probe.call, {}, again=True)))
        except WriteError as error:
            if error.code in probe.absent:
                return False
            raise

    def was_done(self, step: Step, probe: Probe, kept: Mapping[str, Any]) -> dict[str, Any] | None:
        """Find out whether a step was done that nobody knows of; return what it keeps, None if it was not.

        Raises:
            WriteError: nobody can say.
        """
        try:
            answer = self._call(probe.call, kept, again=True)
        except WriteError as error:
            if error.code in probe.absent:
                return None
            raise
        return _keeps(step, answer) if jmespath.search(probe.done, answer) else None

    def _call(self, call: Call, kept: Mapping[str, Any], again: bool) -> dict[str, Any]:
        assert self._inside is not None  # entered before anything is done
        ask = self._inside[1]
        nothing = [name for name in references(call.parameters) if kept.get(name) is None]
        if nothing:
            raise WriteError(call.name, "NotFound", message=f"nothing was found that {nothing[0]} stands for")
        parameters = resolved(call.parameters, kept)
        return self._patiently(call, lambda: ask.call(call.service, call.operation, call.region, **parameters), again)

    def _patiently(self, call: Call, send: Callable[[], dict[str, Any]], again: bool) -> dict[str, Any]:
        """Send, and send again what was surely not done, or does no harm when it is done twice."""
        for pause in (*_PAUSES, None):
            try:
                return send()
            except UnreadError as refusal:
                error = _refused(call.name, refusal)
                worth = error.why == THROTTLED or error.code in _NOT_YET or (error.doubt and again)
                if pause is None or not worth:
                    raise error from refusal
                self._clock.sleep(pause)
        raise AssertionError("the last try returns or raises")


def _keeps(step: Step, answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: jmespath.search(path, answer) for name, path in step.keeps.items()}


def _refused(call: str, refusal: UnreadError, *, what: str = "") -> WriteError:
    """Say what became of a call; without an answer of AWS's own, or after a failure in its inside, nobody knows."""
    why = refusal.unknown.why
    unanswered = why in (TIMEOUT, UNREACHABLE, MALFORMED) or refusal.code in _INSIDE
    said = f"{what}: {refusal.message}" if what and refusal.message else what or refusal.message
    return WriteError(call, why, code=refusal.code, message=said, doubt=unanswered)
