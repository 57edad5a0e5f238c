"""STS: who am I, and temporary credentials for the caller itself."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import Caller, caller_of
from rootwarden.lab.issuing import open_session

_DEFAULT_SECONDS = 43200
_ROOT_MAX_SECONDS = 3600


class Identity(TokenResponse):
    """moto answers everybody with the same constant credentials."""

    @property
    def _caller(self) -> Caller:
        return caller_of(self.access_key, self.current_account, self.partition)

    def get_caller_identity(self) -> ActionResult:
        """Say who holds the access key; root is `arn:aws:iam::ACCOUNT:root`."""
        caller = self._caller
        return ActionResult({"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn})

    def get_session_token(self) -> ActionResult:
        """Issue credentials for the calling user or root; temporary credentials may not ask (STS API reference)."""
        caller = self._caller
        if caller.session is not None:
            raise AwsError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
        session = open_session(
            "root" if caller.is_root else "user",
            caller.account,
            self._own_seconds(caller),
            arn=caller.arn,
            user_id=caller.user_id,
            issuer_name=caller.name,
            mfa=bool(self._get_param("SerialNumber") and self._get_param("TokenCode")),
        )
        return ActionResult({"Credentials": session.credentials})

    def get_federation_token(self) -> ActionResult:
        """Issue credentials for a named guest of the calling user."""
        caller = self._caller
        if caller.session is not None:
            raise AwsError("AccessDenied", "Cannot call GetFederationToken with session credentials", 403)
        name = self._get_param("Name")
        policy: str | None = self._get_param("Policy")
        arn = f"arn:{self.partition}:sts::{caller.account}:federated-user/{name}"
        fields: dict[str, Any] = {"arn": arn, "user_id": f"{caller.account}:{name}"}
        issuer = {"issuer_arn": caller.arn, "issuer_id": caller.user_id, "issuer_name": caller.name}
        policies = (json.loads(policy),) if policy else ()
        seconds = self._own_seconds(caller)
        session = open_session("federated", caller.account, seconds, policies=policies, **fields, **issuer)
        user = {"FederatedUserId": session.user_id, "Arn": session.arn}
        return ActionResult({"Credentials": session.credentials, "FederatedUser": user, "PackedPolicySize": 6})

    def _own_seconds(self, caller: Caller) -> int:
        asked = self._get_int_param("DurationSeconds", _DEFAULT_SECONDS)
        return min(asked, _ROOT_MAX_SECONDS) if caller.is_root else asked
