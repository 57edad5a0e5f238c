"""Answers that many accounts need and one call gives: asked the first time only, refusals remembered as well."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from rootwarden.aws.refusals import UnreadError

_PATIENCE = 0.2


class Once:
    """One remembered answer; who comes while it is being asked waits, but not beyond the end of the reading."""

    __slots__ = ("_done", "_lock", "_refusal", "_value")

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lock, self._done = Lock(), False
        self._value: Any = None
        self._refusal: UnreadError | None = None

    def answer(self, ask: Callable[[], Any], ended: Callable[[], str]) -> Any:
        """Return the remembered answer, or ask for it.

        Raises:
            UnreadError: AWS did not answer, now or the first time.
        """
        if not self._done:
            while not self._lock.acquire(timeout=_PATIENCE):
                if ended():
                    return ask()  # every call is refused at once now, with the reason for the end
            try:
                self._ask(ask)
            finally:
                self._lock.release()
        if self._refusal is not None:
            raise UnreadError(self._refusal.unknown, self._refusal.code, self._refusal.message)
        return self._value

    def _ask(self, ask: Callable[[], Any]) -> None:
        if self._done:
            return
        try:
            self._value = ask()
        except UnreadError as refusal:
            self._refusal = refusal
        self._done = True


class Memory:
    """Remembered answers by key; a key begins with the account it belongs to ("" for the whole reading)."""

    def __init__(self, ended: Callable[[], str]) -> None:
        """`ended` says why no further call may be made, "" while the reading goes on."""
        self._held: dict[tuple[str, ...], Once] = {}
        self._lock = Lock()
        self._ended = ended

    def once(self, key: tuple[str, ...], ask: Callable[[], Any]) -> Any:
        """Return the answer to `ask`, asked the first time only.

        Raises:
            UnreadError: AWS did not answer, now or the first time.
        """
        with self._lock:
            held = self._held.setdefault(key, Once())
        return held.answer(ask, self._ended)

    def forget(self, account: str) -> None:
        """Drop what was remembered for one account: its line is written."""
        with self._lock:
            for key in [key for key in self._held if key[0] == account]:
                del self._held[key]
