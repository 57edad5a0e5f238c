"""Makes text that came from AWS harmless to show: no control sequence, no invisible or direction-turning character."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# C0 and C1 controls, soft hyphen, zero-width and direction marks (Unicode Cc and the Cf that change how text reads),
# line and paragraph separators, lone surrogates, the byte order mark, interlinear marks, tag characters.
HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_LONGEST = 320


def legible(text: str) -> str:
    """Return `text` with harmful characters written as escapes (`\\x1b`); line breaks and tabs become blanks."""
    if HARMFUL.search(text) is None:
        return text
    return HARMFUL.sub(_escape, text)


def value_text(value: Any, longest: int = _LONGEST) -> str:
    """Return a value of the evidence on one line: text as it is, else JSON; a long one is cut and says so."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = legible(text) if text else '"" (empty)'
    if len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text):,} characters, whole in the JSON)"


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    if character in "\n\r\t":
        return " "
    return character.encode("unicode_escape", "backslashreplace").decode()
