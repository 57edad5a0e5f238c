"""`rootwarden apply` of what cannot be taken back, as a person meets it: announced, refused, done, told to a watch."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from rootwarden.aws.root_window import StandingWindow
from rootwarden.cli import main
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.plan import encode
from rootwarden.report import plans
from rootwarden.report.options import RenderOptions
from rootwarden.store.opening import open_store
from rootwarden.store.tables import runs
from tests.journeys import terminal
from tests.remedies.root_at_work import STORE, Desk, at_work
from tests.remedies.root_world import MANAGEMENT, NEW, member, organization
from tests.remedies.test_root_deletion import DELETES

SOURCES = Path(__file__).parents[2] / "src"
_ATTESTED = '[remedies.delete-member-root-credentials]\nmailbox_attested = ["{account}=ines@example.com={day}"]\n'
_WATCH = '[watch]\nsources = ["lookup-events"]\nstore = "watch.sqlite3"\n'
_STANDING = (
    '[[standing]]\nname = "{name}"\ncaller = "arn:aws:iam::{account}:role/Admin"\ntask = "{task}"\n'
    "expires = 2099-01-01T00:00:00Z\n"
)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An organization with a member whose root has a password, and a plan in a file that deletes it."""
    with Lab() as lab:
        desk = at_work(lab, seed(lab.endpoint, organization(member(NEW, "new"))), tmp_path, monkeypatch)
        (tmp_path / "plan.json").write_bytes(encode(desk.plan("RW-ROOT-08")))
        yield desk


def run(desk: Desk, *arguments: str, config: str = "") -> terminal.Answer:
    """Run the program in the folder of the plan with this configuration."""
    (desk.folder / "rootwarden.toml").write_text(config, encoding="utf-8")
    env = {name: os.environ[name] for name in desk.lab.environment(MANAGEMENT)} | {"PYTHONPATH": str(SOURCES)}
    regions = () if "runbook" in arguments else ("--regions", "eu-west-1")
    return terminal.rootwarden(*arguments, *regions, env=env, cwd=desk.folder)


def attested(desk: Desk) -> str:
    """Return the section in which somebody vouches for the mailbox."""
    return _ATTESTED.format(account=NEW, day=desk.clock.now().date())


def window(desk: Desk) -> str:
    """Write a file of approved windows and return its name."""
    around = {"opens": "2026-01-01T00:00:00Z", "closes": "2999-01-01T00:00:00Z"}
    one = {"id": "w-1", "account": NEW, "task": "IAMDeleteRootUserCredentials"} | around
    (desk.folder / "windows.json").write_text(json.dumps({"windows": [one]}), encoding="utf-8")
    return "windows.json"


def test_refused_then_announced_then_approved(desk: Desk) -> None:
    """6 without an attestation, 8 with one, 0 in an approved window; what is opened as root is told on stderr."""
    refused = run(desk, "apply", "plan.json", "--yes")
    assert (refused.code, refused.out) == (6, "")
    assert f"root's mailbox of account {NEW} may be out of reach" in refused.err
    announced = run(desk, "apply", "plan.json", "--yes", config=attested(desk))
    assert announced.code == 8
    assert "cannot be taken back: a deleted password does not come back" in " ".join(announced.err.split())
    assert "nothing was changed yet: the plan is announced, and may be applied from" in announced.err
    assert "what only root sees is read in read-only root sessions" in announced.err
    early = run(desk, "apply", "plan.json", "--yes", config=attested(desk))
    assert early.code == 8 and "the plan was announced on" in early.err
    assert desk.calls(NEW, *DELETES) == []
    done = run(desk, "apply", "plan.json", "--yes", "--windows", window(desk), config=attested(desk))
    assert done.code == 0, done.err
    assert "RW-ROOT-08 FAIL -> PASS, proved: Delete root's password" in done.out
    assert "this is done in root sessions of member accounts" in done.err
    assert "IAMDeleteRootUserCredentials" in done.err
    assert done.err.rstrip().endswith("it cannot be taken back")
    assert desk.calls(NEW, *DELETES) == ["DeleteLoginProfile"]


def test_a_dry_run_says_when(desk: Desk) -> None:
    """Nothing is announced by it."""
    for _ in range(2):
        answer = run(desk, "apply", "plan.json", "--dry-run", config=attested(desk))
        assert answer.code == 0
        assert "it would be announced now, and could be applied from" in answer.err
        assert "nothing was changed" in answer.err


def test_channels_are_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody who is told of alerts hears of it, or else nothing is announced; then it is listed, and withdrawn."""
    channel = '[channels.people]\nkind = "stdout"\n'
    deaf = '[channels.deaf]\nkind = "file"\npath = "/nonexistent/folder/told.jsonl"\n'
    untold = run(desk, "apply", "plan.json", "--yes", config=attested(desk) + channel + deaf)
    assert untold.code == 5, untold.err
    assert "nothing was changed or announced: deaf could not be told" in untold.err
    place = ("--store", str(desk.folder / STORE))
    assert main.run(["runs", *place]) == 0
    assert capsys.readouterr().out == "No plan was applied yet.\n"
    answer = run(desk, "apply", "plan.json", "--yes", config=attested(desk) + channel)
    assert answer.code == 8
    assert "1 change that cannot be taken back will be made from" in answer.out
    assert f"{NEW}: Delete root's password" in answer.out
    assert "rootwarden: told: people (stdout)" in answer.err
    assert main.run(["runs", *place]) == 0
    listed = capsys.readouterr().out
    name = listed.split()[3]
    assert f"announced    {name}" in listed and f"{NEW}: Delete root's password" in listed
    assert f"`rootwarden runs cancel {name}` withdraws it" in " ".join(answer.out.split())
    assert main.run(["runs", "cancel", name, "--yes", *place]) == 0
    said = capsys.readouterr().err
    assert "announces it anew" in said
    assert "people was told of the announcement and is not configured here" in said
    assert main.run(["runs", *place]) == 0
    kept = capsys.readouterr().out
    assert f"withdrawn    {name}" in kept and "withdrawn on " in kept
    assert kept.endswith("No plan was applied yet.\n")


def test_a_watch_that_expects_nothing_stops_it(desk: Desk) -> None:
    """Where a watch is configured it would page everybody: refused, with what to add."""
    answer = run(desk, "apply", "plan.json", "--yes", "--windows", window(desk), config=attested(desk) + _WATCH)
    assert answer.code == 6
    assert "no [[standing]] window expects the root sessions of this audit" in answer.err
    audit = _STANDING.format(name="audit", account=MANAGEMENT, task="IAMAuditRootUserCredentials")
    answer = run(desk, "apply", "plan.json", "--yes", config=attested(desk) + _WATCH + audit)
    assert answer.code == 8, answer.err
    assert desk.calls(NEW, *DELETES) == []


def test_a_watch_that_expects_it_has_it_in_its_run_log(desk: Desk) -> None:
    """What is read and what is deleted stands in the run log of the watch before it is done."""
    open_store(str(desk.folder / "watch.sqlite3")).close()
    standing = "".join(
        _STANDING.format(name=name, account=MANAGEMENT, task=task)
        for name, task in (("audit", "IAMAuditRootUserCredentials"), ("apply", "IAMDeleteRootUserCredentials"))
    )
    config = attested(desk) + _WATCH + standing
    answer = run(desk, "apply", "plan.json", "--yes", "--windows", window(desk), config=config)
    assert answer.code == 0, answer.err
    with closing(open_store(str(desk.folder / "watch.sqlite3"))) as store, store.read() as connection:
        rows = connection.execute(select(runs).where(runs.c.kind == "root-audit")).all()
    kinds = [json.loads(row.body)["kind"] for row in rows if row.id.startswith("apply-")]
    assert kinds == ["central_change"]
    assert {json.loads(row.body)["kind"] for row in rows if row.id.startswith("audit-")} == {"central_audit"}
    assert set(StandingWindow.__struct_fields__) >= {"caller", "task_policy", "accounts", "kind"}


@pytest.mark.parametrize("given", [("--key", "...1234"), ("--accept-outage",)])
def test_a_key_and_its_outage_go_together(desk: Desk, given: tuple[str, ...]) -> None:
    """Neither alone says what is meant."""
    answer = run(desk, "apply", "plan.json", "--yes", *given, config=attested(desk))
    assert (answer.code, answer.out) == (2, "")
    assert "--key and --accept-outage go together" in answer.err


def test_a_script_leaves_it_out(desk: Desk) -> None:
    """Called by anybody but root, the same calls would take the caller's own credentials."""
    text = plans.find("shell").render(desk.plan("RW-ROOT-08"), RenderOptions(width=80))
    assert "delete-login-profile" not in text
    assert "# left out: only `rootwarden apply` does this as root" in text
