"""Wildcards of the IAM policy language: `*` for any run of characters, `?` for exactly one.

Source: IAM User Guide, "IAM JSON policy elements: Resource" and "Condition operators". Matching takes time in
proportion to pattern x text at worst, whatever the pattern: a policy is untrusted input.
"""

from __future__ import annotations

from collections.abc import Sequence

ANY = "any run"
ONE = "any one"

# A text that no policy can name, because policies hold printable characters only: what matches a name made of it
# matches every name. It stands for "some action", "some object", "some user" in a question.
ANYTHING = "\x01\x02\x03\x04" * 8


def matches(pattern: str, text: str) -> bool:
    """Return whether `text` fits `pattern`, case-sensitively."""
    if pattern in ("*", text):
        return True
    if "*" not in pattern and "?" not in pattern:
        return False
    return _walk(pattern, text, "*", "?")


def matches_ignoring_case(pattern: str, text: str) -> bool:
    """Return whether `text` fits `pattern` when upper and lower case are the same, as in the names of actions."""
    return pattern == "*" or matches(pattern.lower(), text.lower())


def matches_tokens(pattern: Sequence[str], text: str) -> bool:
    """Return whether `text` fits a pattern in which `ANY` and `ONE` are the wildcards and all else is literal."""
    return _walk(pattern, text, ANY, ONE)


def has_wildcard(text: str) -> bool:
    """Return whether `text` is more than one fixed value: it holds a wildcard or a policy variable."""
    return "*" in text or "?" in text or "${" in text


def _walk(pattern: Sequence[str], text: str, any_run: str, any_one: str) -> bool:
    """Match greedily; on a mismatch let the latest `any_run` take one character more."""
    p = t = 0
    star = resume = -1
    while t < len(text):
        if p < len(pattern) and pattern[p] == any_run:
            star, resume = p, t
            p += 1
        elif p < len(pattern) and (pattern[p] in (any_one, text[t])):
            p, t = p + 1, t + 1
        elif star >= 0:
            resume += 1
            p, t = star + 1, resume
        else:
            return False
    return all(token == any_run for token in pattern[p:])
