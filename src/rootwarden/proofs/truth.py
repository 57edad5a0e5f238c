"""A three-valued answer: yes, no, or "nobody could read it" together with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError


class Truth(Struct, frozen=True):
    """True, False, or None with the reason and the fact path at which sight ended."""

    value: bool | None
    unknown: Unknown | None = None
    path: str = ""

    def sure(self) -> bool:
        """Return the answer.

        Raises:
            UnseenError: nothing readable decides.
        """
        if self.value is None:
            raise UnseenError(self.unknown or Unknown("undecided"), self.path)
        return self.value


def ask(question: Callable[[], bool]) -> Truth:
    """Answer a question that reads facts; what could not be read becomes an open answer instead of an exception."""
    try:
        return Truth(question())
    except UnseenError as error:
        return Truth(None, error.unknown, error.path)


def any_true(answers: Iterable[Truth]) -> Truth:
    """Return True if any answer is, False if all are False, else the first open one (Kleene's "or")."""
    seen = list(answers)
    return _first(seen, True) or _first(seen, None) or Truth(False)


def witnesses(answers: Iterable[Truth]) -> Truth:
    """Return True if any source says so, else False if any source denies it, else the first open answer.

    For sources that each know the whole: one that could be read is enough, and the worse one wins a contradiction.
    """
    seen = list(answers)
    return _first(seen, True) or _first(seen, False) or _first(seen, None) or Truth(None)


def _first(answers: list[Truth], value: bool | None) -> Truth | None:
    return next((answer for answer in answers if answer.value is value), None)
