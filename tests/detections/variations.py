"""Records near the golden ones and far from them, for rules and meanings to be compared on."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from rootwarden.model.golden import golden_records
from tests.detections.predicates import KNOWN_TYPES, Record

OWNED = ("arn:aws:sns:us-east-1:111122223333:root-alerts", "root-alerts", "root-trail-logs", "1234abcd-12ab-34cd")

# What a record may carry, one field at a time. AWS writes an answer such as {"ConsoleLogin": "Failure"}, and the event
# type AwsConsoleSignIn, only in sign-in records: `could_be` leaves out variations that put them elsewhere.
VALUES: dict[str, tuple[Any, ...]] = {
    "userIdentity.type": (*KNOWN_TYPES.split(), "Robot", "", None),
    "userIdentity.arn": (
        "arn:aws:iam::111122223333:root",
        "arn:aws:sts::111122223333:assumed-root",
        "arn:aws:sts::111122223333:assumed-root/x",
        "arn:aws:iam::111122223333:user/root",
    ),
    "userIdentity.invokedBy": (
        "AWS Internal",
        "signin.amazonaws.com",
        "console.amazonaws.com",
        "autoscaling.amazonaws.com",
        "amazonaws.com",
        "a person",
        "",
        None,
    ),
    "userIdentity.accessKeyId": ("AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "", None),
    "userIdentity.sessionContext": ({"sessionIssuer": {"type": "Root"}}, {"sessionIssuer": {"type": "Role"}}, {}),
    "eventType": ("AwsApiCall", "AwsServiceEvent", "AwsConsoleSignIn", None),
    "errorCode": ("AccessDenied", "", None),
    "errorMessage": ("Failed authentication", "", None),
    "additionalEventData.MFAUsed": ("Yes", "YES", "No", "", None),
    "responseElements": (
        None,
        {"ConsoleLogin": "Success"},
        {"ConsoleLogin": "Failure"},
        {"PasswordUpdated": "Failure"},
        {"SetSecurityQuestions": "Failure"},
        {"SetContactAddress": "Failure"},
        {"SetAdditionalContacts": "Failure"},
    ),
    "requestParameters": (
        None,
        {},
        {"userName": None},
        {"userName": ""},
        {"userName": "AWS ROOT USER"},
        {"userName": "root"},
        {"userName": "alice"},
        {"userName": "alice", "serialNumber": "arn:aws:iam::111122223333:mfa/root-account-mfa-device"},
        {"userName": "alice", "serialNumber": "arn:aws:iam::111122223333:u2f/root-account/key-1"},
        {"userName": "alice", "serialNumber": "arn:aws:iam::111122223333:mfa/alice"},
        {"bucketName": "root-trail-logs"},
        {"bucketName": "other"},
        {"keyId": "1234abcd-12ab-34cd"},
        {"name": "root-alerts"},
        {"rule": "root-alerts"},
        {"alarmName": "root-alerts"},
        {"alarmNames": ["other", "root-alerts"]},
        {"alarmNames": ["other"]},
        {"logGroupName": "root-alerts"},
        {"topicArn": OWNED[0]},
        {"topicArn": "arn:aws:sns:us-east-1:111122223333:root-alerts-too"},
        {"subscriptionArn": f"{OWNED[0]}:5be8f4e1"},
        {"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/root-alerts"},
        {"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/no-root-alerts"},
        {"budgetName": "root-alerts"},
        {"newBudget": {"budgetName": "root-alerts"}},
        {"monitorArn": OWNED[0]},
        {"subscriptionArn": OWNED[0]},
    ),
}
SIGN_IN_SOURCE = "signin.amazonaws.com"
SIGN_IN_ANSWERS = {
    "ConsoleLogin",
    "PasswordUpdated",
    "SetSecurityQuestions",
    "SetContactAddress",
    "SetAdditionalContacts",
}
STRANGERS = ("CreateAccessKeys", "XDeleteUser", "PurchaseSavingsPlan", "DeleteUserPolicy", "TerminateInstances", "")


@cache
def rule_texts() -> dict[str, str]:
    """The text of every rule file by its name."""
    found = (files("rootwarden.detections") / "rules").iterdir()
    return {file.name: file.read_text("utf-8") for file in sorted(found, key=lambda one: one.name)}


def events_of(text: str) -> list[tuple[str, str]]:
    """Every source and name that a rule speaks of, joined in every way: right pairs and wrong ones."""
    detection = text.partition("\ndetection:")[2].partition("\nfalsepositives:")[0]
    names = {*re.findall(r"\b[A-Z][A-Za-z0-9]{5,}\b", detection), "GetCallerIdentity"}
    sources = {*re.findall(r"\b[a-z0-9]+\.amazonaws\.com", detection), "ec2.amazonaws.com", SIGN_IN_SOURCE}
    return sorted((source, name) for source in sources for name in names)


@cache
def events() -> tuple[tuple[str, str], ...]:
    """The events of the golden records and of all rules, and names that no rule means from sources that some do."""
    pairs = {(str(one.record.get("eventSource")), str(one.record.get("eventName"))) for one in golden_records()}
    for text in rule_texts().values():
        pairs.update(events_of(text))
    return tuple(sorted(pairs | {(source, name) for source, _ in pairs for name in STRANGERS}))


def put(record: Record, path: str, value: Any) -> Record:
    """The record with another value at a path; what stands elsewhere is the same, not a copy."""
    step, _, rest = path.partition(".")
    inner = record.get(step)
    return {**record, step: put(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def could_be(record: Record) -> bool:
    """AWS could write this: what belongs to sign-in records stands in no other."""
    answers = record.get("responseElements")
    answered = set(answers) & SIGN_IN_ANSWERS if isinstance(answers, dict) else set()
    page = record.get("eventType") == "AwsConsoleSignIn"
    return record.get("eventSource") == SIGN_IN_SOURCE or not (page or answered)


def less(record: Record) -> Iterator[Record]:
    """The record without one of its fields, for each of them."""
    for name in record:
        yield {other: value for other, value in record.items() if other != name}
        if isinstance(record[name], dict):
            for part in less(record[name]):
                yield {**record, name: part}


def neighbours(record: Record) -> Iterator[Record]:
    """Records that differ from this one in a single field, or in source and name (150 events, always the same)."""
    yield from less(record)
    for path, values in VALUES.items():
        for value in values:
            yield put(record, path, value)
    for source, name in random.Random(str(record.get("eventID"))).sample(events(), 150):
        yield {**record, "eventSource": source, "eventName": name}


def strangers(text: str, count: int) -> Iterator[Record]:
    """Golden records changed in up to six fields at once towards one rule, the same ones in every run."""
    spread = random.Random(text)
    bases, pairs = [one.record for one in golden_records()], events_of(text)
    while count:
        record = put(spread.choice(bases), "userIdentity.type", "Root")
        for path in spread.sample(sorted(VALUES), spread.randint(0, 4)):
            record = put(record, path, spread.choice(VALUES[path]))
        source, name = spread.choice(pairs)
        record = {**record, "eventSource": source, "eventName": name}
        if could_be(record):
            count -= 1
            yield record


@cache
def near_golden() -> list[Record]:
    """All golden records and all their neighbours."""
    bases = [one.record for one in golden_records()]
    return bases + [other for base in bases for other in neighbours(base) if could_be(other)]


@cache
def far_from_golden() -> list[Record]:
    """Fifty thousand records that nobody wrote."""
    return [record for text in rule_texts().values() for record in strangers(text, 1_600)]


def every_request(text: str) -> list[Record]:
    """Each event a rule speaks of, by root and by a role, with each of the requests above."""
    return [
        {"eventSource": source, "eventName": name, "userIdentity": {"type": kind}, "requestParameters": request}
        for source, name in events_of(text)
        for request in VALUES["requestParameters"]
        for kind in ("Root", "AssumedRole")
    ]
