"""Lifecycle rules that end no object before its time; what else they do, and when others would have ended it, stays."""

from __future__ import annotations

import copy
from typing import Any

_ENDS = (("Expiration", "Days"), ("NoncurrentVersionExpiration", "NoncurrentDays"))


def lengthened(rules: list[Any], days: int) -> list[Any]:
    """Return rules that end objects and old versions after `days` at the earliest.

    A rule that is off, and one that ends objects on a date, stay as they are: a date cannot be put off for ever.
    """
    found = copy.deepcopy(rules)
    for rule in found:
        if not isinstance(rule, dict) or rule.get("Status") != "Enabled":
            continue
        for action, field in _ENDS:
            end = rule.get(action)
            if isinstance(end, dict) and isinstance(end.get(field), int):
                end[field] = max(end[field], days)
    return found
