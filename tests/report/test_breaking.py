"""Lines end between words: what somebody will copy, an ARN, an id or a command, is whole wherever it fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.breaking import broken
from rootwarden.report.screen.pen import Pen

ARN = "arn:aws:sns:eu-west-1:444444444401:rootwarden-alerts:0a1b2c3d-1111-2222-44"


def drawn(text: str, indent: int = 0, hang: int = 0, width: int = 80) -> str:
    """Return a paragraph as it is drawn."""
    pen = Pen(RenderOptions(width=width))
    pen.line(text, indent=indent, hang=hang)
    return pen.text()


def test_an_arn_within_a_place_is_whole() -> None:
    """The line ends beside its bracket, not at a hyphen of it."""
    place = "groups[company-mfa-gate].AttachedManagedPolicies[arn:aws:iam::222233334444:policy/people/company-mfa-gate]"
    text = drawn(f"     read: iam.authorization.{place} = {{}}", hang=5)
    assert text == snapshot("""\
     read: iam.authorization.groups[company-mfa-gate].AttachedManagedPolicies[
     arn:aws:iam::222233334444:policy/people/company-mfa-gate] = {}
""")


@pytest.mark.parametrize(("indent", "hang"), [(0, 0), (5, 0), (5, 5), (40, 5)])
def test_an_arn_that_fits_alone_stands_alone(indent: int, hang: int) -> None:
    """Further out than its paragraph, where there is no other way."""
    assert len(ARN) + 5 < 80
    lines = drawn(f"subscription = {ARN} was made by somebody", indent, hang).splitlines()
    assert sum(ARN in line for line in lines) == 1
    assert max(map(len, lines)) <= 80


def test_what_fits_nowhere_is_cut() -> None:
    """Nothing is lost, and no line is longer than the terminal."""
    lines = drawn("x" * 200, indent=5, hang=5).splitlines()
    assert max(map(len, lines)) <= 80 and "".join(line.strip() for line in lines) == "x" * 200


@given(st.text(st.sampled_from("ab[],- 日"), max_size=120), st.integers(10, 30), st.integers(0, 8))
def test_nothing_is_lost_or_said_twice(text: str, first: int, hang: int) -> None:
    """Lines follow each other, from the beginning to the end of the text."""
    lines = broken(text, first, first - hang, first)
    assert "".join(text[one.start : one.end] for one in lines) == text
    assert all(len(text[one.start : one.end].rstrip()) <= first for one in lines)
