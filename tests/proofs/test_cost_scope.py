"""Which accounts a budget counts in full, by its filters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.cost_scope import EVERYONE, NOBODY, accounts_covered

A, B = "111111111111", "222222222222"


def covered(**budget: Any) -> Any:
    """Return the accounts covered by a budget with these filters."""
    return accounts_covered(Sight("budget", budget, Log()))


def account(*ids: str) -> dict[str, Any]:
    """Return an expression for these accounts."""
    return {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": list(ids)}}


SERVICE = {"Dimensions": {"Key": "SERVICE", "Values": ["AmazonEC2"]}}
NO_CREDITS = {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}}


@pytest.mark.parametrize(
    ("budget", "wanted"),
    [
        ({}, EVERYONE),
        ({"CostFilters": {}, "FilterExpression": None}, EVERYONE),
        ({"CostFilters": {"LinkedAccount": [A]}}, frozenset((A,))),
        ({"CostFilters": {"LinkedAccount": [A], "Service": ["x"]}}, NOBODY),
        ({"CostFilters": {"RecordType": ["Usage"]}}, EVERYONE),
        ({"CostFilters": {"RecordType": ["Tax"]}}, NOBODY),
        ({"FilterExpression": account(A, B)}, frozenset((A, B))),
        ({"FilterExpression": {"And": [account(A, B), account(B)]}}, frozenset((B,))),
        ({"FilterExpression": {"Or": [account(A), account(B)]}}, frozenset((A, B))),
        ({"FilterExpression": {"Or": [account(A), SERVICE]}}, frozenset((A,))),
        ({"FilterExpression": {"And": [account(A), SERVICE]}}, NOBODY),
        ({"FilterExpression": {"And": [account(A), NO_CREDITS]}}, frozenset((A,))),
        ({"FilterExpression": NO_CREDITS}, EVERYONE),
        ({"FilterExpression": {"Not": SERVICE}}, NOBODY),
        ({"FilterExpression": {"CostCategories": {"Key": "team", "Values": ["x"]}}}, NOBODY),
        ({"CostFilters": {"LinkedAccount": [A]}, "FilterExpression": account(B)}, NOBODY),
    ],
)
def test_filters(budget: dict[str, Any], wanted: Any):
    """Account filters narrow the circle; any other filter leaves costs out."""
    assert covered(**budget) == wanted


expressions = st.recursive(
    st.one_of(
        st.lists(st.sampled_from([A, B]), min_size=1, max_size=2).map(lambda ids: account(*ids)),
        st.sampled_from([SERVICE, NO_CREDITS]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"And": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"Or": parts}),
    ),
    max_leaves=8,
)


def counts(expression: dict[str, Any], owner: str, service: str) -> bool:
    """Return whether one usage charge of an account and a service passes an expression."""
    ((kind, value),) = expression.items()
    if kind in ("And", "Or"):
        return (all if kind == "And" else any)(counts(part, owner, service) for part in value)
    if kind == "Not":
        return not counts(value, owner, service)
    return {"LINKED_ACCOUNT": owner, "SERVICE": service, "RECORD_TYPE": "Usage"}[value["Key"]] in value["Values"]


@given(expressions)
def test_covered_accounts_are_counted_in_full(expression: dict[str, Any]):
    """Every usage charge of a covered account passes the filters, whatever the service."""
    found = covered(FilterExpression=expression)
    for owner in (A, B) if found is EVERYONE else found:
        for service in ("AmazonEC2", "AmazonS3"):
            assert counts(expression, owner, service)


@given(st.recursive(st.one_of(st.none(), st.text(max_size=4), st.integers()), lambda inner: st.one_of(
    st.lists(inner, max_size=3),
    st.dictionaries(st.sampled_from(["And", "Or", "Not", "Dimensions", "Key", "Values", "LINKED_ACCOUNT"]), inner),
), max_leaves=8))  # fmt: skip
def test_junk_never_crashes(value: Any):
    """Whatever stands there covers somebody, nobody, or is unread."""
    try:
        found = covered(FilterExpression=value, CostFilters=value)
    except UnseenError:
        return
    assert found is EVERYONE or isinstance(found, frozenset)


def test_a_billing_view_other_than_the_primary_one_is_not_understood():
    """It may show any accounts; what the filters already rule out stays ruled out."""
    view = "arn:aws:billing::111122223333:billingview/"
    assert covered(BillingViewArn=f"{view}primary") is EVERYONE
    for name in (f"{view}custom-1", f"{view}not-primary", 7):
        with pytest.raises(UnseenError):
            covered(BillingViewArn=name)
    assert covered(BillingViewArn=f"{view}custom-1", CostFilters={"Service": ["x"]}) == NOBODY
