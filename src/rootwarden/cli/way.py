"""From the options that every verb of AWS has to how AWS is reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rootwarden.aws.opening import Way
from rootwarden.flows.request import CollectRequest

_OPTIONS = ("profile", "region", "role_arn", "external_id", "endpoint_url", "concurrency", "timeout")


def reaching(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the options says how AWS is reached, as a `CollectRequest` names it."""
    return {name: given[name] for name in _OPTIONS}


def way_of(given: Mapping[str, Any]) -> Way:
    """Return how to reach AWS."""
    return CollectRequest(**reaching(given)).way
