"""From options and configuration to what a drill is to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rootwarden.cli.settings import Settings
from rootwarden.cli.spans import length, span
from rootwarden.cli.watch_digest import watch_digest
from rootwarden.cli.watch_settings import DEFAULT_STORE
from rootwarden.cli.way import way_of
from rootwarden.errors import UsageError
from rootwarden.flows.drilling.plan import LIMIT, DrillRequest
from rootwarden.flows.watching.plan import Rehearsal
from rootwarden.model.drill import Method

# The policy of most who have one says once a month or a quarter; more often than hourly it is noise.
_OFTEN, _SELDOM = timedelta(hours=1), timedelta(days=366)


def drill_request(settings: Settings, store: str, given: Mapping[str, Any]) -> DrillRequest:
    """Return the request that the options make; what they do not say is taken from `[drill]`.

    Raises:
        UsageError: no method is named, or a value makes no sense.
    """
    kept, within = settings.watching.drill, given.get("within")
    method = given.get("method") or kept.method
    if not method:
        todo = "name one with --method or [drill] method: assume-root in an organization, synthetic or alarm without"
        raise UsageError("which drill?", todo=todo)
    return DrillRequest(
        method=Method(method),
        store=store,
        way=way_of(given),
        region=given["region"] or "us-east-1",
        limit=span(within, "--within") if within else length(kept.within, "drill.within") if kept.within else LIMIT,
        target=given.get("target") or kept.target,
        role=given.get("drill_role") or kept.role,
        alarm=given.get("alarm") or kept.alarm,
        topics=given.get("topics") or tuple(kept.topics),
        acknowledge=bool(given.get("acknowledge")),
        configuration=watch_digest(settings),
    )


def rehearsal_to_look_at(settings: Settings, given: Mapping[str, Any]) -> Rehearsal | None:
    """Return the drill that the configuration describes, whether the watch runs it by itself or not; None: none.

    Raises:
        UsageError: a value makes no sense.
    """
    kept = settings.watching.drill
    if not kept.method and not kept.every:
        return None
    store = settings.watching.watch.store or DEFAULT_STORE
    return rehearsal(settings, store, given) or Rehearsal(drill_request(settings, store, given), _SELDOM)


def rehearsal(settings: Settings, store: str, given: Mapping[str, Any]) -> Rehearsal | None:
    """Return the drill that a watch runs by itself (`[drill] every`), None if it runs none.

    Raises:
        UsageError: a value makes no sense.
    """
    every = settings.watching.drill.every
    if not every:
        return None
    found = length(every, "drill.every")
    if not _OFTEN <= found <= _SELDOM:
        raise UsageError(f"drill.every is {every}", why="an hour at least, a year at most", todo="write it as 28d")
    return Rehearsal(drill_request(settings, store, given), found)
