"""One call by which AWS may be changed: the IAM actions it needs, and whether making it twice does harm."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Write(Struct, frozen=True, kw_only=True):
    """One row of the table of writes. `again` says that making the call twice is making it once.

    `gone` are the errors that mean, when it takes something back, that there is nothing left to take back: a code, or
    `Code: words of its message` where the code alone says too little. `also` are IAM actions that AWS always checks
    beside the first. `settled` are the errors that mean, when it does something, that it is done already. `there` are
    those that mean, when it takes something back, that such a thing is there already; whether it is that very thing
    tells the call `same`, which reads, with the same parameters, or with those that `asked` names (by its own name the
    call's); `shown` is a JMESPath expression over its answer that is not empty then, `${Name}` in it a parameter of
    the call. A call that must not be made twice is not made again where `same` finds what it would make.
    """

    call: str
    action: str
    also: tuple[str, ...] = ()
    again: bool = True
    gone: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    same: str = ""
    asked: dict[str, str] = {}
    shown: str = "@"

    @property
    def actions(self) -> tuple[str, ...]:
        """All IAM actions that the call needs."""
        return (self.action, *self.also)


def tells(errors: Iterable[str], code: str, message: str) -> bool:
    """Return whether what AWS answered is one of these errors: a code, or `Code: words of its message`."""
    apart = (one.partition(": ") for one in errors)
    return any(name == code and words in message for name, _, words in apart)
