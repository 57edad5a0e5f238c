"""Reads the `detection` part of a rule: named searches and the condition that joins them."""

from __future__ import annotations

from typing import Any, Final

from rootwarden.proofs.sigma_condition import read_condition
from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_item import Reading, item
from rootwarden.proofs.sigma_node import Node, all_of, any_of

MAX_SEARCHES: Final = 200
MAX_CONDITIONS: Final = 50


def read_detection(detection: Any, reading: Reading) -> tuple[Node, dict[str, Node]]:
    """Return the condition and the searches it is made of.

    Raises:
        ConstructError: empty, without condition, `timeframe`, and all that the parts refuse.
    """
    if not isinstance(detection, dict) or not detection:
        raise ConstructError("detection", "it is no map of searches", "name the searches and the condition")
    if "timeframe" in detection:
        why = "only single records are judged"
        raise ConstructError("timeframe", why, "remove it; counting over time belongs to a correlation")
    conditions = detection.get("condition")
    listed = conditions if isinstance(conditions, list) else [conditions]
    if len(detection) > MAX_SEARCHES or len(listed) > MAX_CONDITIONS:
        why = f"at most {MAX_SEARCHES} searches and {MAX_CONDITIONS} conditions are read"
        raise ConstructError("detection", why, "split the rule")
    named = {_name(name): _search_of(name, value, reading) for name, value in detection.items() if name != "condition"}
    if not named:
        raise ConstructError("detection", "it holds no search", "add one, as in `selection:`")
    texts = [one for one in listed if isinstance(one, str) and one.strip()]
    if not listed or texts != listed:
        raise ConstructError("condition", "it is missing or no text", "write it, as in `condition: selection`")
    return any_of([read_condition(one, named) for one in texts]), named


def _name(name: Any) -> str:
    """Return the name of a search."""
    if not isinstance(name, str):
        raise ConstructError(f"search identifier {name}", "it is no text", "name it in words")
    return name


def _search_of(name: str, value: Any, reading: Reading) -> Node:
    """Return a named search; what is refused in it is told with its name."""
    try:
        return _search(value, reading)
    except ConstructError as error:
        raise error.at(name) from None


def _search(value: Any, reading: Reading) -> Node:
    """Return a map (all lines), a list of maps (any of them), or values searched everywhere."""
    if isinstance(value, dict):
        if not value:
            raise ConstructError("empty search", "it would match everything", "name a field or remove it")
        return all_of([_line(key, values, reading) for key, values in value.items()])
    if not isinstance(value, list):
        return item("", value, reading)
    if not value:
        raise ConstructError("empty search", "it would match nothing", "give it values or remove it")
    if not any(isinstance(one, dict | list) for one in value):
        return item("", value, reading)
    return any_of([_search(one, reading) for one in value])


def _line(key: Any, values: Any, reading: Reading) -> Node:
    """Return one line of a map."""
    if not isinstance(key, str):
        raise ConstructError(f"field {key}", "it is no text", "put the name in quotes")
    return item(key, values, reading)
