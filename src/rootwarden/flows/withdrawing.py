"""An announced plan is withdrawn, and every channel that was told of the announcement is told of that too, once.

The withdrawal counts from the first moment on, whoever could be told. Before and after a channel is told, that is
written down: a program that is killed on the way goes on where it was, under the same id, and says what may repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock
from rootwarden.errors import InputError, RefusedError
from rootwarden.model.announced import Announced
from rootwarden.model.findings import Severity
from rootwarden.model.message import Message, Occasion
from rootwarden.model.ports import Clock
from rootwarden.report.labels import plural
from rootwarden.store.announcements import find_announcement
from rootwarden.store.locks import HeldError, Lock
from rootwarden.store.opening import Store, reopen_store
from rootwarden.store.run_log import withdraw
from rootwarden.store.withdrawals import Withdrawal, find_withdrawal, keep_withdrawal, withdrawal_of

_LOCK = 0x77697468  # "with"


class Voices(Struct, frozen=True):
    """The channels that are configured, and how one is told a message: "" where it took it, else why not."""

    names: tuple[str, ...] = ()
    tell: Callable[[str, Message], str] = lambda name, _: f"there is no channel {name}"


class Withdrawn(Struct, frozen=True, kw_only=True):
    """A withdrawn announcement: which channels were told now, which could not be and why, which are not there any more.

    `before` says that it had been withdrawn already, and only the telling was gone on with.
    """

    announced: Announced
    told: tuple[str, ...] = ()
    untold: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    before: bool = False


def withdrawn(
    url: str, name: str, agree: Callable[[Announced], bool], voices: Voices | None = None, clock: Clock | None = None,
    by: str = "",
) -> Withdrawn | None:  # fmt: skip
    """Withdraw the announcement whose digest begins so, and tell; None when nobody agreed.

    `by` is who does so, and is kept. Where it was withdrawn before and somebody is not told yet, the telling goes on,
    and nobody is asked.

    Raises:
        InputError: there is none, or there are several.
        RefusedError: the plan is being applied at this moment, or another process is telling.
        StoreError: the store does not answer.
    """
    voices, clock = voices or Voices(), clock or SystemClock()
    with closing(reopen_store(url)) as store:
        try:
            found = find_announcement(store, name)
        except InputError:
            half = find_withdrawal(store, name)
            if half is None:
                raise
            return _tell(store, half.announced, voices, before=True)
        if not agree(found):
            return None
        now = clock.now()
        told = found.told if found.told is not None else voices.names
        telling = Withdrawal(announced=found, at=now, left=told if found.counts(now) else ())
        withdraw(store, found, by, now, telling)
        return _tell(store, found, voices, before=False)


def _tell(store: Store, announced: Announced, voices: Voices, *, before: bool) -> Withdrawn:
    told: list[str] = []
    gone: list[str] = []
    untold: list[tuple[str, str]] = []
    with _alone(store):
        half = withdrawal_of(store, announced.digest)
        for channel in half.left if half is not None else ():
            assert half is not None  # it is what is gone through
            why = ""
            if channel in voices.names:
                message = _message(half, may_repeat=channel in half.trying)
                half = replace(half, trying=tuple({*half.trying, channel}))
                keep_withdrawal(store, half)
                why = voices.tell(channel, message)
            if why:
                untold.append((channel, why))
                continue
            (told if channel in voices.names else gone).append(channel)
            half = replace(half, left=tuple(one for one in half.left if one != channel))
            keep_withdrawal(store, half)
    return Withdrawn(announced=announced, told=tuple(told), untold=tuple(untold), gone=tuple(gone), before=before)


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """See that one process at a time tells.

    Raises:
        RefusedError: another does.
    """
    try:
        lock = Lock(store, "withdrawing", _LOCK)
    except HeldError as error:
        todo = "wait for it; the same command tells whom it did not"
        raise RefusedError("another process is telling that a plan was withdrawn", todo=todo) from error
    try:
        yield
    finally:
        lock.close(done=True)


def _message(one: Withdrawal, *, may_repeat: bool) -> Message:
    """Return what people are told; its id is the same however often it is made."""
    said = one.announced
    name = f"withdrawn-{said.name}-{said.at:%Y%m%dT%H%M%S}"
    what = plural(len(said.titles), "change") if said.titles else "what"
    return Message(
        id=name, thread=name, occasion=Occasion.UPDATE, severity=Severity.MEDIUM,
        title=f"withdrawn: {what} that cannot be taken back and had been announced will not be made",
        lines=(f"Announced: {said.at:%Y-%m-%d %H:%M} UTC by {said.by}", f"Withdrawn: {one.at:%Y-%m-%d %H:%M} UTC",
               *said.titles, "What of it had been made before stays made; `rootwarden runs` lists it."),
        steps=("Nothing is to be done; to apply the plan again announces it anew, and a new day begins.",),
        accounts=said.accounts, event_time=one.at, created=one.at, may_repeat=may_repeat,
    )  # fmt: skip
