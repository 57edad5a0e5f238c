"""Expectations about items of lists: found by one field or by several, and money compared as money."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.expect import Expect, Item, as_if, broken

ALERT = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
FACTS = {"budgets.notifications": {"all": [ALERT | {"Threshold": 50.0, "NotificationState": "OK"}]}}
kinds = st.sampled_from(["ACTUAL", "FORECASTED"])
rows = st.lists(
    st.fixed_dictionaries({"NotificationType": kinds, "Threshold": st.sampled_from([50.0, 80.0, 100.0])}), max_size=5
)


def at(**fields: Any) -> Expect:
    """Expect an alert with these fields, told apart by all of them."""
    return Expect(fact="budgets.notifications", at=("all", Item("", dict(fields))), value=dict(fields))


@given(listed=rows, kind=kinds, threshold=st.sampled_from([50.0, 80.0, 100.0]))
def test_what_is_written_is_found(listed: list[dict[str, Any]], kind: str, threshold: float) -> None:
    """As if it held, it holds; all other items stay, and doing it twice is doing it once."""
    facts = {"budgets.notifications": {"all": listed}}
    wanted = at(NotificationType=kind, Threshold=threshold)
    then = as_if(facts, (wanted,))
    assert broken((wanted,), then) == []
    assert as_if(then, (wanted,)) == then
    assert then["budgets.notifications"]["all"][: len(listed)] == listed
    absent = Expect(fact=wanted.fact, at=wanted.at)
    assert bool(broken((absent,), facts)) == bool(not broken((wanted,), facts))


def test_an_item_of_several_fields_is_none_of_its_likes() -> None:
    """Another threshold is another alert; what AWS adds to one does not matter."""
    assert broken((at(**ALERT),), FACTS)
    assert broken((at(**ALERT | {"Threshold": 50.0}),), FACTS) == []
    assert at(**ALERT).path == "budgets.notifications.all[ACTUAL GREATER_THAN 80.0]"


def test_an_item_known_by_an_object_in_it() -> None:
    """Recipients stand under the alert that they belong to; a new one brings the alert along."""
    who = {"SubscriptionType": "EMAIL", "Address": "a@example.com"}
    told = Expect(
        fact="budgets.subscribers", at=("all", Item("Notification", ALERT), "Subscribers", Item("", who)), value=who
    )
    then = as_if({"budgets.subscribers": {}}, (told,))
    assert then["budgets.subscribers"]["all"] == [{"Notification": ALERT, "Subscribers": [who]}]
    assert broken((told,), then) == []
    assert msgspec.json.decode(msgspec.json.encode(told), type=Expect) == told


@pytest.mark.parametrize(
    ("found", "holds"),
    [("100", True), ("100.0", True), ("1E+2", True), ("100.01", False), ("", False), (None, False), (100, False)],
)
def test_money_is_compared_as_money(found: Any, holds: bool) -> None:
    """AWS gives back 100.0 for 100; nothing else than amounts is read so."""
    limit = Expect(fact="x", at=("BudgetLimit",), value={"Amount": "100", "Unit": "USD"})
    assert (broken((limit,), {"x": {"BudgetLimit": {"Amount": found, "Unit": "USD"}}}) == []) is holds
    other = Expect(fact="x", value={"Id": "0100"})
    assert broken((other,), {"x": {"Id": "100"}})
