"""Which IAM action a call needs: mostly its own name after the service's prefix, and here is where it is not.

Source: the Service Authorization Reference, pages Amazon S3, AWS Budgets, AWS Lambda, Amazon SQS, Amazon SNS.
"""

from __future__ import annotations

from functools import cache

from rootwarden.lab.call import model_of

_PREFIXES = {
    "cloudwatch": "cloudwatch",
    "s3control": "s3",
    "ses": "ses",
    "sesv2": "ses",
    "resourcegroupstaggingapi": "tag",
}

_S3_OBJECT_WRITES = ("CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload")
_DIFFERENT = {
    "s3": {
        "ListBuckets": "ListAllMyBuckets",
        "HeadBucket": "ListBucket",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "HeadObject": "GetObject",
        "DeleteObjects": "DeleteObject",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "GetBucketLifecycle": "GetLifecycleConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "GetBucketReplication": "GetReplicationConfiguration",
        "PutBucketReplication": "PutReplicationConfiguration",
        "DeleteBucketReplication": "PutReplicationConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "PutBucketNotificationConfiguration": "PutBucketNotification",
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
        "GetBucketCors": "GetBucketCORS",
        "PutBucketCors": "PutBucketCORS",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
        "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
        "DeleteBucketTagging": "PutBucketTagging",
        **dict.fromkeys(_S3_OBJECT_WRITES, "PutObject"),
    },
    "s3control": {
        "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
        "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
        "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
    },
    "lambda": {"Invoke": "InvokeFunction"},
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    "sns": {"PublishBatch": "Publish"},
}


@cache
def action_of(service: str, operation: str) -> str:
    """Return the IAM action (`s3:GetBucketPolicy`) that an operation of botocore's `service` needs."""
    model = model_of(service)
    prefix = _PREFIXES.get(service) or (model.signing_name if model else service)
    if service == "budgets" and "Action" not in operation:
        reads = operation.startswith(("Describe", "List"))
        return "budgets:ViewBudget" if reads else "budgets:ModifyBudget"
    return f"{prefix}:{_DIFFERENT.get(service, {}).get(operation, operation)}"


@cache
def event_source_of(service: str) -> str:
    """Return the `eventSource` that CloudTrail writes for a service."""
    model = model_of(service)
    return f"{model.signing_name if model else service}.amazonaws.com"
