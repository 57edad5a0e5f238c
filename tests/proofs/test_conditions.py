"""Condition operators as the IAM User Guide documents them, and three-valued where it says nothing."""

from __future__ import annotations

import pytest

from rootwarden.proofs.condition_values import Context
from rootwarden.proofs.conditions import holds, read_operator
from rootwarden.proofs.policy_document import Condition

ARN = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/all"
ABSENT: Context = {"k": None}


def one(operator: str, values: str | tuple[str, ...], context: Context, *, variables: bool = True) -> bool | None:
    """Evaluate one condition on the key `k`."""
    return holds(
        Condition(operator, "k", (values,) if isinstance(values, str) else values), context, variables=variables
    ).value


@pytest.mark.parametrize(
    ("operator", "values", "have", "answer"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", ("a", "b"), "b", True),
        ("StringNotEquals", ("a", "b"), "b", False),
        ("StringNotEquals", ("a", "b"), "c", True),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringNotEqualsIgnoreCase", "a", "A", False),
        ("StringLike", "a*", "ab", True),
        ("StringLike", "a?", "ab", True),
        ("StringLike", "A*", "ab", False),
        ("StringNotLike", "a*", "ab", False),
        ("ArnEquals", "arn:aws:cloudtrail:*:111122223333:trail/*", ARN, True),
        ("ArnLike", "arn:aws:cloudtrail:*:111122223333:trail/*", ARN, True),
        ("ArnLike", "arn:aws:cloudtrail:*:trail/*", ARN, None),
        ("ArnLike", "*", ARN, None),
        ("ArnLike", "arn:aws:cloudtrail:*:444455556666:trail/*", ARN, False),
        ("ArnLike", "arn:aws:*:*:*:*", "not an arn", False),
        ("ArnNotLike", "arn:aws:cloudtrail:*:444455556666:trail/*", ARN, True),
        ("ArnNotEquals", ARN, ARN, False),
        ("Bool", "true", "TRUE", True),
        ("Bool", "true", "false", False),
        ("Bool", "yes", "true", None),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.1", "10.0.0.2", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "2001:db8::/32", "10.1.2.3", False),
        ("IpAddress", "home", "10.1.2.3", None),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericEquals", "ten", "10", None),
        ("NumericLessThan", "NaN", "10", None),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
        ("DateGreaterThan", "2026-01-01", "2025-12-31T23:59:59Z", False),
        ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", True),
        ("DateNotEquals", "1767225600", "2026-01-01T00:00:00Z", False),
        ("DateLessThanEquals", "tomorrow", "2026-01-01T00:00:00Z", None),
        ("DateGreaterThanEquals", "9" * 5000, "2026-01-01T00:00:00Z", None),
        ("DateEquals", "0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00Z", None),
        ("StringEqualsIfExists", "a", "b", False),
        ("BinaryEquals", "YQ==", "YQ==", None),
        ("StringLikeIgnoreCase", "a", "a", None),
        ("stringequals", "a", "a", None),
        ("ForSomeValues:StringEquals", "a", "a", None),
        ("ForAllValues:Null", "true", "a", None),
        ("", "a", "a", None),
    ],
)  # fmt: skip
def test_with_one_value(operator: str, values: str | tuple[str, ...], have: str, answer: bool | None) -> None:
    """One request value against one or several policy values."""
    assert one(operator, values, {"k": have}) is answer


@pytest.mark.parametrize(
    ("operator", "answer"),
    [
        ("StringEquals", False), ("StringNotEquals", True), ("StringLike", False), ("StringNotLike", True),
        ("ArnLike", False), ("ArnNotLike", True), ("Bool", False), ("NumericLessThan", False),
        ("NumericNotEquals", True), ("DateLessThan", False), ("DateNotEquals", True), ("IpAddress", False),
        ("NotIpAddress", True), ("StringEqualsIfExists", True), ("StringNotEqualsIfExists", True),
        ("BoolIfExists", True), ("ForAllValues:StringEquals", True), ("ForAllValues:StringNotLike", True),
        ("ForAnyValue:StringEquals", False), ("ForAnyValue:StringNotEquals", False),
        ("ForAllValues:StringLikeIfExists", True), ("ForAnyValue:StringLikeIfExists", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("context", [ABSENT, {"k": ()}])
def test_a_key_that_the_request_lacks(operator: str, answer: bool | None, context: Context) -> None:
    """Absence fails positive operators, satisfies negated ones, IfExists and ForAllValues, and fails ForAnyValue."""
    assert one(operator, "a", context) is answer


def test_null_asks_for_absence() -> None:
    """`Null: true` wants the key to be missing, `Null: false` wants it to be there."""
    assert one("Null", "true", ABSENT) is True
    assert one("Null", "false", ABSENT) is False
    assert one("Null", "true", {"k": "x"}) is False
    assert one("Null", "false", {"k": "x"}) is True
    assert one("Null", "maybe", ABSENT) is None


@pytest.mark.parametrize(
    ("operator", "values", "have", "answer"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "b"), ("a", "c"), False),
        ("ForAllValues:StringNotEquals", ("a", "b"), ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "b"), ("a", "d"), False),
        ("ForAnyValue:StringEquals", ("a", "b"), ("b", "z"), True),
        ("ForAnyValue:StringLike", ("x*",), ("b", "z"), False),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "z"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), ("a", "b"), False),
        ("StringEquals", ("a",), ("a", "b"), None),
        ("StringEquals", ("a",), ("a",), True),
    ],
)
def test_several_request_values(operator: str, values: tuple[str, ...], have: tuple[str, ...], answer: object) -> None:
    """Set operators quantify over the request's values; without one, several values are no question IAM answers."""
    assert one(operator, values, {"k": have}) is answer


def test_an_unknown_key_is_never_guessed() -> None:
    """A key that nobody knows leaves every operator open, `Null` and IfExists too."""
    for operator in ("StringEquals", "StringNotEquals", "Null", "BoolIfExists", "ForAllValues:StringEquals"):
        assert one(operator, "true", {}) is None


def test_variables() -> None:
    """Variables stand for what the request holds; their value and `${*}` are literal text, not wildcards."""
    who: Context = {"k": "home/al*ce/x", "aws:username": "al*ce", "team": None}
    assert one("StringLike", "home/${aws:username}/*", who) is True
    assert one("StringLike", "home/${AWS:UserName}/*", {**who, "k": "home/alice/x"}) is False
    assert one("StringLike", "home/al${*}ce/?", who) is True
    assert one("StringLike", "home/al${*}ce/?", {"k": "home/alice/x"}) is False
    assert one("StringEquals", "${team, 'none'}", {**who, "k": "none"}) is True
    assert one("StringEquals", "${team}", who) is None
    assert one("StringEquals", "${aws:userid}", who) is None
    assert one("StringEquals", "${aws:username}", {**who, "k": "${aws:username}"}, variables=False) is True


def test_operators_taken_apart() -> None:
    """Only an operator that needs the key to be there restricts anyone."""
    needing = {name: read_operator(name) for name in ("StringEquals", "ForAnyValue:ArnLike", "Null")}
    open_ended = ("StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringEquals")
    assert all(known and known.needs_the_key for known in needing.values())
    assert not any((known := read_operator(name)) is None or known.needs_the_key for name in open_ended)
