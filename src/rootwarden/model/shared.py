"""What accounts share: one account's trail writes to another's bucket; the first pass joins them by name or ARN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Raw

from rootwarden.model.account_line import decoded
from rootwarden.model.expect import Expect, as_if
from rootwarden.model.readings import Unknown, not_collected, unknown_in
from rootwarden.model.sight import Log, Sight

# Stands for "the whole fact, under the account's own id": what members need to see of their management account.
WHOLE = "*"
# fact -> the field that identifies one of its items (None: the fact is an object keyed by that identity).
SHARED: Mapping[str, str | None] = {
    "cloudtrail.trails": "TrailARN",
    "cloudtrail.event_rate": WHOLE,
    "s3.buckets": None,
    "kms.keys": "Arn",
    "sns.topics": "TopicArn",
    "budgets.budgets": WHOLE,
    "budgets.notifications": WHOLE,
    "budgets.subscribers": WHOLE,
    "ce.cost": WHOLE,
}


class Shared:
    """Resources by identity, each with the account it was read in; the owner's view wins over anybody else's."""

    __slots__ = ("_accounts", "_found", "_named", "_read")

    def __init__(self) -> None:
        """Start with nothing joined."""
        self._found: dict[tuple[str, str], tuple[str, Any, bool]] = {}
        self._named: dict[tuple[str, str], list[str]] = {}
        self._read: dict[tuple[str, str], Unknown | None] = {}
        self._accounts: set[str] = set()

    def add(self, account: str, fact: str, value: Any) -> None:
        """Join what `account` read under `fact`, decoded or not; of an unread fact only the reason is kept."""
        key, clean = SHARED[fact], False
        if isinstance(value, Raw):
            # Facts that are joined whole are decoded when somebody asks for them, which few do.
            value, clean = (value.copy(), False) if key == WHOLE else decoded(value)
            if isinstance(value, Unknown):
                return  # judging meets the same bytes and says UNKNOWN with the reason
        self._accounts.add(account)
        if key == WHOLE:
            self._found[fact, account] = (account, value, clean)
            return
        self._read[fact, account] = None if clean else _first_unread(value)
        if not clean and unknown_in(value) is not None:
            return
        for identity, item in _items(value, key):
            held = self._found.get((fact, identity))
            if held is None:
                self._named.setdefault((fact, _account_in(identity)), []).append(identity)
            if held is None or _better(identity, (account, item), held[:2]):
                self._found[fact, identity] = (account, item, clean)

    def in_scope(self, account: str) -> bool:
        """Return whether anything was joined for this account: whether its line is in the snapshot."""
        return account in self._accounts

    def names(self, fact: str, account: str) -> tuple[str, ...]:
        """Return the ARNs known under a fact that name this account as their owner, whoever read them."""
        return tuple(self._named.get((fact, account), ()))

    def unread(self, fact: str, account: str) -> Unknown | None:
        """Return why a fact of an account, or an item of it, could not be read; None if all of it was."""
        return self._read.get((fact, account), not_collected(fact))

    def owner(self, fact: str, identity: str) -> str:
        """Return the account in which the resource was read, "" if in none."""
        return self._found.get((fact, identity), ("",))[0]

    def as_if(self, account: str, expects: Iterable[Expect]) -> None:
        """From now on show the resources of `account` as they would be if these expectations held."""
        for one in expects:
            if one.fact not in SHARED:
                continue
            key, first = SHARED[one.fact], one.at[0] if one.at else ""
            identity = account if key == WHOLE else str(first)
            held = self._found.get((one.fact, identity), (account, None, True))[1]
            held = decoded(held)[0] if isinstance(held, Raw) else held
            whole = held if key == WHOLE else {identity: held} if key is None else [held] if held is not None else []
            changed = as_if({one.fact: whole}, (one,))[one.fact]
            item = changed if key == WHOLE else changed[identity] if key is None else next(iter(changed), None)
            self._accounts.add(account)
            if key != WHOLE and (one.fact, identity) not in self._found:
                self._named.setdefault((one.fact, _account_in(identity)), []).append(identity)
            self._found[one.fact, identity] = (account, item, False)

    def look(self, fact: str, identity: str, log: Log, missing: str) -> Sight:
        """Return the resource as a sight; `missing` is the reason when no account in scope shows it."""
        path = f"{fact}[{identity}]"
        found = self._found.get((fact, identity))
        if found is not None and isinstance(found[1], Raw):
            found = self._found[fact, identity] = (found[0], *decoded(found[1]))
        if found is None or isinstance(found[1], Unknown):
            return Sight(path, Unknown(missing), log)
        account, item, clean = found
        if SHARED[fact] == WHOLE:
            return Sight(f"{fact}@{account}", item, log, clean)
        return Sight(f"{path}@{account}" if account else path, item, log, clean)


def _items(value: Any, key: str | None) -> Iterator[tuple[str, Any]]:
    if key is None:
        yield from (value.items() if isinstance(value, Mapping) else ())
        return
    for item in value if isinstance(value, list) else ():
        identity = item.get(key) if isinstance(item, Mapping) else None
        if isinstance(identity, str):
            yield identity, item


def _first_unread(value: Any) -> Unknown | None:
    whole = unknown_in(value)
    if whole is not None or not isinstance(value, list):
        return whole
    return next((why for why in map(unknown_in, value) if why is not None), None)


def _account_in(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def _better(identity: str, new: tuple[str, Any], held: tuple[str, Any]) -> bool:
    """Return whether a view beats the one held; of equals the lower account id's: the order of reading never counts."""
    mine, theirs = _rank(identity, *new), _rank(identity, *held)
    return mine > theirs or (mine == theirs and new[0] < held[0])


def _rank(identity: str, account: str, item: Any) -> tuple[bool, bool, bool]:
    """Order of trust: a real answer over a mark, over "there is none"; the account named in the ARN over others."""
    return item is not None, unknown_in(item) is None, f":{account}:" in identity
