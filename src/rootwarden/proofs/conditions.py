"""Evaluates one condition of a policy against what is known of a request; an operator it does not know is no guess.

Source: IAM User Guide, "Condition operators", "Set operators for multivalued context keys" and "...IfExists":
a key the request lacks fails a positive operator, satisfies a negated one, satisfies ForAllValues and fails
ForAnyValue.
"""

from __future__ import annotations

import operator as compare
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from rootwarden.proofs.answers import NO, YES, Answer, all_of, any_of, cannot_tell, opposite, sure
from rootwarden.proofs.condition_values import (
    Comparison,
    Context,
    UnresolvedError,
    compare_dates,
    compare_numbers,
    in_network,
    is_plain,
    like_arn,
    like_text,
    same_text,
    same_text_ignoring_case,
    same_truth,
    tokens,
)  # fmt: skip
from rootwarden.proofs.policy_document import Condition

# Operator -> (comparison, negated).
_OPERATORS: dict[str, tuple[Comparison, bool]] = {
    "StringEquals": (same_text, False),
    "StringNotEquals": (same_text, True),
    "StringEqualsIgnoreCase": (same_text_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (same_text_ignoring_case, True),
    "StringLike": (like_text, False),
    "StringNotLike": (like_text, True),
    "ArnEquals": (like_arn, False),
    "ArnLike": (like_arn, False),
    "ArnNotEquals": (like_arn, True),
    "ArnNotLike": (like_arn, True),
    "Bool": (same_truth, False),
    "IpAddress": (in_network, False),
    "NotIpAddress": (in_network, True),
    "NumericEquals": (compare_numbers(compare.eq), False),
    "NumericNotEquals": (compare_numbers(compare.eq), True),
    "NumericLessThan": (compare_numbers(compare.lt), False),
    "NumericLessThanEquals": (compare_numbers(compare.le), False),
    "NumericGreaterThan": (compare_numbers(compare.gt), False),
    "NumericGreaterThanEquals": (compare_numbers(compare.ge), False),
    "DateEquals": (compare_dates(compare.eq), False),
    "DateNotEquals": (compare_dates(compare.eq), True),
    "DateLessThan": (compare_dates(compare.lt), False),
    "DateLessThanEquals": (compare_dates(compare.le), False),
    "DateGreaterThan": (compare_dates(compare.gt), False),
    "DateGreaterThanEquals": (compare_dates(compare.ge), False),
}


class Operator(Struct, frozen=True):
    """An operator taken apart: `ForAllValues:StringNotLikeIfExists` is quantifier, comparison, negation, if_exists."""

    quantifier: str
    comparison: Comparison | None
    negated: bool
    if_exists: bool

    @property
    def needs_the_key(self) -> bool:
        """Whether a request that lacks the key fails the condition: only then does the condition restrict anyone."""
        return not (self.negated or self.if_exists or self.quantifier == "ForAllValues")


@lru_cache(maxsize=256)
def read_operator(text: str) -> Operator | None:
    """Take an operator apart; None for one that IAM's documentation does not list. `Null` has no comparison."""
    quantifier, colon, rest = text.partition(":")
    if not colon:
        quantifier, rest = "", text
    elif quantifier not in ("ForAllValues", "ForAnyValue"):
        return None
    if text == "Null":
        return Operator("", None, negated=False, if_exists=False)
    name = rest.removesuffix("IfExists")
    if name not in _OPERATORS:
        return None
    comparison, negated = _OPERATORS[name]
    return Operator(quantifier, comparison, negated, name != rest)


def holds(condition: Condition, context: Context, *, variables: bool = True) -> Answer:
    """Return whether a condition is met; keys of `context` are lower case, see `Context` for absent and unknown."""
    known = read_operator(condition.operator)
    if known is None:
        return cannot_tell(f"the condition operator {condition.operator[:60]} is not known")
    if condition.key not in context:
        return cannot_tell(f"the request's value of {condition.key[:60]} is not known")
    value = context[condition.key]
    have = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    if known.comparison is None:
        return any_of(_null(text, not have) for text in condition.values)
    if not have:
        return _without_key(known, condition)
    return _with_key(known, known.comparison, condition, have, context, variables)


def all_hold(conditions: Sequence[Condition], context: Context, *, variables: bool = True) -> Answer:
    """Return whether every condition of a statement is met."""
    return all_of([holds(condition, context, variables=variables) for condition in conditions]) if conditions else YES


def odd_operator(conditions: Iterable[Condition]) -> str:
    """Return an operator among these that IAM's documentation does not list, "" for none."""
    return next((one.operator for one in conditions if read_operator(one.operator) is None), "")


def _null(wanted: str, absent: bool) -> Answer:
    if wanted.lower() not in ("true", "false"):
        return cannot_tell(f"Null compares with {wanted[:40]!r}")
    return sure((wanted.lower() == "true") == absent)


def _without_key(known: Operator, condition: Condition) -> Answer:
    if known.quantifier == "ForAllValues":
        return YES
    if known.quantifier == "ForAnyValue":
        return cannot_tell(f"IAM does not document {condition.operator}") if known.if_exists else NO
    return sure(known.negated or known.if_exists)


def _with_key(
    known: Operator, comparison: Comparison, condition: Condition, have: tuple[str, ...], context: Context,
    variables: bool,
) -> Answer:  # fmt: skip
    if not known.quantifier and len(have) > 1:
        return cannot_tell(f"{condition.key} has several values and {condition.operator} has no set operator")

    if len(have) == len(condition.values) == 1:  # nearly always
        found = _compared(comparison, condition.values[0], have[0], context, variables)
        return opposite(found) if known.negated else found

    def met(value: str) -> Answer:
        found = any_of(_compared(comparison, want, value, context, variables) for want in condition.values)
        return opposite(found) if known.negated else found

    combine = any_of if known.quantifier == "ForAnyValue" else all_of
    return combine(met(value) for value in have)


def _compared(comparison: Comparison, want: str, have: str, context: Context, variables: bool) -> Answer:
    if comparison is same_text and is_plain(want):  # by far the most frequent, and it needs no taking apart
        return sure(want == have)
    try:
        return comparison(tokens(want, context, variables=variables), have)
    except UnresolvedError as error:
        return cannot_tell(str(error))
