"""PagerDuty and Opsgenie: one incident of ours stays one of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from rootwarden.errors import UsageError
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Occasion
from tests.notify.receivers import Request, message, opened, receiving

KEY = "0123456789abcdef0123456789abcdef"
STORY = (
    message(), message(id="2", occasion=Occasion.UPDATE), message(id="3", occasion=Occasion.REMINDER),
    message(id="4", occasion=Occasion.UPDATE, data={"acknowledged_by": "ana"}),
    message(id="5", occasion=Occasion.CLEARED),
)  # fmt: skip


def told(kind: str, *messages: Any, path: str = "") -> list[Request]:
    with receiving() as receiver:
        receiver.answers = [(202, {}, b'{"status":"success"}')]
        channel = opened({"kind": kind, "key": "env:KEY", "url": receiver.url + path}, {"KEY": KEY}).channel
        assert [channel.send(one).said for one in messages] == ["HTTP 202"] * len(messages)
        channel.close()
    return receiver.requests


def test_pagerduty_keeps_one_incident():
    """Alert, update and reminder trigger one key; who takes it over acknowledges, what is cleared resolves."""
    events = [one.json for one in told("pagerduty", *STORY, path="/v2/enqueue")]
    actions = ["trigger", "trigger", "trigger", "acknowledge", "resolve"]
    assert [one["event_action"] for one in events] == actions
    assert {one["dedup_key"] for one in events} == {"inc-7"}
    assert {one["routing_key"] for one in events} == {KEY}
    assert events[0]["payload"] == snapshot({
        "summary": "[HIGH] root signed in to 111122223333 without an approved window",
        "severity": "error",
        "source": "111122223333",
        "timestamp": "2026-11-24T03:20:11+00:00",
        "component": "AWS root user",
        "class": "alert",
        "custom_details": {
            "message": "01M8A0000000000000000000A1",
            "what": ["Who: root from 203.0.113.7.", "When: 2026-11-24 03:20:11 UTC.", "Approval: no window covers it."],
            "first_steps": ["Ask the owners.", "If nobody claims it, change the password."],
            "accounts": ["111122223333"],
            "event_ids": ["111122223333/aaaa"],
            "drill": False,
            "may_repeat": False,
            "data": {"codes": ["RD-001"]},
        },
    })  # fmt: skip
    assert events[0]["links"] == [{"href": "https://rootwarden.example.com/i/7", "text": "Open"}]
    assert sorted(events[4]) == ["dedup_key", "event_action", "routing_key"]


def test_pagerduty_limits():
    """A long thread becomes a key that fits, always the same; summaries and events are bounded."""
    long = message(thread="t" * 300, title="x" * 3000, data={"blob": "y" * 600_000}, severity=Severity.CRITICAL)
    first, second, low = (one.json for one in told("pagerduty", long, long, message(severity=Severity.LOW)))
    assert first["dedup_key"] == second["dedup_key"] != "inc-7"
    assert len(first["dedup_key"]) <= 255
    assert len(first["payload"]["summary"]) <= 1024
    assert len(str(first)) < 512_000
    assert (first["payload"]["severity"], low["payload"]["severity"]) == ("critical", "info")
    assert "left_out" in first["payload"]["custom_details"]["data"]


def test_opsgenie_keeps_one_alert():
    """Alert, update and reminder create one alias; it is acknowledged and closed by alias."""
    requests = told("opsgenie", *STORY)
    alias = "/v2/alerts/inc-7"
    close, take = f"{alias}/close?identifierType=alias", f"{alias}/acknowledge?identifierType=alias"
    assert [one.path for one in requests] == ["/v2/alerts"] * 3 + [take, close]
    assert {one.headers["authorization"] for one in requests} == {f"GenieKey {KEY}"}
    first = requests[0].json
    assert (first["alias"], first["priority"], first["entity"]) == ("inc-7", "P2", "111122223333")
    assert first["message"] == "[HIGH] root signed in to 111122223333 without an approved window"
    assert first["description"].startswith("Who: root")
    assert requests[4].json["note"].startswith("[HIGH] CLEARED: ")


def test_opsgenie_limits():
    """Message and description are bounded, and an alias with a slash does not become a path."""
    requests = told("opsgenie", message(title="x" * 500), message(thread="a/b?c", occasion=Occasion.CLEARED))
    assert len(requests[0].json["message"]) <= 130
    assert requests[1].path.count("/") == 4


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_failures_do_not_tell_the_key(kind: str):
    """A receiver that repeats the key in its error does not get it into ours."""
    with receiving() as receiver:
        receiver.answers = [(400, {}, f"bad key {KEY}".encode()), (429, {"Retry-After": "5"}, b"")]
        channel = opened({"kind": kind, "key": "env:KEY", "url": receiver.url}, {"KEY": KEY}).channel
        with pytest.raises(DeliveryError) as refused:
            channel.send(message())
        with pytest.raises(DeliveryError) as busy:
            channel.send(message())
        channel.close()
    assert (refused.value.why, refused.value.retryable) == ("HTTP 400 Bad Request: bad key ***", False)
    assert (busy.value.retryable, busy.value.retry_after) == (True, 5.0)


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
@pytest.mark.parametrize(
    "url", ["http://events.example.com/v2", "https://u:p@events.example.com", "events.example.com"]
)
def test_keys_go_over_tls_only(kind: str, url: str):
    """An address that would show the key to the network is refused when the configuration is read."""
    with pytest.raises(UsageError, match="does not fit"):
        opened({"kind": kind, "key": "env:KEY", "url": url}, {"KEY": KEY})
