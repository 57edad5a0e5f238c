"""Yes, no, or cannot tell: the three-valued answers that every reading of a policy gives, and how they combine.

The combinations are Kleene's: one no settles an "and", one yes settles an "or", whatever the rest is.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Answer(Struct, frozen=True, gc=False):
    """True, False, or None with the reason why it cannot be told."""

    value: bool | None
    why: str = ""


YES = Answer(True)
NO = Answer(False)


def cannot_tell(why: str) -> Answer:
    """Return the third answer with its reason."""
    return Answer(None, why)


def sure(value: bool) -> Answer:
    """Return the answer for a plain truth value."""
    return YES if value else NO


def opposite(answer: Answer) -> Answer:
    """Return no for yes, yes for no, and "cannot tell" as it was."""
    return answer if answer.value is None else sure(not answer.value)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Return no if any is no (asking no further), else the first "cannot tell", else yes."""
    doubt = YES
    for answer in answers:
        if answer.value is False:
            return answer
        if answer.value is None and doubt.value:
            doubt = answer
    return doubt


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return yes if any is yes (asking no further), else the first "cannot tell", else no."""
    doubt = NO
    for answer in answers:
        if answer.value:
            return answer
        if answer.value is None and doubt.value is False:
            doubt = answer
    return doubt
