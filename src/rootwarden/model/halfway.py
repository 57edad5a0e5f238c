"""Tells of what a change made only in part whether somebody else changed it since: it reads neither as before nor as
planned, nor as any state on the way between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rootwarden.model.expect import WHOLE, Expect, Found, as_if, fits, look
from rootwarden.model.readings import Unknown


def neither(before: Iterable[Expect], after: Iterable[Expect], facts: Mapping[str, Any]) -> list[Found]:
    """Return what of `after` neither holds nor reads as `before` says, nor lies between; and what is unread.

    Where nothing is said of before, nobody can tell, and it is no matter.
    """
    former, amiss = as_if(facts, (one for one in before if not one.assumed)), []
    for one in after:
        if one.assumed:
            continue
        found, was = look(one, facts), look(one, former)
        if isinstance(found, Unknown):
            amiss.append(Found(one, unread=found))
        elif not isinstance(was, Unknown):
            whole = any(isinstance(step, str) and step in WHOLE for step in one.at)
            if not _between(was, one.value, found, whole=whole):
                amiss.append(Found(one, found))
    return amiss


def _between(former: Any, wanted: Any, found: Any, *, whole: bool = False) -> bool:
    """Return whether a value is what it was, what it shall be, or on the way from the one to the other.

    Of what was not there before a field may be empty: AWS fills it in when a later call says with what.
    """
    if found == former or (found == wanted if whole else fits(wanted, found) or fits(former, found)):
        return True
    if former is None and not found:
        return True
    match wanted, found:
        case dict(), dict() if former is None or isinstance(former, dict):
            was = former or {}
            if whole or "Statement" in wanted:
                return not was and all(name in wanted and wanted[name] == value for name, value in found.items())
            return all(
                _between(was.get(name), value, found.get(name), whole=name in WHOLE) for name, value in wanted.items()
            )
        case list(), list() if former is None or isinstance(former, list):
            had = former or []
            stays = [one for one in had if any(fits(other, one) for other in wanted)]
            known = all(any(fits(other, one) for other in (*had, *wanted)) for one in found)
            return known and all(any(fits(other, one) for one in found) for other in stays)
    return False
