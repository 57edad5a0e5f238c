"""A user's key that AWS's own record or the trail shows at work is not switched off, whatever the report says.

The credential report may be four hours old. The record of the last use (IAM API Reference, GetAccessKeyLastUsed) is
asked for the very key, and knows of data events too, which no event history shows.
"""

from __future__ import annotations

from collections.abc import Iterator

import jmespath

from rootwarden.aws.hands import WriteError
from rootwarden.aws.refusals import UnreadError
from rootwarden.flows.applying.guards.guard import Guard, Guarded, Refusal
from rootwarden.flows.applying.guards.keys import REGIONS, enabled_regions, use_by_record, use_by_trail
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
        if not isinstance(key, str):
            return "the user has no such active key any more; the credential report is older"
        record = ask.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key)["AccessKeyLastUsed"]
    except (ValueError, WriteError, UnreadError) as error:
        return f"it could not be looked: {error}"
    days = on.settings(_SLUG).number("days")
    used = use_by_record(record.get("LastUsedDate"), on.now, days)
    if used and record.get("ServiceName") not in (None, "N/A"):
        used += f", for {record['ServiceName']} in {record.get('Region')}"
    return used or use_by_trail(ask, key, regions, on.now, days)


def _about(change: Change) -> bool:
    return change.remedy == _SLUG


GUARD = Guard(about=_about, check=_check, facts=(REGIONS,))
