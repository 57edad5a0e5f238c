"""What is wrong with a detection rule, said so that its author can put it right."""

from __future__ import annotations

from rootwarden.errors import InputError


class RuleError(InputError):
    """A Sigma rule that is not evaluated: which file, document, field and construct, why, and what to do."""

    def __init__(self, file: str, document: int, place: str, construct: str, *, why: str, todo: str) -> None:
        """Keep the parts; `document` counts from 1, 0 stands for the file as a whole."""
        self.file, self.document, self.place, self.construct = file, document, place, construct
        where = [file, f"document {document}" if document else "", place]
        super().__init__(f"{', '.join(part for part in where if part)}: {construct}", why=why, todo=todo)


class ConstructError(Exception):
    """A construct that is refused, raised where it is met; the reader of the file adds file and document."""

    def __init__(self, construct: str, why: str, todo: str, place: str = "") -> None:
        """Keep the parts; `place` is the field, search identifier or key, "" where only the caller knows it."""
        super().__init__(construct)
        self.construct, self.why, self.todo, self.place = construct, why, todo, place

    def at(self, place: str) -> ConstructError:
        """Return the same refusal at `place`, which the inner place, if any, follows."""
        inner = " > ".join(part for part in (place, self.place) if part)
        return ConstructError(self.construct, self.why, self.todo, inner)

    def within(self, file: str, document: int) -> RuleError:
        """Return it as the error a person is shown."""
        return RuleError(file, document, self.place, self.construct, why=self.why, todo=self.todo)
