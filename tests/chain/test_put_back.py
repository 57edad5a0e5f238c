"""Whether an alarm that a drill set off was put back: judged by what CloudWatch says of it afterwards."""

from __future__ import annotations

import pytest

from rootwarden.aws.drill_acts import ActError, AlarmSeen, judged_anew

MARK = "rw-drill-01M8ACJBK3J16D66QRJY165C8K"


def seen(state: str, reason: str) -> AlarmSeen:
    """Return an alarm as it stands."""
    return AlarmSeen(name="a", arn="", state=state, reason=reason, actions=(), others=(), enabled=True)


def test_it_has_the_state_it_had() -> None:
    """Nothing is to be said."""
    assert judged_anew(seen("OK", f"DRILL {MARK}; put back"), "OK", MARK) == ""


@pytest.mark.parametrize("alarm", [None, seen("ALARM", f"DRILL {MARK}: set off")])
def test_it_rings_still_or_is_gone(alarm: AlarmSeen | None) -> None:
    """The drill is then not cleaned up."""
    with pytest.raises(ActError, match="the alarm"):
        judged_anew(alarm, "OK", MARK)


@pytest.mark.parametrize("state", ["ALARM", "INSUFFICIENT_DATA"])
def test_cloudwatch_has_judged_it_since(state: str) -> None:
    """By its metric, which a drill does not undo; people are told, above all where it rings for a reason of its own."""
    assert state in judged_anew(seen(state, "Threshold Crossed"), "OK", MARK)
