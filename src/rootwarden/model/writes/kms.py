"""Keys."""

from __future__ import annotations

from rootwarden.model.write import Right, Write

# KMSInvalidStateException tells of other states too: a key that is imported, or cannot be reached just now.
_GONE = ("NotFoundException", "KMSInvalidStateException: is pending deletion")
# A key has no name beforehand; the tags that it is made with stand here.
_TAGGED = {"StringEquals": {"aws:RequestTag/*": "{Tags}"}}
ROWS = (
    # Its first policy may be said by whoever may make it (KMS Developer Guide, "Permissions for creating KMS keys").
    Write(
        call="kms.CreateKey",
        action="kms:CreateKey",
        only=_TAGGED,
        also=(Right(action="kms:TagResource", given="Tags", only=_TAGGED),),
        again=False,
    ),
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
_KEY, _ALIAS = "arn:*:kms:{region}:{account}:key/{KeyId}", "arn:*:kms:{region}:{account}:{AliasName}"
_OF_KEY = (
    "TagResource", "UntagResource", "EnableKeyRotation", "EnableKey", "DisableKey", "CancelKeyDeletion", "PutKeyPolicy",
    "ScheduleKeyDeletion", "DescribeKey", "ListResourceTags", "ListGrants",
)  # fmt: skip
ON = {
    "kms:CreateKey": (),
    **{f"kms:{name}": (_KEY,) for name in _OF_KEY},
    **{
        f"kms:{name}": (_ALIAS, "arn:*:kms:{region}:{account}:key/{TargetKeyId}")
        for name in ("CreateAlias", "DeleteAlias")
    },
    "kms:ListAliases": (),
    "kms:ListKeys": (),
}
