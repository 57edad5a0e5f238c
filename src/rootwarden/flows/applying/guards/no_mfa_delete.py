"""No bucket has MFA Delete on: only root with its MFA device can delete versions there, or switch it off again.

Source: S3 User Guide, "Configuring MFA delete": the bucket's owner that signed in as root. A bucket that cannot be
looked at may have it.
"""

from __future__ import annotations

from collections.abc import Iterator

from rootwarden.aws.hands import WriteError
from rootwarden.aws.harm import only_root_empties
from rootwarden.aws.refusals import UnreadError
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal, deletes_root, todo_after

_RIGHTS = "s3:ListAllMyBuckets, s3:GetBucketVersioning"
_LOOKS = ("s3.ListBuckets", "s3.GetBucketVersioning")


def _check(on: Guarded) -> Iterator[Refusal]:
    for account in on.accounts:
        try:
            found, unread = only_root_empties(on.enter(account, _LOOKS))
        except (WriteError, UnreadError) as error:
            yield Refusal(
                f"whether a bucket of account {account} has MFA Delete on is not known", str(error),
                todo_after(error, f"let the role of --remediate-role list the buckets ({_RIGHTS})"),
            )  # fmt: skip
            continue
        if found:
            yield Refusal(
                f"buckets of account {account} have MFA Delete on: {_some(found)}",
                "only root, with its MFA device, can delete versions there or switch it off",
                "sign in as root and switch MFA Delete off; Object Lock keeps versions without root",
            )
        for name, why in sorted(unread.items())[:1]:
            more = f" (and {len(unread) - 1} more)" if len(unread) > 1 else ""
            yield Refusal(
                f"whether the bucket {name} of account {account} has MFA Delete on is not known{more}", why,
                "let the role of --remediate-role read it (s3:GetBucketVersioning)",
            )  # fmt: skip


def _some(names: list[str]) -> str:
    return ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


GUARD = Guard(about=deletes_root, check=_check)
