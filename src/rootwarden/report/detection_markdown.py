"""The few forms of Markdown that the pages of detections are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; bars in its cells are escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def fenced(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def folded(title: str, body: str) -> str:
    """Return a part that is opened by a click; the empty lines let its body be read as Markdown."""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def numbered(steps: Iterable[str]) -> str:
    """Return a numbered list."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def bulleted(lines: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)


def linked(text: str, pages: Mapping[str, str]) -> str:
    """Return the text with each name that has a page turned into a link to it."""
    if not pages:
        return text
    names = "|".join(map(re.escape, sorted(pages, key=len, reverse=True)))
    return re.sub(rf"(?<![\w`/-])({names})(?![\w`-])", lambda found: f"[{found[1]}]({pages[found[1]]})", text)
