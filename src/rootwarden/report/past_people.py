"""Hides whom a run is about: full names, and the tags that name a person or an owner, wherever the run tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct

from rootwarden.model.expect import Item
from rootwarden.model.findings import Evidence
from rootwarden.model.plan import Change, Difference, in_steps
from rootwarden.model.run import Run
from rootwarden.report.masking import masked_value

Kept = TypeVar("Kept")

HIDDEN = "…"
# Tags by which the roster says who somebody is (people/roster.py), and in which an owner is looked for (RW-IAM-01).
# Each may stand there in any case.
_NAME, _OWN = "name", ("name", "owner")
_TAG = re.compile(r"\.Tags\[(?:name|owner)\](?:\.Value)?\Z", re.IGNORECASE)
# How an expectation says that such a tag reads otherwise (model/expect.py, Found), and how a plan shows it.
_TAG_READS = re.compile(r"(\.Tags\[(?:name|owner)\](?:\.Value)? is ).+?(, and ).+?( was expected there)", re.IGNORECASE)
_TAG_SHOWN = re.compile(r"tag (?:name|owner) of ", re.IGNORECASE)
_ADDRESSED = re.compile(r"(.+?) <[^<>@]+@[^<>@]+>")


def without_people(value: Kept, run: Run) -> Kept:
    """Return what is told of a run without e-mail local parts, full names and the values of name and owner tags.

    A full name is what a name tag or Identity Center's DisplayName says, or what stands before an address. One that is
    also the name of a user stays: it is by that name that AWS knows what was done.
    """
    users = {one for change in run.plan.changes for one in _users(change)}
    names = sorted({one for change in run.plan.changes for one in _names(change)} - users, key=len, reverse=True)
    told = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None
    return _Veil(told).over(masked_value(value, show_ids=True))  # type: ignore[no-any-return]


class _Veil(Struct, frozen=True):
    names: re.Pattern[str] | None

    def over(self, value: Any) -> Any:
        match value:
            case None | Enum():
                return value
            case str():
                text = self.names.sub(HIDDEN, value) if self.names is not None else value
                return _TAG_READS.sub(rf"\1{HIDDEN}\2{HIDDEN}\3", text) if ".Tags[" in text else text
            case list() | tuple():
                return type(value)(map(self.over, value))
            case {"Key": str() as key, "Value": str() as own} if key.casefold() in _OWN:
                return {**value, "Value": _hidden(own)}
            case dict():
                return {name: self.over(item) for name, item in value.items()}
            case Evidence() if _TAG.search(value.fact):
                return Evidence(value.fact, _hidden(value.value))
            case Difference() if _TAG_SHOWN.match(value.what):
                return Difference(what=value.what, before=_hidden(value.before), after=_hidden(value.after))
            case Struct():
                return type(value)(**{name: self.over(getattr(value, name)) for name in value.__struct_fields__})
            case _:
                return value


def _hidden(value: Any) -> Any:
    """Return a value of a tag without whom it names; of an address the domain stays, as everywhere."""
    if isinstance(value, dict):
        return {name: _hidden(item) for name, item in value.items()}
    shown = not isinstance(value, str) or value in ("", "none") or value.startswith(f"{HIDDEN}@")
    return value if shown else HIDDEN


def _names(change: Change) -> Iterator[str]:
    """Go through the full names that a change tells."""
    for place in (*change.expects, *change.then):
        if _TAG.search(place.path) and _is_name(place.at[-1]) and isinstance(place.value, dict):
            yield from _full(place.value.get("Value"))
    for shown in change.shows:
        for text in (shown.before, shown.after):
            found = _ADDRESSED.fullmatch(text)
            yield from _full(found[1] if found is not None else None)
    for parameters, call in _sent(change):
        if call.startswith("identitystore.") and call.endswith("User"):
            yield from _full(parameters.get("DisplayName"))
        for tag in parameters.get("Tags") or ():
            if call.startswith("iam.") and isinstance(tag, dict) and str(tag.get("Key")).casefold() == _NAME:
                yield from _full(tag.get("Value"))


def _is_name(at: str | Item) -> bool:
    return isinstance(at, Item) and str(at.wanted).casefold() == _NAME


def _full(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value.strip()) > 1:
        yield value


def _users(change: Change) -> Iterator[str]:
    return (str(parameters["UserName"]) for parameters, _ in _sent(change) if "UserName" in parameters)


def _sent(change: Change) -> Iterator[tuple[dict[str, Any], str]]:
    for _, step in in_steps((change,)):
        for call in (step.call, *step.undo):
            yield call.parameters, call.name
