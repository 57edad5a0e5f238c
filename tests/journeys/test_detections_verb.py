"""`rootwarden detections`, and `explain` for detections, as a person meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

from rootwarden.catalogue.detecting import everything
from tests.journeys.terminal import rootwarden

ROOT = Path(__file__).parents[2]


def test_detections_are_listed_as_table_and_json() -> None:
    """The list holds every detection, at 80 columns, and as JSON that fits the published schema."""
    table, data = rootwarden("detections"), rootwarden("detections", "--output", "json")
    assert (table.code, data.code, table.err, data.err) == (0, 0, "", "")
    assert all(f"  {one.detection.code} " in table.out and one.slug in table.out for one in everything())
    assert max(map(len, table.out.splitlines())) <= 80
    printed = json.loads(data.out)
    schema = json.loads((ROOT / "docs" / "schema" / "detections.schema.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(printed)) == []
    assert [one["code"] for one in printed["detections"]] == [one.detection.code for one in everything()]


def test_explain_takes_detections_beside_controls() -> None:
    """By code or slug; what is told of a control stays what it was."""
    by_code, by_slug = rootwarden("explain", "rd-005"), rootwarden("explain", "root-access-key-created")
    assert by_code.out == by_slug.out
    assert by_code.out.startswith("RD-005  root-access-key-created\nRoot access key created\n")
    assert rootwarden("explain", "RW-ROOT-01").out.startswith("RW-ROOT-01  root-mfa-enabled\n")


def test_explain_of_nothing_names_both_lists() -> None:
    """A name that nobody has is a usage error that says what is close."""
    answer = rootwarden("explain", "root-access-key-create")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "rootwarden: no control, detection or remedy is called 'root-access-key-create': "
        "did you mean root-access-key-created? Next: list them with `rootwarden controls`, "
        "`rootwarden controls --remedies` and `rootwarden detections`\n"
    )


def test_help_does_not_wait_for_rules() -> None:
    """The help of these verbs, as of the program, loads neither pySigma nor the catalogue."""
    for arguments in (("--help",), ("detections", "--help"), ("explain", "--help")):
        answer = rootwarden(*arguments, env={"PYTHONPROFILEIMPORTTIME": "1"})
        assert answer.code == 0
        assert "sigma" not in answer.err
        assert "rootwarden.catalogue" not in answer.err


def test_generated_pages_are_current_and_the_same_each_time() -> None:
    """The documents on disk are what the generator makes, which is done in seconds."""
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    first, second = (subprocess.run(command, capture_output=True, text=True, timeout=60, check=False) for _ in "ab")
    assert (first.returncode, first.stdout) == (second.returncode, second.stdout)
    assert "docs/detections" not in first.stdout
