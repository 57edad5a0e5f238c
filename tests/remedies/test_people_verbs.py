"""The verbs as a person types them: a roster is exported, filled in, planned, applied and undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rootwarden as src
from rootwarden.people.reading import read_roster
from tests.journeys.terminal import rootwarden
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    MANAGEMENT,
    Company,
    _company,
    _open_company,
    person,
    roster_text,
)


@pytest.fixture(name="env")
def _env(company: Company) -> dict[str, str]:
    """Somebody at work in the people's own account."""
    return company.lab.environment(ACCOUNT, "Admin") | {"PYTHONPATH": str(Path(src.__file__).parents[1])}


def test_from_roster_to_users_and_back(company: Company, env: dict[str, str], tmp_path: Path) -> None:
    """plan writes a plan, apply wants a folder for the passwords, undo takes it all back."""
    before = company.people()
    (tmp_path / "roster.yaml").write_text(roster_text(person("dana"), person("erik", "support")))
    planned = rootwarden("users", "plan", "roster.yaml", "-o", "plan.json", env=env, cwd=tmp_path)
    assert planned.code == 0, planned.err
    assert "Create the user dana for dana of Company" in planned.out
    assert "rootwarden apply plan.json --handover FOLDER" in planned.err
    refused = rootwarden("apply", "plan.json", "--yes", env=env, cwd=tmp_path)
    assert (refused.code, "--handover" in refused.err) == (2, True)
    applied = rootwarden("apply", "plan.json", "--yes", "--handover", "out", env=env, cwd=tmp_path)
    assert applied.code == 0, applied.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{ACCOUNT}-dana.txt", f"{ACCOUNT}-erik.txt"}
    run = applied.err.rpartition("rootwarden undo ")[2].split("`")[0]
    undone = rootwarden("undo", run, "--yes", env=env, cwd=tmp_path)
    assert undone.code == 0, undone.err
    assert company.people() == before


def test_exported_filled_in_and_planned(company: Company, env: dict[str, str], tmp_path: Path) -> None:
    """What is there becomes a roster with marks to fill in; filled in, it is taken over with --adopt and only then."""
    iam = company.iam
    iam.create_group(GroupName="ops")
    iam.attach_group_policy(GroupName="ops", PolicyArn="arn:aws:iam::aws:policy/job-function/SupportUser")
    for user, tags in (("zoe", {"owner": "zoe@company.example"}), ("yan", {}), ("break-glass", {})):
        iam.create_user(UserName=user, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    iam.add_user_to_group(GroupName="ops", UserName="zoe")
    answer = rootwarden("users", "export", "--id", "company", "-o", "roster.yaml", env=env, cwd=tmp_path)
    assert answer.code == 0, answer.err
    text = (tmp_path / "roster.yaml").read_text()
    again = rootwarden("users", "export", "-o", "roster.yaml", env=env, cwd=tmp_path)
    assert (again.code, "roster.yaml is there already" in again.err) == (2, True)
    assert (tmp_path / "roster.yaml").read_text() == text
    assert 'break_glass: ["break-glass"]' in text
    assert "left out: ci, a workload" in text
    assert "job-function/SupportUser" in text
    unready = rootwarden("users", "plan", "roster.yaml", env=env, cwd=tmp_path)
    assert unready.code == 2
    assert "still to be filled in" in unready.err
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    filled = "\n".join(lines).replace('function: "FILL-IN"', 'function: "ops"').replace('name: "FILL-IN"', "name: X Y")
    for user in ("old-hand", "yan"):
        filled = filled.replace('email: "FILL-IN"', f"email: {user}@company.example", 1)
    (tmp_path / "roster.yaml").write_text(filled)
    assert {one.user for one in read_roster(filled, "roster.yaml").people} == {"old-hand", "yan", "zoe"}
    for options, adopted in ((), 0), (("--adopt",), 3):
        planned = rootwarden("users", "plan", "roster.yaml", *options, "-o", "json", env=env, cwd=tmp_path)
        assert planned.code == 0, planned.err
        titles = [one["title"] for one in json.loads(planned.out)["changes"]]
        assert sum("over into the roster" in one for one in titles) == adopted
        assert not any("Create the user" in one or "Create the group ops" in one for one in titles)


def test_too_many_leavers_are_refused(company: Company, env: dict[str, str], tmp_path: Path) -> None:
    """The exit code is that of a guard, and the message says which number to confirm."""
    people = [person(f"p{n}") for n in range(4)]
    (tmp_path / "roster.yaml").write_text(roster_text(*people))
    rootwarden("users", "plan", "roster.yaml", "-o", "plan.json", env=env, cwd=tmp_path)
    assert rootwarden("apply", "plan.json", "--yes", "--handover", "out", env=env, cwd=tmp_path).code == 0
    (tmp_path / "roster.yaml").write_text(roster_text(*people[:2]))
    refused = rootwarden("users", "plan", "roster.yaml", env=env, cwd=tmp_path)
    assert refused.code == 6
    assert "--confirm-count 2" in refused.err
    assert rootwarden("users", "plan", "roster.yaml", "--confirm-count", "2", env=env, cwd=tmp_path).code == 0


def test_a_script_asks_for_the_password(company: Company, env: dict[str, str], tmp_path: Path) -> None:
    """Exported as a shell script, the password is a variable that somebody has to set; the script holds none."""
    (tmp_path / "roster.yaml").write_text(roster_text(person("dana")))
    answer = rootwarden("users", "plan", "roster.yaml", "-o", "shell", env=env, cwd=tmp_path)
    assert "create-login-profile" in answer.out
    assert ":?set it first: the first password of dana}" in answer.out
    assert "$secret" not in answer.out


def test_hints_name_what_there_is(company: Company, env: dict[str, str], tmp_path: Path) -> None:
    """A file that was written, else how to keep the plan; `account` of the roster, not an option that is not there."""
    (tmp_path / "roster.yaml").write_text(roster_text(person("dana")))
    shown = rootwarden("users", "plan", "roster.yaml", env=env, cwd=tmp_path)
    assert shown.code == 0, shown.err
    assert "keep it with -o plan.json to apply it" in shown.err
    assert "apply plan.json" not in shown.err
    unknown = rootwarden("users", "plan", "roster.yaml", "-o", "x-{foo}.sh", env=env, cwd=tmp_path)
    assert (unknown.code, "{foo}" in unknown.err) == (2, True)
    split = rootwarden("users", "plan", "roster.yaml", "-o", "fix-{account}.sh", env=env, cwd=tmp_path)
    assert split.code == 0, split.err
    assert (tmp_path / f"fix-{ACCOUNT}.sh").is_file()
    (tmp_path / "roster.yaml").write_text(roster_text(person("dana")).replace(ACCOUNT, "9" * 12))
    env |= company.lab.environment(MANAGEMENT, "Admin")
    stranger = rootwarden("users", "plan", "roster.yaml", env=env, cwd=tmp_path)
    assert stranger.code == 2, stranger.err
    assert "correct `account` in the roster" in stranger.err


def test_a_policy_that_is_not_there_is_noticed_when_planning(
    company: Company, env: dict[str, str], tmp_path: Path
) -> None:
    """AWS is asked for what nobody knows by heart; where it does not answer, the plan says that this is unchecked."""
    for name, code, said in (
        ("PowerUserAcess", 2, "did you mean PowerUserAccess?"), ("AmazonEC2FullAccess", 0, ""),
    ):  # fmt: skip
        text = roster_text(person("dana"), jobs={"developers": f"{{policies: [{name}]}}"})
        (tmp_path / "roster.yaml").write_text(text)
        planned = rootwarden("users", "plan", "roster.yaml", env=env, cwd=tmp_path)
        assert (planned.code, said in planned.err, "Unchecked" in planned.out) == (code, True, False), planned.err
    company.lab.deny("iam:GetPolicy")
    planned = rootwarden("users", "plan", "roster.yaml", env=env, cwd=tmp_path)
    company.lab.clear_faults()
    assert planned.code == 0, planned.err
    said = " ".join(planned.out.split())
    assert "Unchecked: whether AWS has it could not be read" in said
    assert "(needs iam:GetPolicy)" in said
