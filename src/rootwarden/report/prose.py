"""Turns text that was wrapped for a source file into paragraphs."""

from __future__ import annotations


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of `text`, each on one line."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
