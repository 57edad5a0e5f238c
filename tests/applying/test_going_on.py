"""Going on with a run ends it, whatever is left of it, and looks again while nobody else can change the account."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.applying import running
from rootwarden.flows.applying.looking import Standing
from rootwarden.flows.applying.running import Applied, resume_run
from rootwarden.model.run import Deed, RunState
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import find_run, hold_run, past_runs
from tests.applying.test_applying import trail
from tests.applying.test_lost_answers import PUT, lost
from tests.applying.test_undoing import contact_now
from tests.applying.workshop import MANAGEMENT, Workshop
from tests.emulated.lab_at_work import client, entry
from tests.remedies.root_at_work import Later


def stopped(shop: Workshop, *codes: str) -> Applied:
    """Apply what mends these in the account that asks, and have AWS refuse its first call."""
    plan = shop.plan(*codes)
    shop.lab.deny(PUT, "cloudtrail:UpdateTrail", account=MANAGEMENT)
    applied = shop.apply(replace(plan, changes=tuple(one for one in plan.changes if one.account == MANAGEMENT)))
    assert applied is not None and applied.run.state is RunState.STOPPED
    shop.lab.clear_faults()
    return applied


def broken_off(shop: Workshop, run: str) -> None:
    """Let a run stand as one whose process was killed."""
    with closing(open_store(shop.store)) as store:
        hold_run(store, run, RunState.RUNNING).close()


def state_of(shop: Workshop, run: str) -> RunState:
    """Return how a run stands in the store."""
    with closing(open_store(shop.store)) as store:
        return find_run(store, run).state


def test_nobody_changes_it_between_the_last_look_and_the_hold(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Somebody registers another contact right before the run is held: it is seen, and the run stands as it did."""
    applied = stopped(shop, "RW-POL-05")

    def late(*given: Any, **named: Any) -> Any:
        contact_now(shop, EmailAddress="other@shop.example")
        return hold_run(*given, **named)

    monkeypatch.setattr(running, "hold_run", late)
    with pytest.raises(RefusedError, match="the plan is stale"):
        shop.resume(applied.run.id)
    assert contact_now(shop) == "other@shop.example"
    assert state_of(shop, applied.run.id) is RunState.STOPPED


def test_in_doubt_and_changed_by_somebody_else(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Neither as before nor as planned: it is not overwritten, and the run that was broken off is in nobody's way."""
    plan = shop.plan("RW-POL-05")
    applied = lost(shop, replace(plan, changes=plan.changes[:1]), monkeypatch)
    broken_off(shop, applied.run.id)
    contact_now(shop, EmailAddress="other@shop.example")
    with pytest.raises(RefusedError, match="the plan is stale"):
        shop.resume(applied.run.id)
    assert contact_now(shop) == "other@shop.example"
    assert state_of(shop, applied.run.id) is RunState.STOPPED


def test_a_killed_act_has_no_end(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Whoever applied was killed, and going on is refused days later: nobody knows until when they were at work, and
    who was refused did nothing. What is done with the run later has its own end.
    """

    def dies(*_: object) -> None:
        raise SystemExit

    plan, later = shop.plan("RW-POL-05"), Later()
    later.ahead = timedelta(4)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("rootwarden.aws.hands.Hands.do", dies)
        shop.apply(replace(plan, changes=plan.changes[:1]))
    contact_now(shop, EmailAddress="other@shop.example")
    with pytest.raises(RefusedError, match="the plan is stale"):
        resume_run(None, shop.request(), lambda *_: True, shop.said.append, later)
    with closing(open_store(shop.store)) as store:
        (run,) = past_runs(store)
        assert (run.state, [(one.what, one.ended) for one in run.acts]) == (RunState.STOPPED, [(Deed.APPLIED, None)])
        shop.undo(run.id, force=True)
        (run,) = past_runs(store)
    assert [(one.what, one.ended is not None) for one in run.acts] == [(Deed.APPLIED, False), (Deed.UNDONE, True)]


def test_killed_at_undoing_before_anything_was_taken_back(shop: Workshop):
    """It is gone on with as if nobody had begun to undo it; a dry run leaves it so."""
    applied = stopped(shop, "RW-POL-05")
    with closing(open_store(shop.store)) as store:
        hold_run(store, applied.run.id, RunState.UNDOING).close()
    with pytest.raises(RefusedError, match="half undone"):
        shop.resume(applied.run.id, dry_run=True)
    assert state_of(shop, applied.run.id) is RunState.UNDOING
    resumed = shop.resume(applied.run.id)
    assert resumed is not None and (resumed.exit, resumed.run.state) == (Exit.FINE, RunState.DONE)
    assert [one.what for one in resumed.run.acts] == [Deed.APPLIED, Deed.RESUMED]


def test_nothing_is_left_to_make(shop: Workshop):
    """Somebody else has made what is left: nobody need agree to anything, the run is proved and ends; a dry run asks
    for nothing and ends nothing.
    """
    applied = stopped(shop, "RW-TRAIL-03")
    broken_off(shop, applied.run.id)
    there = client(shop.lab, "cloudtrail", entry(shop.lab, MANAGEMENT), "eu-west-1")
    there.update_trail(Name="management-trail", EnableLogFileValidation=True)
    calls = len(shop.writes(MANAGEMENT))
    for dry in (True, False):
        seen: list[Standing] = []

        def agree(_: object, found: list[Any], seen: list[Standing] = seen) -> bool:
            seen.extend(one.standing for one in found)
            return False

        resumed = resume_run(applied.run.id, shop.request(dry_run=dry), agree, shop.said.append)
        assert seen == [Standing.MADE]
        assert state_of(shop, applied.run.id) is (RunState.RUNNING if dry else RunState.DONE)
    assert resumed is not None and resumed.exit == Exit.FINE
    assert [one.proved for one in resumed.checked] == [True]
    assert len(shop.writes(MANAGEMENT)) == calls


def test_somebody_takes_it_over_while_a_person_thinks(shop: Workshop):
    """Whose the resource is, is asked again after the answer: by then a stack looks after it."""
    arn = trail(shop, MANAGEMENT, "management-trail")["TrailARN"]
    there = client(shop.lab, "cloudtrail", entry(shop.lab, MANAGEMENT), "eu-west-1")

    def slow(*_: object) -> bool:
        there.add_tags(ResourceId=arn, TagsList=[{"Key": "managed-by", "Value": "terraform"}])
        return True

    plan = shop.plan("RW-TRAIL-03")
    with pytest.raises(RefusedError, match=r"changed meanwhile.*terraform \(tag managed-by = terraform\) looks after"):
        shop.apply(plan, agree=slow)
    assert shop.writes(MANAGEMENT) == []
