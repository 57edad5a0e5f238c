"""No bucket or key policy is written unless a named administrator, who is not root, can change it again."""

from __future__ import annotations

from typing import Any

from rootwarden.model.remedy import Case, Not
from rootwarden.proofs.named_admin import named_admin
from rootwarden.proofs.policy_lockout import locks_bucket, locks_key


def why_not_put(case: Case, account: str, policy: Any, bucket_arn: str) -> Not | None:
    """Return why a policy is not put on a bucket of `account`, None if it may be.

    The administrator is the setting `admin` of the remedy, or one found in the account.

    Raises:
        UnseenError: the users and roles of the account are unread.
    """
    admin = _admin(case, account)
    if isinstance(admin, Not):
        return admin
    return _not("bucket", locks_bucket(policy, bucket_arn, admin))


def why_not_put_on_key(case: Case, account: str, policy: Any) -> Not | None:
    """Return why a policy is not put on a key of `account`, None if it may be.

    Raises:
        UnseenError: the users and roles of the account are unread.
    """
    admin = _admin(case, account)
    return admin if isinstance(admin, Not) else _not("key", locks_key(policy, admin))


def _not(what: str, why: str) -> Not | None:
    if not why:
        return None
    return Not(f"the policy of the {what} would lock people out: {why}", "mend that statement by hand, then plan again")


def _admin(case: Case, account: str) -> str | Not:
    todo = f'name one under [remedies.{case.slug}] in rootwarden.toml, as admin = "role/NAME"'
    found = named_admin(case.seen, account, case.settings.text("admin"))
    none = f"no administrator of account {account} is known who is not root and through whom somebody can come in"
    return found or Not(f"{none} (RW-IAM-13)", todo)
