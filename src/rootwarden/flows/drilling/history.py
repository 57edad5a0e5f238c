"""The drills that were run: evidence for whoever asks whether alerting works."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.aws.clock import SystemClock
from rootwarden.errors import InputError, UsageError
from rootwarden.flows.incidents import existing
from rootwarden.model.drill import Drill, read_drill
from rootwarden.store.runs import drills


def past(url: str) -> tuple[Drill, ...]:
    """Return the drills that ended, the newest first.

    Raises:
        RootwardenError: there is no such store, or a drill in it was kept by a newer program.
    """
    store = existing(url)
    try:
        return tuple(read_drill(body) for body in drills(store))
    except ValueError as error:
        todo = "upgrade: a newer program ran it"
        raise InputError(f"{url} holds a drill that cannot be read", why=str(error), todo=todo) from error
    finally:
        store.close()


def one_of(url: str, name: str | None) -> Drill:
    """Return a drill by its name or how that begins, or the newest.

    Raises:
        UsageError: there is none.
    """
    found = [one for one in past(url) if name is None or one.id.startswith(name) or one.id == f"drill-{name}"]
    if not found:
        raise UsageError(f"there is no drill {name or ''}".rstrip(), todo="run one: rootwarden drill run detection")
    return found[0]


def passed_since(url: str, path: str, age: timedelta, configuration: str) -> Drill | None:
    """Return the newest drill of an alert path that passed and is no older than this, None if there is none.

    A drill of a watch that was configured otherwise (sources, channels, escalation) says nothing of what is there now.
    """
    since = SystemClock().now() - age
    try:
        found = past(url)
    except (UsageError, InputError):
        return None
    alike = (one for one in found if one.path == path and one.configuration == configuration)
    return next((one for one in alike if one.passed and one.finished >= since), None)
