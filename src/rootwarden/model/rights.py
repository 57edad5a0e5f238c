"""What the calls of a change need from IAM: each action on the very things that it is about, and under a condition.

Where a thing has no name before it is made, the tags that it is made with stand for it. Source: the Service
Authorization Reference; where a table of writes says nothing, a step says what it touches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from rootwarden.model.plan import Call, Change, Step
from rootwarden.model.write import Right
from rootwarden.model.writes import ALSO, LOOKS, ON, WRITES

ANYTHING = "*"
Only = Mapping[str, Mapping[str, str]]

_FIELD = re.compile(r"\{(\w+)\}")
# Whose keys are judged by their tags (KMS Developer Guide, "Using tags to control access to KMS keys").
_BY_TAG = frozenset(("kms",))
_ASKED = "aws:RequestTag/*"
# What is named without the path that its ARN may have.
_ANY_PATH = "/*/"


class Grant(Struct, frozen=True, kw_only=True):
    """One action, one ARN (with `*` for any text), and the condition, as IAM writes it."""

    action: str
    on: str = ANYTHING
    only: Only = {}


def grants(change: Change, step: Step, looking: Mapping[str, tuple[str, ...]]) -> Iterator[Grant]:
    """Go through what one step, its way back and its probes need; `looking` are the actions of calls that only read."""
    here = _Here(change, step)
    for call in (step.call, *step.undo):
        row = WRITES[call.name]
        for right in row.rights(call.parameters, change.account):
            yield from here.of(right, call)
        if row.same and call is not step.call:
            yield from here.looks(LOOKS[row.same], call)
    known = {one.action: one for one in (*WRITES[step.call.name].also, *ALSO.values())}
    for action in step.also:
        yield from here.of(known.get(action, Right(action=action)), step.call)
    for probe in step.probes:
        for call in probe.calls:
            yield from here.looks(looking[call.name], call)


def guard_grants(account: str, actions: Iterable[str]) -> Iterator[Grant]:
    """Go through what a guard needs to look before a change is made: it learns only there what it asks about."""
    for action in actions:
        for on in ON.get(action) or (ANYTHING,):
            yield Grant(action=action, on=_filled(on, {}, account, ""))


class _Here:
    """A step in its change: what its calls name, and how what was made before is known."""

    def __init__(self, change: Change, step: Step) -> None:
        self._account, self._step = change.account, step
        self._tags = {one.id: _tags(one.call) for one in change.steps if one.call.service in _BY_TAG}
        gone = {
            name for one in change.steps for call in one.undo if call.name == "kms.UntagResource"
            for name in call.parameters["TagKeys"]
        }  # fmt: skip
        self._lasting = {
            id_: {name: value for name, value in tags.items() if name not in gone} for id_, tags in self._tags.items()
        }

    def of(self, right: Right, call: Call, *, reads: bool = False) -> Iterator[Grant]:
        """Go through what one right comes to for a call."""
        fields = _fields(self._step.call) | _fields(call)
        only = _said(right.only, fields)
        templates = right.on or ON.get(right.action)
        if templates is None:
            yield from (Grant(action=right.action, on=arn, only=only) for arn in self._step.on)
            return
        if not templates:
            yield Grant(action=right.action, only=only)
            return
        filled = {one: _filled(one, fields, self._account, call.region) for one in templates}
        exact = {one: [arn for arn in self._step.on if _is(arn, pattern)] for one, pattern in filled.items()}
        known = any(exact.values())
        for template, pattern in filled.items():
            if known and _ANY_PATH in template and not exact[template]:
                continue
            both = only if reads else _both(only, self._known(template, fields))
            yield from (Grant(action=right.action, on=arn, only=both) for arn in exact[template] or (pattern,))

    def looks(self, actions: Iterable[str], call: Call) -> Iterator[Grant]:
        """Go through what a call that only reads needs."""
        for action in actions:
            if action in ON:
                yield from self.of(Right(action=action), call, reads=True)
            else:
                yield Grant(action=action)

    def _known(self, template: str, fields: Mapping[str, Any]) -> Only:
        """Return by which tags AWS shall know what an earlier step makes, none where it is known by its name."""
        for name in _FIELD.findall(template):
            value = fields.get(name)
            maker = str(value["$ref"]).partition(".")[0] if isinstance(value, Mapping) and "$ref" in value else ""
            if self._lasting.get(maker):
                tags = {f"aws:ResourceTag/{key}": text for key, text in self._lasting[maker].items()}
                return {"StringEquals": tags}
        return {}


def _fields(call: Call) -> dict[str, Any]:
    """Return the parameters of a call by name, those within others among them."""
    found: dict[str, Any] = {}
    for name, value in call.parameters.items():
        found[name] = value
        if isinstance(value, Mapping) and "$ref" not in value:
            found |= value
        if isinstance(value, str) and value.startswith("arn:"):
            found[f"{name}_id"] = value.rpartition("/")[2]
    return found


def _is(arn: str, pattern: str) -> bool:
    return arn != ANYTHING and fnmatchcase(arn, pattern)


def _filled(template: str, fields: Mapping[str, Any], account: str, region: str) -> str:
    """Return an ARN with its fields filled in: what is not known beforehand is anything."""
    names = _FIELD.findall(template)
    whole = [fields[name] for name in names if str(fields.get(name, "")).startswith("arn:")]
    if whole:
        return str(whole[0])
    texts = {name: fields[name] if isinstance(fields.get(name), str) else ANYTHING for name in names}
    return template.format(**texts | {"account": account, "region": region or ANYTHING})


def _said(only: Only, fields: Mapping[str, Any]) -> Only:
    """Return a condition with its fields filled in; one whose value nobody knows beforehand is left out."""
    found: dict[str, Mapping[str, str]] = {}
    for operator, pairs in only.items():
        said: dict[str, str] = {}
        for key, value in pairs.items():
            if key == _ASKED:
                said |= {f"aws:RequestTag/{name}": text for name, text in _named(fields.get("Tags")).items()}
            elif not _FIELD.search(value):
                said[key] = value
            elif isinstance(text := fields.get(value.strip("{}")), str):
                said[key] = text
        if said:
            found[operator] = said
    return found


def _both(one: Only, other: Only) -> Only:
    return {operator: {**one.get(operator, {}), **other.get(operator, {})} for operator in (*one, *other)}


def _tags(call: Call) -> dict[str, str]:
    return _named(call.parameters.get("Tags"))


def _named(tags: Any) -> dict[str, str]:
    """Return tags by name; KMS spells their fields otherwise than the rest."""
    return {str(one.get("TagKey", one.get("Key"))): str(one.get("TagValue", one.get("Value"))) for one in tags or ()}
