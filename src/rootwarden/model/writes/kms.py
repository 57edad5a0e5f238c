"""Keys."""

from __future__ import annotations

from rootwarden.model.write import Write

# KMSInvalidStateException tells of other states too: a key that is imported, or cannot be reached just now.
_GONE = ("NotFoundException", "KMSInvalidStateException: is pending deletion")
ROWS = (
    Write(call="kms.CreateKey", action="kms:CreateKey", also=("kms:TagResource", "kms:PutKeyPolicy"), again=False),
    Write(call="kms.CreateAlias", action="kms:CreateAlias", again=False),
    Write(call="kms.DeleteAlias", action="kms:DeleteAlias", gone=("NotFoundException",)),
    Write(call="kms.EnableKeyRotation", action="kms:EnableKeyRotation"),
    Write(call="kms.EnableKey", action="kms:EnableKey"),
    Write(call="kms.DisableKey", action="kms:DisableKey", gone=_GONE),
    # Making it twice is answered by KMSInvalidStateException: the key waits for nothing any more.
    Write(call="kms.CancelKeyDeletion", action="kms:CancelKeyDeletion", again=False),
    Write(call="kms.PutKeyPolicy", action="kms:PutKeyPolicy"),
    # A key that waits for its deletion can still be found by its tags.
    Write(call="kms.UntagResource", action="kms:UntagResource", gone=_GONE),
    Write(
        call="kms.ScheduleKeyDeletion",
        action="kms:ScheduleKeyDeletion",
        gone=_GONE,
    ),
)
LOOKS = {
    "kms.ListAliases": ("kms:ListAliases",),
    "kms.DescribeKey": ("kms:DescribeKey",),
    "kms.ListKeys": ("kms:ListKeys",),
    "kms.ListResourceTags": ("kms:ListResourceTags",),
    "kms.ListGrants": ("kms:ListGrants",),
}
