"""What a fact must read: looked up, found broken, and written into a copy as if it were so."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rootwarden.model.expect import Expect, Item, as_if, broken, look
from rootwarden.model.readings import Unknown

MARK = {"_unknown": {"why": "AccessDenied", "call": "s3.GetBucketPolicy", "missing": ["s3:GetBucketPolicy"]}}
FACTS: dict[str, Any] = {
    "cloudtrail.trails": [
        {"TrailARN": "arn:1", "Logging": True, "Tags": {"a": 1, "b": 2}},
        {"region": "eu-west-1"} | MARK,
    ],
    "s3.buckets": {"logs": {"policy": MARK, "versioning": {}}, "gone": None},
    "account.contacts": MARK,
}


@pytest.mark.parametrize(
    ("expect", "holds"),
    [
        (Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:1"), "Logging"), value=True), True),
        (Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:1"), "Logging"), value=False), False),
        (Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:1"),), value={"Tags": {"a": 1}}), True),
        (Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:1"),), value={"Tags": {"c": None}}), True),
        (Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:1"), "Absent", "deeper"), value=None), True),
        (Expect(fact="s3.buckets", at=("gone",), value=None), True),
        (Expect(fact="s3.buckets", at=("never",), value=None), True),
        (Expect(fact="s3.buckets", at=("logs", "versioning"), value={}), True),
        # True is not one, and a list is no text.
        (Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:1"), "Logging"), value="True"), False),
    ],
)
def test_holds_or_not(expect: Expect, holds: bool):
    """Of an object only the named fields count; null is "not there"."""
    assert (broken((expect,), FACTS) == []) is holds


@pytest.mark.parametrize(
    "expect",
    [
        Expect(fact="account.contacts", at=("SECURITY",), value=None),
        Expect(fact="s3.buckets", at=("logs", "policy", "Statement"), value=None),
        # It may be the trail that could not be read.
        Expect(fact="cloudtrail.trails", at=(Item("TrailARN", "arn:2"),), value=None),
        Expect(fact="kms.keys", value=None),
    ],
)
def test_what_is_unread_never_holds(expect: Expect):
    """Absence of evidence is not evidence of absence."""
    assert isinstance(look(expect, FACTS), Unknown)
    (found,) = broken((expect,), FACTS)
    assert found.unread is not None
    assert "could not be read" in str(found)


def test_what_differs_is_named_within_a_value() -> None:
    """Not two objects side by side, but the field of the item of the list."""
    there = {"Statement": [{"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Allow", "Condition": {"x": 1}}]}
    wanted = {"Statement": [{"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Allow"}]}
    (found,) = broken((Expect(fact="f", at=("policy",), value=wanted),), {"f": {"policy": there}})
    assert str(found) == "f.policy.Statement[1].Condition is an object with x, and nothing was expected there"


def test_of_people_only_the_field_is_named() -> None:
    """Names, addresses and telephone numbers of the owner, and of contacts, are in no message."""
    jane = {"FullName": "Jane Roe", "City": "Berlin", "PhoneNumber": "+12025550179"}
    max_ = {"FullName": "Max Secret", "City": "Berlin", "PhoneNumber": "+492281111111"}
    fact = "account.contact_information"
    expects = (Expect(fact=fact, value=jane), Expect(fact=fact, value=None), Expect(fact=fact, value=jane | {"A": "9"}))
    assert [str(one) for one in broken(expects[:2], {fact: max_})] == [
        "account.contact_information.FullName is filled, and another value was expected",
        "account.contact_information is filled, and not there was expected",
    ]
    assert str(broken(expects[2:], {fact: jane})[0]) == (
        "account.contact_information.A is not there, and another value was expected"
    )
    (found,) = broken(
        (Expect(fact="account.contacts", at=("SECURITY",), value={"PhoneNumber": "+1"}),),
        {"account.contacts": {"SECURITY": {"PhoneNumber": "+2"}}},
    )
    assert str(found) == "account.contacts.SECURITY.PhoneNumber is filled, and another value was expected"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.lists(
    st.sampled_from("abc") | st.builds(Item, st.just("id"), st.sampled_from("xyz")), min_size=1, max_size=3
)


@given(
    facts=st.dictionaries(st.sampled_from(["f", "g"]), VALUES),
    fact=st.sampled_from(["f", "g"]),
    at=PLACES,
    value=VALUES,
)
def test_as_if_makes_it_hold_and_changes_nothing_else(facts: dict[str, Any], fact: str, at: list[Any], value: Any):
    """Whatever stood there before, the expectation holds afterwards, and the facts given stay as they are."""
    assume(not isinstance(at[-1], Item) or value is None or isinstance(value, dict))  # an item is an object
    assume(not any(isinstance(one, Item) and isinstance(next_, Item) for one, next_ in pairwise(at)))
    before = copy.deepcopy(facts)
    expect = Expect(fact=fact, at=tuple(at), value=value)
    after = as_if(facts, (expect,))
    assert broken((expect,), after) == []
    assert facts == before
    assert {name: kept for name, kept in after.items() if name != fact} == {
        name: kept for name, kept in before.items() if name != fact
    }
    assert as_if(after, (expect,)) == after
