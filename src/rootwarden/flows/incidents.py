"""What people do with the incidents of a watch: list, show, acknowledge, close, mute."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.errors import InputError, UsageError
from rootwarden.model.caseload import AlertSeen, Caseload, CaseSeen, MessageSeen, Mute, WholeCase
from rootwarden.model.incidents import Incident
from rootwarden.report.story import story
from rootwarden.store import casebook, outbox
from rootwarden.store.opening import Store, open_store
from rootwarden.store.states import saved_state

# Nothing is muted for longer: what is muted for good should be a window, or another detection.
LONGEST_MUTE = timedelta(days=30)
_ACCOUNT = re.compile(r"[0-9]{12}")
_STATES = (casebook.OPEN, casebook.ACKNOWLEDGED)


def listed(url: str, *, every: bool) -> Caseload:
    """Return the incidents that are open or acknowledged, or all of them.

    Raises:
        RootwardenError: there is no such store.
    """
    store = existing(url)
    found = casebook.cases(store, (*_STATES, casebook.CLOSED) if every else _STATES, most=1000)
    watcher = saved_state(store, "watcher")
    return Caseload(
        now=_now(), cases=tuple(map(_seen, found)), watcher_seen=watcher[1] if watcher is not None else None
    )


def shown(url: str, name: str) -> WholeCase:
    """Return everything about an incident.

    Raises:
        UsageError: there is none of this name.
    """
    store = existing(url)
    case = _find(store, name)
    kept, total = casebook.alerts_of(store, case.id)
    standing = tuple(one.alert for one in kept if one.state == "open")
    return WholeCase(
        now=_now(),
        case=_seen(case),
        story=story(Incident(case.id, standing)) if standing else "What was told of it does not hold any more.",
        total=total,
        alerts=tuple(AlertSeen(thread=one.thread, told=one.told, state=one.state, alert=one.alert) for one in kept),
        messages=tuple(
            MessageSeen(
                message=one.message, occasion=one.occasion, channel=one.channel, state=one.state, created=one.created,
                delivered=one.delivered, attempts=one.attempts, error=one.error,
            )
            for one in outbox.posted(store, case.id)
        ),
    )  # fmt: skip


def acknowledged(url: str, name: str, by: str, note: str) -> str:
    """Acknowledge an incident; return what became of it."""
    return _settled(url, name, by, note, casebook.acknowledge, casebook.ACKNOWLEDGED)


def closed(url: str, name: str, by: str, note: str) -> str:
    """Close an incident; return what became of it."""
    return _settled(url, name, by, note, casebook.close, casebook.CLOSED)


def _settled(
    url: str, name: str, by: str, note: str, settle: Callable[[Store, str, str, str, datetime], bool], state: str
) -> str:
    store = existing(url)
    case = _find(store, name)
    if settle(store, case.id, by, note, _now()):
        return f"{case.id} {state} by {by}"
    return f"{case.id} is {case.state} already{f', by {case.by}' if case.by else ''}"


def muted(url: str, given: dict[str, Any]) -> Mute:
    """Mute alerts of a detection, an account or both.

    Raises:
        UsageError: neither is named, or it is for too long.
    """
    if not given["code"] and not given["account"]:
        todo = "name a detection with --code, an account with --account, or both"
        raise UsageError("what is to be muted?", why="everything would be too much", todo=todo)
    if not given["reason"].strip() or not given["owner"].strip():
        raise UsageError("a mute needs a reason and an owner", todo="say why with --reason, and who with --owner")
    given = given | {"code": _code(url, given["code"])}
    if given["account"] and _ACCOUNT.fullmatch(given["account"]) is None:
        raise UsageError(f"{given['account']!r} is no account id", why="an account id has 12 digits", todo="correct it")
    if not timedelta() < given["until"] <= LONGEST_MUTE:
        raise UsageError("a mute ends within 30 days", todo="choose a shorter --until, and look again then")
    now = _now()
    one = Mute(**given | {"id": new_ulid(), "created": now, "until": now + given["until"]})
    casebook.mute(existing(url), one)
    return one


def _code(url: str, given: str) -> str:
    """Return the code of a detection named by code or slug in any case; of users' own rules what was seen before."""
    if not given:
        return ""
    # Imported here: whoever looks at incidents must not wait for the rules.
    from rootwarden.catalogue.detecting import everything  # noqa: PLC0415

    known = {one.detection.code: one.slug for one in everything()}
    for code, slug in known.items():
        if given.casefold() in (code.casefold(), slug):
            return code
    if casebook.has_code(existing(url), given):
        return given
    close = get_close_matches(given, [*known, *known.values()], n=1)
    why = f"did you mean {close[0]}?" if close else "no detection has it, and no alert was seen of it"
    raise UsageError(f"there is no detection {given!r}", why=why, todo="see `rootwarden detections`")


def unmuted(url: str, name: str) -> None:
    """End a mute.

    Raises:
        UsageError: there is none of this name.
    """
    if not casebook.unmute(existing(url), name, _now()):
        raise UsageError(f"there is no mute {name!r}", todo="see `rootwarden alerts mutes`")


def mutes(url: str) -> tuple[Mute, ...]:
    """Return what is muted now."""
    return tuple(casebook.mutes_at(existing(url), _now()))


def existing(url: str) -> Store:
    """Open a store that is there: to look must not make an empty one."""
    path = url.removeprefix("sqlite:///")
    if "://" not in path and not Path(path).is_file():
        todo = "name the store of the watch with --store or [watch] store"
        raise InputError(f"there is no store {path}", todo=todo)
    return open_store(url)


def _find(store: Store, name: str) -> casebook.Case:
    found = casebook.find_case(store, name)
    if found is None:
        raise UsageError(f"there is no incident or alert {name!r}", todo="see `rootwarden alerts list`")
    return found


def _seen(case: casebook.Case) -> CaseSeen:
    return CaseSeen(
        id=case.id, state=case.state, severity=case.severity, title=case.title, accounts=case.subjects,
        counts=case.counts, first=case.first, last=case.last, opened=case.opened, by=case.by, at=case.at,
        note=case.note,
    )  # fmt: skip


def _now() -> datetime:
    return SystemClock().now()
