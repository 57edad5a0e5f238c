"""Reads a filter pattern of CloudWatch Logs and says by its meaning which lines it matches.

Source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax". A comparison with a field that is not there is
false, also with `!=`. Patterns for space-delimited lines (`[a, b]`) are not part of the lab.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

Matcher = Callable[[str], bool]
_Test = Callable[[Any], bool]
_ABSENT = object()


class BadPattern(ValueError):  # noqa: N818 - named for what it is
    """The text is no filter pattern; says where it goes wrong."""


class UnreadPattern(BadPattern):
    """The pattern is of a kind that AWS knows and the lab does not."""


def compile_pattern(text: str) -> Matcher:
    """Return a test of lines for a pattern.

    Raises:
        UnreadPattern: the lab does not know patterns of this kind.
        BadPattern: AWS would refuse the pattern.
    """
    stripped = text.strip()
    if not stripped:
        return lambda _: True
    if stripped.startswith("{"):
        return partial(_matches_json, _Reader(stripped).read())
    if stripped.startswith("["):
        raise UnreadPattern("the lab reads no patterns for space-delimited lines")
    return _terms(stripped)


def value_at(value: Any, selector: str) -> Any:
    """Return the value of a parsed line at a selector such as `$.a.b[0]`; None when there is none."""
    found = _at(_steps(selector), value)
    return None if found is _ABSENT else found


def _matches_json(test: _Test, line: str) -> bool:
    try:
        value = json.loads(line)
    except ValueError:
        return False
    return isinstance(value, dict) and test(value)


# -- terms: plain words in any order ----------------------------------------------------------------------------------
_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))(?=\s|$)')


def _terms(text: str) -> Matcher:
    needed: list[Matcher] = []
    optional: list[Matcher] = []
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None:
            raise BadPattern(f"no term at character {position + 1}")
        sign, quoted, regex, bare = match.groups()
        found = partial(_searched, re.compile(regex)) if regex else partial(_contains, quoted or bare or "")
        if sign == "?":
            optional.append(found)
        else:
            needed.append(partial(_not, found) if sign == "-" else found)
        position = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    if needed:
        return lambda line: all(one(line) for one in needed)  # beside other terms, optional ones count for nothing
    return lambda line: any(one(line) for one in optional)


def _contains(part: str, line: str) -> bool:
    return part in line


def _searched(rule: re.Pattern[str], line: str) -> bool:
    return rule.search(line) is not None


def _not(test: Matcher, line: str) -> bool:
    return not test(line)


# -- JSON: comparisons of fields -------------------------------------------------------------------------------------
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<selector>\$(?:\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.[^\s.\[\](){}=!<>&|"',]+)+)
  | (?P<operator>&&|\|\||!=|<=|>=|[=<>(){}])
  | "(?P<quoted>(?:[^"\\]|\\.)*)"
  | %(?P<regex>[^%]+)%
  | (?P<word>[^\s"'(){}=!<>&|$]+)
)""",
    re.VERBOSE,
)
_STEP = re.compile(r"""\.?\[(?:(\d+)|(\*)|'([^']*)'|"([^"]*)")\]|\.([^.\[\]]+)""")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


class _Reader:
    """A recursive descent over the tokens: `||` of `&&` of comparisons or brackets."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position, end = 0, len(text)
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise BadPattern(f"invalid character(s) in term '{text[position : position + 20].strip()}'")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self._next = 0

    def read(self) -> _Test:
        """Return the test of the whole pattern."""
        self._expect("{")
        test = self._either()
        self._expect("}")
        if self._next < len(self._tokens):
            raise BadPattern("something follows the closing brace")
        return test

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._next] if self._next < len(self._tokens) else ("end", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self._next += 1
        return token

    def _expect(self, sign: str) -> None:
        if self._take() != ("operator", sign):
            raise BadPattern(f"'{sign}' is missing")

    def _either(self) -> _Test:
        tests = [self._both()]
        while self._peek() == ("operator", "||"):
            self._take()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)

    def _both(self) -> _Test:
        tests = [self._one()]
        while self._peek() == ("operator", "&&"):
            self._take()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)

    def _one(self) -> _Test:
        kind, text = self._take()
        if (kind, text) == ("operator", "("):
            test = self._either()
            self._expect(")")
            return test
        if kind != "selector":
            raise BadPattern(f"a field such as $.eventName is wanted, not '{text or 'the end'}'")
        return self._comparison(_steps(text))

    def _comparison(self, steps: list[str | int]) -> _Test:
        kind, text = self._take()
        if kind == "word":
            phrase = text.upper() if text.upper() == "EXISTS" else f"{text} {self._take()[1]}".upper()
            if phrase not in _PHRASES:
                raise BadPattern(f"'{phrase}' compares nothing")
            return partial(_asked, steps, _PHRASES[phrase])
        if kind != "operator" or text not in _COMPARE:
            raise BadPattern(f"a comparison is wanted, not '{text or 'the end'}'")
        kind_of_value, value = self._take()
        if kind_of_value not in ("quoted", "word", "regex"):
            raise BadPattern(f"a value is wanted, not '{value or 'the end'}'")
        return partial(_asked, steps, _comparing(text, kind_of_value, value))


_PHRASES: dict[str, _Test] = {
    "EXISTS": lambda found: found is not _ABSENT,
    "NOT EXISTS": lambda found: found is _ABSENT,
    "IS TRUE": lambda found: found is True,
    "IS FALSE": lambda found: found is False,
    "IS NULL": lambda found: found is None,
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}


def _asked(steps: list[str | int], test: _Test, value: Any) -> bool:
    return test(_at(steps, value))


def _comparing(operator: str, kind: str, wanted: str) -> _Test:
    """Return the test of one value; text knows only = and !=, with * for any characters."""
    number = float(wanted) if kind == "word" and _NUMBER.fullmatch(wanted) else None
    if operator not in ("=", "!=") and number is None:
        raise BadPattern(f"'{operator}' compares numbers, and '{wanted}' is none")
    text = wanted.replace('\\"', '"').replace("\\\\", "\\") if kind == "quoted" else wanted
    rule = re.compile(wanted if kind == "regex" else ".*".join(map(re.escape, text.split("*"))), re.DOTALL)
    find = rule.search if kind == "regex" else rule.fullmatch

    def test(found: Any) -> bool:
        if isinstance(found, (int, float)) and not isinstance(found, bool) and number is not None:
            return _COMPARE[operator](found, number)
        if isinstance(found, str) and operator in ("=", "!="):
            return (find(found) is not None) == (operator == "=")
        return False

    return test


def _steps(selector: str) -> list[str | int]:
    steps: list[str | int] = []
    for index, star, single, double, name in _STEP.findall(selector):
        steps.append(int(index) if index else star or single or double or name)
    return steps


def _at(steps: list[str | int], value: Any) -> Any:
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else _ABSENT
        else:
            value = value.get(step, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value
