"""What a target of a rule is given: the event, a part of it, a fixed text, or a template filled from the event.

Source: Amazon EventBridge User Guide, "Amazon EventBridge input transformation"; PutTargets of the API reference.
"""

from __future__ import annotations

import json
import re
from typing import Any

from rootwarden.lab.clock import iso, now

Event = dict[str, Any]
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\]")
_SLOT = re.compile(r"<([A-Za-z0-9_.\-]+)>")
_MISSING = object()


def input_for(target: dict[str, Any], event: Event, rule_name: str, rule_arn: str) -> str:
    """Return the text that a target gets of a matched event."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = at_path(event, str(target["InputPath"]))
        return json.dumps(None if found is _MISSING else found)
    transformer = target.get("InputTransformer")
    if transformer:
        return _filled(transformer, event, rule_name, rule_arn)
    return json.dumps(event)


def at_path(event: Any, path: str) -> Any:
    """Return the value at a JSON path of dots, indexes and quoted names; a private object when there is none."""
    value = event
    for match in _STEP.finditer(path.removeprefix("$")):
        name, index, quoted = match.groups()
        if index is not None:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else _MISSING
        else:
            value = value.get(name or quoted, _MISSING) if isinstance(value, dict) else _MISSING
    return value


def _filled(transformer: dict[str, Any], event: Event, rule_name: str, rule_arn: str) -> str:
    """Put values into a template: bare inside a quoted text, as JSON outside; what is not there is empty."""
    values = {name: at_path(event, str(path)) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event.ingestion-time": iso(now()),
        "aws.events.event": {name: part for name, part in event.items() if name != "detail"},
        "aws.events.event.json": event,
    }
    template, filled, quoted, position = str(transformer.get("InputTemplate", "")), [], False, 0
    for match in _SLOT.finditer(template):
        between = template[position : match.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        filled += [between, _shown(values.get(match[1], match[0]), quoted=quoted)]
        position = match.end()
    return "".join([*filled, template[position:]])


def _shown(value: Any, *, quoted: bool) -> str:
    if value is _MISSING:
        return "" if quoted else '""'
    if quoted:
        return json.dumps(value)[1:-1] if isinstance(value, str) else json.dumps(value).replace('"', '\\"')
    return json.dumps(value)
