"""docs/watching.md and docs/configuration.md name every setting and metric, and show configurations that hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from msgspec import Struct

from rootwarden.cli.settings import load_settings
from rootwarden.cli.spans import length
from rootwarden.cli.watch_settings import (
    DigestSection,
    DrillSection,
    EscalationSection,
    EscalationStep,
    SilenceSection,
    StandingSection,
    StormSection,
    WatchSection,
)
from rootwarden.flows.watching.numbers import Numbers

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "watching.md").read_text(encoding="utf-8")
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
SECTIONS: dict[str, type[Struct]] = {
    "watch": WatchSection,
    "escalation": EscalationSection,
    "escalation.steps": EscalationStep,
    "digest": DigestSection,
    "silence": SilenceSection,
    "storm": StormSection,
    "drill": DrillSection,
    "standing": StandingSection,
}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"][2:]


def test_every_setting_is_in_the_table() -> None:
    """Section by section, in the order in which the table stands, and nothing that does not exist."""
    section, found = "", dict[str, set[str]]()
    for first, *_ in rows("Settings"):
        if named := re.match(r"`\[{1,2}([a-z.]+)\]{1,2}`", first):
            section = named[1]
        found.setdefault(section, set()).update(re.findall(r"`([a-z_]+)`", first))
    wanted = {name: set(kind.__struct_fields__) for name, kind in SECTIONS.items()}
    wanted["escalation"].remove("steps")
    assert found == wanted


def test_defaults_are_those_of_the_program() -> None:
    """A number, a level or a length of time in the column of defaults is the one that holds."""
    section = ""
    compared = 0
    for first, default, _ in rows("Settings"):
        if named := re.match(r"`\[{1,2}([a-z.]+)\]{1,2}`", first):
            section = named[1]
        keys = re.findall(r"`([a-z_]+)`", first)
        defaults = dict(
            zip(SECTIONS[section].__struct_fields__[::-1], SECTIONS[section].__struct_defaults__[::-1], strict=False)
        )
        for key, said in zip(keys, default.split(", "), strict=False):
            if re.fullmatch(r"[0-9.]+|true|false", said):
                assert str(defaults[key]).lower() == said, (section, key)
                compared += 1
            elif re.fullmatch(r"[0-9]+[smhd]", said):
                assert length(defaults[key], key) == length(said, key), (section, key)
                compared += 1
    assert compared >= 9


def test_every_metric_is_in_the_table() -> None:
    """Name and type as Prometheus is given them."""
    told = Numbers().text().decode()
    # Prometheus's own text has each counter beside the time it began.
    given = {tuple(line.split()[2:4]) for line in told.splitlines() if line.startswith("# TYPE ")}
    given = {one for one in given if not one[0].endswith("_created")}
    assert {(name.strip("`"), kind) for name, kind, _ in rows("Metrics")} == given


@pytest.mark.parametrize("text", [PAGE, CONFIGURATION], ids=["watching", "configuration"])
def test_what_is_shown_as_configuration_is_one(text: str, tmp_path: Path) -> None:
    """Each block is read by the program as it stands."""
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        tomllib.loads(block)
        path = tmp_path / "rootwarden.toml"
        path.write_text(block, encoding="utf-8")
        assert load_settings(str(path), {}).source == str(path)


@pytest.mark.parametrize("page", ["watching", "configuration", "exit-codes"])
def test_links_lead_somewhere(page: str) -> None:
    """No link to a file or a heading that is not there."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    for target, heading in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text):
        path = DOCS / target if target else DOCS / f"{page}.md"
        assert path.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}, heading
