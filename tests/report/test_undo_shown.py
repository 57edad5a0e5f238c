"""Before anything is taken back people see how it will read: what was closed is open again, what was on is off."""

from __future__ import annotations

from rootwarden.model.plan import Call, Change, Difference, Risk, Step
from rootwarden.report.run_text import to_take_back

BACK = Call(service="s3", operation="DeletePublicAccessBlock")
DO = Call(service="s3", operation="PutPublicAccessBlock")


def shown(*shows: Difference, does: str = "Block public access", stays: str = "") -> list[str]:
    """Return what is said of taking back one change."""
    steps = (Step(id="one", does=does, call=DO, undo=(BACK,), stays=stays), Step(id="two", does="Keep it", call=DO))
    change = Change(id="c", remedy="r", title="Block it", why="", account="1", risk=Risk.SAFE, shows=shows, steps=steps)
    return [*to_take_back((change,))]


def test_a_block_that_is_taken_away_opens_again():
    blocked = Difference(what="public access", before="open", after="blocked")
    assert shown(blocked, stays="the log") == [
        "  Block it (1)",
        "    public access: blocked -> open",
        "    stays: the log",
    ]


def test_where_nothing_was_shown_the_steps_are_named():
    """A group without policies, for instance; text from AWS is harmless there."""
    assert shown(does="Create \x1b[1mit") == ["  Block it (1)", "    taken back: Create \\x1b[1mit"]
