"""What alerting needed of the mechanism: suppositions, what outlasts later changes, and unread items elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.expect import Expect, Item, as_if, broken, lasting, look
from rootwarden.model.plan import Change, Risk
from rootwarden.model.readings import Unknown
from rootwarden.model.shared import Shared
from rootwarden.model.sight import Log

TOPICS = "sns.topics"
ARN = "arn:aws:sns:eu-west-1:111122223333:alerts"
AT = (Item("TopicArn", ARN), "attributes")
UNREAD = Unknown("AccessDenied", "sns.GetTopicAttributes").mark()


@pytest.mark.parametrize(
    ("item", "hides"),
    [
        ({"region": "eu-west-1", **UNREAD}, True),
        ({"region": "*", **UNREAD}, True),
        ({"region": "us-east-1", **UNREAD}, False),
        ({"region": "eu-west-1", "TopicArn": f"{ARN}-2", **UNREAD}, False),
        (UNREAD, True),
    ],
)
def test_an_unread_item_hides_only_what_it_may_be(item: dict[str, Any], hides: bool) -> None:
    """What is unread in one Region says nothing of an ARN in another, nor an item of another name."""
    found = look(Expect(fact=TOPICS, at=AT), {TOPICS: [item]})
    assert isinstance(found, Unknown) is hides
    assert (broken((Expect(fact=TOPICS, at=AT),), {TOPICS: [item]}) == []) is not hides


def test_what_a_later_change_sets_anew_does_not_last() -> None:
    """The same place, and whatever stood in something that is gone; what is beside it lasts."""
    policy, key = Expect(fact=TOPICS, at=(*AT, "Policy"), value=1), Expect(fact=TOPICS, at=(*AT, "Key"), value=1)
    other = Expect(fact="events.rules", at=AT, value=1)
    assert lasting((policy, key, other), (Expect(fact=TOPICS, at=(*AT, "Policy"), value=2),)) == (key, other)
    assert lasting((policy, key, other), (Expect(fact=TOPICS, at=AT, value=None),)) == (other,)
    assert lasting((policy, key, other), (Expect(fact=TOPICS, at=AT, value={"Name": "x"}),)) == (policy, key, other)


def test_a_thing_that_will_be_there_is_found_by_its_owner() -> None:
    """A key supposed under a stand-in ARN is listed among its account's, once."""
    arn, shared = "arn:aws:kms:eu-west-1:111122223333:key/of-change", Shared()
    expect = Expect(fact="kms.keys", at=(Item("Arn", arn),), value={"Arn": arn, "KeyState": "Enabled"})
    shared.as_if("111122223333", (expect, expect))
    assert shared.names("kms.keys", "111122223333") == (arn,)
    assert shared.look("kms.keys", arn, Log(), "missing")["KeyState"].text() == "Enabled"


def test_suppositions_are_planned_on_and_never_looked_up() -> None:
    """They are written into what later changes are planned on, and never missed."""
    supposed = Expect(fact="kms.keys", at=(Item("Arn", "a"),), value={"Arn": "a"}, assumed=True)
    change = Change(
        id="c", remedy="r", title="t", why="w", account="111122223333", risk=Risk.SAFE,
        then=(Expect(fact=TOPICS, at=AT, value=1), supposed),
    )  # fmt: skip
    assert as_if({}, change.then)["kms.keys"] == [{"Arn": "a"}]
    assert broken((supposed,), {"kms.keys": []}) == []
    assert change.facts == (TOPICS,)
