"""What accounts share: one account's trail writes to another's bucket; the first pass joins them by name or ARN."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rootwarden.model.readings import Unknown, unknown_in
from rootwarden.model.sight import Log, Sight

# fact -> the field that identifies one of its items (None: the fact is an object keyed by that identity).
SHARED: Mapping[str, str | None] = {
    "cloudtrail.trails": "TrailARN",
    "s3.buckets": None,
    "kms.keys": "Arn",
    "sns.topics": "TopicArn",
}


class Shared:
    """Resources by identity, each with the account it was read in; the owner's view wins over anybody else's."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        """Start with nothing joined."""
        self._found: dict[tuple[str, str], tuple[str, Any]] = {}

    def add(self, account: str, fact: str, value: Any) -> None:
        """Join what `account` read under `fact`; an unread fact adds nothing."""
        if unknown_in(value) is not None:
            return
        for identity, item in _items(value, SHARED[fact]):
            held = self._found.get((fact, identity))
            if held is None or _rank(identity, account, item) > _rank(identity, *held):
                self._found[fact, identity] = (account, item)

    def owner(self, fact: str, identity: str) -> str:
        """Return the account in which the resource was read, "" if in none."""
        return self._found.get((fact, identity), ("", None))[0]

    def look(self, fact: str, identity: str, log: Log, missing: str) -> Sight:
        """Return the resource as a sight; `missing` is the reason when no account in scope shows it."""
        path = f"{fact}[{identity}]"
        if (fact, identity) not in self._found:
            return Sight(path, Unknown(missing), log)
        account, item = self._found[fact, identity]
        return Sight(f"{path}@{account}" if account else path, item, log)


def _items(value: Any, key: str | None) -> Iterator[tuple[str, Any]]:
    if key is None:
        yield from (value.items() if isinstance(value, Mapping) else ())
        return
    for item in value if isinstance(value, list) else ():
        identity = item.get(key) if isinstance(item, Mapping) else None
        if isinstance(identity, str):
            yield identity, item


def _rank(identity: str, account: str, item: Any) -> tuple[bool, bool, bool]:
    """Order of trust: a real answer over a mark, over "there is none"; the account named in the ARN over others."""
    return item is not None, unknown_in(item) is None, f":{account}:" in identity
