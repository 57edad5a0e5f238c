"""STS AssumeRole: the role must exist and trust the caller, and a source identity once set stays for good."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import Role, iam_backends
from moto.sts.responses import TokenResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import Caller, caller_of
from rootwarden.lab.issuing import open_session
from rootwarden.lab.managed_policies import document_of
from rootwarden.lab.membership import organization_of
from rootwarden.lab.policy_check import Document, trusted_by
from rootwarden.lab.sessions import Session

_CHAINED_MAX_SECONDS = 3600


class Roles(TokenResponse):
    """moto lets anybody assume anything, also roles that do not exist."""

    def assume_role(self) -> ActionResult:
        """Issue credentials of a role, limited by the session policies given.

        Source: STS API reference, AssumeRole; IAM User Guide, "Monitor and control actions taken with assumed roles".
        """
        caller = caller_of(self.access_key, self.current_account, self.partition)
        if caller.is_root:
            raise AwsError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
        arn = str(self._get_param("RoleArn"))
        role = _role(arn)
        if role is None or not self._trusted(role, caller, "sts:AssumeRole") or _is_closed(role.account_id):
            raise _denied(caller, "sts:AssumeRole", arn)
        session = self._open(role, caller, self._source_identity(role, caller))
        user = {"AssumedRoleId": session.user_id, "Arn": session.arn}
        answer: dict[str, Any] = {"Credentials": session.credentials, "AssumedRoleUser": user}
        if session.policies:
            answer["PackedPolicySize"] = 6
        if session.source_identity:
            answer["SourceIdentity"] = session.source_identity
        return ActionResult(answer)

    def _open(self, role: Role, caller: Caller, source_identity: str) -> Session:
        name = str(self._get_param("RoleSessionName"))
        return open_session(
            "role",
            role.account_id,
            self._role_seconds(role, caller),
            arn=f"arn:{self.partition}:sts::{role.account_id}:assumed-role/{role.name}/{name}",
            user_id=f"{role.id}:{name}",
            issuer_arn=role.arn,
            issuer_id=role.id,
            issuer_name=role.name,
            source_identity=source_identity,
            mfa=bool(self._get_param("SerialNumber") and self._get_param("TokenCode")),
            policies=self._session_policies(),
        )

    def _source_identity(self, role: Role, caller: Caller) -> str:
        """Return the source identity of the new session: the caller's own if it has one, and only that one."""
        asked, carried = str(self._get_param("SourceIdentity") or ""), caller.source_identity
        wanted = carried or asked
        if (asked and carried and asked != carried) or (
            wanted and not self._trusted(role, caller, "sts:SetSourceIdentity")
        ):
            raise _denied(caller, "sts:SetSourceIdentity", role.arn)
        return wanted

    def _trusted(self, role: Role, caller: Caller, action: str) -> bool:
        principals = {"*", caller.account, f"arn:{self.partition}:iam::{caller.account}:root", caller.arn}
        if caller.session is not None and caller.session.issuer_arn:
            principals.add(caller.session.issuer_arn)
        return trusted_by(json.loads(role.assume_role_policy_document), principals, action, self._context(caller))

    def _context(self, caller: Caller) -> dict[str, str]:
        session = caller.session
        organization = organization_of(caller.account, self.partition)
        present = {
            "aws:principalarn": session.issuer_arn if session and session.issuer_arn else caller.arn,
            "aws:principalaccount": caller.account,
            "aws:principalorgid": organization.org.id if organization and organization.org else None,
            "aws:sourceidentity": caller.source_identity or None,
            "aws:multifactorauthpresent": str(session.mfa).lower() if session else None,
            "sts:externalid": self._get_param("ExternalId"),
            "sts:rolesessionname": self._get_param("RoleSessionName"),
            "sts:sourceidentity": self._get_param("SourceIdentity") or caller.source_identity or None,
        }
        return {key: str(value) for key, value in present.items() if value is not None}

    def _session_policies(self) -> tuple[Document, ...]:
        arns = [one["arn"] for one in self._get_param("PolicyArns") or []]
        documents = [document_of(arn) for arn in arns]
        if None in documents:
            raise AwsError("PackedPolicyTooLarge", "A managed session policy of the request does not exist")
        inline: str | None = self._get_param("Policy")
        try:
            parsed = [json.loads(inline)] if inline else []
        except ValueError as error:
            raise AwsError("MalformedPolicyDocument", "This policy contains invalid Json") from error
        return (*parsed, *(one for one in documents if one is not None))

    def _role_seconds(self, role: Role, caller: Caller) -> int:
        seconds = self._get_int_param("DurationSeconds", 3600)
        if seconds > int(role.max_session_duration or 3600):
            message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            raise AwsError("ValidationError", message)
        if caller.session is not None and seconds > _CHAINED_MAX_SECONDS:
            message = (
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
            )
            raise AwsError("ValidationError", message)
        return seconds


def _role(arn: str) -> Role | None:
    """Return the role with this ARN, or None; a wrong ARN is AWS's ValidationError."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or not parts[5].startswith("role/"):
        raise AwsError("ValidationError", f"{arn} is invalid")
    backend = iam_backends[parts[4]][parts[1]]
    return next((role for role in list(backend.roles.values()) if role.arn == arn), None)


def _is_closed(account: str) -> bool:
    """Return whether the account is closed or suspended: nobody can work in it."""
    organization = organization_of(account)
    members = organization.accounts if organization else []
    return any(member.id == account and member.status == "SUSPENDED" for member in members)


def _denied(caller: Caller, action: str, resource: str) -> AwsError:
    text = f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource}"
    return AwsError("AccessDenied", text, 403)
