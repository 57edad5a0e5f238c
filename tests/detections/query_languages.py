"""Just enough of Splunk's and Elastic's query languages to ask whether a converted rule still fires on a record.

Splunk: NOT binds first, then OR, then the blank that means AND; a comparison with a missing field is false; text is
compared without case. ES|QL: `not`, `and`, `or` bind in that order; a comparison with a missing field is unknown, and a
record on which the query is unknown is not returned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.detections.predicates import Record, field

Answer = bool | None
Ask = Callable[[Record], Answer]
TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|==|[()=,]|[\w.*]+)')


def splunk(query: str) -> Ask:
    """What a Splunk search answers for a record.

    Raises:
        ValueError: the search uses more of the language than is known here.
    """
    return Splunk(query).whole()


def esql(query: str) -> Ask:
    """What the `where` of an ES|QL query answers for a record; None for unknown.

    Raises:
        ValueError: the query uses more of the language than is known here.
    """
    return Esql(query.split("| where ", 1)[1]).whole()


def every(parts: list[Ask]) -> Ask:
    """AND of three-valued answers."""

    def ask(record: Record) -> Answer:
        answers = [part(record) for part in parts]
        return False if False in answers else None if None in answers else True

    return ask


def some(parts: list[Ask]) -> Ask:
    """OR of three-valued answers."""

    def ask(record: Record) -> Answer:
        answers = [part(record) for part in parts]
        return True if True in answers else None if None in answers else False

    return ask


def turned(part: Ask) -> Ask:
    """NOT of a three-valued answer."""

    def ask(record: Record) -> Answer:
        answer = part(record)
        return None if answer is None else not answer

    return ask


class Reader:
    """The words of a query, read from left to right."""

    def __init__(self, query: str) -> None:
        """Cut the query into words."""
        self.words: list[str] = []
        at = 0
        while query[at:].strip():
            found = TOKEN.match(query, at)
            if found is None:
                raise ValueError(f"not understood: {query[at : at + 40]}")
            self.words.append(found[1])
            at = found.end()

    def next_is(self, *words: str) -> bool:
        """The next word is one of these."""
        return bool(self.words) and self.words[0] in words

    def take(self, *expected: str) -> str:
        """The next word, which must be one of these if any are given."""
        word = self.words.pop(0)
        if expected and word not in expected:
            raise ValueError(f"{word} where {expected} should be")
        return word

    def value(self) -> str:
        """The next word as text."""
        return re.sub(r"\\(.)", r"\1", self.take().strip('"'))

    def values(self) -> list[str]:
        """A list in parentheses."""
        self.take("(")
        found = [self.value()]
        while self.take(",", ")") == ",":
            found.append(self.value())
        return found

    def whole(self) -> Ask:
        """The whole query; nothing may be left."""
        ask = self.lowest()
        if self.words:
            raise ValueError(f"left over: {self.words}")
        return ask

    def lowest(self) -> Ask:
        """What binds last in this language."""
        raise NotImplementedError


class Splunk(Reader):
    """Splunk's search command."""

    def lowest(self) -> Ask:
        """Terms side by side."""
        parts = [self.alternatives()]
        while self.words and not self.next_is(")"):
            parts.append(self.alternatives())
        return every(parts)

    def alternatives(self) -> Ask:
        """Terms joined by OR."""
        parts = [self.term()]
        while self.next_is("OR"):
            self.take()
            parts.append(self.term())
        return some(parts)

    def term(self) -> Ask:
        """A comparison, a group, or either turned round."""
        if self.next_is("NOT"):
            self.take()
            return turned(self.term())
        if self.next_is("("):
            self.take()
            ask = self.lowest()
            self.take(")")
            return ask
        name = self.take()
        patterns = [self.value()] if self.take("=", "IN") == "=" else self.values()
        fits = re.compile("|".join(re.escape(one).replace(r"\*", ".*") for one in patterns), re.I | re.S)
        return lambda record: any(fits.fullmatch(value) is not None for value in texts(record, name))


class Esql(Reader):
    """ES|QL's where."""

    def lowest(self) -> Ask:
        """Parts joined by or."""
        return some(self.joined("or", lambda: every(self.joined("and", self.term))))

    def joined(self, word: str, part: Callable[[], Ask]) -> list[Ask]:
        """Parts joined by one word."""
        parts = [part()]
        while self.next_is(word):
            self.take()
            parts.append(part())
        return parts

    def term(self) -> Ask:
        """A comparison, a group, or either turned round."""
        if self.next_is("not"):
            self.take()
            return turned(self.term())
        if self.next_is("("):
            self.take()
            ask = self.lowest()
            self.take(")")
            return ask
        if self.next_is("starts_with", "ends_with"):
            test = str.startswith if self.take() == "starts_with" else str.endswith
            name, _, part, _ = (self.take("("), self.take())[1], self.take(","), self.value(), self.take(")")
            return known(name, lambda value: test(value, part))
        return self.comparison(self.take())

    def comparison(self, name: str) -> Ask:
        """A field and what is asked of it."""
        match self.take("==", "in", "is", "like"):
            case "==":
                wanted = self.value()
                return known(name, lambda value: value == wanted)
            case "in":
                allowed = self.values()
                return known(name, lambda value: value in allowed)
            case "like":
                fits = re.compile(re.escape(self.value()).replace(r"\*", ".*").replace(r"\?", "."), re.S)
                return known(name, lambda value: fits.fullmatch(value) is not None)
        self.take("null")
        return lambda record: not texts(record, name)


def texts(record: Record, name: str) -> list[str]:
    """The values of a field as text; none where it is missing or null."""
    value: Any = field(record, name)
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str)]


def known(name: str, test: Callable[[str], bool]) -> Ask:
    """A test of a field that has exactly one value; unknown otherwise."""

    def ask(record: Record) -> Answer:
        found = texts(record, name)
        return test(found[0]) if len(found) == 1 else None

    return ask
