"""What the policy of the KMS key of a trail must say: the account keeps hold of it, CloudTrail encrypts with it.

Source: CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail" and "Default KMS key policy created in
CloudTrail console"; KMS Developer Guide, "Default key policy".
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from rootwarden.proofs.answers import Answer, cannot_tell, sure
from rootwarden.proofs.policy_decision import Request, decide
from rootwarden.proofs.policy_principals import service
from rootwarden.proofs.trail_bucket_policy import SERVICE, VERSION
from rootwarden.proofs.trail_writers import Writer

_CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn"
Policy = dict[str, Any]


def new_key_policy(partition: str, account: str, writer: Writer, readers: Iterable[str]) -> Policy:
    """Return the policy of a key that is made for one trail.

    `account` is the key's. `readers` are the accounts whose people may read the log, where their IAM policies say so.
    """
    home = {"AWS": f"arn:{partition}:iam::{account}:root"}
    keep = {
        "Sid": "AccountKeepsTheKey", "Effect": "Allow", "Principal": home, "Action": "kms:*", "Resource": "*",
    }  # fmt: skip
    callers = sorted(set(readers))
    read = {
        "Sid": "AuditorsDecryptLogFiles",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Decrypt", "kms:ReEncryptFrom"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:CallerAccount": callers[0] if len(callers) == 1 else callers},
            "StringLike": {_CONTEXT: _pattern(writer)},
        },
    }
    return {"Version": VERSION, "Statement": [keep, *_encrypt(writer), read]}


def with_encryption(policy: Any, writer: Writer) -> Policy:
    """Return a key policy to which was added that CloudTrail encrypts for this trail; all else stays as it is."""
    found: Policy = copy.deepcopy(policy) if isinstance(policy, dict) else {"Version": VERSION, "Statement": []}
    held = found.get("Statement", [])
    held = held if isinstance(held, list) else [held]
    names = {one.get("Sid") for one in held if isinstance(one, dict)}
    added = [one | {"Sid": f"{one['Sid']}{len(held)}"} if one["Sid"] in names else one for one in _encrypt(writer)]
    return {**found, "Statement": [*held, *added]}


def lets_encrypt(policy: Any, writer: Writer) -> Answer:
    """Return whether a key policy lets CloudTrail encrypt the files of a trail."""
    context = {
        "aws:SourceArn": writer.trail,
        "aws:SourceAccount": writer.account,
        _CONTEXT: writer.trail,
    }
    decision = decide(policy, Request("kms:GenerateDataKey", "*", service(SERVICE), context))
    return cannot_tell(decision.why) if decision.allowed is None else sure(decision.allowed)


def _encrypt(writer: Writer) -> list[Policy]:
    principal, source = {"Service": SERVICE}, {"StringEquals": {"aws:SourceArn": writer.trail}}
    return [
        {
            "Sid": "TrailEncryptsLogFiles",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {**source, "StringLike": {_CONTEXT: _pattern(writer)}},
        },
        {
            "Sid": "TrailDescribesTheKey",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": source,
        },
    ]


def _pattern(writer: Writer) -> str:
    """Return what the encryption context of the trail's files looks like: the ARN of a trail of its account."""
    partition = writer.trail.split(":")[1]
    return f"arn:{partition}:cloudtrail:*:{writer.account}:trail/*"
