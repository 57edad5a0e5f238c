"""Keys and their aliases."""

from __future__ import annotations

from rootwarden.report.code.terraform.kind import Kind, argument, document, tags

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
    ),
    "AWS::KMS::Alias": Kind(
        type="aws_kms_alias",
        says={"AliasName": argument("name"), "TargetKeyId": argument("target_key_id")},
        ref="name",
        gets={"Arn": "{}.target_key_arn"},
    ),
}
