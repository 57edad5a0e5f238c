"""STS AssumeRoot: a few minutes of root in a member account, for one of five tasks, from the management account.

Sources: STS API reference, AssumeRoot; IAM User Guide, "Perform a privileged task on a member account". Which feature
each task needs, and the wording of refusals, follow observed answers of AWS.
"""

from __future__ import annotations

import re

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import caller_of
from rootwarden.lab.issuing import open_session
from rootwarden.lab.managed_policies import ROOT_TASKS, document_of
from rootwarden.lab.membership import administers, members_of, organization_of, trusts
from rootwarden.lab.state import account_state

_MAX_SECONDS = 900
_IAM = "iam.amazonaws.com"
_SESSIONS = ("RootSessions", "Root sessions feature")
_CREDENTIALS = ("RootCredentialsManagement", "Root credentials management feature")
_NEEDS = {
    "IAMAuditRootUserCredentials": _CREDENTIALS,
    "IAMDeleteRootUserCredentials": _CREDENTIALS,
    "IAMCreateRootUserPassword": _CREDENTIALS,
    "S3UnlockBucketPolicy": _SESSIONS,
    "SQSUnlockQueuePolicy": _SESSIONS,
}


class Root(TokenResponse):
    """moto has no AssumeRoot."""

    def assume_root(self) -> ActionResult:
        """Issue root credentials of a member account, limited to the task asked for."""
        if str(self.headers.get("Host", "")).startswith("sts.amazonaws.com"):
            raise AwsError("InvalidAction", "Unknown Operation")
        seconds = self._root_seconds()
        task_arn = str((self._get_param("TaskPolicyArn") or {}).get("arn", ""))
        task = document_of(task_arn) if ROOT_TASKS in task_arn else None
        if task is None:
            raise AwsError("ValidationError", "Request must contain valid AWS managed task policy ARN")
        target = self._target()
        caller = caller_of(self.access_key, self.current_account, self.partition)
        if caller.is_root or not self._may_act_on(target):
            resource = f"arn:{self.partition}:iam::{target}:root"
            text = f"User: {caller.arn} is not authorized to perform: sts:AssumeRoot on resource: {resource}"
            raise AwsError("AccessDenied", text, 403)
        self._require_feature(task_arn.rpartition("/")[2])
        session = open_session(
            "root",
            target,
            seconds,
            arn=f"arn:{self.partition}:iam::{target}:root",
            user_id=target,
            source_identity=caller.source_identity,
            assumed_root=True,
            task=task,
        )
        answer = {"Credentials": session.credentials}
        return ActionResult(answer | ({"SourceIdentity": session.source_identity} if session.source_identity else {}))

    def _root_seconds(self) -> int:
        seconds = self._get_int_param("DurationSeconds", _MAX_SECONDS)
        if not 0 <= seconds <= _MAX_SECONDS:
            bound = "less than or equal to 900" if seconds > 0 else "greater than or equal to 0"
            problem = f"Value '{seconds}' at 'durationSeconds' failed to satisfy constraint"
            raise AwsError("ValidationError", f"1 validation error detected: {problem}: Member must have value {bound}")
        return seconds

    def _target(self) -> str:
        """Return the member account's id, given as such or as the ARN of its root."""
        match = re.fullmatch(r"(?:arn:[a-z-]+:iam::)?(\d{12})(:root)?", str(self._get_param("TargetPrincipal") or ""))
        if match is None:
            raise AwsError("ValidationError", "Request must contain a valid target principal")
        return match[1]

    def _may_act_on(self, target: str) -> bool:
        """Return whether the caller's account administers IAM for an organization that target is a member of."""
        organization = organization_of(self.current_account, self.partition)
        return (
            organization is not None
            and administers(self.current_account, organization, _IAM)
            and trusts(organization, _IAM)
            and target in members_of(organization)
            and target != organization.account_id
        )

    def _require_feature(self, task: str) -> None:
        organization = organization_of(self.current_account, self.partition)
        feature, words = _NEEDS[task]
        if organization is None or feature not in account_state(organization.account_id).root_features:
            raise AwsError("AccessDenied", f"{words} is not enabled for your AWS Organization.", 403)
