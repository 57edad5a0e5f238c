"""Compares one value of a policy condition with one value of a request: text, ARN, number, date, boolean, address.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Policy variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address, ip_network

from rootwarden.model.sight import parse_time
from rootwarden.proofs.answers import NO, Answer, cannot_tell, sure
from rootwarden.proofs.wildcards import ANY, ONE, matches_tokens

# What a request holds under a (lower-case) key; None: the request is known not to have it; no entry: nobody knows.
Context = Mapping[str, str | tuple[str, ...] | None]
Tokens = tuple[str, ...]
Comparison = Callable[[Tokens, str], Answer]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
_DEFAULT = re.compile(r"([^,]+?)\s*,\s*'([^']*)'\s*")


class UnresolvedError(Exception):
    """A policy variable cannot be replaced; the text says which."""


def tokens(value: str, context: Context, *, variables: bool) -> Tokens:
    """Split a policy value into characters and wildcards, with policy variables replaced by what the request holds.

    Raises:
        UnresolvedError: a variable stands for a value that is absent, unknown, or more than one.
    """
    if not variables or is_plain(value):
        return _plain(value)
    parts: list[str] = []
    at = 0
    for found in _VARIABLE.finditer(value):
        parts.extend(_plain(value[at : found.start()]))
        parts.extend(_resolve(found.group(1).strip(), context))
        at = found.end()
    return (*parts, *_plain(value[at:]))


def _plain(text: str) -> Tokens:
    return tuple({"*": ANY, "?": ONE}.get(char, char) for char in text)


def _resolve(name: str, context: Context) -> str:
    if name in _LITERALS:
        return _LITERALS[name]
    spelled = _DEFAULT.fullmatch(name)
    key = (spelled.group(1) if spelled else name).lower()
    if key not in context:
        raise UnresolvedError(f"the policy variable ${{{name}}} stands for a value that is not known")
    value = context[key]
    if value is None and spelled:
        return spelled.group(2)
    if not isinstance(value, str):
        raise UnresolvedError(f"the policy variable ${{{name}}} does not stand for one value")
    return value


def _literal(want: Tokens) -> str:
    return "".join({ANY: "*", ONE: "?"}.get(token, token) for token in want)


def is_plain(value: str) -> bool:
    """Return whether a policy value holds no policy variable, so that it is the text it looks like."""
    return "${" not in value


def same_text(want: Tokens, have: str) -> Answer:
    """StringEquals: the very same characters; wildcards are characters like any other."""
    return sure(_literal(want) == have)


def same_text_ignoring_case(want: Tokens, have: str) -> Answer:
    """StringEqualsIgnoreCase."""
    return sure(_literal(want).lower() == have.lower())


def like_text(want: Tokens, have: str) -> Answer:
    """StringLike: wildcards count, case too."""
    return sure(matches_tokens(want, have))


def like_arn(want: Tokens, have: str) -> Answer:
    """ArnEquals and ArnLike, which are the same: the six parts are compared one by one, wildcards count in each."""
    wanted, found = arn_parts(want), have.split(":", 5)
    if len(wanted) != 6:
        return cannot_tell(f"{_literal(want)!r} is not an ARN of six parts")
    if len(found) != 6:
        return NO
    return sure(all(matches_tokens(part, text) for part, text in zip(wanted, found, strict=True)))


def arn_parts(want: Tokens) -> list[Tokens]:
    """Split a pattern at its first five colons, as the parts of an ARN."""
    parts: list[list[str]] = [[]]
    for token in want:
        if token == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts]


def same_truth(want: Tokens, have: str) -> Answer:
    """Bool: true or false in any case."""
    wanted, found = _literal(want).lower(), have.lower()
    if wanted not in ("true", "false"):
        return cannot_tell(f"{wanted!r} is neither true nor false")
    return sure(wanted == found)


def in_network(want: Tokens, have: str) -> Answer:
    """IpAddress: an address inside a CIDR range, or that very address."""
    try:
        return sure(ip_address(have) in ip_network(_literal(want), strict=False))
    except ValueError:
        return cannot_tell(f"{_literal(want)!r} or {have!r} is no IP address")


def compare_numbers(holds: Callable[[Decimal, Decimal], bool]) -> Comparison:
    """Return the comparison of a numeric operator: `holds(request value, policy value)`."""

    def compare(want: Tokens, have: str) -> Answer:
        try:
            return sure(holds(Decimal(have), Decimal(_literal(want))))
        except InvalidOperation:
            return cannot_tell(f"{_literal(want)!r} or {have!r} is no number")

    return compare


def compare_dates(holds: Callable[[datetime, datetime], bool]) -> Comparison:
    """Return the comparison of a date operator: ISO 8601 or seconds since 1970."""

    def compare(want: Tokens, have: str) -> Answer:
        wanted, found = _instant(_literal(want)), _instant(have)
        if wanted is None or found is None:
            return cannot_tell(f"{_literal(want)!r} or {have!r} is no date")
        return sure(holds(found, wanted))

    return compare


def _instant(text: str) -> datetime | None:
    if text.isascii() and text.isdigit():
        try:
            return datetime.fromtimestamp(int(text), UTC)
        except (OverflowError, ValueError, OSError):
            return None
    return parse_time(text)
