"""One call by which AWS may be changed: the IAM actions it needs, and whether making it twice does harm."""

from __future__ import annotations

from msgspec import Struct


class Write(Struct, frozen=True, kw_only=True):
    """One row of the table of writes. `again` says that making the call twice is making it once.

    `gone` are the error codes that mean, when it takes something back or away, that there is nothing left to; `also`
    are IAM actions that AWS always checks beside the first.
    """

    call: str
    action: str
    also: tuple[str, ...] = ()
    again: bool = True
    gone: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """All IAM actions that the call needs."""
        return (self.action, *self.also)
