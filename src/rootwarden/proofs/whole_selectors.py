"""The event selectors by which a trail records all management events, with the data events that it records already.

Source: CloudTrail API Reference, PutEventSelectors, EventSelector (at most five) and AdvancedEventSelector.
"""

from __future__ import annotations

import copy
from typing import Any

from rootwarden.model.sight import Sight
from rootwarden.proofs.trail_selectors import NOISY_SOURCES, Recorded, category_fields

_MOST = 5
_NAME = "All management events"


def whole_selectors(selectors: Sight, recorded: Recorded) -> dict[str, list[Any]] | None:
    """Return what PutEventSelectors is told, by its parameter; None where basic selectors would be too many.

    Of the management events only what CloudTrail offers to leave out for its volume stays left out, where it was.

    Raises:
        UnseenError: a selector is unread or malformed.
    """
    noisy = sorted(recorded.excluded & NOISY_SOURCES)
    advanced = selectors["AdvancedEventSelectors"]
    if not advanced.is_none and advanced.plain():
        kept = [copy.deepcopy(one.plain()) for one in advanced.each() if category_fields(one, "Management") is None]
        return {"AdvancedEventSelectors": [_advanced(noisy), *kept]}
    basic = selectors["EventSelectors"].plain(default=None) or []
    data = [_data_only(one) for one in basic if one.get("DataResources")]
    everything = {
        "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
        "ExcludeManagementEventSources": noisy,
    }  # fmt: skip
    return {"EventSelectors": [everything, *data]} if len(data) < _MOST else None


def _data_only(selector: dict[str, Any]) -> dict[str, Any]:
    """Return a basic selector without its management events; its data events stay as they are."""
    return {**copy.deepcopy(selector), "IncludeManagementEvents": False, "ExcludeManagementEventSources": []}


def _advanced(noisy: list[str]) -> dict[str, Any]:
    fields: list[dict[str, Any]] = [{"Field": "eventCategory", "Equals": ["Management"]}]
    if noisy:
        fields.append({"Field": "eventSource", "NotEquals": noisy})
    return {"Name": _NAME, "FieldSelectors": fields}
