"""Finds every place in a control's file that says FAIL or PASS, and notes which of them were reached."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from rootwarden.model.control import Registered
from rootwarden.model.view import View

SAYS = ("passes", "fails")


class Place(NamedTuple):
    """A call of `passes` or `fails`: file and first line of the call."""

    file: str
    line: int
    says: str


def places(entry: Registered) -> set[Place]:
    """Return every call of `.passes(...)` and `.fails(...)` in the file of a control."""
    file = inspect.getfile(entry.judge)
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {Place(file, node.lineno, node.func.attr) for node in _calls(tree)}


@contextmanager
def noted() -> Iterator[set[Place]]:
    """Note, while this runs, from which lines verdicts are spoken."""
    reached: set[Place] = set()
    with (
        patch.object(View, "fails", _listening(View.fails, reached)),
        patch.object(View, "passes", _listening(View.passes, reached)),
    ):
        yield reached


def _listening(speak: Any, reached: set[Place]) -> Any:
    def listen(self: View, *args: Any, **kwargs: Any) -> Any:
        caller = sys._getframe(1)
        span = next(
            n for n in _spans(caller.f_code.co_filename) if n[0] <= caller.f_lineno <= n[1] and n[2] == speak.__name__
        )
        reached.add(Place(caller.f_code.co_filename, span[0], speak.__name__))
        return speak(self, *args, **kwargs)

    return listen


_known: dict[str, list[tuple[int, int, str]]] = {}


def _spans(file: str) -> list[tuple[int, int, str]]:
    if file not in _known:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
        _known[file] = [(node.lineno, node.end_lineno or node.lineno, node.func.attr) for node in _calls(tree)]
    return _known[file]


def _calls(tree: ast.AST) -> Iterator[Any]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAYS:
            yield node
