"""Undoing looks before it takes back: what somebody changed since, or came to rest on, is left and said."""

from __future__ import annotations

from contextlib import closing

import pytest
from msgspec.structs import replace

from rootwarden import catalogue
from rootwarden.errors import Exit, RefusedError, UnreachableError
from rootwarden.flows.applying.proving_later import prove_run
from rootwarden.flows.applying.running import Applied, resume_run
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import collect
from rootwarden.flows.limits import checked_remedies
from rootwarden.flows.past_runs import listed
from rootwarden.flows.planning import PlanRequest, make_plan
from rootwarden.model.expect import Expect
from rootwarden.model.plan import Call, Change, Plan, Probe
from rootwarden.model.run import Deed, RunState
from rootwarden.report.masking import masked_value
from rootwarden.report.options import RenderOptions
from rootwarden.report.past_runs import said
from rootwarden.report.past_runs_text import table, whole
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import find_run, hold_run
from rootwarden.store.snapshots import open_snapshot
from tests.applying.given import SETTINGS
from tests.applying.workshop import CONTROLS, MANAGEMENT, Workshop
from tests.emulated.lab_at_work import client, entry

FACTS = ("account.contacts", "cloudtrail.trails", "s3.buckets", "org.accounts", "org.organization")


def as_one(shop: Workshop) -> tuple[Plan, Change]:
    """Return a plan whose only change registers the contact and then mends the trail of an account."""
    path = shop.folder / "snapshot.jsonl.gz"
    collect(replace(shop.reading, accounts=(MANAGEMENT,), facts=FACTS), path)
    judging = JudgeRequest(controls=tuple(map(catalogue.find, CONTROLS)), settings={})
    plan = make_plan(open_snapshot(path), PlanRequest(judging=judging, settings=checked_remedies(SETTINGS, "the test")))
    contact, trail = plan.changes
    change = replace(
        contact, control="", fingerprint="", expects=contact.expects + trail.expects, then=contact.then + trail.then,
        steps=contact.steps + trail.steps,
    )  # fmt: skip
    return replace(plan, changes=(change,)), change


def half_made(shop: Workshop) -> Applied:
    """Apply it, and have AWS refuse its second call."""
    plan, _ = as_one(shop)
    shop.lab.deny("cloudtrail:UpdateTrail", account=MANAGEMENT)
    applied = shop.apply(plan)
    assert applied is not None
    assert applied.run.state is RunState.STOPPED
    assert not applied.progress.made(plan.changes[0])
    shop.lab.clear_faults()
    return applied


def contact_now(shop: Workshop, **update: str) -> str:
    """Register another contact behind the run's back, or only look who it is."""
    there = client(shop.lab, "account", entry(shop.lab, MANAGEMENT))
    if update:
        there.put_alternate_contact(AlternateContactType="SECURITY", Name="N", Title="T", PhoneNumber="1", **update)
    found = there.get_alternate_contact(AlternateContactType="SECURITY")
    return str(found["AlternateContact"]["EmailAddress"])


def test_half_made_and_changed_since_is_not_overwritten(shop: Workshop):
    """Only one of two calls was made, and somebody changed what it had made: refused by name; force takes it back."""
    applied = half_made(shop)
    contact_now(shop, EmailAddress="other@shop.example")
    with pytest.raises(RefusedError, match=r"was changed since") as caught:
        shop.undo(applied.run.id)
    assert "account.contacts.SECURITY" in str(caught.value.why)
    assert contact_now(shop) == "other@shop.example"
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None
    assert undone.exit == Exit.FINE


def test_half_made_and_left_alone_is_taken_back(shop: Workshop):
    """What was not made reads as before, what was made as planned: neither is anybody else's."""
    undone = shop.undo(half_made(shop).run.id)
    assert undone is not None
    assert (undone.exit, undone.run.state) == (Exit.FINE, RunState.UNDONE)
    assert [one.proved for one in undone.checked] == [True]
    assert shop.writes(MANAGEMENT)[-1] == "DeleteAlternateContact"


def test_half_undone_and_changed_since_is_not_overwritten(shop: Workshop):
    """The undoing broke off after its first call, and somebody changed what is left to take back."""
    plan, _ = as_one(shop)
    applied = shop.apply(plan)
    assert applied is not None
    shop.lab.deny("account:DeleteAlternateContact", account=MANAGEMENT)
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert undone.stopped is not None
    shop.lab.clear_faults()
    contact_now(shop, EmailAddress="other@shop.example")
    with pytest.raises(RefusedError, match="was changed since"):
        shop.undo(applied.run.id)
    assert contact_now(shop) == "other@shop.example"


def test_what_something_rests_on_is_left_with_all_before_it(shop: Workshop):
    """The probe of the last step finds somebody: that step and the one before it stay, and it is said why."""
    plan, change = as_one(shop)
    contact, trail = change.steps
    used = Probe(call=replace(contact.call, operation="GetAlternateContact", parameters={
        "AlternateContactType": "SECURITY"}), done="AlternateContact")  # fmt: skip
    plan = replace(plan, changes=(replace(change, steps=(contact, replace(trail, used=(used,)))),))
    applied = shop.apply(plan)
    assert applied is not None
    calls = len(shop.writes(MANAGEMENT))
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert undone.exit == Exit.UNVERIFIED
    assert len(shop.writes(MANAGEMENT)) == calls
    assert [line.partition(": ")[2] for line in shop.said if "left as it is" in line] == [
        "left as it is, because something else rests on it by now",
        "left as it is, because what was left rests on it",
    ]


def test_whether_something_rests_on_it_nobody_could_say(shop: Workshop):
    """The look is refused: nothing is taken back, and undoing goes on once it is allowed."""
    plan, change = as_one(shop)
    contact, trail = change.steps
    used = Probe(call=replace(trail.call, operation="ListTrails", parameters={}), done="Trails[?Name == 'nobody']")
    plan = replace(plan, changes=(replace(change, steps=(contact, replace(trail, used=(used,)))),))
    applied = shop.apply(plan)
    assert applied is not None
    shop.lab.deny("cloudtrail:ListTrails", account=MANAGEMENT)
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None
    assert undone.exit == Exit.AUTH
    assert contact_now(shop) == "security@shop.example"
    shop.lab.clear_faults()
    again = shop.undo(applied.run.id)
    assert again is not None
    assert again.exit == Exit.FINE


def test_without_the_right_to_look_the_rest_is_taken_back(shop: Workshop):
    """A role of a former version may not look: that thing is left, with the missing action; the account is free."""
    plan = shop.plan()
    contact, trail = (one for one in plan.changes if one.account == MANAGEMENT)
    (mend,) = trail.steps
    call = Call(service="iam", operation="ListInstanceProfilesForRole", parameters={"RoleName": "nobody"})
    used = Probe(call=call, done="InstanceProfiles", absent=("NoSuchEntity",))
    trail = replace(trail, steps=(replace(mend, used=(used,)),))
    applied = shop.apply(replace(plan, changes=(contact, trail)))
    assert applied is not None
    shop.lab.deny("iam:ListInstanceProfilesForRole", account=MANAGEMENT)
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert (undone.exit, undone.stopped, undone.run.state) == (Exit.AUTH, None, RunState.PART_UNDONE)
    assert shop.writes(MANAGEMENT)[-1] == "DeleteAlternateContact"
    left = "nobody may look whether something else rests on it (iam:ListInstanceProfilesForRole is missing)"
    assert any(line.endswith(f"left as it is, because {left}") for line in shop.said)
    assert {one.change: (one.proved, one.detail) for one in undone.checked} == {
        contact.id: (True, ""), trail.id: (False, f"left, because {left}: {mend.does}"),
    }  # fmt: skip
    shop.lab.clear_faults()
    again = shop.undo(applied.run.id)
    assert again is not None
    assert (again.exit, again.run.state) == (Exit.FINE, RunState.UNDONE)
    assert shop.writes(MANAGEMENT)[-2:] == ["DeleteAlternateContact", "UpdateTrail"]


def test_somebody_else_went_on_meanwhile(shop: Workshop):
    """While a person thinks about going on, another does, and stops at the next call: the first is refused."""
    applied = half_made(shop)
    shop.lab.deny("cloudtrail:UpdateTrail", account=MANAGEMENT)

    def slow(*_: object) -> bool:
        shop.resume(applied.run.id)
        return True

    with pytest.raises(RefusedError, match="somebody else went on"):
        resume_run(applied.run.id, shop.request(), slow, shop.said.append)


def test_changed_while_somebody_thinks_is_not_overwritten(shop: Workshop):
    """It is looked again once the person has answered: what somebody did meanwhile stays, and the run as it was."""
    applied = shop.apply(shop.plan("RW-POL-05"))
    assert applied is not None

    def slow(*_: object) -> bool:
        contact_now(shop, EmailAddress="other@shop.example")
        return True

    with pytest.raises(RefusedError, match="was changed since"):
        undo_run(applied.run.id, shop.request(), slow, shop.said.append)
    assert contact_now(shop) == "other@shop.example"
    with closing(open_store(shop.store)) as store:
        assert find_run(store, applied.run.id) == applied.run
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None and undone.exit is Exit.FINE


def test_changed_while_somebody_thinks_about_going_on_is_not_overwritten(shop: Workshop):
    """What the run has left to make is looked at again once the person has answered."""
    shop.lab.deny("account:PutAlternateContact", account=MANAGEMENT)
    applied = shop.apply(shop.plan("RW-POL-05"))
    assert applied is not None and applied.run.state is RunState.STOPPED
    shop.lab.clear_faults()

    def slow(*_: object) -> bool:
        contact_now(shop, EmailAddress="other@shop.example")
        return True

    with pytest.raises(RefusedError, match="the plan is stale"):
        resume_run(applied.run.id, shop.request(), slow, shop.said.append)
    assert contact_now(shop) == "other@shop.example"


@pytest.mark.parametrize("other", [True, False])
def test_what_somebody_did_with_the_run_meanwhile_is_not_written_over(shop: Workshop, *, other: bool):
    """While undo asks, another ends the run that was broken off, or proves it: undo is refused, and that stands."""
    applied = shop.apply(shop.plan("RW-POL-05"))
    assert applied is not None
    with closing(open_store(shop.store)) as store, hold_run(store, applied.run.id, RunState.RUNNING) as log:
        late = tuple(replace(one, proved=False, waiting=True) for one in applied.checked)
        log.state(log.run if other else replace(applied.run, checked=late))

    def slow(*_: object) -> bool:
        shop.resume(applied.run.id) if other else prove_run(applied.run.id, shop.request(), shop.said.append)
        contact_now(shop, EmailAddress="other@shop.example")
        return True

    with pytest.raises(RefusedError, match="somebody else did something with the run"):
        undo_run(applied.run.id, shop.request(), slow, shop.said.append)
    with closing(open_store(shop.store)) as store:
        found = find_run(store, applied.run.id)
    assert (found.state, [one.proved for one in found.checked]) == (RunState.DONE, [True, True])
    assert [one.what for one in found.acts] == [Deed.APPLIED, Deed.RESUMED if other else Deed.PROVED]


def test_what_does_not_read_as_before_is_kept_with_the_run(shop: Workshop):
    """Taken back by force and not as it was: the list and the evidence say so and what differs, long after."""
    plan = shop.plan("RW-POL-05")
    change = next(one for one in plan.changes if one.account == MANAGEMENT)
    nobody = Expect(fact="account.contacts", at=("BILLING",), value=None)
    plan = replace(plan, changes=(replace(change, expects=(*change.expects, nobody)),))
    applied = shop.apply(plan)
    assert applied is not None
    there = client(shop.lab, "account", entry(shop.lab, MANAGEMENT))
    there.put_alternate_contact(
        AlternateContactType="BILLING", Name="N", Title="T", PhoneNumber="1", EmailAddress="other@shop.example"
    )
    contact_now(shop, EmailAddress="theirs@shop.example")
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None
    assert any("not as the run left it" in one and "--force takes it back" in one for one in shop.said), shop.said
    assert not any("theirs@" in one for one in shop.said)
    assert (undone.exit, undone.run.state) == (Exit.UNVERIFIED, RunState.UNDONE)
    found = said(listed(shop.store), show_ids=False)
    (one,) = found.runs
    assert one.next.startswith(f"1 of 1 NOT AS BEFORE, see `rootwarden runs show {one.id}`")
    assert [line.partition(": ")[0] for line in one.differs] == [f"{masked_value(change.title)} ({MANAGEMENT})"]
    assert "account.contacts.BILLING" in one.differs[0]
    assert (one.what[0].came, one.what[0].proved) == ("taken back", False)
    assert "other@" not in table(found, RenderOptions()) + whole(one, RenderOptions())
    assert "  NOT AS BEFORE: Register" in table(found, RenderOptions(width=300))
    evidence = whole(one, RenderOptions(width=300))
    assert "NOT AS BEFORE\n     account.contacts.BILLING" in evidence


def test_what_was_not_read_again_is_not_said_to_be_as_before(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """All was taken back, and then AWS could not be reached: the run says that nobody looked."""
    applied = shop.apply(shop.plan("RW-POL-05"))
    assert applied is not None

    def unreachable(*_: object) -> None:
        raise UnreachableError("AWS does not answer")

    monkeypatch.setattr("rootwarden.flows.applying.undoing.prove_undone", unreachable)
    undone = shop.undo(applied.run.id)
    assert undone is not None and undone.unproved is not None
    (one,) = said(listed(shop.store), show_ids=False).runs
    assert len(one.differs) == len(one.what) == 2
    assert "not read again: AWS does not answer" in one.differs[0]
    assert "NOT AS BEFORE" in one.next


def not_proved(shop: Workshop, *, reads: str = "false") -> tuple[Applied, Change]:
    """Apply a change of which AWS shows the contact, and not (yet) that the trail is for the whole organization."""
    plan, change = as_one(shop)
    (trail,) = {one.at[0] for one in change.expects if one.fact == "cloudtrail.trails"}
    was, shall = (
        Expect(fact="cloudtrail.trails", at=(trail, "IsOrganizationTrail"), value=value) for value in (False, True)
    )
    expects = (*change.expects, was) if reads == "false" else change.expects
    change = replace(change, expects=expects, then=(*change.then, shall))
    applied = shop.apply(replace(plan, changes=(change,)))
    assert applied is not None
    assert applied.exit is Exit.UNVERIFIED
    assert [one.proved for one in applied.checked] == [False]
    assert [(one.at[-1], one.value) for one in applied.checked[0].stood] == [("IsOrganizationTrail", False)]
    return applied, change


def test_not_proved_and_left_alone_is_taken_back(shop: Workshop):
    """One part reads as planned, the other as before, as it did when the run ended: nobody changed anything."""
    applied, _ = not_proved(shop)
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert (undone.exit, undone.run.state) == (Exit.FINE, RunState.UNDONE)
    assert [one.proved for one in undone.checked] == [True]


def test_not_proved_and_changed_since_is_not_overwritten(shop: Workshop):
    """What did read as planned when the run ended, and reads otherwise now, is somebody's."""
    applied, _ = not_proved(shop)
    contact_now(shop, EmailAddress="other@shop.example")
    with pytest.raises(RefusedError, match="was changed since") as caught:
        shop.undo(applied.run.id)
    assert "account.contacts.SECURITY" in str(caught.value.why)
    assert contact_now(shop) == "other@shop.example"


def test_not_proved_and_nobody_can_tell_says_so(shop: Workshop):
    """How it read before is not known: it is refused, with what differs, and that it read so at the end of the run."""
    applied, _ = not_proved(shop, reads="nothing")
    with pytest.raises(RefusedError, match="does not read as planned, and did not when the run ended") as caught:
        shop.undo(applied.run.id)
    assert "IsOrganizationTrail is false, and true was expected there" in str(caught.value.why)
    assert "--force" in str(caught.value.todo)
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None and undone.exit is Exit.FINE
