"""What a fact must read: said before a change (else the plan is stale) and after it (else it did not do what it said).

An expectation is data, so that it can be shown, kept in a plan file, looked up in a fresh snapshot, and written into a
copy of the facts to see what later changes would find.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from rootwarden.model.facts import FACTS
from rootwarden.model.readings import Unknown, unknown_in
from rootwarden.model.snapshot import Facts


class Item(Struct, frozen=True, gc=False):
    """One item of a list: the one whose field `key` is `wanted`, or has those fields where `wanted` is an object.

    With `key` "" it is the item itself that is `wanted`, or has those fields: alerts of a budget are told apart by
    several at once.
    """

    key: str
    wanted: str | bool | dict[str, Any] = field(name="is")

    def __str__(self) -> str:
        """What the item is known by, as people write it."""
        wanted = self.wanted
        return " ".join(str(value) for value in wanted.values()) if isinstance(wanted, dict) else str(wanted)

    def fits(self, item: Any) -> bool:
        """Return whether it is this item of the list."""
        if not self.key:
            return fits(self.wanted, item)
        return isinstance(item, dict) and fits(self.wanted, item.get(self.key))

    def new(self) -> Any:
        """Return the item as far as it is known by this."""
        return {self.key: copy.deepcopy(self.wanted)} if self.key else copy.deepcopy(self.wanted)


class Expect(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The value at a place of a fact; null: there is no such thing, or AWS leaves the field out.

    Of an object only the fields named in `value` count, so that what AWS adds by itself does not matter. A list of
    texts has no order, as in AWS's answers. `assumed` is what only planning goes by and nobody looks up: a time that
    AWS sets, a place that nobody can name yet (it draws the id of a key), what a person has to do (confirm a mail).
    `beforehand` is what must read so before a change that leaves it alone, such as who is in a group: what becomes of
    it afterwards tells nothing of the change, nor of its undo.
    """

    fact: str
    at: tuple[str | Item, ...] = ()
    value: Any = None
    assumed: bool = False
    beforehand: bool = False

    @property
    def path(self) -> str:
        """The place as people write it: `cloudtrail.trails[ARN].IsMultiRegionTrail`."""
        steps = (f"[{one}]" if isinstance(one, Item) else f".{one}" for one in self.at)
        return self.fact + "".join(steps)


class Found(Struct, frozen=True):
    """What stands at the place of an expectation that does not hold; `unread` where nobody could look."""

    expect: Expect
    value: Any = None
    unread: Unknown | None = None

    def __str__(self) -> str:
        """One line for people; of people's own data only which field differs."""
        if self.unread is not None:
            return f"{self.expect.path} could not be read: {self.unread}"
        path, wanted, there = _apart(self.expect.path, self.expect.value, self.value)
        if self.expect.fact in FACTS and FACTS[self.expect.fact].personal:
            return f"{path} is {_kept_back(there, 'filled')}, and {_kept_back(wanted, 'another value')} was expected"
        return f"{path} is {said(there)}, and {'nothing' if wanted is None else said(wanted)} was expected there"


def _apart(path: str, wanted: Any, there: Any) -> tuple[str, Any, Any]:
    """Return the first place within two values at which they differ: two objects side by side tell nobody anything."""
    match wanted, there:
        case dict(), dict() if wanted and there:
            for name in (*wanted, *(one for one in there if one not in wanted)):
                if wanted.get(name) != there.get(name):
                    return _apart(f"{path}.{name}", wanted.get(name), there.get(name))
        case list(), list() if len(wanted) == len(there):
            for at, (old, new) in enumerate(zip(wanted, there, strict=True)):
                if old != new:
                    return _apart(f"{path}[{at}]", old, new)
    return path, wanted, there


def _kept_back(value: Any, words: str) -> str:
    """Return these words for whatever there is, so that a message tells nobody's name, address or number."""
    return said(None) if value is None else words


def said(value: Any) -> str:
    """Return a value as one short piece of text."""
    match value:
        case None:
            return "not there"
        case bool():
            return "true" if value else "false"
        case str():
            return value if len(value) <= 60 else f"{value[:57]}..."
        case dict():
            return f"an object with {', '.join(sorted(value)[:4])}" if value else "empty"
        case list():
            return f"a list of {len(value)}" if value else "empty"
        case _:
            return str(value)


def broken(expects: Iterable[Expect], facts: Mapping[str, Any]) -> list[Found]:
    """Return the expectations that do not hold in plain facts, each with what stands there instead."""
    looked = ((one, look(one, facts)) for one in expects if not one.assumed)
    return [
        Found(one, unread=found) if isinstance(found, Unknown) else Found(one, found)
        for one, found in looked
        if isinstance(found, Unknown) or not _holds(one, found)
    ]


def touching(expects: Iterable[Expect]) -> tuple[Expect, ...]:
    """Return the expectations of what a change itself touches: what undoing it brings back."""
    return tuple(one for one in expects if not one.beforehand)


# What is taken as a whole: a statement with one condition more, or a lock with a rule, is another one.
WHOLE = frozenset((
    "policy", "Policy", "PolicyDocument", "Document", "AssumeRolePolicyDocument", "object_lock", "lifecycle", "logging",
    "KeyPolicy",
))  # fmt: skip


def _holds(expect: Expect, found: Any) -> bool:
    whole = any(isinstance(step, str) and step in WHOLE for step in expect.at)
    return bool(expect.value == found) if whole else fits(expect.value, found)


def look(expect: Expect, facts: Mapping[str, Any]) -> Any:
    """Return the value at the place of an expectation: None where there is nothing, `Unknown` where it is unread."""
    place = facts.get(expect.fact, Unknown("not_collected"))
    for step in expect.at:
        if isinstance(place, Unknown):
            return place
        why = unknown_in(place)
        if why is not None:
            return why
        place = _item(place, step) if isinstance(step, Item) else place.get(step) if isinstance(place, dict) else None
    return unknown_in(place) or place


def _item(place: Any, step: Item) -> Any:
    """Return an item of a list; where it is not there and another is unread, that might be the one."""
    items = place if isinstance(place, list) else []
    hidden: Unknown | None = None
    for item in items:
        if step.fits(item):
            return item
        hidden = hidden or (unknown_in(item) if _might_be(item, step) else None)
    return hidden


def _might_be(item: Any, step: Item) -> bool:
    """Return whether an unread item may be the one: not one of another name, nor of another Region than an ARN says."""
    if not isinstance(item, dict):
        return True
    region, name = item.get("region"), step.wanted if isinstance(step.wanted, str) else ""
    elsewhere = isinstance(region, str) and region not in ("", "*") and name.count(":") >= 5
    return not isinstance(item.get(step.key), str) and not (elsewhere and name.split(":")[3] not in ("", region))


# AWS writes money as text, and not always as it was told: a limit of 100 comes back as 100.0 (AWS Budgets, Spend).
_MONEY = "Amount"


def fits(wanted: Any, found: Any) -> bool:
    """Return whether what was found is as wanted; of an object only the fields count that are wanted."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if "Statement" in wanted:
            return wanted == found
        return all(
            fits(value, found.get(name)) or (name == _MONEY and _same_amount(value, found.get(name)))
            for name, value in wanted.items()
        )
    if isinstance(wanted, list) and isinstance(found, list):
        if all(isinstance(one, str) for one in (*wanted, *found)):
            return sorted(wanted) == sorted(found)
        return len(wanted) == len(found) and all(map(fits, wanted, found))
    return bool(wanted == found)


def _same_amount(one: Any, other: Any) -> bool:
    try:
        return isinstance(one, str) and isinstance(other, str) and Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def lasting(expects: Iterable[Expect], later: Iterable[Expect]) -> tuple[Expect, ...]:
    """Return the expectations that outlast later ones: whose place is not set anew, nor gone with what it stood in."""
    anew = [(one.fact, one.at, one.value is None) for one in later if not one.assumed]
    return tuple(
        one
        for one in expects
        if not any(fact == one.fact and (at == one.at or (gone and at == one.at[: len(at)])) for fact, at, gone in anew)
    )


def renamed(expects: Iterable[Expect], names: Mapping[str, str]) -> tuple[Expect, ...]:
    """Return expectations in which every text that `names` holds is put by the name it stands for."""
    expects = tuple(expects)
    return tuple(_renamed(one, names) for one in expects) if names else expects


def without(expects: Iterable[Expect], texts: Iterable[str]) -> tuple[Expect, ...]:
    """Return the expectations in which none of these texts stands."""
    texts = tuple(texts)
    return tuple(one for one in expects if not any(_names(one, text) for text in texts))


def _names(expect: Expect, text: str) -> bool:
    """Return whether a text stands anywhere in an expectation."""
    return _renamed(expect, {text: ""}) != expect


def _renamed(expect: Expect, names: Mapping[str, str]) -> Expect:
    at = (Item(one.key, _with_names(one.wanted, names)) if isinstance(one, Item) else names.get(one, one)
          for one in expect.at)  # fmt: skip
    return replace(expect, at=tuple(at), value=_with_names(expect.value, names))


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case str():
            return names.get(value, value)
        case dict():
            return {name: _with_names(item, names) for name, item in value.items()}
        case list():
            return [_with_names(item, names) for item in value]
        case _:
            return value


def plain_facts(facts: Facts) -> dict[str, Any]:
    """Return all facts of an account as plain values."""
    return {name: facts.get(name)[0] for name in facts}


def as_if(facts: Mapping[str, Any], expects: Iterable[Expect]) -> dict[str, Any]:
    """Return the facts as they would read if these expectations held; what they do not name is that of `facts`."""
    changed = dict(facts)
    for one in expects:
        changed[one.fact] = _put(changed.get(one.fact), list(one.at), one.value)
    return changed


def _put(place: Any, at: list[str | Item], value: Any) -> Any:
    """Return a place with a value put into it; the place itself is not changed, and all else in it not copied."""
    if not at:
        both = isinstance(place, dict) and isinstance(value, dict) and unknown_in(place) is None
        return _merged(place, value) if both else copy.deepcopy(value)
    step, rest = at[0], at[1:]
    if isinstance(step, Item):
        return _put_item(place if isinstance(place, list) else [], step, rest, value)
    held = dict(place) if isinstance(place, dict) and unknown_in(place) is None else {}
    held[step] = _put(held.get(step), rest, value)
    return held


def _put_item(items: list[Any], step: Item, rest: list[str | Item], value: Any) -> list[Any]:
    at = next((n for n, item in enumerate(items) if step.fits(item)), None)
    if at is None and value is None and not rest:
        return items
    if at is None:
        return [*items, _put(step.new(), rest, value)]
    if value is None and not rest:
        return items[:at] + items[at + 1 :]
    return [*items[:at], _put(items[at], rest, value), *items[at + 1 :]]


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    return old | {
        name: _merged(old[name], value) if isinstance(value, dict) and isinstance(old.get(name), dict) else value
        for name, value in new.items()
    }
