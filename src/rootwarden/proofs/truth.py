"""A three-valued answer: yes, no, or "nobody could read it" together with the reason.

Of several sources one that answers is enough, but never over the head of another that was asked and did not answer: it
may hold the bad news. Otherwise a refused permission would turn a failure into a pass. A source that nobody asked, or
that AWS leaves silent, is no obstacle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from rootwarden.model.readings import Unknown, UnseenError

# Reasons that hide nothing: nobody asked, AWS sent no such field, or wrote that it does not tell.
_SILENT = frozenset({"not_collected", "field_missing", "no_root_row"})
SILENCE = "report_says_"


class Truth(Struct, frozen=True, gc=False):
    """True, False, or None with the reason and the fact path at which sight ended."""

    value: bool | None
    unknown: Unknown | None = None
    path: str = ""

    @property
    def hidden(self) -> bool:
        """Whether the source was asked and its answer could not be read; silence hides nothing."""
        return self.value is None and self.unknown is not None and not is_silent(self.unknown)

    def sure(self) -> bool:
        """Return the answer.

        Raises:
            UnseenError: nothing readable decides.
        """
        if self.value is None:
            raise UnseenError(self.unknown or Unknown("undecided"), self.path)
        return self.value


def is_silent(unknown: Unknown) -> bool:
    """Return whether a reason says that nobody asked or that AWS has nothing to say, rather than that it was kept."""
    return unknown.why in _SILENT or unknown.why.startswith(SILENCE)


_TRUE, _FALSE = Truth(True), Truth(False)


def ask(question: Callable[[], bool]) -> Truth:
    """Answer a question that reads facts; what could not be read becomes an open answer instead of an exception."""
    try:
        return _TRUE if question() else _FALSE
    except UnseenError as error:
        return Truth(None, error.unknown, error.path)


def any_true(answers: Iterable[Truth]) -> Truth:
    """Return True if any part is, False if all are False, else an open one (Kleene's "or"), a hidden one first."""
    hidden = doubt = None
    for answer in list(answers):  # all are asked, whatever the first says: what was read to answer is the evidence
        if answer.value:
            return answer
        if answer.value is None:
            doubt = doubt or answer
            hidden = hidden or (answer if answer.hidden else None)
    return hidden or doubt or _FALSE


def all_true(answers: Iterable[Truth]) -> Truth:
    """Return False if any answer is, True if all are True, else the first open one (Kleene's "and")."""
    doubt: Truth | None = None
    for answer in answers:
        if answer.value is False:
            return answer
        if answer.value is None and doubt is None:
            doubt = answer
    return doubt or _TRUE


def witnesses(answers: Iterable[Truth]) -> Truth:
    """Return True if any source says so; else a hidden answer, if there is one; else False if any source denies it.

    For sources that each know the whole, of which the worse is believed.
    """
    denied = hidden = doubt = None
    for answer in list(answers):
        if answer.value:
            return answer
        if answer.value is None:
            doubt = doubt or answer
            hidden = hidden or (answer if answer.hidden else None)
        else:
            denied = denied or answer
    return hidden or denied or doubt or Truth(None)
