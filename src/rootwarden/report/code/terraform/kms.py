"""Keys and their aliases."""

from __future__ import annotations

from rootwarden.report.code.terraform.kind import TAGS, Kind, argument, document, tags

KINDS = {
    "AWS::KMS::Key": Kind(
        type="aws_kms_key",
        says={
            "Description": argument("description"),
            "Enabled": argument("is_enabled"),
            "EnableKeyRotation": argument("enable_key_rotation"),
            "RotationPeriodInDays": argument("rotation_period_in_days"),
            "PendingWindowInDays": argument("deletion_window_in_days"),
            "KeyUsage": argument("key_usage"),
            "KeySpec": argument("customer_master_key_spec"),
            "MultiRegion": argument("multi_region"),
            "KeyPolicy": document("policy"),
            "Tags": tags(),
        },
        ref="key_id",
        gets={"Arn": "{}.arn", "KeyId": "{}.key_id"},
        # Another usage, spec or replication would make Terraform replace the key, and everything under it unreadable.
        kept=(
            "customer_master_key_spec",
            "custom_key_store_id",
            "deletion_window_in_days",
            "description",
            "enable_key_rotation",
            "is_enabled",
            "key_usage",
            "multi_region",
            "rotation_period_in_days",
            "xks_key_id",
            *TAGS,
        ),
    ),
    "AWS::KMS::Alias": Kind(
        type="aws_kms_alias",
        says={"AliasName": argument("name"), "TargetKeyId": argument("target_key_id")},
        ref="name",
        gets={"Arn": "{}.target_key_arn"},
    ),
}
