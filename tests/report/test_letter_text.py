"""A dead letter as it is shown: whoever wrote it may want to harm who reads it."""

from __future__ import annotations

from rootwarden.report.letter_text import table, whole
from rootwarden.store.letters import Letter
from tests.detections.scenes import DAY


def test_nothing_of_it_reaches_the_terminal_as_it_is() -> None:
    """Neither of its source nor of what came; and what is long is cut."""
    body = b"\x1b]0;title\x07 \xff" + b"x" * 99_999
    one = Letter(id=7, at=DAY, source="queue \x1b[2J", why="odd \x07", todo="look\n", body=body)
    for text in (whole(one, 80), table([one], 3, 80)):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert max(map(len, text.splitlines())) <= 80
    assert "title" in whole(one, 80)
    assert "only the first 20,000 characters" in whole(one, 80)
    assert len(whole(one, 80)) < 30_000
    assert "And 2 older ones" in table([one], 3, 80)
