"""A Dockerfile as stages of instructions."""

from __future__ import annotations

import json
import re
import shlex

from msgspec import Struct

from tests.deploy.templates import DEPLOY


class Stage(Struct, frozen=True):
    """One stage: what it starts from, and its instructions as (word, rest of the line)."""

    base: str
    instructions: tuple[tuple[str, str], ...]

    def all(self, word: str) -> list[str]:
        """Return what follows each instruction of this name."""
        return [rest for name, rest in self.instructions if name == word]

    def environment(self) -> dict[str, str]:
        """Return the variables that are set."""
        return dict(one.split("=", 1) for rest in self.all("ENV") for one in shlex.split(rest))


def stages() -> list[Stage]:
    """Return the stages of our Dockerfile in order."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in re.sub(r"\\\n", " ", kept).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            found.append((rest, []))
        elif word:
            found[-1][1].append((word, re.sub(r"\s+", " ", rest.strip())))
    return [Stage(base, tuple(instructions)) for base, instructions in found]


def command(rest: str) -> list[str]:
    """Return the words of a command in its JSON form."""
    words: list[str] = json.loads(rest[rest.index("[") :])
    return words
