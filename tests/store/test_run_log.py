"""The run log: on the disk before a call is made, held by one process, told apart after a crash."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.errors import InputError, RefusedError
from rootwarden.model.announced import Announced
from rootwarden.model.plan import Call, Change, Plan, Risk, Step
from rootwarden.model.run import Run, RunState, StepState, Way
from rootwarden.store.announcements import announcement_of, announcements, keep_announcement
from rootwarden.store.opening import Store, open_store
from rootwarden.store.run_log import begin_run, find_run, hold_run, is_held, past_runs, steps_of, withdraw

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
STEP = Step(id="one", does="Do it", call=Call(service="account", operation="PutAlternateContact"))


def run(name: str, *accounts: str) -> Run:
    """Return a run that changes these accounts."""
    changes = tuple(
        Change(id=f"do-{one}", remedy="do", title="Do", why="", account=one, risk=Risk.SAFE, steps=(STEP,))
        for one in accounts
    )
    plan = Plan(
        tool_version="0", catalogue_version="0", made_at=NOW, partition="aws", failing=1, mends=1, unread=0,
        changes=changes, left=(),
    )  # fmt: skip
    return Run(id=name, plan=plan, by="arn:aws:iam::1:user/eve", role="R", started=NOW)


def test_lines_outlast_whoever_wrote_them(store: Store):
    """A line without an end stands as begun, with all that was kept before it."""
    with begin_run(store, run("01A", "1", "2")) as log:
        first = log.begin(Way.DO, "do-1", "one", 0, NOW)
        log.end(first, StepState.DONE, NOW + timedelta(seconds=1), {"arn": "arn:k"}, "well")
        log.begin(Way.DO, "do-2", "one", 0, NOW)
    progress = steps_of(store, "01A")
    changes = find_run(store, "01A").plan.changes
    assert [(one.n, one.change, one.state) for one in progress.log] == [
        (1, "do-1", StepState.DONE), (2, "do-2", StepState.BEGUN),
    ]  # fmt: skip
    assert progress.kept(changes[0]) == {"one.arn": "arn:k"}
    assert [progress.made(one) for one in changes] == [True, False]
    assert [progress.begun(one) for one in changes] == [True, True]
    assert progress.in_doubt(changes[1], STEP)
    assert find_run(store, "01a").state is RunState.RUNNING


def test_one_run_on_an_account_at_a_time(store: Store):
    """Others are refused while it is under way, and after it was broken off; other accounts are free."""
    with begin_run(store, run("01A", "1", "2")):
        assert is_held(store, "01A")
        with pytest.raises(RefusedError, match="another run changes account 2"):
            begin_run(store, run("01B", "2", "3"))
        begin_run(store, run("01C", "3")).close()
    assert not is_held(store, "01A")
    with pytest.raises(RefusedError, match=r"was broken off.*--resume 01A"):
        begin_run(store, run("01B", "2"))
    assert [one.id for one in past_runs(store)] == ["01C", "01A"]


def test_a_finished_run_is_in_nobodys_way(store: Store):
    """Nor is one that stopped: what it did is known."""
    with begin_run(store, run("01A", "1")) as log:
        log.state(replace(log.run, state=RunState.STOPPED, finished=NOW))
    with begin_run(store, replace(run("01B", "1"), started=NOW + timedelta(seconds=1))) as log:
        with pytest.raises(RefusedError, match="another run changes account 1"):
            hold_run(store, "01A", RunState.RUNNING)
        log.state(replace(log.run, state=RunState.DONE, finished=NOW))
    with hold_run(store, "01A", RunState.UNDOING) as log:
        assert log.run.state is RunState.UNDOING
        assert log.run.finished is None
        with pytest.raises(RefusedError, match="01A is under way"):
            hold_run(store, "01A", RunState.UNDOING)


def test_who_was_killed_before_taking_anything_back_is_in_nobodys_way(store: Store):
    """Undoing is in the way while a process holds it, and once a call was made that takes back; not in between."""
    begin_run(store, run("01A", "1")).close()
    later = replace(run("01B", "1"), started=NOW + timedelta(seconds=1))
    with (
        hold_run(store, "01A", RunState.UNDOING),
        pytest.raises(RefusedError, match="another run changes account 1"),
    ):
        begin_run(store, later)
    with begin_run(store, later) as log:
        with pytest.raises(RefusedError, match="another run changes account 1"):
            hold_run(store, "01A", RunState.UNDOING)
        log.state(replace(log.run, state=RunState.DONE, finished=NOW))
    with hold_run(store, "01A", RunState.UNDOING) as log:
        log.begin(Way.UNDO, "do-1", "one", 0, NOW)
    with pytest.raises(RefusedError, match="account 1 is half undone"):
        begin_run(store, replace(later, id="01C"))


def test_what_was_seen_before_another_run_ended_is_not_acted_on(store: Store):
    """Whoever looked while another changed the account looks again; other accounts are no matter."""
    with begin_run(store, run("01A", "1")) as log:
        log.state(replace(log.run, state=RunState.DONE, finished=NOW + timedelta(seconds=1)))
    with pytest.raises(RefusedError, match="another run has just changed account 1"):
        begin_run(store, run("01B", "1"))
    begin_run(store, run("01C", "2")).close()


def test_runs_are_found_by_the_beginning_of_their_id(store: Store):
    """One only; nothing finds nothing."""
    for name in ("01AB", "01AC"):
        with begin_run(store, run(name, name)) as log:
            log.state(replace(log.run, state=RunState.DONE, finished=NOW))
    assert find_run(store, "01ac").id == "01AC"
    for name, said in (("01A", "several runs"), ("02", "no run"), ("", "there is no run|several"), ("0%", "no run")):
        with pytest.raises(InputError, match=said):
            find_run(store, name)


def announced(**other: str) -> Announced:
    """Return an announcement that is kept in a store."""
    return Announced(**({"digest": "ab" * 32, "by": "eve"} | other), at=NOW)


def test_a_run_is_not_begun_on_what_was_withdrawn(store: Store):
    """Nor on what was announced anew meanwhile; what stands is enough."""
    keep_announcement(store, announced())
    begin_run(store, run("01A", "1"), announced()).close()
    with pytest.raises(RefusedError, match="was withdrawn"):
        begin_run(store, run("01B", "2"), announced(by="another"))
    withdraw(store, announced(), "tom", NOW)
    with pytest.raises(RefusedError, match="was withdrawn"):
        begin_run(store, run("01B", "2"), announced())
    with pytest.raises(RefusedError, match="was withdrawn"):
        hold_run(store, "01A", RunState.RUNNING, rests_on=announced())
    assert [one.id for one in past_runs(store)] == ["01A"]
    with pytest.raises(InputError, match="is announced any more"):
        withdraw(store, announced(), "tom", NOW)


def _begin(url: str, wanted: Run, rests_on: Announced, ready: Any, done: threading.Event, begun: list[bool]) -> None:
    """Begin a run as another process would, and be at work on it until told."""
    with closing(open_store(url)) as store:
        ready.wait()
        with suppress(RefusedError), begin_run(store, wanted, rests_on):
            begun.append(True)
            done.wait()


def test_either_the_run_is_begun_or_the_announcement_withdrawn(store: Store, address: str):
    """At the same moment: never both, never neither."""
    for n in range(12):
        name, one = f"01{n:02}", announced(digest=f"{n:02}" * 32)
        keep_announcement(store, one)
        begun: list[bool] = []
        ready, done = threading.Barrier(2), threading.Event()
        wanted = replace(run(name, name), announced=one.digest)
        thread = threading.Thread(target=_begin, args=(address, wanted, one, ready, done, begun))
        thread.start()
        ready.wait()
        try:
            withdraw(store, one, "tom", NOW)
            withdrawn = True
        except RefusedError:
            withdrawn = False
        done.set()
        thread.join()
        assert withdrawn != bool(begun)
        assert (announcement_of(store, one.digest) is None) == withdrawn


def test_only_what_belongs_to_an_announcement_holds_it(store: Store):
    """A run under way that rests on nothing, or on another one, is no matter."""
    keep_announcement(store, announced())
    with begin_run(store, run("01A", "1")), begin_run(store, replace(run("01B", "2"), announced="cd" * 32)):
        withdraw(store, announced(), "tom", NOW)
    assert announcements(store) == []
