"""RW-BILL-02: alerts of each counting budget reach somebody."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Finding, Status
from tests.controls.alert_facts import DEFAULT, TOPIC, allow, document, subscription, topic
from tests.controls.budget_facts import EMAIL, SNS, STANDALONE, budget, facts, notification, subscribers
from tests.controls.judged import ACCOUNT, judge, only, unread

SLUG = "budget-alert-recipient-confirmed"
FACT = "budgets.subscribers"
BUDGETS = "budgets.amazonaws.com"


def one(*who: Any, **changes: Any) -> Finding:
    """Return the finding for a budget with these subscribers."""
    return only(SLUG, facts(**{FACT: subscribers(*who)}, **changes), STANDALONE)


def to_topic(changed: Any) -> Finding:
    """Return the finding for a budget that sends to this topic only."""
    return one(SNS, **{"sns.topics": [changed]})


def test_mailbox_passes():
    """E-mail recipients of budgets need no confirmation."""
    finding = one(EMAIL)
    assert finding.status is Status.PASS
    assert finding.resource == f"arn:aws:budgets::{ACCOUNT}:budget/account"


def test_no_subscriber_fails():
    """An alert for nobody."""
    assert one().reason == "no_subscriber"
    assert only(SLUG, facts(**{FACT: {"account": []}}), STANDALONE).reason == "no_subscriber"
    assert one({"SubscriptionType": "EMAIL", "Address": "nobody"}).reason == "not_delivered"


def test_working_topic_passes():
    """It exists, is read, and lets Budgets in."""
    assert one(SNS).status is Status.PASS


@pytest.mark.parametrize(
    "broken",
    [
        {**topic(), "attributes": None},
        topic(subscriptions=[]),
        topic(subscriptions=[subscription(SubscriptionArn="PendingConfirmation")]),
        topic(attributes={"Policy": document(DEFAULT)}),
        topic(attributes={"Policy": document(allow("cloudwatch.amazonaws.com"))}),
        topic(
            attributes={
                "Policy": document(allow(BUDGETS, Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}))
            }
        ),
        topic(attributes={"KmsMasterKeyId": "alias/aws/sns"}),
    ],
)
def test_broken_topic_fails_and_a_mailbox_saves_it(broken: dict[str, Any]):
    """Missing, unread, closed to Budgets, or encrypted with a key that keeps Budgets out."""
    assert (to_topic(broken).status, to_topic(broken).reason) == (Status.FAIL, "not_delivered")
    assert one(SNS, EMAIL, **{"sns.topics": [broken]}).status is Status.PASS


def test_condition_on_the_budget_is_evaluated():
    """The statement AWS recommends names account and budget."""
    condition = {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{ACCOUNT}:*"},
    }
    good = topic(attributes={"Policy": document(allow(BUDGETS, Condition=condition))})
    assert to_topic(good).status is Status.PASS


def test_recipient_of_any_notification_counts():
    """A budget has several notifications; one that reaches somebody is enough."""
    rows = [
        {"Notification": notification(), "Subscribers": []},
        {"Notification": notification("FORECASTED"), "Subscribers": [EMAIL]},
    ]
    assert only(SLUG, facts(**{FACT: {"account": rows}}), STANDALONE).status is Status.PASS


def test_unread_parts_are_unknown():
    """Subscribers, topics, or one notification of several."""
    dark = unread(FACT)
    for value in (dark, {}, {"account": dark}, {"account": [{"Notification": notification(), "Subscribers": dark}]}):
        assert only(SLUG, facts(**{FACT: value}), STANDALONE).status is Status.UNKNOWN
    assert one(SNS, **{"sns.topics": unread("sns.topics")}).status is Status.UNKNOWN
    assert one(EMAIL, **{"sns.topics": unread("sns.topics")}).status is Status.PASS
    assert one(dark, EMAIL).status is Status.PASS
    assert one(dark).status is Status.UNKNOWN
    assert one({"SubscriptionType": "FAX", "Address": "1"}).status is Status.UNKNOWN
    assert one({"SubscriptionType": "SNS", "Address": "topic"}).status is Status.UNKNOWN


def test_topic_that_nobody_shows_is_unknown():
    """A topic of another account that is not part of the audit."""
    foreign = {"SubscriptionType": "SNS", "Address": TOPIC.replace(ACCOUNT, "999999999999")}
    assert one(foreign).reason == "topic_out_of_scope"


def test_only_budgets_that_count_are_judged():
    """Each counting budget is one finding; none at all does not apply; one that may count is unknown."""
    two = {"budgets.budgets": [budget("a"), budget("b"), budget("c", BudgetType="USAGE")]}
    found = judge(SLUG, facts(**two, **{FACT: {**subscribers(EMAIL, name="a"), **subscribers(name="b")}}), STANDALONE)
    assert [finding.status for finding in found] == [Status.PASS, Status.FAIL]
    assert only(SLUG, facts(**{"budgets.budgets": []}), STANDALONE).reason == "no_counting_budget"
    dark = only(SLUG, facts(**{"budgets.budgets": [budget(CostFilters=unread("budgets.budgets"))]}), STANDALONE)
    assert dark.status is Status.UNKNOWN and dark.resource.endswith("budget/account")
    assert only(SLUG, facts(**{"budgets.budgets": unread("budgets.budgets")}), STANDALONE).status is Status.UNKNOWN


def test_budget_for_another_account_counts_where_it_stands():
    """In a management account budgets for members have recipients too."""
    named = budget(CostFilters={"LinkedAccount": ["999999999999"]})
    assert one(EMAIL, **{"budgets.budgets": [named]}).status is Status.PASS
