"""Finds the KMS key that a trail or a topic names, by its ARN, its id or its alias, in the account that owns it."""

from __future__ import annotations

from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.view import View

FACT = "kms.keys"
OUT_OF_SCOPE = "key_out_of_scope"


def find_key(seen: View, name: str, account: str, region: str) -> Sight:
    """Return the key as a sight; unread with reason `key_out_of_scope` only if its account is not in the snapshot.

    `account` and `region` are those of the resource that names the key; an ARN overrides them.
    """
    parts = name.split(":", 5)
    owner, place, local = (parts[4], parts[3], parts[5]) if len(parts) == 6 else (account, region, name)
    if len(parts) == 6 and local.startswith("key/"):
        found = seen.shared(FACT, name, OUT_OF_SCOPE)
    else:
        found = _by_alias(seen, local, owner, place)
    if found.unknown is None or found.unknown.why != OUT_OF_SCOPE or not seen.in_scope(owner):
        return found
    unread = seen.shared_unread(FACT, owner) or Unknown("key_not_listed", "kms.DescribeKey", ("kms:DescribeKey",))
    return Sight(f"{FACT}[{name}]", unread, seen.log)


def owner_of_key(name: str, account: str) -> str:
    """Return the account of a key named by ARN, else `account`."""
    parts = name.split(":", 5)
    return parts[4] if len(parts) == 6 else account


def _by_alias(seen: View, name: str, owner: str, region: str) -> Sight:
    """Find a key by its id or by a name under which it was looked up (`named_as`, such as `alias/alerts`)."""
    for arn in seen.shared_names(FACT, owner):
        aside = seen.about().shared(FACT, arn, OUT_OF_SCOPE).recorded_in(Log())
        if arn.split(":")[3] == region and (_is_named(aside["named_as"], name) or aside.told("KeyId") == name):
            return seen.shared(FACT, arn, OUT_OF_SCOPE)
    return Sight(f"{FACT}[{name}]", Unknown(OUT_OF_SCOPE), seen.log)


def _is_named(names: Sight, name: str) -> bool:
    try:
        return any(one.text() == name for one in names.each(default=[]))
    except UnseenError:
        return False
