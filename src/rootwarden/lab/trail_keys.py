"""The KMS key of a trail: CloudTrail keeps its ARN, by whatever name it was told, and refuses a key it cannot use.

Sources: CloudTrail API Reference, UpdateTrail (KmsKeyId and the list of errors); CloudTrail User Guide, "Configure AWS
KMS key policies for CloudTrail".
"""

from __future__ import annotations

import json

from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.policy_check import trusted_by

_SERVICE = "cloudtrail.amazonaws.com"


def key_arn(wanted: str, account: str, region: str, trail_arn: str, bucket: str) -> str:
    """Return the ARN of a key named by ARN, id or alias; "" stays "": the trail shall use none.

    `region` is the trail's, in which ids and aliases are looked up.

    Raises:
        AwsError: there is no such key in the Region of the bucket, or its policy does not let CloudTrail encrypt for
            this trail.
    """
    if not wanted:
        return ""
    parts = wanted.split(":", 5)
    owner, place = (parts[4], parts[3]) if len(parts) == 6 else (account, region)
    backend = kms_backends[owner][place]
    name = backend.get_alias_name(wanted)
    found = backend.get_key_id_from_alias(name) if name.startswith("alias/") else backend.get_key_id(wanted)
    key = backend.keys.get(found or "")
    if key is None or place != _region_of(bucket):
        raise AwsError("KmsKeyNotFoundException", f"KMS key {wanted} does not exist in the Region of the bucket.")
    context = {"aws:sourcearn": trail_arn, "aws:sourceaccount": account}
    context |= {"kms:encryptioncontext:aws:cloudtrail:arn": trail_arn}
    if not trusted_by(json.loads(key.policy), {_SERVICE}, "kms:GenerateDataKey", context):
        text = f"Insufficient permissions to access S3 bucket or KMS key {key.arn}."
        raise AwsError("InsufficientEncryptionPolicyException", text)
    return str(key.arn)


def _region_of(bucket: str) -> str:
    partition, owner = s3_backends.bucket_accounts[bucket]
    return str(s3_backends[owner][partition].get_bucket(bucket).region_name)
