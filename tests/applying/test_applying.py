"""A plan is looked at again, carried out, proved and taken back; whatever goes wrong, nothing is lost or done twice."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from rootwarden.errors import AuthError, Exit, InputError, RefusedError
from rootwarden.flows.applying.looking import Standing
from rootwarden.flows.applying.running import apply_plan
from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.differences import differences
from rootwarden.model.findings import Status
from rootwarden.model.run import RunState
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import begin_run, past_runs
from tests.applying.workshop import MANAGEMENT, MEMBER, Workshop
from tests.emulated.lab_at_work import client, entry

CONTACT, TRAIL = "PutAlternateContact", "UpdateTrail"


def trail(shop: Workshop, account: str, name: str, **update: object) -> dict:
    """Change a trail behind the plan's back, or only look at it."""
    there = client(shop.lab, "cloudtrail", entry(shop.lab, account), "eu-west-1")
    if update:
        there.update_trail(Name=name, **update)
    return there.get_trail(Name=name)["Trail"]


def test_from_fail_to_pass_and_back(shop: Workshop):
    """Every control passes afterwards, planning again finds nothing, and undoing restores every fact."""
    before = shop.facts()
    plan = shop.plan()
    assert (plan.failing, plan.mends, len(plan.changes)) == (4, 4, 4)
    applied = shop.apply(plan)
    assert applied is not None
    assert applied.exit == Exit.FINE
    assert [(one.before, one.after, one.proved) for one in applied.checked] == [(Status.FAIL, Status.PASS, True)] * 4
    assert shop.writes(MANAGEMENT) == shop.writes(MEMBER) == [CONTACT, TRAIL]
    assert shop.plan().changes == ()
    undone = shop.undo(applied.run.id[:8])
    assert undone is not None
    assert (undone.exit, undone.run.state) == (Exit.FINE, RunState.UNDONE)
    assert list(differences(before, shop.facts())) == []
    assert shop.plan().changes == plan.changes
    with pytest.raises(InputError, match="undone already"):
        shop.undo(applied.run.id)


def test_applying_twice_is_applying_once(shop: Workshop):
    """The second time every change is found made, and nothing is called."""
    plan = shop.plan()
    shop.apply(plan)
    calls = len(shop.writes(MANAGEMENT) + shop.writes(MEMBER))
    seen: list[Standing] = []
    again = shop.apply(plan, agree=lambda _, found: seen.extend(one.standing for one in found) or True)
    assert again is None
    assert seen == [Standing.MADE] * 4
    assert len(shop.writes(MANAGEMENT) + shop.writes(MEMBER)) == calls


def test_a_plan_that_was_applied_says_so_where_it_cannot_be_told_from_a_stale_one(shop: Workshop):
    """What AWS named when it was made is not what the plan says; the run that made it is named."""
    plan = shop.plan("RW-TRAIL-04")
    applied = shop.apply(plan)
    assert applied is not None
    assert applied.exit == Exit.FINE
    with pytest.raises(
        RefusedError, match=rf"was applied already: run {applied.run.id}.*rootwarden undo {applied.run.id}"
    ):
        shop.apply(plan)


def test_a_stale_plan_is_refused_before_anybody_is_asked(shop: Workshop):
    """Somebody gave the account another contact meanwhile: neither kept nor planned, so nothing is done at all."""
    plan = shop.plan()
    account = client(shop.lab, "account", entry(shop.lab, MEMBER))
    account.put_alternate_contact(
        AlternateContactType="SECURITY", Name="N", Title="T", EmailAddress="other@shop.example", PhoneNumber="1"
    )
    with pytest.raises(RefusedError, match=r"stale.*Register security@shop\.example") as caught:
        shop.apply(plan, agree=lambda *_: pytest.fail("asked"))
    assert caught.value.exit_code == Exit.REFUSED
    assert shop.writes(MANAGEMENT) == shop.writes(MEMBER) == []


def test_what_cannot_be_looked_at_is_not_called_stale(shop: Workshop):
    """Nothing shows that anybody changed it, before it is applied or since: the missing right is named, exit 4."""
    plan = shop.plan()
    shop.lab.deny("cloudtrail:DescribeTrails", account=MANAGEMENT)
    with pytest.raises(AuthError, match=r"cannot be looked at: .*needs cloudtrail:DescribeTrails"):
        shop.apply(plan, agree=lambda *_: pytest.fail("asked"))
    shop.lab.clear_faults()
    applied = shop.apply(plan)
    assert applied is not None
    shop.lab.deny("cloudtrail:DescribeTrails", account=MANAGEMENT)
    with pytest.raises(AuthError, match=r"cannot be looked at: .*needs cloudtrail:DescribeTrails"):
        shop.undo(applied.run.id)
    shop.lab.clear_faults()
    assert shop.undo(applied.run.id) is not None


def test_what_changes_while_a_person_thinks_makes_the_plan_stale_too(shop: Workshop):
    """The facts are read again after the answer."""
    plan = shop.plan("RW-TRAIL-03")

    def slow(*_: object) -> bool:
        trail(shop, MEMBER, "member-trail", IsMultiRegionTrail=False)
        client(shop.lab, "cloudtrail", entry(shop.lab, MEMBER), "eu-west-1").delete_trail(Name="member-trail")
        return True

    with pytest.raises(RefusedError, match="stale"):
        shop.apply(plan, agree=slow)
    assert shop.writes(MEMBER) == []


def test_nobody_agrees_nothing_happens(shop: Workshop):
    """Neither AWS nor the store is touched."""
    assert shop.apply(shop.plan(), agree=lambda *_: False) is None
    assert shop.writes(MANAGEMENT) == []
    assert not (shop.folder / "runs.sqlite3").exists()


def test_a_denied_call_in_the_middle_stops_and_goes_on_later(shop: Workshop):
    """What was done stands in the log, what was not is done when somebody goes on, and nothing is repeated."""
    plan = shop.plan()
    shop.lab.deny("cloudtrail:UpdateTrail", account=MEMBER)
    applied = shop.apply(plan)
    assert applied is not None
    assert applied.exit == Exit.AUTH
    assert applied.stopped is not None
    assert "cloudtrail.UpdateTrail: AccessDenied" in str(applied.stopped)
    assert applied.run.state is RunState.STOPPED
    assert [applied.progress.made(one) for one in plan.changes] == [True, True, True, False]
    shop.lab.clear_faults()
    with pytest.raises(RefusedError, match=rf"begun already.* 3 of 4 changes made\. Next: .*--resume {applied.run.id}"):
        shop.apply(plan)
    assert shop.apply(plan, dry_run=True, agree=lambda *_: False) is None
    assert any("begun already" in one for one in shop.said)
    resumed = shop.resume(applied.run.id)
    assert resumed is not None
    assert resumed.exit == Exit.FINE
    assert len(resumed.checked) == 4
    assert shop.writes(MEMBER) == [CONTACT, TRAIL, TRAIL]  # the first of these was refused
    with pytest.raises(InputError, match="is done"):
        shop.resume(applied.run.id)


def test_what_was_done_of_a_stopped_run_can_be_undone(shop: Workshop):
    """Undoing takes back just that."""
    before = shop.facts()
    shop.lab.deny("cloudtrail:UpdateTrail", account=MANAGEMENT)
    applied = shop.apply(shop.plan())
    assert applied is not None
    shop.lab.clear_faults()
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert undone.exit == Exit.FINE
    assert len(undone.checked) == 1
    assert list(differences(before, shop.facts())) == []


def test_a_run_that_is_half_undone_says_what_to_do(shop: Workshop):
    """It cannot be gone on with, and nothing else begins on its accounts, until it is taken back; then it is free."""
    plan = shop.plan()
    applied = shop.apply(plan)
    assert applied is not None
    shop.lab.deny("account:DeleteAlternateContact", account=MANAGEMENT)
    stopped = shop.undo(applied.run.id)
    assert stopped is not None
    assert stopped.exit == Exit.AUTH
    goes_on = rf"is half undone.*`rootwarden undo {applied.run.id}` goes on"
    for begin in (
        lambda: shop.apply(plan),
        shop.resume,
        lambda: shop.resume(plan),
        lambda: shop.resume(applied.run.id),
    ):
        with pytest.raises(RefusedError, match=goes_on):
            begin()
    with pytest.raises(RefusedError, match=goes_on):  # another plan, of the same account
        shop.apply(shop.plan("RW-TRAIL-03"))
    shop.lab.clear_faults()
    assert shop.undo(applied.run.id) is not None
    with pytest.raises(InputError, match=r"is undone.*apply its plan anew"):
        shop.resume(applied.run.id)
    anew = shop.apply(plan)
    assert anew is not None
    assert anew.exit == Exit.FINE


@pytest.mark.parametrize(
    ("code", "message", "exit_code"),
    [
        ("NoSuchBucket", "The specified bucket does not exist", Exit.FINE),
        ("MalformedPolicy", "Invalid principal in policy", Exit.FINE),
        ("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.",
         Exit.FINE),
        ("InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound", Exit.FINE),
        ("MalformedPolicy", "Missing required field Action", Exit.INCOMPLETE),
        ("InvalidParameter", "Invalid parameter: Topic Name", Exit.INCOMPLETE),
    ],
)  # fmt: skip
def test_what_has_not_spread_yet_is_waited_for(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, code: str, message: str, exit_code: Exit
):
    """A bucket, user or role of a moment ago may be unknown for a while; what is simply wrong stops at once."""
    monkeypatch.setattr("rootwarden.aws.hands._PAUSES", (0.01, 0.01, 0.01))
    plan = shop.plan("RW-POL-05")
    shop.lab.throttle(2, actions=["account:PutAlternateContact"], code=code, message=message)
    applied = shop.apply(plan)
    assert applied is not None
    assert applied.exit == exit_code


def test_throttling_is_waited_for(shop: Workshop, monkeypatch: pytest.MonkeyPatch):
    """Calls that come too fast are made again; they were not done."""
    monkeypatch.setattr("rootwarden.aws.hands._PAUSES", (0.01, 0.01, 0.01))
    plan = shop.plan("RW-POL-05")
    shop.lab.throttle(3, actions=["account:PutAlternateContact"])
    applied = shop.apply(plan)
    assert applied is not None
    assert applied.exit == Exit.FINE
    shop.lab.throttle(1000, actions=["account:DeleteAlternateContact"])
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None
    assert undone.exit == Exit.INCOMPLETE
    assert "Throttled" in str(undone.stopped)
    shop.lab.clear_faults()
    again = shop.undo(applied.run.id)
    assert again is not None
    assert again.exit == Exit.FINE


def test_an_account_that_cannot_be_entered_any_more(shop: Workshop):
    """Without the role nothing is begun; when it goes while a run is under way, the rest is left and said."""
    plan = shop.plan()
    with pytest.raises(AuthError, match=f"{MEMBER}:role/NoSuchRole"):
        shop.apply(plan, role="NoSuchRole")
    assert shop.writes(MANAGEMENT) == []

    def gone(text: str) -> None:
        if "Register the contact: done" in text:
            shop.lab.deny("sts:AssumeRole")

    applied = apply_plan(plan, shop.request(), lambda *_: True, gone)
    assert applied is not None
    assert applied.exit == Exit.AUTH
    assert "cannot enter account 444444444402" in str(applied.stopped)
    assert [applied.progress.made(one) for one in plan.changes] == [True, True, False, False]


def test_two_at_once_on_one_account_one_is_refused(shop: Workshop):
    """While a run is under way, and after it was broken off, nobody else changes its accounts."""
    plan = shop.plan()
    applied = shop.apply(plan)
    assert applied is not None
    store = open_store(shop.store)
    same = replace(applied.run, id="01ZZZZZZZZZZZZZZZZZZZZZZZZ", state=RunState.RUNNING)
    with pytest.raises(RefusedError, match="has just changed"):  # it looked before the other had ended
        begin_run(store, same)
    later = replace(same, started=datetime.now(UTC))
    with begin_run(store, later), pytest.raises(RefusedError, match="under way"):
        shop.undo(applied.run.id)
    with pytest.raises(RefusedError, match="was broken off"):
        shop.undo(applied.run.id)
    assert [one.state for one in past_runs(store)] == [RunState.RUNNING, RunState.DONE]
    store.close()


def test_what_somebody_changed_since_is_not_overwritten_by_undoing(shop: Workshop):
    """Refused by name; with force it is taken back all the same."""
    applied = shop.apply(shop.plan("RW-POL-05"))
    assert applied is not None
    account = client(shop.lab, "account", entry(shop.lab, MANAGEMENT))
    account.put_alternate_contact(
        AlternateContactType="SECURITY", Name="N", Title="T", EmailAddress="other@shop.example", PhoneNumber="1"
    )
    with pytest.raises(RefusedError, match="was changed since"):
        shop.undo(applied.run.id)
    undone = shop.undo(applied.run.id, force=True)
    assert undone is not None
    assert undone.exit == Exit.FINE


def test_a_plan_that_costs_too_much_is_refused(shop: Workshop):
    """By the higher estimate, before anything is read."""
    plan = shop.plan("RW-POL-05")
    dear = replace(plan.changes[0], cost=Cost(kind=CostClass.BY_USE, low=Decimal(1), high=Decimal("50.01")))
    with pytest.raises(RefusedError, match=r"may cost 50\.01 USD a month"):
        shop.apply(replace(plan, changes=(dear,)))
    assert shop.apply(replace(plan, changes=(dear,)), max_monthly_usd=Decimal(60)) is not None


def test_a_plan_is_applied_from_where_it_was_made(shop: Workshop):
    """Credentials of another account are refused, though they might reach the same accounts."""
    plan = shop.plan("RW-POL-05")
    shop.enter(MEMBER)
    with pytest.raises(RefusedError, match=f"made from account {MANAGEMENT}"):
        shop.apply(plan)


def test_resources_of_a_stack_are_left_to_it(shop: Workshop):
    """The trail carries the tag of a CloudFormation stack: it is not changed, everything else is."""
    arn = trail(shop, MEMBER, "member-trail")["TrailARN"]
    there = client(shop.lab, "cloudtrail", entry(shop.lab, MEMBER), "eu-west-1")
    there.add_tags(ResourceId=arn, TagsList=[{"Key": "managed-by", "Value": "terraform"}])
    seen: dict[str, str] = {}

    def look(_: object, found: list) -> bool:
        seen.update({one.change.resource: one.owner for one in found if one.standing is Standing.OWNED})
        return True

    applied = shop.apply(shop.plan(), agree=look)
    assert applied is not None
    assert seen == {arn: "terraform (tag managed-by = terraform)"}
    assert shop.writes(MEMBER) == [CONTACT]


def test_resources_of_a_terraform_state_are_left_to_it(shop: Workshop):
    """The state names the trail, by ARN."""
    plan = shop.plan("RW-TRAIL-03")
    states = {plan.changes[0].resource: "Terraform (aws_cloudtrail.main in main.tfstate)"}
    found: list[str] = []
    shop.apply(plan, agree=lambda _, seen: found.extend(one.owner for one in seen) or True, states=states)
    assert found == ["Terraform (aws_cloudtrail.main in main.tfstate)", ""]
    assert shop.writes(MANAGEMENT) == []


def test_untold_owners_refuse(shop: Workshop):
    """Where tags cannot be read nobody knows whose a resource is, so it is not touched."""
    plan = shop.plan("RW-TRAIL-03")
    shop.lab.deny("tag:GetResources", account=MEMBER)
    with pytest.raises(RefusedError, match="who looks after"):
        shop.apply(plan)
    assert shop.writes(MANAGEMENT) == shop.writes(MEMBER) == []


def test_a_run_on_a_shared_store_is_told_from_another_process(shop: Workshop):
    """The lock is the system's: a process that was killed holds nothing."""
    applied = shop.apply(shop.plan("RW-POL-05"))
    assert applied is not None
    hold = (
        "import sys;"
        "from rootwarden.store.opening import open_store;"
        "from rootwarden.store.run_log import hold_run;"
        "from rootwarden.model.run import RunState;"
        f"s=open_store({shop.store!r});h=hold_run(s,{applied.run.id!r},RunState.UNDOING);print('held',flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RefusedError, match="is under way"):
            shop.undo(applied.run.id)
        other.kill()
    undone = shop.undo(applied.run.id)
    assert undone is not None
    assert undone.exit == Exit.FINE


def test_the_same_plan_begun_while_somebody_thinks_is_not_begun_again(shop: Workshop):
    """Another process applies it and stops: what it made counts for its run, and the rest is gone on with there."""
    plan = shop.plan()
    shop.lab.deny("cloudtrail:UpdateTrail", account=MEMBER)
    others: list[str] = []

    def slow(*_: object) -> bool:
        other = shop.apply(plan)
        assert other is not None and other.progress.log and other.run.state is RunState.STOPPED
        others.append(other.run.id)
        return True

    with pytest.raises(RefusedError, match="begun meanwhile") as refused:
        shop.apply(plan, agree=slow)
    assert others[0] in refused.value.what
