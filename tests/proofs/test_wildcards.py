"""Wildcards match as IAM documents, as a slow reference does, and in bounded time."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.proofs.wildcards import ANYTHING, has_wildcard, matches, matches_ignoring_case

few = st.text("ab:*?", max_size=12)


def slow(pattern: str, text: str) -> bool:
    """Match by trying every split: obviously right and slow."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slow(pattern[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and slow(pattern[1:], text[1:])


@given(few, st.text("ab:*", max_size=9))
def test_as_the_slow_reference(pattern: str, text: str) -> None:
    """The greedy walk and the exhaustive search agree."""
    assert matches(pattern, text) == slow(pattern, text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_as_a_regular_expression(pattern: str, text: str) -> None:
    """For any Unicode text the walk agrees with the regular expression of the same meaning."""
    expression = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    assert matches(pattern, text) == bool(re.fullmatch(expression, text, re.DOTALL))


def test_case_counts_only_when_asked() -> None:
    """Actions ignore case, resources do not."""
    assert matches_ignoring_case("S3:get*", "s3:GetObject")
    assert not matches("S3:get*", "s3:GetObject")


def test_anything_is_covered_by_stars_only() -> None:
    """The text that stands for any name fits `*` and prefixes ending in it, never a literal."""
    assert matches("arn:aws:s3:::logs/*", f"arn:aws:s3:::logs/{ANYTHING}")
    assert not matches("arn:aws:s3:::logs/AWSLogs/*", f"arn:aws:s3:::logs/{ANYTHING}")
    assert not matches("iam:Get*", f"iam:{ANYTHING}")


def test_variables_count_as_wildcards() -> None:
    """A value with a policy variable is not one fixed value."""
    assert [has_wildcard(text) for text in ("a", "a*", "a?", "${aws:username}", "$a")] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_many_stars_cost_no_more_than_pattern_times_text() -> None:
    """A pattern built to make naive matchers explode returns at once."""
    started = time.perf_counter()
    assert not matches("*a" * 200 + "b", "a" * 2000)
    assert time.perf_counter() - started < 2
