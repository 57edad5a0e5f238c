"""Of a change made only in part: before, as planned and between is the run's own doing; anything else is somebody's."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.expect import Expect, Item
from rootwarden.model.halfway import neither
from rootwarden.model.readings import Unknown

FACT = "iam.authorization"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}


def at(*place: str | Item, value: Any = None, **more: Any) -> Expect:
    """Say what stands at a place."""
    return Expect(fact=FACT, at=place, value=value, **more)


def told(before: Expect | None, after: Expect, value: Any) -> list[str]:
    """Return what is amiss where the place reads so now."""
    return [str(one) for one in neither([before] if before else [], [after], {FACT: {"x": value}})]


@pytest.mark.parametrize(
    ("former", "wanted", "found"),
    [
        ("old", "new", "old"),
        ("old", "new", "new"),
        (["a"], ["b", "c"], ["a", "b"]),  # into the new groups, out of the old one later
        (["a", "b"], ["b", "c"], ["b"]),
        (None, {"a": 1, "b": {"c": 2}}, {"a": 1}),
        (None, {"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": False}, "more": 5}),
        (None, {"Policy": POLICY, "Name": "n"}, {"Policy": None, "Name": "n"}),
        (None, {"object_lock": {"ObjectLockEnabled": "Enabled", "Rule": 1}},
         {"object_lock": {"ObjectLockEnabled": "Enabled"}}),
        ({"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 3, "b": 2}),
        ([{"Key": "k", "Value": "1"}], [{"Key": "k", "Value": "2"}], [{"Key": "k", "Value": "2"}]),
        (None, "new", None),
        (None, True, False),
    ],
)  # fmt: skip
def test_on_the_way_is_our_own(former: Any, wanted: Any, found: Any) -> None:
    """Whatever the steps made so far may have left."""
    assert told(at("x", value=former), at("x", value=wanted), found) == []


@pytest.mark.parametrize(
    ("former", "wanted", "found"),
    [
        ("old", "new", "another"),
        ("old", "new", None),
        (["a"], ["b"], ["a", "stranger"]),
        (["a", "b"], ["b", "c"], ["a", "c"]),  # b stays all the way
        (None, {"a": 1}, {"a": 2}),
        (None, {"Policy": POLICY}, {"Policy": {**POLICY, "Statement": []}}),
        (None, {"lifecycle": [{"ID": "r"}]}, {"lifecycle": [{"ID": "s"}]}),
        ({"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": 5, "b": 4}),
        ([{"Key": "k", "Value": "1"}], [{"Key": "k", "Value": "2"}], [{"Key": "k", "Value": "3"}]),
        (True, False, None),
        ({"a": 1}, {"a": 2}, "text"),
    ],
)
def test_anything_else_is_somebodys(former: Any, wanted: Any, found: Any) -> None:
    """Taking it back would overwrite that."""
    assert len(told(at("x", value=former), at("x", value=wanted), found)) == 1


def test_a_policy_is_taken_as_a_whole() -> None:
    """One statement more is another policy, at whatever place it stands."""
    more = {**POLICY, "Statement": [*POLICY["Statement"], {"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    seen = {FACT: {"Policy": more}}
    assert neither([at("Policy")], [at("Policy", value=POLICY)], seen)
    assert not neither([at("Policy", value=more)], [at("Policy", value=POLICY)], seen)


def test_what_nobody_said_of_before_is_no_matter() -> None:
    """Nor what is only assumed; but what is unread might be anybody's."""
    assert told(None, at("x", value="new"), "another") == []
    assert told(at("x", value="old"), at("x", value="new", assumed=True), "another") == []
    assert "could not be read" in told(at("x", value="old"), at("x", value="new"), Unknown("AccessDenied").mark())[0]


def test_a_thing_that_is_made_in_several_calls() -> None:
    """Looked up in its list: not there yet, there without what comes later, or with what somebody else gave it."""
    place = ("groups", Item("GroupName", "g"))
    before, after = [at(*place)], [at(*place, value={"Path": "/", "Attached": [{"Arn": "a"}]})]
    for group, amiss in (
        ([], 0), ([{"GroupName": "g", "Path": "/", "Attached": []}], 0),
        ([{"GroupName": "g", "Path": "/", "Attached": [{"Arn": "b"}]}], 1),
    ):  # fmt: skip
        assert len(neither(before, after, {FACT: {"groups": group}})) == amiss
