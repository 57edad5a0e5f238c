"""`rootwarden runs` as a person types it: how each run stands, its evidence, what is announced and withdrawn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from rootwarden.cli import main
from rootwarden.errors import RefusedError
from rootwarden.model.announced import Announced
from rootwarden.model.findings import Status
from rootwarden.model.plan import Call, Cost, CostClass
from rootwarden.model.run import Act, Approval, Checked, Deed, Run, RunState, StepState, Way
from rootwarden.store.announcements import announcement_of, keep_announcement
from rootwarden.store.opening import Store, open_store
from rootwarden.store.run_log import begin_run, hold_run
from tests.journeys.terminal import Answer, rootwarden
from tests.journeys.test_bad_input import one_line
from tests.store.test_run_log import NOW, STEP, run

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "runs.schema.json"
DIGEST = "3f2a9c1d07be" + "0" * 52


Runs = Callable[..., Answer]
UNDO = Call(service="account", operation="DeleteAlternateContact")


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, whose configuration names the store."""
    (tmp_path / "rootwarden.toml").write_text('[watch]\nstore = "kept.sqlite3"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(name="store")
def _store(place: Path) -> Iterator[Store]:
    """The store of that folder."""
    with closing(open_store(str(place / "kept.sqlite3"))) as store:
        yield store


@pytest.fixture(name="runs")
def _runs(place: Path, capsys: pytest.CaptureFixture[str]) -> Runs:
    """Run `rootwarden runs ARGUMENTS` there; nobody sits at a terminal."""

    def run_(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main.run(["runs", *arguments])
        return Answer(code, *capsys.readouterr())

    return run_


def planned(name: str, account: str) -> Run:
    """Return a run of one change that can be taken back."""
    one = run(name, account)
    changes = tuple(replace(each, steps=(replace(STEP, undo=(UNDO,)),)) for each in one.plan.changes)
    return replace(one, plan=replace(one.plan, changes=changes))


def applied(store: Store, name: str, account: str, state: RunState, *, error: str = "") -> None:
    """Log a run of one change and one call, as applying does, and leave it in this state."""
    with begin_run(store, planned(name, account)) as log:
        n = log.begin(Way.DO, f"do-{account}", "one", 0, NOW)
        if error:
            log.end(n, StepState.FAILED, NOW + timedelta(seconds=2), {}, error)
        else:
            log.end(n, StepState.DONE, NOW + timedelta(seconds=1), {"key": "AKIA1234567890ABCDEF"})
        proof = Checked(
            change=f"do-{account}", control="RW-POL-05", before=Status.FAIL, after=Status.PASS, proved=True
        )  # fmt: skip
        if state is RunState.UNDONE:
            log.end(log.begin(Way.UNDO, f"do-{account}", "one", 0, NOW), StepState.DONE, NOW, {})
        done = state is not RunState.RUNNING
        log.state(
            replace(log.run, state=state, finished=NOW if done else None, checked=() if error or not done else (proof,))
        )


def test_a_run_that_was_not_proved_does_not_look_done(runs: Runs, store: Store) -> None:
    """The list says so, for whoever reads no further; what AWS does not show yet is no failure."""
    for name, account, waits in (("01FAIL", "1", False), ("02WAIT", "2", True)):
        with begin_run(store, planned(name, account)) as log:
            proof = Checked(change=f"do-{account}", control="RW-POL-05", proved=False, waiting=waits)
            log.end(log.begin(Way.DO, f"do-{account}", "one", 0, NOW), StepState.DONE, NOW, {})
            log.state(replace(log.run, state=RunState.DONE, finished=NOW, checked=(proof,)))
    out = runs().out
    assert "Next: 1 of 1 NOT PROVED, see `rootwarden runs show 01FAIL`\n" in out
    assert "Next: 1 of 1 not to be seen yet, see `rootwarden runs show 02WAIT`\n" in out
    assert out.count("takes it back") == 2


def test_every_run_says_how_it_stands_and_what_is_next(runs: Runs, store: Store) -> None:
    """One of each kind; of the one that this process holds it is said that it is at work."""
    applied(store, "01DONE", "1", RunState.DONE)
    applied(store, "02STOP", "2", RunState.STOPPED, error="AccessDenied: no")
    applied(store, "03HALF", "3", RunState.UNDOING)
    applied(store, "04BACK", "4", RunState.UNDONE)
    applied(store, "05DEAD", "5", RunState.RUNNING)
    with begin_run(store, run("06LIVE", "6")):
        assert runs().out == snapshot("""\
2026-11-26 12:00  under way    06LIVE
  0 of 1 change made in 6, by arn:aws:iam::1:user/eve
  Next: wait for it: it is at work now
2026-11-26 12:00  broken off   05DEAD
  1 of 1 change made in 5, by arn:aws:iam::1:user/eve
  Next: `rootwarden apply --resume 05DEAD` goes on
        `rootwarden undo 05DEAD` takes back what was done
2026-11-26 12:00  undone       04BACK
  1 of 1 change made in 4, 1 taken back, by arn:aws:iam::1:user/eve
  Next: nothing: what could be taken back was
2026-11-26 12:00  half undone  03HALF
  1 of 1 change made in 3, by arn:aws:iam::1:user/eve
  Next: `rootwarden undo 03HALF` goes on with taking it back
        then its plan can be applied anew
2026-11-26 12:00  stopped      02STOP
  0 of 1 change made in 2, by arn:aws:iam::1:user/eve
  Next: `rootwarden apply --resume 02STOP` goes on
        nothing of it was done
2026-11-26 12:00  done         01DONE
  1 of 1 change made in 1, by arn:aws:iam::1:user/eve
  Next: `rootwarden undo 01DONE` takes it back
""")
    assert runs().out == runs("list").out
    one = runs("--most", "1").out
    assert "06LIVE" in one and "And 5 older runs: --most" in one


def test_what_a_run_quotes_is_masked(runs: Runs, store: Store) -> None:
    """An address in an error of AWS's, or in what was found afterwards, as in every report; who applied stays whole."""
    applied(store, "01DONE", "1", RunState.DONE)
    with hold_run(store, "01DONE", RunState.RUNNING) as log:
        n = log.begin(Way.UNDO, "do-1", "one", 0, NOW)
        log.end(n, StepState.FAILED, NOW, {}, "ValidationException: jane.roe@shop.example is not verified")
        proof = Checked(change="do-1", control="RW-POL-05", proved=False, detail="max@shop.example was expected")
        log.state(replace(log.run, by="arn:aws:sts::1:assumed-role/R/eve@shop.example", state=RunState.DONE,
                          checked=(proof,)))  # fmt: skip
    for said in (runs("show", "01DONE").out, runs("show", "01DONE", "--output", "json").out):
        assert "jane.roe" not in said and "max@" not in said
        assert "\u2026@shop.example is not verified" in said and "\u2026@shop.example was expected" in said
        assert "eve@shop.example" in said


def test_a_run_is_shown_with_its_evidence(runs: Runs, store: Store) -> None:
    """Who, when, each call with its answer, the control before and after; the JSON holds to its schema."""
    applied(store, "01DONE", "1", RunState.DONE)
    applied(store, "02STOP", "2", RunState.STOPPED, error="AccessDenied: no")
    assert runs("show", "01d").out == snapshot("""\
Run 01DONE ──────────────────────────────────────────────────────────────── done
Plan: not known; its file held no checksum
      made on 2026-11-26 12:00:00 UTC
By: arn:aws:iam::1:user/eve; in other accounts as the role R
From 2026-11-26 12:00:00 to 2026-11-26 12:00:00 UTC
1 of 1 change made in 1

What was done with it ────────────────────────────────────────────────── 0 times
The version that wrote it down kept neither who went on with it or undid it, nor
any window.

Changes ─────────────────────────────────────────────────────────────── 1 change
  1  Do (1)
     made, RW-POL-05 FAIL -> PASS, proved

Calls ─────────────────────────────────────────────────────────────────── 1 call
2026-11-26 12:00:00  account.PutAlternateContact (1): done in 1.0 s
     Do it
     key = …CDEF

-v shows what was sent with every call, and what was read afterwards.
Next: `rootwarden undo 01DONE` takes it back
""")
    assert "failed in 2.0 s" in runs("show", "02").out and "AccessDenied: no" in runs("show", "02").out
    keep_announcement(store, Announced(digest=DIGEST, at=datetime.now(UTC), by="eve"))
    checker = Draft202012Validator(json.loads(SCHEMA.read_text()))
    for arguments in (("show", "01DONE"), ("list",), ("--show-ids",)):
        found = json.loads(runs(*arguments, "--output", "json").out)
        checker.validate(found)
        assert found["rootwarden"] == "runs/1"
        assert (found["store"], found["store_exists"]) == (str(Path("kept.sqlite3").absolute()), True)
        done = next(one for one in found["runs"] if one["id"] == "01DONE")
        key = "AKIA1234567890ABCDEF" if arguments == ("--show-ids",) else "…CDEF"
        assert done["calls"][0]["answer"] == {"key": key}
        assert (done["what"][0]["before"], done["what"][0]["after"]) == ("FAIL", "PASS")


def test_what_is_announced_is_listed_and_withdrawn(runs: Runs, store: Store) -> None:
    """It asks; without a terminal --yes is needed; what is over is not listed; what is gone is gone."""
    now = datetime.now(UTC)
    keep_announcement(store, Announced(digest="ab" * 32, at=now - timedelta(days=8), by="eve"))
    announced = Announced(digest=DIGEST, at=now, by="eve", accounts=("1",), titles=("1: Delete root's password",))
    keep_announcement(store, announced)
    listed = runs().out
    assert "announced    3f2a9c1d07be" in listed and "announced    abab" not in listed
    assert "over         abababababab" in listed
    assert f"may be applied from {now + timedelta(days=1):%Y-%m-%d %H:%M} to" in " ".join(listed.split())
    one_line(runs("cancel", "77"), 2, "no plan '77' is announced", "rootwarden runs")
    asked = runs("cancel", "3f2a")
    assert asked.code == 2 and "give --yes" in asked.err and "1: Delete root's password" in asked.err
    assert announcement_of(store, DIGEST) == announced
    gone = runs("cancel", "3f2a", "--yes")
    assert (gone.code, gone.out) == (0, "") and "3f2a9c1d07be is withdrawn" in gone.err
    assert announcement_of(store, DIGEST) is None
    kept = " ".join(runs("list").out.split())
    assert "withdrawn 3f2a9c1d07be" in kept and "announced by eve" in kept
    assert re.search(r"withdrawn on \d{4}-\d\d-\d\d \d\d:\d\d UTC by \S+ on \S+", kept)
    found = json.loads(runs("list", "-o", "json").out)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    assert [(one["came"], one["by"]) for one in found["former"]] == [("withdrawn", "eve"), ("over", "eve")]
    assert found["announced"] == []
    keep_announcement(store, announced)
    assert "by tom" in runs("cancel", "3f2a", "--yes", "--by", "tom").err + runs("list").out
    one_line(runs("cancel", "3f2a", "--yes"), 2, "no plan '3f2a' is announced")


def test_what_stays_of_an_undone_run_is_said_with_its_cost(runs: Runs, store: Store) -> None:
    """By `show`, where the list points; of a run whose undoing an older version did not write down, that is said."""
    one = planned("01BACK", "1")
    cost = Cost(kind=CostClass.FIXED, low=Decimal(1), high=Decimal(1), why="A key.")
    changes = tuple(
        replace(each, cost=cost, steps=tuple(replace(step, stays="the key stays") for step in each.steps))
        for each in one.plan.changes
    )
    with begin_run(store, replace(one, plan=replace(one.plan, changes=changes))) as log:
        for way in (Way.DO, Way.UNDO):
            log.end(log.begin(way, "do-1", "one", 0, NOW), StepState.DONE, NOW, {})
        log.state(replace(log.run, state=RunState.UNDONE, finished=NOW))
    assert "what stays is named by `rootwarden runs show`" in " ".join(runs().out.split())
    text = " ".join(runs("show", "01BACK").out.split())
    assert "taken back, nobody looked afterwards, or that was not kept stays: the key stays" in text
    assert "The whole change: Costs 1.00 USD a month. A key." in text
    assert "kept neither who went on with it or undid it" in text
    said = json.loads(runs("show", "01BACK", "-o", "json").out)["runs"][0]["what"][0]
    assert (said["stays"], said["proved"], said["cost"]) == (["the key stays"], None, "Costs 1.00 USD a month. A key.")


def test_counts_and_commands_are_true(runs: Runs, store: Store) -> None:
    """What was made in part is counted too; undoing that was forced goes on by force; an empty run offers nothing."""
    two = planned("01HALF", "1")
    change = two.plan.changes[0]
    more = replace(change, steps=(*change.steps, replace(change.steps[0], id="two")))
    act = Act(what=Deed.UNDONE, by="eve", began=NOW, forced=True)
    with begin_run(store, replace(two, plan=replace(two.plan, changes=(more,)))) as log:
        for way in (Way.DO, Way.UNDO):
            log.end(log.begin(way, "do-1", "one", 0, NOW), StepState.DONE, NOW, {})
        log.state(replace(log.run.begins(act), state=RunState.UNDOING))
    empty = run("02NONE")
    with begin_run(store, empty) as log:
        log.state(replace(log.run, state=RunState.DONE, finished=NOW))
    listed = " ".join(runs().out.split())
    assert "0 of 1 change made, 1 more in part in 1, 1 taken back, by" in listed
    assert "`rootwarden undo 01HALF --force` goes on with taking it back" in listed
    assert "0 of 0 changes made, by" in listed and "nothing: somebody else had made all of it" in listed


def test_what_was_carried_out_is_no_longer_announced(runs: Runs, store: Store) -> None:
    """The list says which run rests on it; the run says when it was announced, by whom, and in which window it was."""
    announced = Announced(digest=DIGEST, at=NOW - timedelta(days=2), by="eve", accounts=("1",), titles=("1: Delete",))
    keep_announcement(store, announced)
    window = Approval(id="CHG-1", account="1", opens=NOW, closes=NOW + timedelta(hours=1), task="IAMDeleteRoot")
    act = Act(what=Deed.APPLIED, by="arn:aws:iam::1:user/tom", began=NOW, windows=(window,))
    with begin_run(store, replace(run("01DONE", "1"), announced=DIGEST).begins(act), announced) as log:
        log.state(replace(log.run, state=RunState.DONE, finished=NOW))
    listed = " ".join(runs().out.split())
    assert "carried out 3f2a9c1d07be" in listed and "the run 01DONE rests on it" in listed
    assert "apply PLAN" not in listed
    found = json.loads(runs("-o", "json").out)
    assert (found["announced"], found["former"][0]["run"]) == ([], "01DONE")
    text = " ".join(runs("show", "01DONE").out.split())
    assert f"Announced as: {DIGEST}, on 2026-11-24 12:00:00 UTC by eve" in text
    assert "approved window CHG-1: account 1 for IAMDeleteRoot, 2026-11-26 12:00:00 to 2026-11-26 13:00:00" in text
    said = json.loads(runs("show", "01DONE", "-o", "json").out)["runs"][0]
    assert [one["id"] for one in said["acts"][0]["windows"]] == ["CHG-1"]


def test_what_is_being_applied_is_not_withdrawn(runs: Runs, store: Store) -> None:
    """6 while a process is at work on it; once that has ended it can be, and the run is not gone on with."""
    announced = Announced(digest=DIGEST, at=datetime.now(UTC) - timedelta(days=2), by="eve")
    keep_announcement(store, announced)
    with begin_run(store, replace(run("01LIVE", "1"), announced=DIGEST), announced):
        one_line(runs("cancel", "3f2a", "--yes"), 6, "being applied", "01LIVE")
    assert runs("cancel", "3f2a", "--yes").code == 0
    with pytest.raises(RefusedError, match="was withdrawn"):
        hold_run(store, "01LIVE", RunState.RUNNING, rests_on=announced)


def test_without_a_store_there_is_nothing(place: Path) -> None:
    """To look makes none; a run is looked for in the store that was meant. In a process of its own."""
    for verb in ("runs", "undo"):
        answer = rootwarden(verb, cwd=place)
        said = "".join(answer.out.split())  # a long path is broken wherever the line ends
        assert answer.code == 0 and "Noplanwasapplied" not in said
        assert f"Thereisnostore{place / 'kept.sqlite3'}:nosuchfile" in said
        assert "--store" in said
    found = json.loads(rootwarden("runs", "--output", "json", cwd=place).out)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    assert (found["store"], found["store_exists"], found["runs"]) == (str(place / "kept.sqlite3"), False, [])
    one_line(rootwarden("runs", "show", "01", cwd=place), 2, "there is no store", "--store")
    one_line(
        rootwarden("runs", "cancel", "3f", "--store", "other.sqlite3", cwd=place),
        2,
        f"no store {place / 'other.sqlite3'}",
    )
    one_line(rootwarden("apply", "--resume", cwd=place), 2, f"there is no store {place / 'kept.sqlite3'}", "--store")
    assert not list(place.glob("*.sqlite3"))


def test_closed_standard_input_is_nobody_to_ask(place: Path, store: Store) -> None:
    """`<&-` is answered as `</dev/null` is, and nothing is withdrawn; in a process of its own."""
    keep_announcement(store, Announced(digest=DIGEST, at=datetime.now(UTC), by="eve"))
    for redirected in ("<&-", "<&- 2>/dev/null", "</dev/null"):
        answer = rootwarden("runs", "cancel", "3f2a", cwd=place, redirected=redirected)
        assert answer.code == 2, answer
        assert "give --yes" in answer.err or "2>" in redirected, answer.err
    assert announcement_of(store, DIGEST) is not None
    one_line(rootwarden("plan", "--from", "-", cwd=place, redirected="<&-"), 2, "standard input is closed")
