"""A call whose answer was lost may have been made, whatever AWS says to later tries: undo takes it back, and looks."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rootwarden.errors import Exit, InputError
from rootwarden.flows.applying.running import Applied
from rootwarden.model.plan import Plan, Probe
from rootwarden.model.run import RunState, StepState
from tests.applying.killing import AFTER, gate
from tests.applying.test_undoing import as_one, contact_now
from tests.applying.workshop import MANAGEMENT, Workshop
from tests.emulated.lab_at_work import client, entry

PUT = "account:PutAlternateContact"


def lost(shop: Workshop, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Applied:
    """Apply it: the first try to register the contact is carried out and its answer lost, later ones are throttled."""
    monkeypatch.setattr("rootwarden.aws.hands._PAUSES", (0.01,))
    with gate(shop.lab.endpoint) as door:
        door.at, door.when, door.only = 1, AFTER, "putAlternateContact"
        door.kill = lambda: shop.lab.throttle(1000, actions=[PUT])  # type: ignore[method-assign]
        applied = shop.apply(plan, reading=replace(shop.reading, endpoint_url=door.endpoint, kept=None))
    shop.lab.clear_faults()
    assert applied is not None and applied.exit == Exit.INCOMPLETE
    assert contact_now(shop) == "security@shop.example"
    return applied


def test_a_later_refusal_does_not_end_the_doubt(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Throttled after the lost answer, then denied to whoever goes on: it is in doubt still, and undo takes it back."""
    plan, change = as_one(shop)
    applied = lost(shop, plan, monkeypatch)
    assert "Throttled" in str(applied.stopped) and "got no answer" in str(applied.stopped)
    shop.lab.deny(PUT, account=MANAGEMENT)
    resumed = shop.resume(applied.run.id)
    assert resumed is not None and resumed.exit == Exit.AUTH
    shop.lab.clear_faults()
    assert [one.state for one in resumed.progress.log] == [StepState.BEGUN, StepState.FAILED]
    assert resumed.progress.in_doubt(change, change.steps[0]) and resumed.progress.begun(change)
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert (undone.exit, undone.run.state) == (Exit.FINE, RunState.UNDONE)
    assert [one.proved for one in undone.checked] == [True]
    with pytest.raises(client(shop.lab, "account", entry(shop.lab, MANAGEMENT)).exceptions.ResourceNotFoundException):
        contact_now(shop)


def test_what_is_made_again_ends_the_doubt(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Only once the repeat is in the log as done does the lost try count no more."""
    plan, change = as_one(shop)
    resumed = shop.resume(lost(shop, plan, monkeypatch).run.id)
    assert resumed is not None and resumed.exit == Exit.FINE
    assert [one.state for one in resumed.progress.log] == [StepState.FAILED, StepState.DONE, StepState.DONE]
    assert resumed.progress.made(change) and not resumed.progress.in_doubt(change, change.steps[0])


def test_what_was_found_once_is_not_looked_for_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """The first call that takes a step back removes what its probe looks for; the next is denied, and made later."""
    plan, change = as_one(shop)
    contact, trail = change.steps
    look = replace(contact.call, operation="GetAlternateContact", parameters={"AlternateContactType": "SECURITY"})
    seen = Probe(call=look, done="AlternateContact", absent=("ResourceNotFoundException",))
    both = replace(contact, seen=seen, undo=(*contact.undo, *trail.undo), keeps={"name": "AlternateContact.Name"})
    applied = lost(shop, replace(plan, changes=(replace(change, steps=(both, trail)),)), monkeypatch)
    assert [one.state for one in applied.progress.log] == [StepState.BEGUN]
    shop.lab.deny("cloudtrail:UpdateTrail", account=MANAGEMENT)
    first = shop.undo(applied.run.id)
    assert first is not None and first.exit == Exit.AUTH
    assert (first.progress.log[0].state, first.progress.log[0].kept) == (StepState.DONE, {"name": "Security team"})
    shop.lab.clear_faults()
    calls = len(shop.writes(MANAGEMENT))
    second = shop.undo(applied.run.id)
    assert second is not None and (second.exit, second.run.state) == (Exit.FINE, RunState.UNDONE)
    assert shop.writes(MANAGEMENT)[calls:] == ["UpdateTrail"]


def test_what_the_probe_does_not_find_was_not_made(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Somebody has taken it away meanwhile: nothing is called, the line gets its end, and it is proved."""
    plan, change = as_one(shop)
    contact, trail = change.steps
    look = replace(contact.call, operation="GetAlternateContact", parameters={"AlternateContactType": "SECURITY"})
    seen = Probe(call=look, done="AlternateContact", absent=("ResourceNotFoundException",))
    applied = lost(
        shop, replace(plan, changes=(replace(change, steps=(replace(contact, seen=seen), trail)),)), monkeypatch
    )
    client(shop.lab, "account", entry(shop.lab, MANAGEMENT)).delete_alternate_contact(AlternateContactType="SECURITY")
    calls = len(shop.writes(MANAGEMENT))
    undone = shop.undo(applied.run.id)
    assert undone is not None and undone.exit == Exit.FINE
    assert [one.state for one in undone.progress.log] == [StepState.FAILED]
    assert [one.proved for one in undone.checked] == [True]
    assert len(shop.writes(MANAGEMENT)) == calls


def test_undo_of_what_was_never_begun_proves_it(shop: Workshop):
    """Each call was refused: undo has nothing to take back, and says "as before" only of what it has read."""
    plan = shop.plan("RW-POL-05")
    shop.lab.deny(PUT)
    first, second = shop.apply(plan), shop.apply(plan)
    shop.lab.clear_faults()
    assert first is not None and second is not None
    assert [one.state for one in first.progress.log] == [StepState.FAILED]
    undone = shop.undo(first.run.id)
    assert undone is not None and undone.exit == Exit.FINE
    assert {one.change: one.proved for one in undone.checked} == {one.id: True for one in plan.changes}
    contact_now(shop, EmailAddress="other@shop.example")
    undone = shop.undo(second.run.id)
    assert undone is not None and undone.exit == Exit.UNVERIFIED
    assert [one.proved for one in undone.checked if one.change == plan.changes[0].id] == [False]
    with pytest.raises(InputError, match="was undone already"):
        shop.undo(second.run.id)
