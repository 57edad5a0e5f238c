"""The words of a message: what happened first, marks nobody can miss, bounded, harmless, without whole key ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from rootwarden.model.findings import Severity
from rootwarden.model.message import Occasion
from rootwarden.report.message_text import LONGEST, body, heading, one_line, subject, text
from tests.notify.receivers import message


def test_alert():
    """What, who, when, approval, first steps, one link."""
    assert text(message()) == snapshot("""\
[HIGH] root signed in to 111122223333 without an approved window
Who: root from 203.0.113.7.
When: 2026-11-24 03:20:11 UTC.
Approval: no window covers it.
First steps:
1. Ask the owners.
2. If nobody claims it, change the password.
Open: https://rootwarden.example.com/i/7\
""")


def test_drill_that_may_repeat():
    """Both marks stand where they are read."""
    assert text(message(drill=True, may_repeat=True, steps=(), occasion=Occasion.UPDATE)) == snapshot("""\
[HIGH] DRILL: UPDATE: root signed in to 111122223333 without an approved window
DRILL: nobody attacks; this only tests whether alerts arrive.
Who: root from 203.0.113.7.
When: 2026-11-24 03:20:11 UTC.
Approval: no window covers it.
MAY REPEAT: you may have had this before; its id is 01M8A0000000000000000000A1.
Open: https://rootwarden.example.com/i/7\
""")


@pytest.mark.parametrize(("occasion", "first"), [
    (Occasion.ALERT, "[CRITICAL] root"), (Occasion.UPDATE, "[CRITICAL] UPDATE: root"),
    (Occasion.CLEARED, "[CRITICAL] CLEARED: root"), (Occasion.REMINDER, "[CRITICAL] REMINDER: root"),
    (Occasion.DIGEST, "[CRITICAL] DIGEST: root"), (Occasion.TEST, "[CRITICAL] TEST: root"),
    (Occasion.DRILL, "[CRITICAL] DRILL: root"),
])  # fmt: skip
def test_occasions(occasion: Occasion, first: str):
    """Each occasion but an alert is named before the title; tests and drills also say what they mean below."""
    told = message(severity=Severity.CRITICAL, occasion=occasion, title="root")
    assert heading(told) == first
    assert (body(told).splitlines()[0].split(":")[0] in ("TEST", "DRILL")) == (
        occasion in (Occasion.TEST, Occasion.DRILL)
    )


def test_little_to_say():
    """A message with a title only is one line."""
    assert text(message(lines=(), steps=(), link="")) == heading(message())
    assert body(message(lines=(), steps=(), link="")) == ""


def test_what_attackers_choose_is_harmless():
    """No control sequence, line break, direction mark or whole key id gets through, in any part."""
    evil = "x\n\x1b[31m\u202eAKIAIOSFODNN7EXAMPLE"
    told = message(title=evil, lines=(evil,), steps=(evil,), link=f"https://x.example/{evil}", id=evil, may_repeat=True)
    for shown in (text(told), subject(told), one_line(told, 500)):
        assert "AKIAIOSFODNN7EXAMPLE" not in shown
        assert "MPLE" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert len(text(told).splitlines()) == 6


def test_too_much_is_cut_from_the_middle():
    """Marks, first steps' beginning and the link stay; what is missing is counted."""
    told = message(lines=tuple(f"line {n} " + "x" * 500 for n in range(50)), steps=("y" * 500,) * 30, drill=True)
    shown = text(told)
    assert len(shown) <= LONGEST
    assert shown.splitlines()[1] == "DRILL: nobody attacks; this only tests whether alerts arrive."
    assert shown.endswith("Open: https://rootwarden.example.com/i/7")
    assert "more lines not told here.)" in shown
    assert "\n1. yyy" in shown
    assert "more steps not told here.)" in shown
    many = text(message(lines=("short",) * 30, steps=("also",) * 12))
    assert "(10 more lines not told here.)" in many
    assert "(2 more steps not told here.)" in many


TEXTS = st.lists(st.text(max_size=600), max_size=30)


MARKS = st.tuples(st.booleans(), st.booleans(), st.sampled_from(Occasion))


@given(st.text(max_size=400), TEXTS, TEXTS, MARKS, st.integers(600, 5000))
def test_bounds_always_hold(title, lines, steps, marks, longest):
    """Whatever a message says, it fits, its marks are there, and a subject is ASCII on one line."""
    drill, may_repeat, occasion = marks
    words = {"title": title, "lines": tuple(lines), "steps": tuple(steps)}
    told = message(**words, drill=drill, may_repeat=may_repeat, occasion=occasion)
    shown = text(told, longest)
    assert len(shown) <= longest
    assert shown.startswith("[HIGH] ")
    assert ("\nMAY REPEAT: " in shown) == may_repeat
    if drill:
        assert "\nDRILL: nobody attacks; this only tests whether alerts arrive." in shown
    assert "https://rootwarden.example.com/i/7" in shown
    short = subject(told)
    assert short.isascii()
    assert short.isprintable()
    assert len(short) <= 100
    assert len(one_line(told, 300)) <= 300
    assert "\n" not in one_line(told, 300)
