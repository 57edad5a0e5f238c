"""A plan as a file, and parameters that refer to what earlier calls answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import InputError
from rootwarden.model.placeholders import as_json, refer, references, resolved
from rootwarden.model.plan import Call, Change, Plan, Risk, Step, encode
from rootwarden.model.plan_file import read_plan, write_plan


def test_references_are_put_in_and_json_is_sent_as_text():
    """A policy may name what an earlier step made."""
    parameters = {
        "Policy": as_json({"Resource": refer("key", "arn"), "v": "${aws:username}"}),
        "List": [refer("a", "b")],
    }
    assert list(references(parameters)) == ["key.arn", "a.b"]
    assert resolved(parameters, {"key.arn": "arn:k", "a.b": 5}) == {
        "Policy": '{"Resource":"arn:k","v":"${aws:username}"}',
        "List": [5],
    }
    with pytest.raises(KeyError):
        resolved(parameters, {"key.arn": "arn:k"})


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(PLAIN)
def test_parameters_without_references_are_sent_as_they_are(value: Any):
    """But for objects that are themselves a reference or JSON text."""
    if not any(mark in repr(value) for mark in ("$ref", "$json")):
        assert resolved(value, {}) == value


def test_a_plan_can_only_ask_for_what_remedies_do():
    """A file that somebody edited cannot make us call anything else."""
    call = Call(service="iam", operation="CreateAccessKey", parameters={"UserName": "eve"})
    step = Step(id="one", does="Do it", call=call, stays="no")
    change = Change(id="x-1", remedy="x", title="X", why="", account="1", risk=Risk.SAFE, steps=(step,))
    plan = Plan(
        tool_version="0", catalogue_version="0", made_at=datetime(2026, 11, 26, tzinfo=UTC), partition="aws",
        failing=0, mends=0, unread=0, changes=(change,), left=(),
    )  # fmt: skip
    with pytest.raises(InputError, match=r"x-1, step one: iam\.CreateAccessKey is no call"):
        read_plan(encode(plan), "fix.json")


def empty_plan() -> Plan:
    """Return a plan of nothing."""
    return Plan(
        tool_version="0", catalogue_version="0", made_at=datetime(2026, 11, 26, tzinfo=UTC), partition="aws",
        failing=3, mends=0, unread=0, changes=(), left=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    "edit",
    [(b'"failing": 3', b'"failing": 2'), (b'"partition": "aws"', b'"partition": "aws", "more": 1'), (b"[]", b"[ {} ]")],
)
def test_an_edited_plan_is_refused(edit: tuple[bytes, bytes]):
    """Whatever was edited, also what this program does not read; how the file is laid out does not count."""
    data = write_plan(empty_plan())
    assert msgspec.structs.replace(read_plan(data, "fix.json"), checksum="") == empty_plan()
    assert read_plan(msgspec.json.format(data, indent=0), "fix.json") == read_plan(data, "fix.json")
    with pytest.raises(InputError, match=r"was edited since it was made|is damaged"):
        read_plan(data.replace(*edit), "fix.json")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not a plan"),
        (b"[1]", "is not a plan"),
        (b"{}", 'has no "rootwarden": "plan/1"'),
        (b'{"rootwarden": "plan/2"}', "its schema is plan/2"),
        (b'{"rootwarden": "snapshot/1"}', 'has no "rootwarden"'),
        (b'{"rootwarden": "plan/1"}', "is damaged"),
        (b'{"rootwarden": "plan/1", "changes": \xff}', "is not a plan"),
    ],
)
def test_what_is_no_plan_is_refused_by_name(data: bytes, said: str):
    """With the file, the reason and what to do."""
    with pytest.raises(InputError, match=said.replace("(", r"\(")) as caught:
        read_plan(data, "fix.json")
    assert "fix.json" in str(caught.value)
    assert "rootwarden plan" in str(caught.value)
