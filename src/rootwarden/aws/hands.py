"""Changes AWS, call by call: in the right account, with the rights of the change in hand only, never twice in doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from rootwarden.aws.tags import tags_of
from rootwarden.aws.targets import Roles
from rootwarden.errors import OutputError, RefusedError
from rootwarden.model.placeholders import quoted, references, resolved
from rootwarden.model.plan import Call, Change, Probe, Step
from rootwarden.model.ports import Clock, Secrets
from rootwarden.model.write import Write, tells
from rootwarden.model.writes import WRITES

# Seconds between tries of a call that AWS refused for coming too fast: all together half a minute.
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
# What AWS answers while an earlier step has not spread everywhere yet (IAM User Guide, "Changes that I make are not
# always immediately visible"; CloudTrail and S3 API references): a code, or a code and words of the message. A policy
# that names a user or role of a moment ago is refused for a while by S3, KMS, SNS and IAM itself.
_NOT_YET = (
    "InsufficientS3BucketPolicyException", "InvalidCloudWatchLogsRoleArnException", "KmsKeyNotFoundException",
    "InsufficientEncryptionPolicyException", "InsufficientSnsTopicPolicyException", "OperationAborted",
    "EntityTemporarilyUnmodifiable", "ConcurrentModification", "sso-admin.ConflictException",
    "MalformedPolicy: Invalid principal", "MalformedPolicyDocument: Invalid principal",
    "MalformedPolicyDocumentException: invalid principals", "InvalidParameter: PrincipalNotFound",
)  # fmt: skip
# What a bucket of a moment ago may be answered; elsewhere it says that there is none (S3 User Guide, "Amazon S3 data
# consistency model": configurations of buckets are consistent eventually).
_FRESH = (*_NOT_YET, "NoSuchBucket")
# AWS's own failures: the call may have been carried out all the same.
_INSIDE = frozenset((
    "InternalFailure", "InternalError", "InternalServiceError", "ServiceUnavailable", "500", "502", "503", "504",
))  # fmt: skip

# Where an answer says that the list goes on, and as what that is sent back.
_GOES_ON = (("NextToken", "NextToken"), ("nextToken", "nextToken"), ("NextPageToken", "NextPageToken"),
            ("NextMarker", "Marker"), ("Marker", "Marker"))  # fmt: skip
_MOST_PAGES = 100
# What a step kept, in the expression of a probe.
_KEPT = re.compile(r"\$\{([^}]+)\}")

# The call of an error that says that an account cannot be entered.
ENTERING = "sts.AssumeRole"
# What to do where an account cannot be entered: the role is missing, or does not trust who applies.
NO_WAY_IN = "create the role (`rootwarden iam-policy remediate`), or name another with --remediate-role"


class WriteError(Exception):
    """A call was not made, or AWS said no. `why` is our word for it, `doubt` says that it may have been made."""

    def __init__(self, call: str, why: str, *, code: str = "", message: str = "", doubt: bool = False) -> None:
        """Keep what AWS said, verbatim."""
        super().__init__(f"{call}: {why}" + (f": {message}" if message else ""))
        self.call, self.why, self.code, self.message, self.doubt = call, why, code, message, doubt

    def without(self, secrets: Sequence[str]) -> WriteError:
        """Return the same error without these texts: AWS may repeat what it was sent."""
        message = self.message
        for text in secrets:
            message = message.replace(text, "***")
        return self if message == self.message else WriteError(
            self.call, self.why, code=self.code, message=message, doubt=self.doubt
        )  # fmt: skip

    def in_doubt(self) -> WriteError:
        """Return the same error after an earlier try that got no answer: the call may have been made all the same."""
        if self.doubt:
            return self
        said = f"{self.message} (an earlier try got no answer)" if self.message else "an earlier try got no answer"
        return WriteError(self.call, self.why, code=self.code, message=said, doubt=True)

    @property
    def denied(self) -> bool:
        """Whether a permission or a valid credential was missing."""
        return self.why in (DENIED, EXPIRED)


class Hands:
    """Makes the calls of one run; every record of CloudTrail names the run in its user agent."""

    def __init__(self, way: Way, clock: Clock, run: str, roles: Roles, secrets: Secrets | None = None) -> None:
        """Learn who asks. Nothing is repeated by the client itself: a repeat is decided here.

        `secrets` makes those that calls need; None where no call does.

        Raises:
            AuthError, UnreachableError, UsageError: nothing can be done at all.
        """
        way = replaced(way, attempts=1, agent=f"run/{run}", timeout=inf, kept=None)
        self.opened: Opened = open_aws(way, clock)
        self._clock, self._roles, self._way, self._run, self._secrets = clock, roles, way, run, secrets
        self._inside: tuple[Change, Ask] | None = None
        self._policy = ""  # of the session in another account, "" where there is none
        self._rooter: Ask | None = None

    def enter(self, change: Change) -> None:
        """Go to where a change is made, with a session that may do nothing else; as root where the change says so.

        Raises:
            WriteError: the account cannot be entered.
        """
        self._policy = ""
        if change.as_root:
            self._inside = (change, self._as_root(change))
            return
        if change.account == self.opened.account:
            self._inside = (change, self.opened.ask)
            return
        self._narrow(change, change_session_policy(change))

    def _narrow(self, change: Change, policy: str) -> None:
        self._inside, self._policy = (change, self._in_role(change.account, policy)), policy

    def _ask(self, kept: Mapping[str, Any]) -> tuple[Change, Ask]:
        """Return what is made and who asks, in a session that knows what AWS named by now."""
        assert self._inside is not None  # entered before anything is done
        change, _ = self._inside
        if self._policy:
            try:
                policy = change_session_policy(change, kept)
            except RefusedError:
                policy = self._policy  # names are longer than what stood for them
            if policy != self._policy:
                self._narrow(change, policy)
        return self._inside

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
            raise _refused(ENTERING, refusal, what=f"cannot enter account {account} as {arn}") from refusal

    def _as_root(self, change: Change) -> Ask:
        try:
            return assume_root(self.rooter, change.account, change.as_root)
        except UnreadError as refusal:
            what = f"cannot become root of account {change.account} for {change.as_root}"
            raise _refused("sts.AssumeRoot", refusal, what=what) from refusal

    def tags(self, arns: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return the tags of resources of the account that was entered, by ARN.

        Raises:
            WriteError: they cannot be read.
        """
        assert self._inside is not None  # entered before anything is asked
        try:
            return tags_of(self._inside[1], arns)
        except UnreadError as refusal:
            raise _refused(refusal.unknown.call, refusal, what="nobody can tell whose the resources are") from refusal

    def do(self, step: Step, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Make the call of a step and return what it keeps of the answer.

        Raises:
            WriteError: it was not done; with `doubt`, nobody knows.
        """
        row = WRITES[step.call.name]
        try:
            answer = self._call(step.call, kept, row.again, soon=_FRESH)
        except WriteError as error:
            if not tells(row.settled, error.code, error.message):
                raise
            answer = {}
        return _keeps(step.keeps, answer)

    def undo(self, call: Call, kept: Mapping[str, Any], *, in_doubt: bool = False) -> str:
        """Make a call that takes something back; return a note where there was nothing left to take back.

        `in_doubt` says that it was begun before, and nobody knows whether it was made.

        Raises:
            WriteError: it was not done; with `doubt`, nobody knows.
        """
        row = WRITES[call.name]
        if in_doubt and row.same and self._is_there(row, call, kept):
            return "it is there already"
        try:
            self._call(call, kept, row.again)
        except WriteError as error:
            if tells(row.there, error.code, error.message) and self._is_there(row, call, kept):
                return "it is there already"
            if not tells(row.gone, error.code, error.message):
                raise
            return f"gone already ({error.code})"
        return ""

    def _is_there(self, row: Write, call: Call, kept: Mapping[str, Any]) -> bool:
        """Return whether the very thing is there that a call would make; where nobody can say, it is not."""
        asked = {name: call.parameters[of] for name, of in row.asked.items()} or call.parameters
        look = replaced(call, operation=row.same.partition(".")[2], parameters=asked)
        try:
            return self._found(Probe(call=look, done=_KEPT.sub(_of(call), row.shown)), kept) is not None
        except WriteError:
            return False

    def in_use(self, step: Step, kept: Mapping[str, Any]) -> bool:
        """Find out whether something else rests on what is about to be taken back.

        Raises:
            WriteError: nobody can say.
        """
        return any(self._found(probe, kept) is not None for probe in step.used)

    def was_done(self, step: Step, probe: Probe, kept: Mapping[str, Any]) -> dict[str, Any] | None:
        """Find out whether a step was done that nobody knows of; return what it keeps, None if it was not.

        Raises:
            WriteError: nobody can say.
        """
        found = self._found(probe, kept)
        return _keeps(probe.keeps or step.keeps, found) if found is not None else None

    def _found(self, probe: Probe, kept: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the answer in which a probe finds what it looks for, None where there is none.

        Raises:
            WriteError: nobody can say.
        """
        listed = self._looked(probe, probe.call, kept)
        if listed is None or probe.each is None:
            return listed if listed is not None and _search(probe.done, listed, kept) else None
        for item in jmespath.search(probe.over, listed) or ():
            each = replaced(probe.each, region=str(item).split(":")[3]) if probe.at_home else probe.each
            one = self._looked(probe, each, {**kept, "item": item})
            if one is not None and _search(probe.done, one, kept):
                return one | {"item": item}
        return None

    def _looked(self, probe: Probe, call: Call, kept: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what a call answers on all of its pages, None where that means that there is no such thing."""
        try:
            page = whole = self._call(call, kept, again=True)
            for _ in range(_MOST_PAGES):
                more = next(((name, page[told]) for told, name in _GOES_ON if page.get(told)), None)
                if more is None:
                    return whole
                page = self._call(replaced(call, parameters=call.parameters | dict((more,))), kept, again=True)
                whole = page | {
                    name: [*value, *page.get(name, ())] for name, value in whole.items() if isinstance(value, list)
                }
        except WriteError as error:
            if tells(probe.absent, error.code, error.message):
                return None
            raise
        raise WriteError(call.name, "nobody can say", message=f"the list is longer than {_MOST_PAGES} answers")

    def _call(self, call: Call, kept: Mapping[str, Any], again: bool, soon: Iterable[str] = _NOT_YET) -> dict[str, Any]:
        change, ask = self._ask(kept)
        nothing = [name for name in references(call.parameters) if kept.get(name) is None]
        if nothing:
            raise WriteError(call.name, "NotFound", message=f"nothing was found that {nothing[0]} stands for")
        made: list[str] = []
        parameters = resolved(call.parameters, kept, lambda name: self._secret(call, change, name, made))
        try:
            return self._patiently(
                call, lambda: ask.call(call.service, call.operation, call.region, **parameters), again, soon
            )
        except WriteError as error:
            raise error.without(made) from None if made else error.__cause__

    def _secret(self, call: Call, change: Change, name: str, made: list[str]) -> str:
        """Have a secret made and handed over, before the call that uses it; note it in `made`."""
        wanted = next((one for one in change.secrets if one.name == name), None)
        if wanted is None or self._secrets is None:
            raise WriteError(call.name, "not handed over", message=f"the plan does not say for whom {name} is")
        try:
            made.append(self._secrets.make(wanted, change.account, self._run))
        except OutputError as error:
            raise WriteError(call.name, "not handed over", message=str(error)) from error
        return made[-1]

    def _patiently(
        self, call: Call, send: Callable[[], dict[str, Any]], again: bool, soon: Iterable[str]
    ) -> dict[str, Any]:
        """Send, and send again what was surely not done, or does no harm when it is done twice.

        `soon` are the errors that may go by themselves in a moment. Once a try got no answer, no later refusal says
        that the call was not made.
        """
        doubt = False
        for pause in (*_PAUSES, None):
            try:
                return send()
            except UnreadError as refusal:
                error = _refused(call.name, refusal)
                doubt = doubt or error.doubt
                early = any(tells(soon, name, error.message) for name in (error.code, f"{call.service}.{error.code}"))
                worth = error.why == THROTTLED or early or (error.doubt and again)
                if pause is None or not worth:
                    raise (error.in_doubt() if doubt else error) from refusal
                self._clock.sleep(pause)
        raise AssertionError("the last try returns or raises")


def _search(done: str, answer: Mapping[str, Any], kept: Mapping[str, Any]) -> Any:
    return jmespath.search(_KEPT.sub(lambda found: quoted(str(kept.get(found[1], ""))), done), answer)


def _of(call: Call) -> Callable[[re.Match[str]], str]:
    """Return what puts the parameters of a call into an expression in which their names stand."""
    return lambda found: quoted(str(call.parameters.get(found[1], "")))


def _keeps(paths: Mapping[str, str], answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: jmespath.search(path, answer) for name, path in paths.items()}


def _refused(call: str, refusal: UnreadError, *, what: str = "") -> WriteError:
    """Say what became of a call; without an answer of AWS's own, or after a failure in its inside, nobody knows."""
    why = refusal.unknown.why
    unanswered = why in (TIMEOUT, UNREACHABLE, MALFORMED) or refusal.code in _INSIDE
    said = f"{what}: {refusal.message}" if what and refusal.message else what or refusal.message
    return WriteError(call, why, code=refusal.code, message=said, doubt=unanswered)
