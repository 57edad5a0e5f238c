"""What came of practising: what fails afterwards and did not before is explained in a line."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from rootwarden.flows.practising import CameUp
from rootwarden.model.findings import Practice, Status
from rootwarden.model.plan import Plan
from rootwarden.report.practised_text import table
from tests.report.audits import root_keys

PLAN = Plan(
    tool_version="0", catalogue_version="0", made_at=datetime(2026, 11, 26, tzinfo=UTC), partition="aws", failing=1,
    mends=1, unread=0, changes=(), left=(),
)  # fmt: skip


def said(*came_up: CameUp) -> str:
    """Return the text as one line, and see that none is wide."""
    four = Practice(4)
    text = table(PLAN, {four: 5}, {four: 6}, {four: 5}, (), (), came_up)
    assert all(len(line) <= 80 for line in text.splitlines())
    return " ".join(text.split())


def test_what_comes_up_is_explained() -> None:
    """How it read before and why, in which accounts, and whether the plan had said so."""
    one = root_keys("111122223333")
    assert one.status is Status.FAIL
    before = replace(one, status=Status.NOT_APPLICABLE, message="Nothing is managed centrally.")
    two = replace(one, account="222233334444")
    text = said(CameUp(one, before, True), CameUp(two, before, True))
    assert (
        f"New: {one.code} in {one.account}, 222233334444 ({one.title}) did not apply before: Nothing is managed" in text
    )
    assert "The plan names it among what it leaves." in text
    assert "was not there before. The plan did not foretell it." in said(CameUp(one, None, False))
    assert "New:" not in said()
