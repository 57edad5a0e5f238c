"""The front door: version, help, the list of controls and the explanation of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rootwarden import __version__
from rootwarden.catalogue import controls
from rootwarden.cli.verbs import VERBS
from rootwarden.errors import Exit
from tests.journeys.terminal import rootwarden


def test_version_is_one_line() -> None:
    """`--version` and `version` name the program."""
    assert rootwarden("--version").out == f"rootwarden {__version__}\n"
    assert f"rootwarden {__version__}, catalogue " in rootwarden("version").out


def test_version_loads_neither_click_nor_aws() -> None:
    """What is asked most often is answered before anything heavy is loaded."""
    answer = rootwarden("--version", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert "click" not in answer.err
    assert "botocore" not in answer.err


def test_help_names_every_verb_and_loads_no_aws_library() -> None:
    """`--help` shows all verbs within 100 columns and does not load botocore."""
    answer = rootwarden("--help", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert answer.code == 0
    assert all(verb in answer.out for verb in VERBS)
    assert "botocore" not in answer.err
    assert max(map(len, answer.out.splitlines())) <= 100


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(verb: str) -> None:
    """Each verb has help."""
    answer = rootwarden(verb, "--help")
    assert answer.code == 0, answer.err
    assert f"rootwarden {verb}" in answer.out


def test_controls_are_listed_as_table_and_json() -> None:
    """The list holds every control, at 80 columns and as JSON."""
    table, data = rootwarden("controls"), rootwarden("controls", "--output", "json")
    assert table.code == data.code == 0
    assert {row["code"] for row in json.loads(data.out)["controls"]} == {entry.control.code for entry in controls()}
    assert all(entry.control.code in table.out for entry in controls())
    assert max(map(len, table.out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["RW-ROOT-01", "rw-root-01", "root-01", "root-mfa-enabled"])
def test_explain_takes_code_or_slug(name: str) -> None:
    """A control is found by its code, with or without the prefix, and by its slug."""
    answer = rootwarden("explain", name)
    assert answer.code == 0
    assert "RW-ROOT-01" in answer.out
    assert "iam:GetAccountSummary" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80


def test_exit_codes_and_verbs_are_documented() -> None:
    """Every exit code and every verb stands in docs/exit-codes.md."""
    text = (Path(__file__).parents[2] / "docs" / "exit-codes.md").read_text()
    assert all(f"| {int(code)} | {code.name} |" in text for code in Exit)
    assert all(f"`{verb}`" in text for verb in VERBS)
