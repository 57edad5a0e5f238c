"""What `plan` and its kin refuse rather than ignore, and what they say of a snapshot that was cut short."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rootwarden.cli import main
from tests.journeys.snapshots import HEADER, write
from tests.journeys.terminal import Answer
from tests.laws.good import good_organization

ROSTER = "roster: people\ncount: 1\npeople:\n  - {user: dana, name: Dana, email: dana@example.com, groups: []}\n"
Run = Callable[..., Answer]


@pytest.fixture(name="run")
def _run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    world = good_organization()
    header = {**HEADER, "scope": {"org": True, "regions": []}, "accounts_expected": 3, "caller": world.caller}
    accounts = [{"account": one, "facts": facts} for one, facts in world.accounts.items()]
    whole = write(tmp_path / "s.gz", header, {"organization": world.organization}, *accounts).read_bytes()
    (tmp_path / "cut.gz").write_bytes(whole[:-20])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main.run(arguments)
        return Answer(code, *capsys.readouterr())

    return run


@pytest.mark.parametrize("empty", ["", " ", ","])
@pytest.mark.parametrize("option", ["--only", "--skip", "--accounts", "--regions"])
def test_an_empty_list_is_refused(run: Run, option: str, empty: str) -> None:
    """An empty variable in a script must not widen what is asked for, to everything there is."""
    for verb in (("plan",), ("audit",)):
        answer = run(*verb, option, empty)
        assert (answer.code, f"{option} names no" in answer.err) == (2, True), answer.err
        assert "leave it out" in answer.err


@pytest.mark.parametrize(("verb", "option"), [("collect", "--accounts"), ("apply", "--regions"), ("undo", "--regions")])
def test_other_verbs_refuse_it_as_well(run: Run, verb: str, option: str) -> None:
    """They parse these options the same way."""
    needed = {"collect": ("-o", "new.gz"), "apply": ("plan.json",), "undo": ("01ABC",)}[verb]
    answer = run(verb, *needed, option, "")
    assert (answer.code, f"{option} names no" in answer.err) == (2, True), answer.err


def test_an_empty_variable_of_our_own_is_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """ROOTWARDEN_ONLY= in an environment means that it is not set, as everywhere else."""
    monkeypatch.setenv("ROOTWARDEN_ONLY", "")
    assert run("plan", "--snapshot", "s.gz").code == 0


@pytest.mark.parametrize(
    "asked", [("--accounts", "111111111111"), ("--org",), ("--regions", "eu-west-1"), ("--root-audit",)]
)
@pytest.mark.parametrize("verb", ["plan", "audit"])
def test_a_snapshot_holds_what_was_read(run: Run, verb: str, asked: tuple[str, ...]) -> None:
    """No option can have it hold more, or less."""
    answer = run(verb, "--snapshot", "s.gz", *asked)
    assert (answer.code, f"{asked[0]} does not go with --snapshot" in answer.err) == (2, True), answer.err
    assert "rootwarden collect" in answer.err


@pytest.mark.parametrize(
    "asked", [("--only", "RW-TRAIL-03"), ("--skip", "RW-TRAIL-03"), ("--org",), ("--snapshot", "s.gz")]
)
def test_a_plan_that_was_made_holds_what_was_planned(run: Run, asked: tuple[str, ...]) -> None:
    """`--from` shows it whole."""
    assert run("plan", "--snapshot", "s.gz", "-o", "plan.json").code == 0
    assert run("plan", "--from", "plan.json").code == 0
    answer = run("plan", "--from", "plan.json", *asked)
    assert (answer.code, f"{asked[0]} does not go with --from" in answer.err) == (2, True), answer.err


def test_a_configuration_is_no_wish_of_this_command(run: Run) -> None:
    """What rootwarden.toml says of reading is about reading."""
    Path("rootwarden.toml").write_text('[audit]\norg = true\nregions = ["eu-west-1"]\nskip = ["RW-TRAIL-03"]\n')
    assert run("plan", "--snapshot", "s.gz", "-o", "plan.json").code == 0
    assert run("plan", "--from", "plan.json").code == 0


def test_a_cut_snapshot_is_said_and_incomplete(run: Run) -> None:
    """By the audit and by the plan in the same words, with how many accounts were there; both end with 5."""
    note = "cut.gz is cut short: 2 of 3 accounts were read"
    audit = run("audit", "--snapshot", "cut.gz", "--fail-on", "none")
    assert (audit.code, note in audit.err) == (5, True), audit.err
    plan = run("plan", "--snapshot", "cut.gz")
    assert (plan.code, note in plan.err) == (5, True), plan.err
    assert run("plan", "--snapshot", "cut.gz", "-q").err == ""
    assert run("plan", "--snapshot", "s.gz").code == 0
