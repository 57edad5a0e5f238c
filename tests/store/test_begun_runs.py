"""Which runs a plan has begun: found among any number of runs, whatever else in the store cannot be read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from rootwarden.errors import InputError, RefusedError
from rootwarden.flows.applying.begun import applied_before, begun_before
from rootwarden.flows.past_runs import listed
from rootwarden.model.run import Run, RunState, StepState, Way
from rootwarden.report.options import RenderOptions
from rootwarden.report.past_runs import said
from rootwarden.report.past_runs_text import table
from rootwarden.store.announcements import keep_announcement
from rootwarden.store.opening import Store
from rootwarden.store.run_log import begin_run, withdraw
from rootwarden.store.tables import runs
from tests.store.test_run_log import NOW, announced, run

STALE = RefusedError("the plan is stale", why="it reads otherwise")
BROKEN = b"\x00 not what was written"


def ended(store: Store, one: Run, state: RunState, *, lines: bool = True) -> Run:
    """Log a run whose calls were all made, and leave it in this state."""
    with begin_run(store, one) as log:
        for change in one.plan.changes if lines else ():
            log.end(log.begin(Way.DO, change.id, "one", 0, NOW), StepState.DONE, NOW, {})
        log.state(replace(log.run, state=state, finished=None if state is RunState.RUNNING else NOW))
    return one


def newer(store: Store, name: str, body: bytes | None = None) -> None:
    """Make a run one that a newer program wrote, which knows another risk; or write this in its place."""
    with store.write() as connection:
        if body is None:
            held = json.loads(bytes(connection.execute(select(runs.c.body).where(runs.c.id == name)).scalar_one()))
            held["plan"]["changes"][0]["risk"] = "unheard of"
            body = json.dumps(held).encode()
        connection.execute(update(runs).where(runs.c.id == name).values(body=body))


def test_a_plan_is_remembered_however_many_came_after_it(store: Store, address: str) -> None:
    """Stopped or done before more than a page of others."""
    stopped, done = ended(store, run("01A", "1"), RunState.STOPPED), ended(store, run("01B", "2"), RunState.DONE)
    for n in range(55):
        one = replace(run(f"02{n:03}", f"3{n}"), started=NOW + timedelta(minutes=1))
        ended(store, one, RunState.DONE, lines=False)
    refused = begun_before(stopped.plan, address)
    assert refused is not None and "run 01A of" in refused.what and "--resume 01A" in refused.todo
    assert begun_before(done.plan, address) is None
    assert "applied already: run 01B" in applied_before(done.plan, address, STALE).what
    assert applied_before(stopped.plan, address, STALE) is STALE


def test_what_did_nothing_or_is_of_another_plan_is_no_matter(store: Store, address: str) -> None:
    """A run without a call, one that is undone, one with more than the plan has."""
    idle = ended(store, run("01A", "1"), RunState.STOPPED, lines=False)
    undone = ended(store, run("01B", "2"), RunState.UNDONE)
    more = ended(store, run("01C", "3", "4"), RunState.STOPPED)
    few = replace(more.plan, changes=more.plan.changes[:1])
    assert [begun_before(plan, address) for plan in (idle.plan, undone.plan, few)] == [None, None, None]
    assert begun_before(more.plan, address) is not None


@pytest.mark.parametrize("body", [None, BROKEN])
def test_a_run_that_cannot_be_read_is_in_its_own_way_only(store: Store, address: str, body: bytes | None) -> None:
    """It is listed with its id; other plans are applied; its own is not, as nobody can tell how far it came."""
    bad, good = ended(store, run("01A", "1"), RunState.STOPPED), ended(store, run("01B", "2"), RunState.DONE)
    newer(store, "01A", body)
    assert begun_before(good.plan, address) is None
    assert "applied already" in applied_before(good.plan, address, STALE).what
    with pytest.raises(InputError, match="01A cannot be read"):
        begun_before(bad.plan, address)
    found = said(listed(address), show_ids=False)
    assert [one.id for one in found.runs] == ["01B"]
    assert [(one.id, one.state) for one in found.unreadable] == [("01A", "stopped")]
    text = table(found, RenderOptions())
    assert "unreadable   01A" in text and "use the Rootwarden that wrote it" in text and "older run" not in text


def test_an_open_run_of_a_newer_program_holds_its_accounts_only(store: Store) -> None:
    """Which those are can be read of it; where not even that can be, nobody begins anything."""
    ended(store, run("01A", "1"), RunState.RUNNING)
    newer(store, "01A")
    begin_run(store, run("01B", "2")).close()
    with pytest.raises(RefusedError, match="a run on account 1 was broken off"):
        begin_run(store, run("01C", "1"))
    newer(store, "01A", BROKEN)
    with pytest.raises(InputError, match="01A cannot be read"):
        begin_run(store, run("01C", "3"))
    keep_announcement(store, announced())
    withdraw(store, announced(), "tom", NOW)  # whoever objects is not held up by it


def test_of_two_at_once_the_second_sees_what_the_first_has_begun(store: Store) -> None:
    """It is looked once more in the transaction that opens a run, at the whole plan and not at what is left of it."""
    whole = ended(store, run("01A", "1", "2"), RunState.STOPPED).plan
    rest = replace(run("01B", "2"), started=NOW + timedelta(minutes=1))
    with pytest.raises(RefusedError, match="begun meanwhile: run 01A"):
        begin_run(store, rest, of=whole)
    begin_run(store, rest).close()
