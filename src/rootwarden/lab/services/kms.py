"""KMS keys of AWS itself, such as `alias/aws/sns`, and the wall before the keys of other accounts."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.kms.models import Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.callers import caller_of
from rootwarden.lab.policy_check import trusted_by

_AWS_ALIAS = "alias/aws/"


class Kms(KmsResponse):
    """moto calls AWS's keys the customer's, knows none for SNS, and never looks into another account."""

    def describe_key(self) -> Any:
        """Return a key by id, ARN or alias; asking for an AWS alias makes the key, as AWS does."""
        key = self._readable("kms:DescribeKey", aliases=True)
        shown: dict[str, Any] = key.to_dict()
        return ActionResult(shown)

    def get_key_policy(self) -> Any:
        """Return the policy of a key by id or ARN."""
        key = self._readable("kms:GetKeyPolicy", aliases=False)
        return ActionResult({"Policy": key.policy, "PolicyName": "default"})

    def _readable(self, action: str, *, aliases: bool) -> Key:
        wanted = str(self._get_param("KeyId"))
        owner = wanted.split(":")[4] if wanted.startswith("arn:") and wanted.count(":") >= 5 else self.current_account
        backend: KmsBackend = kms_backends[owner][self.region]
        name = backend.get_alias_name(wanted)
        if name.startswith("alias/") and not aliases:
            raise AwsError("NotFoundException", f"Invalid keyId {wanted}")
        if name.startswith(_AWS_ALIAS) and owner == self.current_account:
            return _aws_key(backend, name)
        key_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else backend.get_key_id(wanted)
        key = backend.keys.get(key_id or "")
        if owner != self.current_account and (key is None or not self._let_in(key, action)):
            text = f"User is not authorized to perform: {action} on resource: {wanted}"
            raise AwsError(
                "AccessDeniedException", f"{text} because no resource-based policy allows the {action} action"
            )
        if key is None:
            raise AwsError("NotFoundException", f"Key '{wanted}' does not exist")
        return key

    def _let_in(self, key: Key, action: str) -> bool:
        caller = caller_of(self.access_key, self.current_account)
        session = caller.session
        names = {caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
        names |= {session.issuer_arn} if session else set()
        return trusted_by(json.loads(key.policy), names, action, {"aws:principalaccount": caller.account})


def _aws_key(backend: KmsBackend, alias: str) -> Key:
    """Return the key that AWS manages under an alias of its own."""
    key_id = backend.get_key_id_from_alias(alias)
    if key_id is None:
        service = alias.removeprefix(_AWS_ALIAS)
        about = f"Default key that protects my {service.upper()} data when no other key is defined"
        key = backend.create_key(_aws_policy(backend, service), "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", about, [])
        backend.create_alias(key.id, alias)
        key_id = key.id
    key = backend.keys[key_id]
    key.key_manager = "AWS"
    return key


def _aws_policy(backend: KmsBackend, service: str) -> str:
    """Write the policy of such a key: anybody of this account, but only through the service."""
    through = {
        "StringEquals": {
            "kms:CallerAccount": backend.account_id,
            "kms:ViaService": f"{service}.{backend.region_name}.amazonaws.com",
        }
    }
    use = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:ListGrants", "kms:DescribeKey"]
    look = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    home = {"AWS": f"arn:aws:iam::{backend.account_id}:root"}
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": use, "Resource": "*", "Condition": through},
        {"Effect": "Allow", "Principal": home, "Action": look, "Resource": "*"},
    ]
    return json.dumps({"Version": "2012-10-17", "Id": f"auto-{service}-1", "Statement": statements})
