"""What is somebody's and what is AWS's being late, told apart by how it reads, how it read, and how it should: pure."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.errors import RefusedError
from rootwarden.flows.applying.touched import untouched
from rootwarden.model.expect import Expect
from rootwarden.model.plan import Change
from rootwarden.model.run import Checked, Logged, Progress, Run, StepState, Way
from tests.store.test_run_log import NOW, run

FACT = "account.contacts"


def at(place: str, value: Any) -> Expect:
    """Return what stands at a place."""
    return Expect(fact=FACT, at=(place,), value=value)


BEFORE, AFTER = (at("A", "a0"), at("B", "b0")), (at("A", "a1"), at("B", "b1"), at("C", "c1"))


def ended(*read: Expect, proved: bool = False, checked: bool = True) -> tuple[Run, Change, Progress]:
    """Return a run whose only change was made, and read so at the places that were not as planned when it ended."""
    one = run("01A", "1")
    change = replace(one.plan.changes[0], expects=BEFORE, then=AFTER)
    found = Checked(change=change.id, control="", proved=proved, stood=read)
    one = replace(one, plan=replace(one.plan, changes=(change,)), checked=(found,) if checked else ())
    line = Logged(n=1, way=Way.DO, change=change.id, step=change.steps[0].id, state=StepState.DONE, began=NOW)
    return one, change, Progress((line,))


def judged(given: tuple[Run, Change, Progress], **facts: str) -> str:
    """Return "" where undoing may go on, else in words why not."""
    one, change, progress = given
    try:
        untouched(one, [change], progress, {change.account: {FACT: facts}}, lambda _: None)
    except RefusedError as error:
        return "as at the end" if "did not when the run ended" in str(error) else "since"
    return ""


CASES = [
    # how it read at the end where not as planned, proved, read at all; how it reads now; what is said
    ((), True, True, {"A": "a1", "B": "b1", "C": "c1"}, ""),
    ((), True, True, {"A": "a1", "B": "b0", "C": "c1"}, "since"),
    ((at("B", "b0"),), False, True, {"A": "a1", "B": "b0", "C": "c1"}, ""),
    ((at("B", "b0"),), False, True, {"A": "a0", "B": "b1", "C": "c1"}, "since"),  # A had been as planned
    ((at("B", "b0"),), False, True, {"A": "a1", "B": "theirs", "C": "c1"}, "since"),
    ((at("B", "b0"),), False, True, {"A": "a1", "B": "b0", "C": "theirs"}, "since"),
    ((at("B", "odd"),), False, True, {"A": "a1", "B": "odd", "C": "c1"}, "as at the end"),
    ((at("B", "odd"),), False, True, {"A": "a1", "B": "b1", "C": "c1"}, ""),
    ((at("B", "odd"),), False, True, {"A": "a1", "B": "odder", "C": "c1"}, "since"),
    ((at("C", None),), False, True, {"A": "a1", "B": "b1"}, "as at the end"),  # how C read before nobody knows
    ((), False, True, {"A": "a1", "B": "b0", "C": "c1"}, "since"),  # all was as planned; the control did not pass
    ((), False, False, {"A": "a1", "B": "b0", "C": "c1"}, ""),  # nobody could look when it ended
    ((), False, False, {"A": "a1", "B": "theirs", "C": "c1"}, "since"),
    (
        (at("B", "b0"),),
        False,
        True,
        {"A": "a0", "B": "b0", "C": "theirs"},
        "",
    ),  # before already
]


@pytest.mark.parametrize(("read", "proved", "checked", "now", "said"), CASES)
def test_whose_it_is(
    read: tuple[Expect, ...], proved: bool, checked: bool, now: dict[str, str], said: str
) -> None:  # fmt: skip
    """Only what did not read as planned at the end, and reads as before or as planned, is AWS's being late."""
    assert judged(ended(*read, proved=proved, checked=checked), **now) == said


def test_every_place_is_told() -> None:
    """Two places that somebody changed are two, not the first of them."""
    one, change, progress = ended(proved=True)
    told: list[str] = []
    with pytest.raises(RefusedError, match=r"changed since \(and 1 more place\)"):
        untouched(one, [change], progress, {change.account: {FACT: {"A": "x", "B": "y", "C": "c1"}}}, told.append)
    assert [line.partition("account.contacts.")[2][:4] for line in told] == ["A is", "B is"]
