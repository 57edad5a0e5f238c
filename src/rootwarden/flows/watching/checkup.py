"""The doctor's look at a watch: is it alive, does it keep up, can it tell anybody, and was that proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO

from msgspec import Struct

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.own_clients import OwnClients
from rootwarden.errors import RootwardenError
from rootwarden.flows.drilling.plan import path_of
from rootwarden.flows.drilling.running import Running
from rootwarden.flows.incidents import existing
from rootwarden.flows.notifying import list_channels
from rootwarden.flows.watching.plan import WatchRequest
from rootwarden.model.drill import read_drill
from rootwarden.store import outbox
from rootwarden.store.letters import count_letters
from rootwarden.store.opening import Store
from rootwarden.store.runs import drills
from rootwarden.store.states import saved_state
from rootwarden.trail.sources import Tools, open_source

# Where the event history is tried if no Region is named: the watch itself reads all that are enabled.
_ANYWHERE = ("us-east-1",)
_ALIVE, _WAITS = timedelta(seconds=60), timedelta(minutes=5)


class Sign(Struct, frozen=True):
    """One thing that was looked at: well or not, in words, and what to do about it."""

    what: str
    well: bool
    told: str
    todo: str = ""


def check_up(request: WatchRequest) -> tuple[Sign, ...]:
    """Look at the sources, the channels and the store of a watch, without changing anything."""
    return (*_sources(request), *_channels(request), *_escalation(request), *_drill(request), *_store(request))


def _sources(request: WatchRequest) -> Iterator[Sign]:
    client, clock = OwnClients(request.way, "rootwarden-doctor"), SystemClock()
    tools = Tools(client=client, clock=clock, regions=lambda: request.regions or _ANYWHERE, stdin=_no_pipe)
    if not request.sources:
        yield Sign("sources", False, "none is configured", "set [watch] sources in rootwarden.toml")
    for place in request.sources:
        if place == "-":
            yield Sign(f"source {place}", True, "standard input")
            continue
        try:
            source = open_source(place, tools)
        except RootwardenError as error:
            yield Sign(f"source {place}", False, f"{error.what}: {error.why}" if error.why else error.what, error.todo)
        else:
            yield Sign(f"source {place}", True, source.note or "it answers")


def _no_pipe() -> IO[bytes]:
    raise RootwardenError("standard input is not looked at")


def _channels(request: WatchRequest) -> Iterator[Sign]:
    try:
        found = list_channels(request.notify)
    except RootwardenError as error:
        yield Sign("channels", False, str(error))
        return
    if not found:
        yield Sign("channels", False, "none is configured: nobody is told", "add a [channels.NAME] section")
    for one in found:
        missing = [secret.reference for secret in one.secrets if secret.state == "missing"]
        told = f"{one.kind}, told of {', '.join(level.value for level in one.levels)}"
        todo = f"try it: rootwarden notify test {one.name}"
        if missing:
            yield Sign(f"channel {one.name}", False, f"its secret is missing: {', '.join(missing)}", todo)
        else:
            yield Sign(f"channel {one.name}", True, told)


def _escalation(request: WatchRequest) -> Iterator[Sign]:
    known = {*request.notify.channels}
    for number, step in enumerate(request.escalation.steps):
        missing = [name for name in step.channels if name not in known]
        told = (
            f"there is no channel {', '.join(missing)}"
            if missing
            else f"after {step.after}: {', '.join(step.channels)}"
        )
        todo = f"name one of [channels.NAME] in escalation.steps[{number}].channels" if missing else ""
        yield Sign(f"escalation {number + 1}", not missing, told, todo)


def _drill(request: WatchRequest) -> Iterator[Sign]:
    """Look whether the drill that is configured could be run; it is not."""
    if request.rehearsal is None:
        return
    try:
        Running(request.rehearsal.drill)
    except RootwardenError as error:
        yield Sign("[drill]", False, f"{error.what}: {error.why}" if error.why else error.what, error.todo)
    else:
        yield Sign("[drill]", True, path_of(request.rehearsal.drill))


def _store(request: WatchRequest) -> Iterator[Sign]:
    try:
        store = existing(request.store)
    except RootwardenError as error:
        yield Sign("store", False, error.what, "start the watch: rootwarden watch")
        return
    try:
        yield Sign("store", True, store.name)
        yield from _life(store, SystemClock().now())
        yield _proven(store, SystemClock().now())
    finally:
        store.close()


def _life(store: Store, now: datetime) -> Iterator[Sign]:
    seen = saved_state(store, "watcher")
    if seen is None:
        yield Sign("watch", False, "none has ever run on this store", "start it: rootwarden watch")
    else:
        age = now - seen[1]
        told = f"heard {age.total_seconds():.0f} s ago"
        yield Sign("watch", age < _ALIVE, told, "" if age < _ALIVE else "see whether it runs, and its log")
    for one in outbox.backlog(store, ()):
        bad = one.error or one.given_up or (one.oldest is not None and now - one.oldest > _WAITS)
        told = f"{one.waiting} waiting, {one.delivered} delivered, {one.given_up} given up"
        told += f"; it does not take them: {one.error}" if one.error else ""
        todo = f"see why: rootwarden notify test {one.channel}"
        yield Sign(f"outbox {one.channel}", not bad, told, todo if bad else "")
    letters = count_letters(store)
    todo = "see them: rootwarden letters list; and when they are seen to: rootwarden letters discard"
    yield Sign("dead letters", not letters, f"{letters} kept", todo if letters else "")


def _proven(store: Store, now: datetime) -> Sign:
    found = [read_drill(body) for body in drills(store, most=1)]
    if not found:
        return Sign("drill", False, "alerting was never drilled", "run one: rootwarden drill run detection")
    last = found[0]
    days = (now - last.finished).days
    told = f"the last one {'passed' if last.passed else f'FAILED at {last.broken}'} {days} days ago ({last.path})"
    return Sign("drill", last.passed, told, "" if last.passed else f"see it: rootwarden drill report {last.id}")
