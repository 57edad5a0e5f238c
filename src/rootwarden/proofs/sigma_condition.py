"""Reads the condition of a rule: `selection and not 1 of filter_*`.

Source: Sigma specification 2.1, "Condition": `or` binds least, then `and`, `not`, `1 of`, brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rootwarden.proofs.sigma_error import ConstructError
from rootwarden.proofs.sigma_node import Node, all_of, any_of, none_of
from rootwarden.proofs.sigma_pattern import any_text, read_pattern

MAX_TOKENS: Final = 500
MAX_BRACKETS: Final = 30
_TOKEN = re.compile(r"\s*([()]|[A-Za-z0-9_*-]+)")
_WORDS = frozenset({"and", "or", "not", "of", "them", "1", "any", "all", "(", ")"})


def read_condition(text: str, named: Mapping[str, Node]) -> Node:
    """Return the condition over the search identifiers `named`.

    Raises:
        ConstructError: no condition, aggregations (`|`), `near`, an identifier that is not defined, too long or deep.
    """
    try:
        reader = _Reader(_tokens(text), named)
        node = reader.alternatives()
        if reader.next() is not None:
            raise _malformed(f"'{reader.next()}' is not expected there")
    except ConstructError as error:
        raise error.at("condition") from None
    return node


def _tokens(text: str) -> list[str]:
    """Return the words and brackets of a condition."""
    if "|" in text:
        todo = "remove it; counting over time belongs to a correlation"
        raise ConstructError("aggregation after |", "only single records are judged", todo)
    tokens, place = [], 0
    text = text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _malformed(f"'{text[place:].strip()[:20]}' is no word of it")
        tokens.append(found[1])
        place = found.end()
        if len(tokens) > MAX_TOKENS:
            raise _malformed(f"it has more than {MAX_TOKENS} words")
    if "near" in tokens:
        raise ConstructError("near", "only single records are judged", "write `and`, or remove it")
    return tokens


class _Reader:
    """Goes over the tokens once, one function for each strength of binding."""

    def __init__(self, tokens: list[str], named: Mapping[str, Node]) -> None:
        self._tokens, self._named = tokens, named
        self._place = self._depth = 0

    def next(self) -> str | None:
        """Return the next token without taking it; None at the end."""
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, word: str) -> bool:
        """Take the next token if it is `word`."""
        if self.next() != word:
            return False
        self._place += 1
        return True

    def alternatives(self) -> Node:
        """Read what `or` joins."""
        nodes = [self._together()]
        while self._take("or"):
            nodes.append(self._together())
        return any_of(nodes)

    def _together(self) -> Node:
        """Read what `and` joins."""
        nodes = [self._maybe_not()]
        while self._take("and"):
            nodes.append(self._maybe_not())
        return all_of(nodes)

    def _maybe_not(self) -> Node:
        """Read an operand with the `not` before it."""
        turns = 0
        while self._take("not"):
            turns += 1
        node = self._operand()
        return none_of(node) if turns % 2 else node

    def _operand(self) -> Node:
        """Read brackets, a selector or an identifier."""
        word = self.next()
        if word is None:
            raise _malformed("it ends too early")
        self._place += 1
        if word == "(":
            return self._bracketed()
        if word in ("1", "any", "all") and self._take("of"):
            pattern = self.next()
            self._place += 1
            return self._selected(word, pattern or "")
        if word in self._named and word not in _WORDS:
            return self._named[word]
        if word in _WORDS:
            raise _malformed(f"'{word}' is not expected there")
        known = ", ".join(sorted(self._named))
        raise ConstructError(f"identifier {word[:60]}", "it is not defined", f"define it, or use one of {known}")

    def _bracketed(self) -> Node:
        """Read to the closing bracket."""
        self._depth += 1
        if self._depth > MAX_BRACKETS:
            raise _malformed(f"it has brackets more than {MAX_BRACKETS} deep")
        node = self.alternatives()
        if not self._take(")"):
            raise _malformed("a bracket is not closed")
        self._depth -= 1
        return node

    def _selected(self, quantity: str, pattern: str) -> Node:
        """Return one or all of the identifiers that fit; those with a leading underscore only if the pattern has it."""
        shown = f"{quantity} of {pattern}".strip()
        if pattern == "" or pattern in _WORDS - {"them"}:
            raise _malformed(f"'{shown}' names no identifiers")
        fits = any_text([read_pattern("*" if pattern == "them" else pattern)], cased=True)
        nodes = [
            node
            for name, node in self._named.items()
            if fits(name) and (pattern.startswith("_") or not name.startswith("_"))
        ]
        if not nodes:
            raise ConstructError(shown[:60], "no search identifier fits", "correct the pattern or define one")
        return all_of(nodes) if quantity == "all" else any_of(nodes)


def _malformed(why: str) -> ConstructError:
    """Return the refusal of a condition that cannot be read."""
    return ConstructError("condition", why, "write it from identifiers, and, or, not, 1 of, all of and brackets")
