"""Plan, apply and undo as a person types them."""

from __future__ import annotations

import json
import os
import pty
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from rootwarden.cli import main
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.store.opening import open_store
from tests.applying.workshop import CONTACT, MANAGEMENT, MEMBER, REGIONS, WORLD
from tests.journeys.terminal import CLEAN, Answer, rootwarden
from tests.journeys.test_bad_input import one_line

ROSTER = """
roster: shop
groups:
  admins: {policies: [AdministratorAccess], unbounded: true}
people:
  - {user: carol, name: Carol Clark, email: carol@shop.example, function: admins}
"""
CONFIGURATION = "[remedies.register-security-contact]\n" + "".join(
    f"{name} = {json.dumps(value)}\n" for name, value in CONTACT.items()
)
WIDE = 80
ONLY = ("--only", "RW-POL-05,RW-TRAIL-03", "--regions", ",".join(REGIONS))


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="place")
def _place(open_lab: Lab, tmp_path: Path) -> Path:
    """A folder with a configuration, and the workshop in the lab."""
    open_lab.reset()
    seed(open_lab.endpoint, WORLD)
    (tmp_path / "rootwarden.toml").write_text(CONFIGURATION)
    return tmp_path


def run(lab: Lab, place: Path, *arguments: str, stdin: str = "", redirected: str = "") -> Answer:
    """Run the program as an administrator of the management account."""
    return rootwarden(
        *arguments, env=lab.environment(MANAGEMENT, "Admin"), cwd=place, stdin=stdin, redirected=redirected
    )


def at_a_terminal(lab: Lab, place: Path, *arguments: str, typed: str) -> tuple[int, str]:
    """Run the program at a terminal of its own, and type something; return the exit code and all that was shown."""
    environment = {**CLEAN, **lab.environment(MANAGEMENT, "Admin"), "TERM": "dumb"}
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.chdir(place)
        os.execve(sys.executable, [sys.executable, "-m", "rootwarden", *arguments], environment)
    os.write(terminal, f"{typed}\n".encode())
    shown = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # the other side is gone
            break
        if not data:
            break
        shown += data
    _, status = os.waitpid(child, 0)
    text = shown.decode().replace("\r\n", "\n")
    wide = [line for part in text.split("\n") for line in part.split("\r") if len(line.rstrip()) > WIDE]
    assert not [line for line in wide if "to go on: " not in line], (
        wide
    )  # what is typed stands in the line of the question
    return os.waitstatus_to_exitcode(status), text


def test_the_plan_is_shown(open_lab: Lab, place: Path):
    """What, from what to what, risk, cost; nothing is changed."""
    answer = run(open_lab, place, "plan", *ONLY, "-o", "plan.json")
    assert answer.code == 0
    assert answer.out.partition("\n")[2] == snapshot("""\

Account 444444444401 ───────────────────────────────────────────────── 2 changes

  1  Register security@shop.example as the security contact
     safe · RW-POL-05 medium
     security contact: none -> Security team <security@shop.example>, +1 555
     0100
     Register the contact: account.PutAlternateContact

  2  Switch log file validation of the trail management-trail on
     safe · RW-TRAIL-03 medium · trail/management-trail in eu-west-1
     LogFileValidationEnabled: false -> true
     Switch validation on: cloudtrail.UpdateTrail

In all ─────────────────────────────────────────────────────────────────────────
2 changes, after which 2 of 2 failing findings pass. Costs nothing.
""")
    told = run(open_lab, place, "plan", "--from", "plan.json", "--verbose")
    assert "EmailAddress: security@shop.example" in told.out
    assert oct((place / "plan.json").stat().st_mode)[-3:] == "600"
    assert not [one for one in open_lab.records(MANAGEMENT) if not one["readOnly"]]


def test_from_plan_to_undo(open_lab: Lab, place: Path):
    """The way a person goes, with the store and the plan in the folder."""
    run(open_lab, place, "plan", "--org", *ONLY, "-o", "plan.json")
    applied = run(open_lab, place, "apply", "plan.json", "--yes")
    assert applied.code == 0
    assert applied.out == snapshot("""\
RW-POL-05 FAIL -> PASS, proved: Register security@shop.example as the security
  contact (444444444401)
RW-TRAIL-03 FAIL -> PASS, proved: Switch log file validation of the trail
  management-trail on (444444444401)
RW-POL-05 FAIL -> PASS, proved: Register security@shop.example as the security
  contact (444444444402)
RW-TRAIL-03 FAIL -> PASS, proved: Switch log file validation of the trail
  member-trail on (444444444402)
""")
    listed = run(open_lab, place, "undo")
    name = listed.out.split()[3]
    assert "done" in listed.out
    undone = run(open_lab, place, "undo", name, "--yes")
    assert undone.code == 0
    assert re.sub(r"\d{4}-.* UTC", "TIME", undone.err.replace(name, "RUN")).startswith("""\
Taking back run RUN of TIME, the last change first:
  Switch log file validation of the trail member-trail on (444444444402)
    LogFileValidationEnabled: true -> false
  Register security@shop.example as the security contact (444444444402)
    security contact: Security team <security@shop.example>, +1 555 0100 -> none
""")
    assert undone.out == snapshot("""\
reads as before: Switch log file validation of the trail member-trail on
  (444444444402); RW-TRAIL-03 is FAIL now
reads as before: Register security@shop.example as the security contact
  (444444444402); RW-POL-05 is FAIL now
reads as before: Switch log file validation of the trail management-trail on
  (444444444401); RW-TRAIL-03 is FAIL now
reads as before: Register security@shop.example as the security contact
  (444444444401); RW-POL-05 is FAIL now
""")


def test_the_account_id_is_typed(open_lab: Lab, place: Path):
    """Another text is no consent."""
    run(open_lab, place, "plan", *ONLY, "-o", "plan.json")
    code, shown = at_a_terminal(open_lab, place, "apply", "plan.json", typed="yes")
    assert code == 6
    assert f"2 changes in account {MANAGEMENT}. Type {MANAGEMENT} to go on:" in shown
    assert "that is another text; nothing was changed" in shown
    code, shown = at_a_terminal(open_lab, place, "apply", "plan.json", typed=MANAGEMENT)
    assert code == 0, shown
    assert "FAIL -> PASS, proved" in shown
    assert re.search(r"^(?:rootwarden: |  ).*`rootwarden undo [0-9A-Z]{26}` takes it back$", shown, re.MULTILINE), shown


def test_without_a_terminal_yes_is_needed(open_lab: Lab, place: Path):
    """The error names the option."""
    run(open_lab, place, "plan", *ONLY, "-o", "plan.json")
    answer = run(open_lab, place, "apply", "plan.json", stdin=f"{MANAGEMENT}\n")
    assert answer.code == 2
    assert "give --yes" in answer.err
    closed = run(open_lab, place, "apply", "plan.json", redirected="<&-")
    assert (closed.code, closed.err.splitlines()[-1]) == (2, answer.err.splitlines()[-1])
    dry = run(open_lab, place, "apply", "plan.json", "--dry-run")
    assert dry.code == 0
    assert "nothing was changed" in dry.err
    assert "ready: Register security@shop.example" in dry.err


def test_a_dry_run_of_what_stopped_shows_what_is_left(open_lab: Lab, place: Path):
    """What the run made already is not counted again."""
    run(open_lab, place, "plan", *ONLY, "-o", "plan.json")
    open_lab.deny("cloudtrail:UpdateTrail")
    assert run(open_lab, place, "apply", "plan.json", "--yes").code == 4
    open_lab.clear_faults()
    dry = run(open_lab, place, "apply", "--resume", "--dry-run")
    assert dry.code == 0
    assert "made by this run: Register security@shop.example" in dry.err
    assert re.search(r"^(under way|ready): Switch log file validation", dry.err, re.MULTILINE), dry.err
    assert "1 change would be made" in run(open_lab, place, "apply", "--resume").err


def test_what_terraform_looks_after_is_said_when_it_is_planned(
    open_lab: Lab, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """It is shown and not counted on, and applying leaves it without being told again; so it is with people."""
    trail = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/management-trail"
    group = f"arn:aws:iam::{MANAGEMENT}:group/people/admins"
    named = [{"attributes": {"arn": one}} for one in (trail, group)]
    state = {"version": 4, "resources": [{"mode": "managed", "type": "x", "name": "main", "instances": named}]}
    (place / "main.tfstate").write_text(json.dumps(state))
    (place / "roster.yaml").write_text(ROSTER)
    monkeypatch.chdir(place)
    for name, value in open_lab.environment(MANAGEMENT, "Admin").items():
        monkeypatch.setenv(name, value)
    states = ("--terraform-state", "main.tfstate")
    assert main.run(["plan", *ONLY, *states, "-o", "plan.json", "-o", "fix.sh", "-o", "fix.tf", "-o", "fix.md"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "not ours: Terraform (x.main in main.tfstate) looks after it; `rootwarden apply` leaves it" in out
    assert "2 changes, after which 1 of 2 failing findings pass" in out
    assert "1 change left to whoever looks after it" in out
    assert "looks after it" in (place / "fix.sh").read_text() and "update-trail" not in (place / "fix.sh").read_text()
    patch = (place / "fix.tf").read_text()
    assert (
        "# not ours: Terraform (x.main in main.tfstate)" in patch and "LogFileValidationEnabled: false -> true" in patch
    )
    assert "Whose: not ours: Terraform" in (place / "fix.md").read_text()
    assert main.run(["apply", "plan.json", "--yes"]) == 6
    done = capsys.readouterr()
    assert "RW-POL-05 FAIL -> PASS" in done.out and "RW-TRAIL-03" not in done.out
    assert "not ours: Switch log file validation of the trail management-trail on" in done.err
    assert main.run(["users", "plan", "roster.yaml", "--iam", *states]) == 0
    assert "not ours: Terraform (x.main in main.tfstate)" in " ".join(capsys.readouterr().out.split())
    assert main.run(["plan", "--from", "plan.json", *states]) == 2


def test_the_policy_of_a_plan(open_lab: Lab, place: Path):
    """By the file alone, or for one account."""
    run(open_lab, place, "plan", "--org", *ONLY, "-o", "plan.json")
    whole = json.loads(run(open_lab, place, "iam-policy", "plan.json").out)
    allowed = {action for one in whole["Statement"] for action in one["Action"]}
    assert allowed == {
        "account:PutAlternateContact", "account:DeleteAlternateContact", "cloudtrail:UpdateTrail", "tag:GetResources",
    }  # fmt: skip
    enter = run(open_lab, place, "iam-policy", "plan", "plan.json", "--caller", "--role", "ops/Mender")
    assert json.loads(enter.out)["Statement"] == [{
        "Sid": "RootwardenEnterAccounts", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Resource": [f"arn:aws:iam::{MEMBER}:role/ops/Mender"],
    }]  # fmt: skip
    own = run(open_lab, place, "iam-policy", "plan", "plan.json", "--caller", "--account", MANAGEMENT)
    one_line(own, 2, "enters no other account", "leave out --caller")
    member = run(open_lab, place, "iam-policy", "plan", "plan.json", "--account", MEMBER).out
    assert MANAGEMENT not in member
    assert MEMBER in member
    assert run(open_lab, place, "iam-policy", "plan", "plan.json", "--account", "1").code == 2


def test_a_policy_that_iam_does_not_take_is_said_to_be_one(
    open_lab: Lab, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """A managed policy has 6,144 characters at most."""
    run(open_lab, place, "plan", "--org", *ONLY, "-o", "plan.json")
    for longest, said in ((6144, False), (100, True)):
        monkeypatch.setattr("rootwarden.cli.iam_policy._LONGEST", longest)
        assert main.run(["iam-policy", str(place / "plan.json")]) == 0
        assert (f"characters are more than the {longest:,} that IAM takes" in capsys.readouterr().err) is said


def test_without_a_store_there_is_nothing_to_undo(open_lab: Lab, place: Path):
    """Looking for runs makes no store; a run is looked for in the store that was meant."""
    assert run(open_lab, place, "undo").code == 0
    assert run(open_lab, place, "undo", "--store", "other.sqlite3", "01J8XQ5V").code == 2
    assert not list(place.glob("*.sqlite3"))


def test_bad_input_is_answered_by_name(open_lab: Lab, place: Path):
    """File, field and what to do."""
    one_line(run(open_lab, place, "apply", "nothing.json"), 2, "nothing.json", "rootwarden plan")
    (place / "other.json").write_text("{}")
    one_line(run(open_lab, place, "apply", "other.json"), 2, "other.json", "plan/1")
    one_line(run(open_lab, place, "apply"), 2, "no plan is named")
    there = str(place / "rootwarden.sqlite3")
    one_line(run(open_lab, place, "apply", "--resume"), 2, f"there is no store {there}", "--store")
    one_line(run(open_lab, place, "undo", "01J", "--yes"), 2, f"there is no store {there}", "--store")
    open_store(there).close()
    one_line(run(open_lab, place, "apply", "--resume"), 2, "no run", "broken off")
    one_line(run(open_lab, place, "undo", "01J", "--yes"), 2, "no run", "rootwarden runs")
    one_line(run(open_lab, place, "plan", "--only", "nonsense"), 2, "nonsense")
    one_line(run(open_lab, place, "plan", "-o", "plan.pdf"), 2, "plan.pdf", "markdown")
    (place / "rootwarden.toml").write_text("[remedies.register-security-contct]\n")
    one_line(run(open_lab, place, "plan"), 2, "register-security-contct", "did you mean 'register-security-contact'")
    (place / "rootwarden.toml").write_text("[remedies.register-security-contact]\nemail = 5\n")
    one_line(run(open_lab, place, "plan"), 2, "email", "rootwarden.toml")
