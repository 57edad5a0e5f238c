"""What AWS says about money that leaves its usual course is read in every shape it arrives in, or told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.trail.envelopes import Flaw, Item
from rootwarden.trail.items import Spending
from tests.laws.effort import tried
from tests.trail.reading import found, read
from tests.trail.spending_messages import (
    ANOMALY,
    ANOMALY_EVENT,
    DAILY,
    FORECAST,
    LARGE,
    MONTHLY,
    SAMPLE_EVENT,
    SPACED,
    about_subscription,
    as_json,
    budget_text,
    notification,
    received,
    sns_in_lambda,
    sqs_in_lambda,
)

OWNER, SPENDER = "123456789012", "111122223333"
SENT = datetime(2026, 1, 28, 11, 52, 33, 584000, tzinfo=UTC)
QUEUED = datetime(2026, 1, 28, 11, 52, 33, 617000, tzinfo=UTC)
RECORD = {"eventVersion": "1.08", "eventID": "1", "userIdentity": {"type": "Root"}}


def only(value: Any) -> Item:
    """Return the one item of a file that holds this JSON."""
    (item,) = read(as_json(value))
    return item


def spent(value: Any) -> Spending:
    """Return the one message about spending in a file that holds this JSON."""
    item = only(value)
    assert isinstance(item, Spending), item
    return item


def told(value: Any) -> Flaw:
    """Return the one flaw of a file that holds this JSON."""
    item = only(value)
    assert isinstance(item, Flaw), item
    return item


# -- AWS Budgets -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "amount", "source"),
    [
        (MONTHLY, "12.69", "budget billingThree (ACTUAL > $24.00)"),
        (SPACED, "0.43", "budget Test Budget (ACTUAL > $0.16)"),
        (DAILY, "2.15", "budget killswitch (ACTUAL > $0.00)"),
        (FORECAST, "0.95", "budget test (FORECASTED > $0.00)"),
        (LARGE, "1226567.89", "budget everything (ACTUAL > $8,000.00)"),
    ],
)
def test_budgets(text: str, amount: str, source: str) -> None:
    """The amount is what is above the alert threshold, to the cent; the source says which alert, and of what kind."""
    assert spent(notification(text)) == Spending(OWNER, SENT, Decimal(amount), "USD", source, "f")


@pytest.mark.parametrize(
    ("value", "when", "where"),
    [
        (notification(FORECAST), SENT, "f"),
        (sqs_in_lambda(json.dumps(notification(FORECAST), indent=1)), SENT, "f, record 1"),
        (sns_in_lambda(notification(FORECAST)), SENT, "f, record 1"),
        (received(json.dumps(notification(FORECAST)), SentTimestamp="1769900000000"), SENT, "f, message 1"),
        ({"detail-type": "x", "time": "2026-01-28T11:52:33.584Z", "detail": {"message": FORECAST}}, SENT, "f"),
        (sqs_in_lambda(FORECAST), QUEUED, "f, record 1"),
        (received(FORECAST, SentTimestamp="1769601153617"), QUEUED, "f, message 1"),
        (received(FORECAST), datetime(2026, 1, 28, tzinfo=UTC), "f, message 1"),
        (notification(FORECAST, Timestamp=None), datetime(2026, 1, 28, tzinfo=UTC), "f"),
        (notification(FORECAST, Timestamp="9999-12-31T23:59:59Z"), datetime(2026, 1, 28, tzinfo=UTC), "f"),
        ([notification(FORECAST)], SENT, "f, record 1"),
        (FORECAST, datetime(2026, 1, 28, tzinfo=UTC), "f"),
    ],
)
def test_a_budget_message_in_any_envelope(value: Any, when: datetime, where: str) -> None:
    """Through SNS, SQS, EventBridge and Lambda, or raw; the innermost envelope with a time dates it, else its text."""
    found = Spending(OWNER, when, Decimal("0.95"), "USD", "budget test (FORECASTED > $0.00)", where)
    assert spent(value) == found


def test_an_event_with_its_lines_run_together() -> None:
    """An AWS sample sends the text with "#" for line ends, and whole dollars."""
    when = datetime(2021, 6, 27, 1, 14, 54, tzinfo=UTC)
    assert spent(SAMPLE_EVENT) == Spending(OWNER, when, Decimal(1), "USD", "budget cost-test (ACTUAL > $80)", "f")


def test_messages_as_text_files() -> None:
    """A raw message saved as it came is read, several behind one another too, and records beside them."""
    items = read(f"{FORECAST}{MONTHLY}\n{json.dumps(RECORD)}\n".encode())
    assert [(item.source[:11], item.when) for item in items if isinstance(item, Spending)] == [
        ("budget test", datetime(2026, 1, 28, tzinfo=UTC)),
        ("budget bill", datetime(2019, 10, 28, tzinfo=UTC)),
    ]
    assert found(items) == [RECORD]
    assert len(items) == 3
    assert len(read(MONTHLY.replace("\n", "\r\n").encode("utf-16"))) == 1


def test_a_budget_in_its_threshold_is_no_cent_above() -> None:
    """AWS rounds what it writes: an amount that equals its threshold was above it, and counts."""
    assert spent(notification(budget_text("b", "May 04, 2020", ("$1", "$0.01", "$0.01")))).amount == Decimal(0)


def test_spending_below_is_told() -> None:
    """A budget can watch for too little: that is no spending out of line, and no silence either."""
    flaw = told(notification(budget_text("b", "May 04, 2020", ("$9", "$8", "$3.50"))))
    assert "below what budget b (ACTUAL > $8) watches for, by 4.50 USD" in flaw.why


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("AWS Account 123456789012", "AWS Account XXXXXXXXX", "account"),
        ("Budget Name: billingThree", "", "Budget Name"),
        ("Alert Type: ACTUAL", "Alert Type: GUESSED", "Alert Type"),
        ("> $24.00\n", "> 80%\n", "Alert Threshold in dollars"),
        ("> $24.00\n", "> $2,4.00\n", "Alert Threshold in dollars"),
        ("ACTUAL Amount: $36.69", "ACTUAL Amount: 720 Hrs", "ACTUAL Amount in dollars"),
        ("ACTUAL Amount: $36.69", "ACTUAL Amount: €36.69", "ACTUAL Amount in dollars"),
        ("ACTUAL Amount: $36.69", "ACTUAL Amount: $\u0663.69", "ACTUAL Amount in dollars"),
        ("ACTUAL Amount: $36.69", "ACTUAL Amount: $" + "9" * 5000, "ACTUAL Amount in dollars"),
        ("October 28, 2019", "28 October 2019", "date"),
        ("October 28, 2019", "October 32, 2019", "date"),
        ("October 28, 2019", "Oktober 28, 2019", "date"),
        ("October 28, 2019", "October 28, 0001", "date"),
    ],
)
def test_a_budget_message_without_a_part(old: str, new: str, missing: str) -> None:
    """The flaw names what is missing, and nothing else."""
    assert old in MONTHLY
    flaw = told(received(MONTHLY.replace(old, new)))
    assert flaw.why.startswith("it is a message of AWS Budgets")
    assert flaw.why.partition("known: ")[2] == missing
    assert flaw.todo


# -- Cost Anomaly Detection ------------------------------------------------------------------------------------
MONITOR = "anomaly 12345678-abcd-ef12-3456-987654321a12 of monitor "


@pytest.mark.parametrize(
    ("value", "when", "monitor"),
    [
        (notification(json.dumps(ANOMALY)), SENT, "abcdef12-1234-4ea0-84cc-918a97d736ef"),
        (received(json.dumps(notification(json.dumps(ANOMALY)))), SENT, "abcdef12-1234-4ea0-84cc-918a97d736ef"),
        (sns_in_lambda(notification(json.dumps(ANOMALY))), SENT, "abcdef12-1234-4ea0-84cc-918a97d736ef"),
        (sqs_in_lambda(json.dumps(ANOMALY)), QUEUED, "abcdef12-1234-4ea0-84cc-918a97d736ef"),
        (
            ANOMALY | {"anomalyStartDate": "2021-05-23T00:00:00Z"},
            datetime(2021, 5, 25, tzinfo=UTC),
            "abcdef12-1234-4ea0-84cc-918a97d736ef",
        ),
        (
            ANOMALY | {"anomalyEndDate": None},
            datetime(2021, 5, 25, tzinfo=UTC),
            "abcdef12-1234-4ea0-84cc-918a97d736ef",
        ),
        (ANOMALY_EVENT, datetime(2021, 5, 26, 7, 15, tzinfo=UTC), "all services"),
        (
            notification(json.dumps(ANOMALY_EVENT)),
            datetime(2021, 5, 26, 7, 15, tzinfo=UTC),
            "all services",
        ),
    ],
)
def test_an_anomaly_in_any_envelope(value: Any, when: datetime, monitor: str) -> None:
    """The account that spends is that of the root cause, not the one that pays and was told."""
    item = spent(value)
    assert (item.account, item.when, item.source) == (SPENDER, when, MONITOR + monitor)
    assert (item.amount, item.currency) == (Decimal(1001), "USD")


def test_each_account_that_spends_is_named_once() -> None:
    """Several root causes of one account are one message; without any, it is the account that was told."""
    cause = ANOMALY["rootCauses"][0]
    causes = [cause, cause, {"linkedAccount": "AnomalousLinkedAccount"}, 7, {**cause, "linkedAccount": "444455556666"}]
    items = read(as_json(ANOMALY | {"rootCauses": causes}))
    assert [item.account for item in items if isinstance(item, Spending)] == [SPENDER, "444455556666"]
    assert len(items) == 2
    for none in ([], None, [{"service": "x"}], {"linkedAccount": SPENDER}):
        assert spent(ANOMALY | {"rootCauses": none}).account == OWNER


def test_amounts_are_as_written() -> None:
    """No digit is added or lost by binary fractions; the largest of days stands in for an absent total."""
    for text in ("48.22", "0.1", "1234567.89", "0.0000001"):
        amount = spent(ANOMALY | {"impact": {"totalImpact": float(text)}}).amount
        assert amount == Decimal(text)
        assert isinstance(amount, Decimal)
    assert spent(ANOMALY | {"impact": {"maxImpact": 151}}).amount == Decimal(151)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"accountId": 7, "rootCauses": []}, "account"),
        ({"impact": None}, "totalImpact"),
        ({"impact": {"totalImpact": "1001"}}, "totalImpact"),
        ({"impact": {"totalImpact": True}}, "totalImpact"),
        ({"impact": {"totalImpact": 10**400}}, "totalImpact"),
        ({"impact": {"totalImpact": 1e308}}, "totalImpact"),
        ({"anomalyStartDate": None, "anomalyEndDate": "soon"}, "date"),
    ],
)
def test_an_anomaly_without_a_part(change: dict[str, Any], missing: str) -> None:
    """The flaw names what is missing."""
    flaw = told(ANOMALY | change)
    assert "Cost Anomaly Detection" in flaw.why
    assert flaw.why.endswith(f"known: {missing}")


def test_an_anomaly_of_too_little_is_told() -> None:
    """Less spending than usual completes no alert."""
    assert "below" in told(ANOMALY | {"impact": {"totalImpact": -3.5}}).why


# -- SNS itself, and anything else -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "why", "todo"),
    [
        ("SubscriptionConfirmation", "asks to confirm a subscription", "SubscribeURL"),
        ("UnsubscribeConfirmation", "a subscription was cancelled", "who cancelled it"),
    ],
)
def test_messages_about_a_subscription(kind: str, why: str, todo: str) -> None:
    """They say what they are and what to do, and never show the token."""
    message = about_subscription(kind)
    for value in (message, received(json.dumps(message)), sqs_in_lambda(json.dumps(message))):
        flaw = told(value)
        assert why in flaw.why
        assert "arn:aws:sns:us-west-2:123456789012:MyTopic" in flaw.why
        assert todo in flaw.todo
        assert "2336412f" not in flaw.why + flaw.todo


def test_other_text_is_told_as_before() -> None:
    """A text that is neither JSON nor a message of AWS Budgets is a flaw that says so."""
    for text in ("hello", "", "AWS Budget", "re: AWS Budget Notification May 04, 2020", '{"cut": '):
        assert "is no JSON, or was cut short" in told(notification(text)).why
    assert "is no JSON" in "".join(item.why for item in read(b"hello\n") if isinstance(item, Flaw))
    assert isinstance(only({"anomalyId": "a"}), Flaw)


def test_a_record_that_carries_such_a_text_stays_a_record() -> None:
    """Whoever can write a field of a record cannot have a message of AWS read out of it."""
    for text in (MONTHLY, json.dumps(ANOMALY)):
        record = RECORD | {"message": text, "requestParameters": {"userName": text}}
        assert found(read(as_json(record))) == [record]
        assert len(read(as_json({"Records": [record]}))) == 1


_LINES = MONTHLY.splitlines(keepends=True)
_NOISE = st.text(max_size=12) | st.sampled_from(
    ["$", ",", "\n", "#", ": ", "AWS Account ", "9" * 13, "-", "[1] https://"]
)


@tried
@given(st.permutations(_LINES), st.lists(_NOISE, max_size=6), st.data())
def test_any_text_is_read_or_told(lines: list[str], noise: list[str], data: st.DataObject) -> None:
    """No text in the place of a budget message raises anything or is passed over, wherever it stands."""
    text = "".join(data.draw(st.permutations([*lines[: data.draw(st.integers(0, len(lines)))], *noise])))
    for one in (text, "AWS Budget Notification " + text):
        for value in (notification(one), received(one), {"detail": {"message": one}}):
            for item in read(as_json(value)) or pytest.fail("silence"):
                assert isinstance(item, Flaw | Spending)
        for item in read(one.encode("utf-8", "surrogatepass")):
            assert isinstance(item, Flaw | Spending)


_JSON = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(SPENDER)
_VALUES = st.recursive(
    _JSON,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["totalImpact", "maxImpact", "linkedAccount"]), inside, max_size=3)
    ),
    max_leaves=6,
)


@tried
@given(st.dictionaries(st.sampled_from(sorted(ANOMALY)), _VALUES, max_size=4))
def test_any_anomaly_is_read_or_told(change: dict[str, Any]) -> None:
    """Whatever its fields hold, a message of Cost Anomaly Detection gives messages or a flaw, never an error."""
    items = read(as_json(notification(json.dumps(ANOMALY | change))))
    assert items
    assert all(isinstance(item, Flaw | Spending) for item in items)
