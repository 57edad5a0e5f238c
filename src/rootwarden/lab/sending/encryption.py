"""Whether a service may use the key that encrypts a queue, a topic or a trail: without it nothing is delivered.

Sources: Amazon SQS Developer Guide, "Configure KMS permissions for AWS services"; Amazon SNS Developer Guide, "Enable
compatibility between event sources from AWS services and encrypted topics"; CloudTrail User Guide, "Configure AWS KMS
key policies for CloudTrail". AWS's own keys let no service in, and their policy cannot be changed.
"""

from __future__ import annotations

from moto.kms.models import Key, KmsBackend, kms_backends

from rootwarden.lab.sending.permission import Context, lets_in
from rootwarden.lab.sending.undelivered import Undelivered

_NEEDED = ("kms:GenerateDataKey", "kms:Decrypt")


def check_key(wanted: str | None, home: str, service: str, context: Context, needed: tuple[str, ...] = _NEEDED) -> None:
    """Raise Undelivered unless the service may use the key.

    `wanted` is the id, ARN or alias of the key, None for no such key; `home` is the ARN of what it encrypts, which says
    where ids and aliases are looked up.
    """
    if not wanted:
        return
    where = wanted if wanted.startswith("arn:") else home
    _, _, _, region, account, rest = where.split(":", 5)
    name = rest if wanted.startswith("arn:") else wanted
    if name.startswith("alias/aws/"):
        raise Undelivered(f"the key {name} of AWS does not let {service} in")
    key = _found(kms_backends[account][region], name)
    if key is None:
        raise Undelivered(f"the key {wanted} does not exist")
    if not key.enabled:
        raise Undelivered(f"the key {key.arn} is disabled")
    for action in needed:
        if not lets_in(key.policy, {service}, action, key.arn, context):
            raise Undelivered(f"the policy of {key.arn} does not let {service} do {action}")


def _found(backend: KmsBackend, name: str) -> Key | None:
    key_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else name.removeprefix("key/")
    key: Key | None = backend.keys.get(key_id or "")
    return key
