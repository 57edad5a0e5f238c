"""`rootwarden plan --from plan.json -o ...`: the ending tells the format, and one file for each account if asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import rootwarden as program
from rootwarden.model.plan import Plan, encode
from rootwarden.model.plan_file import read_plan
from tests.exports.sample_plans import ACCOUNT, OTHER, contact, no_trail, plan, validation
from tests.journeys.terminal import Answer, rootwarden


def export(folder: Path, made: Plan, *outputs: str) -> Answer:
    """Export a plan."""
    (folder / "plan.json").write_bytes(encode(made))
    wanted = [part for one in outputs for part in ("-o", one)]
    ours = str(Path(program.__file__).parents[1])
    return rootwarden("plan", "--from", "plan.json", *wanted, cwd=folder, env={"PYTHONPATH": ours})


def test_every_ending_is_a_format(tmp_path: Path) -> None:
    """All of them at once, from one plan."""
    done = export(
        tmp_path, plan(no_trail()), "fix.tf", "fix.yaml", "fix.yml", "fix.template", "fix.sh", "fix.md", "fix.txt"
    )
    assert done.code == 0, done.err
    assert 'resource "aws_cloudtrail"' in (tmp_path / "fix.tf").read_text()
    assert (tmp_path / "fix.yaml").read_text() == (tmp_path / "fix.template").read_text()
    assert "AWS::CloudTrail::Trail" in (tmp_path / "fix.yml").read_text()
    assert (tmp_path / "fix.sh").read_text().startswith("#!/usr/bin/env bash")


def test_one_file_for_each_account_and_region(tmp_path: Path) -> None:
    """Their names are put into the name of the file, whatever the format."""
    made = plan(validation(), validation(OTHER, "eu-west-1"), contact(OTHER))
    done = export(tmp_path, made, "fix-{account}-{region}.yaml", "plan-{account}.json")
    assert done.code == 0, done.err
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "plan.json", f"fix-{ACCOUNT}-us-east-1.yaml", f"fix-{OTHER}-eu-west-1.yaml",
        f"plan-{ACCOUNT}.json", f"plan-{OTHER}.json",
    }  # fmt: skip
    told = yaml.safe_load((tmp_path / f"fix-{OTHER}-eu-west-1.yaml").read_text())["Metadata"]["Rootwarden"]
    assert told["Account"] == OTHER
    assert [one["Title"] for one in told["ByCommand"]] == ["Do validation", "Do contact"]
    part = read_plan((tmp_path / f"plan-{OTHER}.json").read_bytes(), "part")
    assert part.changes == made.changes[1:]


def test_several_accounts_are_no_template(tmp_path: Path) -> None:
    """It is refused before anything is written, and the way out is said."""
    done = export(tmp_path, plan(validation(), validation(OTHER)), "fix.tf", "fix.yaml")
    assert done.code == 2
    assert "one account and Region" in done.err
    assert "{account}" in done.err
    assert not (tmp_path / "fix.tf").exists()


@pytest.mark.parametrize("other", ["fix-{region}.sh", f"fix-{ACCOUNT}.sh"])
def test_two_outputs_in_one_file_are_refused(tmp_path: Path, other: str) -> None:
    """Also where only the names that are put in make them one."""
    names = {"fix-{region}.sh": "fix-us-east-1.sh"}
    done = export(tmp_path, plan(validation()), names.get(other, "fix-{account}.sh"), other)
    assert done.code == 2
    assert "written twice" in done.err


@pytest.mark.parametrize("file", ["x-{foo}.sh", "{accounts}.json", "fix-{}.tf"])
def test_other_marks_in_a_name_are_refused(tmp_path: Path, file: str) -> None:
    """Nobody wants a file that is called so; the marks that are known are named."""
    done = export(tmp_path, plan(validation()), file)
    assert done.code == 2, done.err
    assert "{account} and {region}" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_what_to_apply_is_named(tmp_path: Path) -> None:
    """The plan that is shown is there already; of parts, each is applied."""
    assert "apply it with `rootwarden apply plan.json`" in export(tmp_path, plan(validation()), "fix.sh").err
    parts = export(tmp_path, plan(validation()), "part-{account}.json").err
    assert f"`rootwarden apply part-{ACCOUNT}.json`" in parts
