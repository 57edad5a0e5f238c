"""Queues that lose nothing when several threads use them, and that other accounts reach by their URL."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sqs.models import Queue, SQSBackend, sqs_backends
from moto.sqs.responses import SQSResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import caller_of
from rootwarden.lab.membership import organization_of
from rootwarden.lab.sending.permission import lets_in


class Sqs(SQSResponse):
    """moto takes another account's queue for one's own, and drops what arrives while something is deleted."""

    @property
    def sqs_backend(self) -> SQSBackend:
        """Return the backend of the account in the queue's URL, if its policy lets the caller in."""
        owner = self._owner_in_url()
        backend: SQSBackend = sqs_backends[owner][self.region]
        if owner != self.current_account:
            self._check_policy(backend, owner)
        return backend

    def _owner_in_url(self) -> str:
        parts = str(self._get_param("QueueUrl") or "").rstrip("/").split("/")
        owner = parts[-2] if len(parts) >= 2 else str(self._get_param("QueueOwnerAWSAccountId") or "")
        return owner if owner.isdigit() and len(owner) == 12 else str(self.current_account)

    def _check_policy(self, backend: SQSBackend, owner: str) -> None:
        name = str(self._get_param("QueueName") or self._get_queue_name())
        queue: Queue | None = backend.queues.get(name)
        caller = caller_of(self.access_key, self.current_account)
        principals = {caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
        principals |= {caller.session.issuer_arn} if caller.session else set()
        context = {
            "aws:principalaccount": caller.account,
            "aws:principalarn": caller.arn,
            "aws:securetransport": "true",
        }
        organization = organization_of(caller.account)
        if organization is not None and organization.org is not None:
            context["aws:principalorgid"] = organization.org.id
        action, arn = f"sqs:{self._get_action()}", f"arn:aws:sqs:{self.region}:{owner}:{name}"
        if queue is None or not lets_in(queue.policy, principals, action, arn, context):
            text = f"User: {caller.arn} is not authorized to perform: {action.lower()} on resource: {arn}"
            raise AwsError("AccessDenied", f"{text} because no resource-based policy allows the {action} action", 403)

    def set_queue_attributes(self) -> Any:
        """Change some attributes; moto would drop the policy whenever it is not among them."""
        backend, name = self.sqs_backend, self._get_queue_name()
        asked: dict[str, Any] = self._get_param("Attributes", {})
        backend.set_queue_attributes(name, {"Policy": backend.get_queue(name).policy} | asked)
        return EmptyResult()

    # -- one at a time ---------------------------------------------------------------------------------------------
    def receive_message(self) -> Any:
        """Hand out messages; while it waits, the queue is open to others."""
        with self._lock():
            return super().receive_message()

    def delete_message(self) -> Any:
        """Delete one message; what arrives meanwhile stays."""
        with self._lock():
            return super().delete_message()

    def delete_message_batch(self) -> Any:
        """Delete messages; what arrives meanwhile stays."""
        with self._lock():
            return super().delete_message_batch()

    def change_message_visibility(self) -> Any:
        """Change how long a message stays hidden."""
        with self._lock():
            return super().change_message_visibility()

    def purge_queue(self) -> ActionResult:
        """Empty a queue."""
        with self._lock():
            return super().purge_queue()

    def _lock(self) -> Any:
        """Return the queue's own lock, which moto holds only to add a message."""
        return self.sqs_backend.get_queue(self._get_queue_name())._messages_lock
