"""Messages of AWS Budgets, Cost Anomaly Detection and SNS: as published, or constructed, each says which."""

from __future__ import annotations

import json
from typing import Any


def budget_text(
    name: str,
    date: str,
    figures: tuple[str, str, str],
    *,
    kind: str = "ACTUAL",
    account: str = "123456789012",
    period: str = "for the current month. The",
    console: str = "billing/home",
) -> str:
    """Return the text of AWS Budgets as every published copy has it; `figures` are budget, threshold and amount."""
    budgeted, threshold, amount = figures
    return (
        f"AWS Budget Notification {date}\nAWS Account {account}\n\nDear AWS Customer,\n\n"
        f"You requested that we alert you when the {kind} Cost associated with your {name} budget is greater than "
        f"{threshold} {period} {kind} Cost associated with this budget is {amount}. You can find additional details "
        "below and by accessing the AWS Budgets dashboard [1].\n\n"
        f"Budget Name: {name}\nBudget Type: Cost\nBudgeted Amount: {budgeted}\nAlert Type: {kind}\n"
        f"Alert Threshold: > {threshold}\n{kind} Amount: {amount}\n\n"
        f"[1] https://console.aws.amazon.com/{console}#/budgets\n"
    )


# Published by people who received them (2019, 2022, 2023, 2026); the account ids are made up here.
MONTHLY = budget_text("billingThree", "October 28, 2019", ("$30.00", "$24.00", "$36.69"))
SPACED = budget_text("Test Budget", "September 26, 2022", ("$0.20", "$0.16", "$0.59"))
DAILY = budget_text(
    "killswitch", "March 04, 2023", ("$70.00", "$0.00", "$2.15"), period="per day. Yesterday, the"
)  # fmt: skip
FORECAST = budget_text(
    "test", "January 28, 2026", ("$0.02", "$0.00", "$0.95"), kind="FORECASTED", console="costmanagement/home"
)  # fmt: skip
# Constructed: a sum with thousands.
LARGE = budget_text("everything", "March 04, 2023", ("$10,000.00", "$8,000.00", "$1,234,567.89"))


def notification(message: str, **changes: Any) -> dict[str, Any]:
    """Return the envelope of SNS around a budget message; its fields are those of the published copies."""
    return {
        "Type": "Notification",
        "MessageId": "d7eac51f-e9b1-5584-b17f-a4ec13707c7d",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:budget-alerts",
        "Subject": "AWS Budgets: test has exceeded your alert threshold",
        "Message": message,
        "Timestamp": "2026-01-28T11:52:33.584Z",
        "SignatureVersion": "1",
        "Signature": "c2lnbmVk",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    } | changes


def sqs_in_lambda(body: str) -> dict[str, Any]:
    """Return a Lambda event of SQS; published with a body that is an SNS envelope, constructed with any other."""
    record = {
        "messageId": "27fa4149-99e0-44cd-9caa-4b58263b30e3",
        "receiptHandle": "AQEB",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1769601153617"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:test",
        "awsRegion": "eu-west-1",
    }
    return {"Records": [record]}


def sns_in_lambda(envelope: dict[str, Any]) -> dict[str, Any]:
    """Return a Lambda event of SNS, as published."""
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": envelope}]}


def received(body: str, **attributes: str) -> dict[str, Any]:
    """Return an answer of ReceiveMessage; constructed from the API reference."""
    return {"Messages": [{"MessageId": "m", "ReceiptHandle": "h", "Body": body, "Attributes": attributes}]}


# The event of a published AWS sample, which puts "#" for line ends; the account id is made up here.
SAMPLE_EVENT: dict[str, Any] = {
    "version": "0",
    "id": "12d5ea42-f376-fd64-4de4-674d5ffbf38c",
    "detail-type": "Budget Threshold Breached",
    "source": "budget-control-solution",
    "account": "123456789012",
    "time": "2021-06-27T01:14:54Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {
        "message": budget_text("cost-test", "June 27, 2021", ("$100", "$80", "$81")).replace("\n", "#"),
    },
}

# Cost Management User Guide, "To view your anomalies from an Amazon SNS topic"; its placeholder for the account that
# spends ("AnomalousLinkedAccount") is an id here.
ANOMALY: dict[str, Any] = {
    "accountId": "123456789012",
    "anomalyDetailsLink": "https://console.aws.amazon.com/cost-management/home#/anomaly-detection/monitors/x",
    "anomalyEndDate": "2021-05-25T00:00:00Z",
    "anomalyId": "12345678-abcd-ef12-3456-987654321a12",
    "anomalyScore": {"currentScore": 0.47, "maxScore": 0.47},
    "anomalyStartDate": "2021-05-25T00:00:00Z",
    "dimensionalValue": "ServiceName",
    "impact": {
        "maxImpact": 151,
        "totalActualSpend": 1301,
        "totalExpectedSpend": 300,
        "totalImpact": 1001,
        "totalImpactPercentage": 333.67,
    },
    "monitorArn": "arn:aws:ce::123456789012:anomalymonitor/abcdef12-1234-4ea0-84cc-918a97d736ef",
    "rootCauses": [
        {
            "linkedAccount": "111122223333",
            "linkedAccountName": "AnomalousLinkedAccountName",
            "region": "AnomalousRegionName",
            "service": "AnomalousServiceName",
            "usageType": "AnomalousUsageType",
            "impact": {"contribution": 601},
        }
    ],
    "subscriptionId": "874c100c-59a6-4abb-a10a-4682cc3f2d69",
    "subscriptionName": "alertSubscription",
}

# Cost Management User Guide, "Using EventBridge with Cost Anomaly Detection"; its placeholders are values here.
_UNLIKE_SNS = ("dimensionalValue", "subscriptionId", "subscriptionName")
ANOMALY_EVENT: dict[str, Any] = {
    "version": "0",
    "id": "0d079340-135a-c8c6-95c2-41fb8f496c53",
    "source": "aws.ce",
    "detail-type": "Anomaly Detected",
    "account": "123456789012",
    "region": "us-east-1",
    "time": "2021-05-26T07:15:00Z",
    "resources": ["arn:aws:ce::123456789012:anomalymonitor/abcdef12-1234-4ea0-84cc-918a97d736ef"],
    "detail": {key: value for key, value in ANOMALY.items() if key not in _UNLIKE_SNS}
    | {"accountName": "payer", "dimensionValue": "AmazonEC2", "feedback": "string", "monitorName": "all services"},
}


def about_subscription(kind: str) -> dict[str, Any]:
    """Return the message of SNS about a subscription itself (SNS Developer Guide), its token and signature made up."""
    return {
        "Type": kind,
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "Token": "2336412f37fb687f5d51e6e2425f004a",
        "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
        "Message": "You have chosen to subscribe to the topic arn:aws:sns:us-west-2:123456789012:MyTopic.",
        "SubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37fb687f5d51e6e",
        "Timestamp": "2012-04-26T20:45:04.751Z",
        "SignatureVersion": "1",
        "Signature": "c2lnbmVk",
        "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
    }


def as_json(value: Any) -> bytes:
    """Return a value as the bytes of a file."""
    return json.dumps(value).encode()
