"""What can go wrong, said so that the reader knows what happened, why, and what to do next."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every verb; the table per verb is in docs/exit-codes.md."""

    FINE = 0
    UNEXPECTED = 1
    USAGE = 2
    FINDINGS = 3
    AUTH = 4
    INCOMPLETE = 5
    REFUSED = 6
    UNVERIFIED = 7
    WAITING = 8
    INTERRUPTED = 130


class RootwardenError(Exception):
    """An error a person can act on: what happened, why, what to do next; printed as one line."""

    exit_code: Exit = Exit.UNEXPECTED

    def __init__(self, what: str, *, why: str = "", todo: str = "") -> None:
        """Keep the three parts apart so that `--json-errors` and the terminal can each show them."""
        super().__init__(what)
        self.what, self.why, self.todo = what, why, todo

    def __str__(self) -> str:
        """One line: `what: why. Next: todo`."""
        line = f"{self.what}: {self.why}" if self.why else self.what
        if not self.todo:
            return line
        return f"{line}{'' if line.endswith(('.', '?', '!')) else '.'} Next: {self.todo}"


class UsageError(RootwardenError):
    """The command line or the configuration asks for something that does not exist or does not fit."""

    exit_code = Exit.USAGE


class InputError(RootwardenError):
    """A file that was given cannot be read as what it claims to be."""

    exit_code = Exit.USAGE


class OutputError(RootwardenError):
    """A result cannot be written where it was asked for."""

    exit_code = Exit.USAGE


class AuthError(RootwardenError):
    """AWS does not know who is asking, or refuses the very first question."""

    exit_code = Exit.AUTH


class UnreachableError(RootwardenError):
    """AWS, or the endpoint given in its place, does not answer: nothing could be read at all."""

    exit_code = Exit.INCOMPLETE


class WaitingError(RootwardenError):
    """It is not time yet: something has to wait, and nothing was done."""

    exit_code = Exit.WAITING


class RefusedError(RootwardenError):
    """A guard of Rootwarden's own said no."""

    exit_code = Exit.REFUSED
