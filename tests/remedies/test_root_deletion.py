"""Deleting root credentials of members: in order, once, proved, one account first, and only where it is possible."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.core.responses import ActionResult
from msgspec.structs import replace

from rootwarden.aws.root_window import StandingWindow
from rootwarden.errors import AuthError, Exit, RefusedError, WaitingError
from rootwarden.flows.applying.running import Applied, apply_plan, resume_run
from rootwarden.flows.detect import DetectRequest, detect
from rootwarden.flows.withdrawing import withdrawn
from rootwarden.lab.blueprint import Root
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.services.iam_reports import Reports
from rootwarden.model.context import Context, Standing
from rootwarden.model.findings import Status
from rootwarden.model.plan import Plan, Risk
from rootwarden.model.plan_file import checksum_of
from rootwarden.model.run import RunState
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import find_run, hold_run
from rootwarden.trail.envelopes import read_items
from tests.emulated.lab_at_work import client, entry
from tests.remedies.root_at_work import STORE, Desk, at_work
from tests.remedies.root_world import (
    EVERYTHING,
    MANAGEMENT,
    NEW,
    OLD,
    approved,
    attested,
    in_hand,
    member,
    organization,
)

DELETES = ("DeleteLoginProfile", "DeleteAccessKey", "DeleteSigningCertificate", "DeactivateMFADevice",
           "DeleteVirtualMFADevice")  # fmt: skip
Open = Callable[..., Desk]


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="opened")
def _opened(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Seed a world and sign in to its management account, or another."""

    def opened(*members: Any, account: str = "", **more: Any) -> Desk:
        open_lab.reset()
        world = seed(open_lab.endpoint, organization(*members, **more))
        return at_work(open_lab, world, tmp_path, monkeypatch, account)

    return opened


def delete(desk: Desk, plan: Plan, **more: Any) -> Applied:
    """Apply a plan in an approved window, with mailboxes in hand."""
    done = desk.apply(plan, **(in_hand(plan, desk.clock.now()) | more))
    assert done is not None
    return done


def test_all_is_deleted_in_order_and_only_once(opened: Open) -> None:
    """Password, keys, certificates, MFA; RW-ROOT-08 passes then, and there is nothing left to plan."""
    desk = opened()
    plan = desk.plan("RW-ROOT-08", "RW-ROOT-04", "RW-ROOT-05")
    assert [(one.account, one.remedy, one.risk) for one in plan.changes] == [
        (OLD, "delete-member-root-credentials", Risk.DANGEROUS),
        (NEW, "delete-member-root-credentials", Risk.DANGEROUS),
    ]
    assert plan.mends == plan.failing
    done = delete(desk, plan)
    assert done.exit is Exit.FINE
    assert all(one.proved and one.after is Status.PASS for one in done.checked)
    assert desk.calls(OLD, *DELETES) == [
        "DeleteLoginProfile", "DeleteAccessKey", "DeleteAccessKey", "DeleteSigningCertificate",
        "DeactivateMFADevice", "DeleteVirtualMFADevice", "DeactivateMFADevice",
    ]  # fmt: skip
    assert desk.calls(NEW, *DELETES) == ["DeleteLoginProfile"]
    root = desk.lab.root_state(OLD)
    assert (root.password, root.access_keys, root.certificates, root.mfa, root.unassigned_mfa) == (
        False,
        [],
        [],
        [],
        [],
    )
    again = desk.plan("RW-ROOT-08", "RW-ROOT-04", "RW-ROOT-05")
    assert (again.changes, again.failing) == ((), 0)


def test_it_is_done_as_root_for_this_task_and_nothing_else(opened: Open) -> None:
    """Every deletion is made in a root session with the one task policy; the management account asks for it."""
    desk = opened()
    delete(desk, desk.plan("RW-ROOT-08"))
    for account in (OLD, NEW):
        for one in desk.lab.records(account):
            if one["eventName"] in DELETES:
                assert one["userIdentity"]["type"] == "Root"
    asked = [one["requestParameters"] for one in desk.lab.records(MANAGEMENT) if one["eventName"] == "AssumeRoot"]
    tasks = {one["taskPolicyArn"]["arn"].rpartition("/")[2] for one in asked}
    assert tasks == {"IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"}


def test_the_first_account_is_proved_before_the_second_is_begun(opened: Open) -> None:
    """The canary is read again in between; where something of it is left, nothing further happens (exit 7)."""
    desk = opened()
    plan = desk.plan("RW-ROOT-08")
    real = desk.lab.root_state(OLD)

    def sabotage(text: str) -> None:
        desk.told.append(text)
        if text.startswith("reading the first account again"):
            assert desk.calls(NEW, *DELETES) == []
            real.password = True

    now = desk.clock.now()
    asked = {"windows": approved(now, OLD, NEW), "remedies": attested(now, OLD, NEW)}
    done = apply_plan(plan, desk.request(**asked), lambda *_: True, sabotage, desk.clock)
    assert done is not None and done.stopped is not None
    assert done.exit is Exit.UNVERIFIED
    assert "login_profile" in str(done.stopped) or "the first account is not as planned" in str(done.stopped)
    assert desk.calls(NEW, *DELETES) == []


def test_keys_alone(opened: Open) -> None:
    """RW-ROOT-04 deletes the keys and nothing else; it passes when AWS has made a new credential report."""
    desk = opened(member(OLD, "old", root=EVERYTHING))
    plan = desk.plan("RW-ROOT-04")
    assert [one.remedy for one in plan.changes] == ["delete-root-access-keys"]
    done = delete(desk, plan)
    assert desk.calls(OLD, *DELETES) == ["DeleteAccessKey", "DeleteAccessKey"]
    assert done.exit is Exit.FINE
    root = desk.lab.root_state(OLD)
    assert root.password and root.certificates and len(root.mfa) == 2
    assert root.access_keys == []


def test_certificates_alone(opened: Open) -> None:
    """RW-ROOT-05 deletes the certificates and nothing else."""
    desk = opened(member(OLD, "old", root=EVERYTHING))
    (change,) = desk.plan("RW-ROOT-05").changes
    assert [step.call.operation for step in change.steps] == ["DeleteSigningCertificate"]


def test_an_old_credential_report_is_waited_for(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS makes a report every four hours: until then it is 'not yet' (exit 8), and not 'not as planned'."""
    desk = opened(member(OLD, "old", root=EVERYTHING))
    plan = desk.plan("RW-ROOT-04")
    monkeypatch.setattr(Reports, "generate_credential_report", lambda self: ActionResult({"State": "COMPLETE"}))
    done = delete(desk, plan)
    assert done.exit is Exit.WAITING
    assert [(one.proved, one.waiting, one.after) for one in done.checked] == [(False, True, Status.FAIL)]
    standing: list[str] = []
    desk.apply(plan, lambda plan, found: bool(standing.extend(one.standing for one in found)))
    assert standing == ["made already"]


def test_a_broken_off_deletion_is_gone_on_with(opened: Open) -> None:
    """What was deleted already counts as done: NoSuchEntity is what was wanted."""
    desk = opened(member(OLD, "old", root=EVERYTHING))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.deny("iam:DeleteSigningCertificate", account=OLD)
    now = desk.clock.now()
    asked = {"windows": approved(now, OLD), "remedies": attested(now, OLD)}
    done = desk.apply(plan, **asked)
    assert done is not None and done.stopped is not None and done.exit is Exit.AUTH
    assert desk.lab.root_state(OLD).mfa, "MFA goes last"
    desk.lab.clear_faults()
    resumed = resume_run(done.run.id, desk.request(**asked), lambda *_: True, desk.told.append, desk.clock)
    assert resumed is not None and resumed.exit is Exit.FINE
    assert not desk.lab.root_state(OLD).mfa


def test_a_run_is_not_gone_on_with_outside_its_window(opened: Open) -> None:
    """What was approved for a window is not begun after it; in another one it is."""
    desk = opened()
    plan, now = desk.plan("RW-ROOT-08"), desk.clock.now()
    desk.lab.deny("sts:AssumeRoot", account=MANAGEMENT)
    asked = {"windows": approved(now, OLD, NEW), "remedies": attested(now, OLD, NEW)}
    with pytest.raises(AuthError, match="cannot be looked at"):  # not even what is there can be read
        desk.apply(plan, **asked)
    desk.lab.clear_faults()
    desk.lab.deny("iam:DeleteLoginProfile", account=OLD)
    done = desk.apply(plan, **asked)
    assert done is not None and done.exit is Exit.AUTH
    desk.lab.clear_faults()
    desk.clock.ahead = timedelta(days=1)
    with pytest.raises(RefusedError, match="in a window that is over"):
        resume_run(done.run.id, desk.request(**asked), lambda *_: True, desk.told.append, desk.clock)
    assert desk.calls(NEW, *DELETES) == []
    asked["windows"] = approved(desk.clock.now(), OLD, NEW)
    resumed = resume_run(done.run.id, desk.request(**asked), lambda *_: True, desk.told.append, desk.clock)
    assert resumed is not None and desk.calls(NEW, *DELETES)


def test_a_run_is_not_gone_on_with_for_ever(opened: Open) -> None:
    """What was announced for it ends a week after it began; what was not begun is planned anew."""
    desk = opened()
    plan, asked = desk.plan("RW-ROOT-08"), {"remedies": attested(desk.clock.now(), OLD, NEW)}
    with pytest.raises(WaitingError):
        desk.apply(plan, **asked)
    assert desk.told[-1].startswith("nobody was told: no channel is configured")
    desk.clock.ahead = timedelta(hours=25)
    desk.lab.deny("iam:DeleteLoginProfile", account=OLD)
    done = desk.apply(plan, **asked)
    assert done is not None and done.exit is Exit.AUTH
    desk.lab.clear_faults()
    desk.clock.ahead = timedelta(days=9)
    with pytest.raises(RefusedError, match="what it has left cannot be taken back"):
        resume_run(done.run.id, desk.request(**asked), lambda *_: True, desk.told.append, desk.clock)
    assert desk.calls(NEW, *DELETES) == []
    desk.clock.ahead = timedelta(days=7)
    resumed = resume_run(done.run.id, desk.request(**asked), lambda *_: True, desk.told.append, desk.clock)
    assert resumed is not None and desk.calls(NEW, *DELETES)


def test_a_withdrawn_announcement_stops_a_deletion_that_was_begun(opened: Open) -> None:
    """What is half done is gone on with only while the announcement stands, to the last moment.

    An approved window does not bring it back.
    """
    desk = opened(member(OLD, "old", root=EVERYTHING))
    plan, asked = desk.plan("RW-ROOT-08"), {"remedies": attested(desk.clock.now(), OLD)}
    with pytest.raises(WaitingError):
        desk.apply(plan, **asked)
    desk.clock.ahead = timedelta(hours=25)
    desk.lab.deny("iam:DeleteSigningCertificate", account=OLD)
    done = desk.apply(plan, **asked)
    assert done is not None and done.exit is Exit.AUTH
    made = desk.calls(OLD, *DELETES)
    desk.lab.clear_faults()

    def objects(_: object) -> None:
        """Withdraw it before the first session that would delete: the next thing would be to take hold of the run."""
        withdrawn(str(desk.folder / STORE), checksum_of(plan), lambda _: True)

    late = desk.request(**asked, announce=_at(3, objects))
    with pytest.raises(RefusedError, match=r"the announcement of the plan was withdrawn: what cannot be taken back"):
        resume_run(done.run.id, late, lambda *_: True, desk.told.append, desk.clock)
    for windows in ((), approved(desk.clock.now(), OLD)):
        with pytest.raises(RefusedError, match="what is left cannot be taken back") as refused:
            resume_run(
                done.run.id, desk.request(**asked, windows=windows), lambda *_: True, desk.told.append, desk.clock
            )
        assert "announced, and that was withdrawn" in str(refused.value.why)
    assert desk.calls(OLD, *DELETES) == made and desk.lab.root_state(OLD).mfa


def test_a_deletion_that_was_begun_is_not_gone_on_with_outside_its_window(opened: Open) -> None:
    """What is left of one change needs an approval as one that was not begun does; killed, it is in nobody's way."""
    desk = opened(member(OLD, "old", root=EVERYTHING))
    plan, now = desk.plan("RW-ROOT-08"), desk.clock.now()
    asked = {"windows": approved(now, OLD), "remedies": attested(now, OLD)}
    desk.lab.deny("iam:DeleteSigningCertificate", account=OLD)
    done = desk.apply(plan, **asked)
    assert done is not None and done.exit is Exit.AUTH
    assert [one.id for one in done.run.acts[0].windows] == [one.id for one in asked["windows"]]
    made = desk.calls(OLD, *DELETES)
    desk.lab.clear_faults()

    def slow(*_: Any) -> bool:
        desk.clock.ahead = timedelta(days=1)
        return True

    with closing(open_store(str(desk.folder / STORE))) as store:
        hold_run(store, done.run.id, RunState.RUNNING).close()  # as one that was killed stands
        with pytest.raises(RefusedError, match="no approved window is open"):
            resume_run(done.run.id, desk.request(**asked), slow, desk.told.append, desk.clock)
        assert desk.calls(OLD, *DELETES) == made
        assert find_run(store, done.run.id).state is RunState.STOPPED


def test_it_cannot_be_taken_back_and_says_so(opened: Open) -> None:
    """The plan says what stays."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    assert plan.changes[0].stays == (
        "a deleted password does not come back; its recovery can be allowed again (IAMCreateRootUserPassword)",
    )


@pytest.mark.parametrize(("control", "runbook"), [("RW-ROOT-04", "root-access-keys"),
                                                  ("RW-ROOT-05", "root-signing-certificates")])  # fmt: skip
def test_the_management_account_does_it_by_hand(opened: Open, control: str, runbook: str) -> None:
    """Only root itself can there; the plan names the runbook."""
    desk = opened(member(NEW, "new", root=Root(password=False)))
    desk.lab.root_state(MANAGEMENT).update({"access_keys": [{}], "certificates": [{}]})
    plan = desk.plan(control)
    assert plan.changes == ()
    assert [(one.account, one.why) for one in plan.left] == [
        (MANAGEMENT, "only root itself can delete it in a management account")
    ]
    assert f"rootwarden runbook {runbook}" in plan.left[0].todo


def test_without_central_management_it_is_by_hand(opened: Open) -> None:
    """A member of an organization that does not manage root centrally keeps its keys until it does."""
    desk = opened(member(OLD, "old", root=EVERYTHING), features=())
    plan = desk.plan("RW-ROOT-04", root_audit=False)
    assert plan.changes == ()
    assert plan.left[0].why == "the organization does not manage root credentials centrally"
    assert "RW-ORG-01" in plan.left[0].todo and "rootwarden runbook root-access-keys" in plan.left[0].todo


def test_without_a_root_audit_nobody_knows_what_to_delete(opened: Open) -> None:
    """Keys can be named by root only; nothing is planned blindly."""
    desk = opened()
    plan = desk.plan("RW-ROOT-08", root_audit=False)
    assert plan.changes == ()
    assert {(one.why, one.todo) for one in plan.left} == {
        ("root's credentials were not listed", "plan with --root-audit, which lists them in root sessions")
    }


def test_a_plan_is_stale_when_root_has_a_new_key(opened: Open) -> None:
    """What was agreed to is deleted, not what somebody made since."""
    desk = opened(member(OLD, "old", root=EVERYTHING))
    plan = desk.plan("RW-ROOT-08")
    desk.lab.root_state(OLD).access_keys.pop()
    with pytest.raises(RefusedError, match="the plan is stale"):
        delete(desk, plan)


# -- cooling off -------------------------------------------------------------------------------------------------------
def test_without_a_window_it_is_announced_and_waits_a_day(opened: Open) -> None:
    """First 8 and nothing done, 8 again an hour later, done after a day."""
    desk = opened(member(NEW, "new"))
    plan, mailbox = desk.plan("RW-ROOT-08"), attested(desk.clock.now(), NEW)
    informed: list[tuple[str, tuple[str, ...]]] = []
    asked: dict[str, Any] = {
        "remedies": mailbox, "inform": lambda title, lines, steps: informed.append((title, lines))
    }  # fmt: skip
    with pytest.raises(WaitingError, match="nothing was changed yet: the plan is announced"):
        desk.apply(plan, **asked)
    assert informed[0][0].startswith("1 change that cannot be taken back will be made from ")
    assert f"{NEW}: Delete root's password" in informed[0][1]
    desk.clock.ahead = timedelta(hours=1)
    with pytest.raises(WaitingError, match="the plan was announced on") as early:
        desk.apply(plan, **asked)
    assert early.value.exit_code is Exit.WAITING
    assert len(informed) == 1
    assert desk.calls(NEW, *DELETES) == []
    desk.clock.ahead = timedelta(hours=24, minutes=1)
    done = desk.apply(plan, **asked)
    assert done is not None and done.exit is Exit.FINE
    assert desk.calls(NEW, *DELETES) == ["DeleteLoginProfile"]


def test_withdrawn_while_it_is_looked_nothing_is_done(opened: Open) -> None:
    """Somebody objects in the moment in which the wait is over and the plan is applied."""
    desk = opened(member(NEW, "new"))
    plan, mailbox = desk.plan("RW-ROOT-08"), attested(desk.clock.now(), NEW)
    with pytest.raises(WaitingError, match="is announced"):
        desk.apply(plan, remedies=mailbox)
    desk.clock.ahead = timedelta(hours=25)

    def looked(_: object) -> None:
        """Object when root's credentials are read for the last time: the next thing would be to begin."""
        withdrawn(str(desk.folder / STORE), checksum_of(plan), lambda _: True)

    with pytest.raises(RefusedError, match="the announcement of the plan was withdrawn"):
        desk.apply(plan, lambda *_: True, remedies=mailbox, announce=_at(3, looked))
    assert desk.calls(NEW, *DELETES) == []
    with pytest.raises(WaitingError, match="nothing was changed yet: the plan is announced"):
        desk.apply(plan, remedies=mailbox)


def _at(n: int, act: Callable[[object], None]) -> Callable[[object], None]:
    """Return what acts the n-th time it is called."""
    calls: list[object] = []

    def called(what: object) -> None:
        calls.append(what)
        if len(calls) == n:
            act(what)

    return called


def test_an_announcement_lasts_a_week(opened: Open) -> None:
    """Later it is announced anew; and another plan is not this one."""
    desk = opened()
    plan, mailbox = desk.plan("RW-ROOT-08"), attested(desk.clock.now(), OLD, NEW)
    with pytest.raises(WaitingError, match="is announced"):
        desk.apply(plan, remedies=mailbox)
    desk.clock.ahead = timedelta(days=8)
    with pytest.raises(WaitingError, match="is announced"):
        desk.apply(plan, remedies=mailbox)
    desk.clock.ahead = timedelta(days=9, hours=1)
    with pytest.raises(WaitingError, match="is announced"):
        desk.apply(replace(plan, changes=plan.changes[1:]), remedies=mailbox)
    assert desk.calls(OLD, *DELETES) == []


def test_a_dry_run_announces_nothing(opened: Open) -> None:
    """It says what would happen, and the store has nothing of it."""
    desk = opened(member(NEW, "new"))
    plan, mailbox = desk.plan("RW-ROOT-08"), attested(desk.clock.now(), NEW)
    for _ in range(2):
        assert desk.apply(plan, lambda *_: False, remedies=mailbox, dry_run=True) is None
        assert desk.told[-1].startswith("it would be announced now, and could be applied from ")


def test_nobody_who_does_not_agree_is_announced(opened: Open) -> None:
    """Whoever says no to the plan has told nobody of it."""
    desk = opened(member(NEW, "new"))
    plan, mailbox = desk.plan("RW-ROOT-08"), attested(desk.clock.now(), NEW)
    assert desk.apply(plan, lambda *_: False, remedies=mailbox) is None
    desk.clock.ahead = timedelta(hours=30)
    with pytest.raises(WaitingError, match="is announced"):
        desk.apply(plan, remedies=mailbox)


@pytest.mark.parametrize("task", ["", "IAMAuditRootUserCredentials"])
def test_a_window_for_something_else_is_no_approval(opened: Open, task: str) -> None:
    """An approved period of signing in as root, or of looking, approves no deletion."""
    desk = opened(member(NEW, "new"))
    plan, now = desk.plan("RW-ROOT-08"), desk.clock.now()
    with pytest.raises(WaitingError):
        desk.apply(plan, windows=approved(now, NEW, task=task), remedies=attested(now, NEW))


def test_the_run_is_named_in_every_root_session(opened: Open) -> None:
    """A role that trusts it is assumed with the source identity of the run; CloudTrail and the announcement have it."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    may = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
    trust = {"Version": "2012-10-17", "Statement": [may]}
    iam = client(desk.lab, "iam", entry(desk.lab, MANAGEMENT))
    arn = iam.create_role(RoleName="remover", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    told: list[StandingWindow] = []
    now = desk.clock.now()
    request = desk.request(windows=approved(now, NEW), remedies=attested(now, NEW), announce=told.append)
    request = replace(request, reading=replace(request.reading, role_arn=arn))
    done = apply_plan(plan, request, lambda *_: True, desk.told.append, desk.clock)
    assert done is not None and done.exit is Exit.FINE
    mark = f"rw-apply-{done.run.id}"
    assert [one.source_identity for one in told if one.is_change] == [mark]
    identities = [
        one["userIdentity"]["sessionContext"].get("sourceIdentity")
        for one in desk.lab.records(MANAGEMENT)
        if one["eventName"] == "AssumeRoot" and "Delete" in str(one["requestParameters"])
    ]
    assert identities == [mark]


def test_a_watch_that_knows_of_it_finds_nothing_out_of_scope(opened: Open) -> None:
    """With the windows approved and the audit standing, every root session of the plan is an expected one."""
    desk = opened()
    plan = desk.plan("RW-ROOT-08")
    for account in (MANAGEMENT, OLD, NEW):
        desk.lab.records(account).clear()
    delete(desk, plan)
    records = [one for account in (MANAGEMENT, OLD, NEW) for one in desk.lab.records(account)]
    admin, now = f"arn:aws:iam::{MANAGEMENT}:role/Admin", desk.clock.now()

    def alerts(*standing: Standing) -> list[tuple[str, str]]:
        context = Context(windows=approved(now, OLD, NEW), standing=standing)
        items = read_items(io.BytesIO(json.dumps({"Records": records}).encode()), "records")
        found, _ = detect(items, DetectRequest(context=context, now=now + timedelta(hours=1)))
        return [(one.code, one.window) for one in found.alerts]

    unexpected = alerts()
    assert ("RD-106", "") in unexpected, "without a word, the sessions that look are outside what was approved"
    expected = alerts(Standing(name="audit", caller=admin))
    assert {window for _, window in expected} == {f"w-{OLD}", f"w-{NEW}", "standing:audit"}
    assert "RD-106" not in {code for code, _ in expected}


def test_a_plan_that_calls_it_safe_waits_all_the_same(opened: Open) -> None:
    """What is done as root waits and is guarded, whatever somebody wrote into the plan file."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")
    tame = replace(plan, changes=tuple(replace(one, risk=Risk.SAFE) for one in plan.changes))
    with pytest.raises(RefusedError, match="mailbox"):
        desk.apply(tame)
    with pytest.raises(WaitingError):
        desk.apply(tame, remedies=attested(desk.clock.now(), NEW))


def test_a_window_that_closes_while_somebody_thinks(opened: Open) -> None:
    """It is looked again once the person has answered."""
    desk = opened(member(NEW, "new"))
    plan, now = desk.plan("RW-ROOT-08"), desk.clock.now()

    def slow(*_: Any) -> bool:
        desk.clock.ahead = timedelta(hours=3)
        return True

    with pytest.raises(WaitingError):
        desk.apply(plan, slow, windows=approved(now, NEW), remedies=attested(now, NEW))
    assert desk.calls(NEW, *DELETES) == []


# -- announced to whoever watches --------------------------------------------------------------------------------------
def test_root_sessions_are_told_before_the_first_of_them(opened: Open) -> None:
    """Those that look and those that delete, each with its task, caller and accounts."""
    desk = opened()
    plan = desk.plan("RW-ROOT-08")
    told: list[tuple[StandingWindow, int]] = []
    delete(desk, plan, announce=lambda one: told.append((one, len(desk.calls(MANAGEMENT, "AssumeRoot")))))
    tasks = [one.task_policy.rpartition("/")[2] for one, _ in told]
    assert tasks[:3] == ["IAMAuditRootUserCredentials", "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"]
    window, before = told[2]
    assert window.accounts == (OLD, NEW) and window.kind == "central_change"
    assert window.caller.startswith(f"arn:aws:sts::{MANAGEMENT}:assumed-role/Admin/")
    made = [one for one in desk.lab.records(MANAGEMENT) if one["eventName"] == "AssumeRoot"]
    assert "Delete" not in str([one["requestParameters"] for one in made[:before]])


def test_refused_before_anything_where_nobody_expects_it(opened: Open) -> None:
    """Whoever announces may refuse; then nothing was deleted and no run was begun."""
    desk = opened(member(NEW, "new"))
    plan = desk.plan("RW-ROOT-08")

    def announce(window: StandingWindow) -> None:
        if window.is_change:
            raise RefusedError("nobody expects it")

    with pytest.raises(RefusedError, match="nobody expects it"):
        delete(desk, plan, announce=announce)
    assert desk.calls(NEW, *DELETES) == []
    assert delete(desk, plan).exit is Exit.FINE
