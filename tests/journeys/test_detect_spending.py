"""Journeys of `rootwarden detect` with messages about money beside the records: files as a queue would be saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rootwarden.model.golden import golden_records
from tests.journeys.terminal import rootwarden
from tests.trail.spending_messages import (
    ANOMALY_EVENT,
    about_subscription,
    budget_text,
    notification,
    received,
    sns_in_lambda,
)

NOW = ("--now", "2026-11-27T00:00:00Z")
NOT_JUDGED = "RD-115, because no notice of spending was among what was read"


def sign_in() -> dict[str, Any]:
    """Return a successful ConsoleLogin of root with MFA, as a record."""
    found = next(one for one in golden_records() if one.fires == ("RD-002",))
    assert found.record["eventName"] == "ConsoleLogin"
    return {**found.record, "eventTime": "2026-11-24T10:00:00Z"}


def detect(file: Path, *values: Any) -> tuple[int, dict[str, Any]]:
    """Run on a file with these values, one a line, and return exit code and the object."""
    file.write_text("".join(json.dumps(value) + "\n" for value in values))
    answer = rootwarden("detect", str(file), *NOW, "--output", "json")
    assert answer.err == "", answer.err
    return answer.code, json.loads(answer.out)


def budget(account: str, date: str = "November 25, 2026") -> str:
    """Return a message of AWS Budgets of an account (constructed from published ones)."""
    return budget_text("monthly", date, ("$1,000.00", "$800.00", "$2,034.56"), account=account)


def test_a_root_sign_in_and_a_budget_message(tmp_path: Path) -> None:
    """Both within two days, of one account: the alert says how much, and which budget said so."""
    record = sign_in()
    message = notification(budget(record["recipientAccountId"]), Timestamp="2026-11-25T16:20:00.123Z")
    code, found = detect(tmp_path / "f.json", record, message)
    alert = next(one for one in found["alerts"] if one["code"] == "RD-115")
    assert (alert["severity"], alert["account"]) == ("critical", record["recipientAccountId"])
    assert alert["event_time"] == "2026-11-25T16:20:00.123000Z"
    assert "1234.56 USD by budget monthly (ACTUAL > $800.00)" in alert["target"]
    assert [one["code"] for one in found["alerts"] if one["code"] != "RD-115"] == ["RD-002"]
    assert found["counted"]["unread"] == []
    assert NOT_JUDGED not in found["counted"]["not_judged"]
    assert code == 0


def test_messages_that_belong_to_no_act_of_root(tmp_path: Path) -> None:
    """Of another account, or days later: no alert; without any message it is said that nothing was judged."""
    record = sign_in()
    own = record["recipientAccountId"]
    late = received(budget(own, "November 27, 2026"))
    for message in (notification(budget("999988887777"), Timestamp="2026-11-24T11:00:00Z"), late):
        found = detect(tmp_path / "f.json", record, message)[1]
        assert [one["code"] for one in found["alerts"]] == ["RD-002"]
        assert NOT_JUDGED not in found["counted"]["not_judged"]
    assert NOT_JUDGED in detect(tmp_path / "f.json", record)[1]["counted"]["not_judged"]


def test_an_anomaly_of_the_account_that_spends(tmp_path: Path) -> None:
    """The payer is told, root of the account that spends acted: the alert is of the latter."""
    record = sign_in()
    cause = {"linkedAccount": record["recipientAccountId"], "service": "AmazonEC2"}
    detail = ANOMALY_EVENT["detail"] | {"rootCauses": [cause]}
    event = ANOMALY_EVENT | {"time": "2026-11-25T07:15:00Z", "detail": detail}
    for message in (event, sns_in_lambda(notification(json.dumps(event)))):
        found = detect(tmp_path / "f.json", record, message)[1]
        alert = next(one for one in found["alerts"] if one["code"] == "RD-115")
        assert alert["account"] == record["recipientAccountId"]
        assert "1001 USD by anomaly 12345678-abcd-ef12-3456-987654321a12 of monitor all services" in alert["target"]


def test_a_subscription_to_confirm(tmp_path: Path) -> None:
    """A topic that sends nothing yet leaves the run incomplete, and its token unsaid."""
    code, found = detect(
        tmp_path / "f.json", sign_in(), received(json.dumps(about_subscription("SubscriptionConfirmation")))
    )
    (unread,) = found["counted"]["unread"]
    assert "SNS asks to confirm a subscription" in unread
    assert "2336412f" not in json.dumps(found)
    assert NOT_JUDGED in found["counted"]["not_judged"]
    assert code == 5
