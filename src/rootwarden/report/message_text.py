"""Words a message for people: what happened in the first line, then who, where and when, what to do, and one link."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from rootwarden.model.message import DRILL_TITLE, Message, Occasion
from rootwarden.report.labels import plural
from rootwarden.report.legible import legible
from rootwarden.report.masking import masked_value

# Characters. The whole fits into a chat message of most services, the first line into one SMS of 160 with room for
# what a carrier adds, the subject into what SNS takes (Amazon SNS API reference, Publish: up to 100 ASCII characters).
LONGEST, HEADING, SUBJECT = 3800, 140, 100
_LINE, _LINES, _STEP, _STEPS = 400, 20, 300, 10
_LINK = 1000
_STEPS_HEAD = "First steps:"
_NOTE = 40  # at most so long is what says how much was left out

_MARKS = {
    Occasion.UPDATE: "UPDATE",
    Occasion.CLEARED: "CLEARED",
    Occasion.REMINDER: "REMINDER",
    Occasion.DIGEST: "DIGEST",
    Occasion.TEST: "TEST",
    Occasion.DRILL: "DRILL",
}
_SAID = {
    "DRILL": "DRILL: nobody attacks; this only tests whether alerts arrive.",
    "TEST": "TEST: nothing has happened; somebody tries whether messages arrive.",
}
# What ASCII has no letter for but people write all the time.
_ASCII = str.maketrans({
    "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
    "\u2192": "->", "\u2713": "ok",
})  # fmt: skip


def heading(message: Message, longest: int = HEADING) -> str:
    """Return the first line: `[HIGH] title`, with DRILL or the occasion before a title that is no plain alert.

    A line that is too long is cut in the title, so that the marks are always there.
    """
    marks = "".join(f"{mark}: " for mark in _marks(message))
    title = message.title.removeprefix(DRILL_TITLE) if message.drill else message.title
    return cut(f"[{message.severity.value.upper()}] {marks}{_clean(title)}", longest)


def subject(message: Message) -> str:
    """Return the first line in at most 100 ASCII characters, as mail and SNS take it."""
    plain = unicodedata.normalize("NFKD", heading(message, 10 * SUBJECT).translate(_ASCII))
    ascii_only = "".join(letter for letter in plain if not unicodedata.combining(letter))
    text = ascii_only.encode("ascii", "replace").decode()
    return text if len(text) <= SUBJECT else f"{text[: SUBJECT - 3].rstrip()}..."


def body(message: Message, longest: int = LONGEST) -> str:
    """Return everything below the first line: what it is, who, where, when, approval, first steps, one link.

    What does not fit (`longest` is at least 600 and the length of the link) is left out from the end of the lines and
    of the steps, which have a third of the room if they need it, and told how much; marks and the link always stay.
    """
    above = [_SAID[mark] for mark in _marks(message) if mark in _SAID]
    below = []
    if message.may_repeat:
        below.append(f"MAY REPEAT: you may have had this before; its id is {_clean(message.id)}.")
    if message.link:
        below.append(f"Open: {cut(_clean(message.link), _LINK)}")
    told = [cut(_clean(line), _LINE) for line in message.lines]
    steps = [f"{number}. {cut(_clean(step), _STEP)}" for number, step in enumerate(message.steps, 1)]
    room = longest - _length((*above, *below))
    kept = min(_length(steps) + len(_STEPS_HEAD) + 1, room // 3) if steps else 0
    lines = _fitting(told, _LINES, room - kept, "line")
    first = _fitting(steps, _STEPS, room - _length(lines) - len(_STEPS_HEAD) - 1, "step")
    return "\n".join([*above, *lines, *([_STEPS_HEAD, *first] if first else []), *below])


def text(message: Message, longest: int = LONGEST) -> str:
    """Return the whole message in at most `longest` characters."""
    first = heading(message)
    rest = body(message, longest - len(first) - 1)
    return f"{first}\n{rest}" if rest else first


def one_line(message: Message, longest: int) -> str:
    """Return the whole message on one line, for logs; the end is cut off where it is too long."""
    return cut(" | ".join(text(message).splitlines()), longest)


def cut(words: str, longest: int) -> str:
    """Return text in at most so many characters, with an ellipsis where something was left out."""
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def hidden(message: Message) -> Message:
    """Return the message with access-key ids shortened to their last four, in its texts and its data."""
    return masked_value(message, show_pii=True)


def _marks(message: Message) -> list[str]:
    """Return the marks before the title; a drill is called one whatever the occasion."""
    mark = _MARKS.get(message.occasion)
    marks = ["DRILL"] if message.drill or mark == "DRILL" else []
    if message.drill and message.occasion is Occasion.CLEARED:
        return marks  # its title says how it ended: one that failed is not all clear
    return [*marks, mark] if mark and mark not in marks else marks


def _fitting(lines: Sequence[str], most: int, room: int, what: str) -> list[str]:
    """Return all lines where they fit, else as many as do and a note of how many do not."""
    if len(lines) <= most and _length(lines) <= room:
        return list(lines)
    kept: list[str] = []
    room -= _NOTE
    for line in lines[:most]:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return [*kept, f"({plural(len(lines) - len(kept), f'more {what}')} not told here.)"]


def _length(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _clean(words: str) -> str:
    """Return text from elsewhere on one line, harmless, without whole access-key ids."""
    return " ".join(legible(masked_value(words, show_pii=True)).split())
