"""A rule that breaks costs its own finding, never the audit, and never looks like a pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from rootwarden.model.control import Registered
from rootwarden.model.findings import Finding, Verdict
from rootwarden.model.judging import Court
from rootwarden.model.readings import first_unknown
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from tests.controls.judged import ACCOUNT, registered

Judge = Callable[[View, Thresholds, datetime], Iterable[Verdict]]
SOUND = registered("root-mfa-enabled")
FACTS = {"iam.account_summary": {"AccountMFAEnabled": 1, "AccountPasswordPresent": 1}}


def broken(act: Callable[[View], Any], *, first: str = "") -> Judge:
    """Return a rule that says `first` (passes, fails or nothing) and then does `act`."""

    def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
        seen.account["iam.account_summary"]["AccountMFAEnabled"].number()
        if first:
            yield getattr(seen, first)("said before")
        act(seen)

    return judge


def findings(judge: Judge) -> list[Finding]:
    """Judge one account by a sound control and by one with this rule."""
    bad = Registered("broken", "", msgspec.structs.replace(SOUND.control, code="RW-TEST-01"), judge)
    own = Facts({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in FACTS.items()})
    court = Court(
        controls=(bad, SOUND), settings={}, partition="aws", organization=Facts({"org.organization": None}),
        shared=Shared(), now=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip
    return court.judge_account(ACCOUNT, own)


def endless(_: View) -> None:
    """Call itself for ever."""
    endless(_)


DEFECTS: dict[str, Callable[[View], Any]] = {
    "ValueError": lambda _: int("x"),
    "TypeError": lambda _: len(7),  # type: ignore[arg-type]
    "KeyError": lambda _: {}["x"],
    "IndexError": lambda _: [].pop(),
    "AttributeError": lambda seen: seen.nothing,  # type: ignore[attr-defined]
    "OverflowError": lambda _: 10.0**400,
    "ZeroDivisionError": lambda _: 1 / 0,
    "RecursionError": endless,
}


@pytest.mark.parametrize("kind", DEFECTS)
@pytest.mark.parametrize("first", ["", "passes"])
def test_a_rule_that_raises_is_one_unknown(kind: str, first: str) -> None:
    """Named with its type, with what to do; what it passed before does not count, and other rules are judged."""
    bad, sound = findings(broken(DEFECTS[kind], first=first))
    assert (bad.status, bad.code, sound.status) == ("UNKNOWN", "RW-TEST-01", "PASS")
    assert bad.unknown_because is not None
    assert bad.unknown_because.why.startswith(f"defect: {kind}: ")
    assert bad.unknown_because.hint == "report this with the snapshot"


def test_what_was_disproven_before_stays() -> None:
    """A failure is proven whatever comes after it."""
    assert [f.status for f in findings(broken(DEFECTS["KeyError"], first="fails"))] == ["FAIL", "UNKNOWN", "PASS"]


def test_a_rule_that_says_nothing_is_unknown() -> None:
    """Silence is no pass."""
    bad, _ = findings(broken(lambda _: None))
    assert (bad.status, bad.reason) == ("UNKNOWN", "defect: ValueError: the rule said nothing")


def test_a_pass_that_read_nothing_is_unknown() -> None:
    """It has no evidence."""
    bad, _ = findings(lambda seen, limits, now: [seen.passes("trust me")])
    assert bad.reason.startswith("defect: ValueError: a PASS that read nothing")


def test_an_interruption_is_no_defect() -> None:
    """Ctrl-C ends the program."""

    def interrupt(_: View) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        findings(broken(interrupt))


def test_marks_are_found_however_deep_they_lie() -> None:
    """And the first of several, as they stand in the file."""
    value: Any = {"_unknown": {"why": "deep"}}
    for _ in range(100_000):
        value = [value]
    found = first_unknown(value)
    assert found is not None
    assert found.why == "deep"
    first = first_unknown({"a": [1, {"b": {"_unknown": {"why": "one"}}}], "c": {"_unknown": {"why": "two"}}})
    assert first is not None
    assert first.why == "one"
