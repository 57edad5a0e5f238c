"""A user's key that the trail shows at work is not switched off, whatever the credential report says."""

from __future__ import annotations

from collections.abc import Iterator

import jmespath

from rootwarden.aws.hands import WriteError
from rootwarden.aws.refusals import UnreadError
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.flows.applying.guards.keys import REGIONS, enabled_regions, use_by_trail
from rootwarden.model.plan import Change

_SLUG = "disable-unused-credentials"


def _check(on: Guarded) -> Iterator[Refusal]:
    for change in on.changes:
        why = _in_use(on, change)
        if why:
            yield Refusal(
                f"{change.title} ({change.account}): somebody may need it", why,
                "find out who uses it; plan again without it, or with more days",
            )  # fmt: skip


def _in_use(on: Guarded, change: Change) -> str:
    """Return in words what the key did lately, or why nobody knows; "" if nothing."""
    find = change.steps[0]
    try:
        regions = enabled_regions(on.facts(change.account))
        ask = on.enter(change.account, change.looks)
        key = jmespath.search(find.keeps["id"], ask.call("iam", find.call.operation, **find.call.parameters))
    except (ValueError, WriteError, UnreadError) as error:
        return f"it could not be looked: {error}"
    if not isinstance(key, str):
        return "the user has no such active key any more; the credential report is older"
    return use_by_trail(ask, key, regions, on.now, on.settings(_SLUG).number("days"))


def _about(change: Change) -> bool:
    return change.remedy == _SLUG


GUARD = Guard(about=_about, check=_check, facts=(REGIONS,))
