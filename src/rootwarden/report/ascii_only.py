"""Text for whoever sees nothing beyond ASCII: symbols become their nearest sign, letters are written as escapes."""

from __future__ import annotations

# Hyphens and dashes, single and double quotation marks, by their numbers: they look alike.
_ALIKE = {"-": range(0x2010, 0x2016), "'": (0x2018, 0x2019), '"': (0x201C, 0x201D)}
_NEAREST = str.maketrans(
    {"·": "-", "…": "...", "✗": "x", "✓": "+", "─": "-", "◇": "o", "○": "o"}
    | {chr(number): sign for sign, numbers in _ALIKE.items() for number in numbers}
)


def ascii_only(text: str) -> str:
    """Return the text in ASCII; what has no sign that is near is written as an escape (`\\xfc`), so nothing is lost."""
    return text.translate(_NEAREST).encode("ascii", "backslashreplace").decode()
