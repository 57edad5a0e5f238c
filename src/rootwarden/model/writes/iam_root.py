"""Root's own credentials in a member account: deleted only in a root session for that one task.

Source: the managed policy IAMDeleteRootUserCredentials. IAM answers NoSuchEntity where there is nothing to delete,
which is what was wanted.
"""

from __future__ import annotations

from rootwarden.model.write import Write

_GONE = ("NoSuchEntity",)
_CALLS = ("DeleteLoginProfile", "DeleteAccessKey", "DeleteSigningCertificate", "DeactivateMFADevice",
          "DeleteVirtualMFADevice")  # fmt: skip
ROWS = tuple(Write(call=f"iam.{name}", action=f"iam:{name}", settled=_GONE, root=True) for name in _CALLS)
# By these a guard looks before anything is deleted: whether a key is in use, whether only root could delete objects.
LOOKS = {
    "cloudtrail.LookupEvents": ("cloudtrail:LookupEvents",),
    "s3.ListBuckets": ("s3:ListAllMyBuckets",),
    "s3.GetBucketVersioning": ("s3:GetBucketVersioning",),
}
