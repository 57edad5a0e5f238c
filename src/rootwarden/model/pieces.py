"""Takes a large state apart into pieces that are quickly written each, and puts it together again.

A state after a storm takes seconds to write as JSON. What it holds is taken hold of at once; the pieces are made one by
one afterwards, between other work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from msgspec import Struct

# So many members of a list or a dict are written at once: some milliseconds.
_MOST = 100

State = TypeVar("State", bound=Struct)


def apart(state: State) -> Iterator[State]:
    """Yield pieces of a state of the same type: first all that is neither list nor dict, then parts of those.

    Every field of the type has a default. What the lists and dicts hold must not change until the last piece is made.
    """
    kind = type(state)
    fields: dict[str, Any] = {name: getattr(state, name) for name in kind.__struct_fields__}
    large = {name: value for name, value in fields.items() if isinstance(value, list | dict)}
    yield kind(**{name: value for name, value in fields.items() if name not in large})
    for name, value in large.items():
        members = [*value.items()] if isinstance(value, dict) else value
        for at in range(0, len(members), _MOST):
            part = members[at : at + _MOST]
            yield kind(**{name: dict(part) if isinstance(value, dict) else part})


def together(pieces: Iterable[State]) -> State:
    """Return the state that was taken apart.

    Raises:
        ValueError: there is no piece.
    """
    found: State | None = None
    for piece in pieces:
        if found is None:
            found = piece
            continue
        for name in piece.__struct_fields__:
            value, held = getattr(piece, name), getattr(found, name)
            if isinstance(value, list):
                held.extend(value)
            elif isinstance(value, dict):
                held.update(value)
    if found is None:
        raise ValueError("there is no piece of it")
    return found
