"""What an administrator came in by is not taken back where nobody else comes in, and root cannot sign in any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.applying.keeping_a_way import takes
from rootwarden.flows.applying.running import Applied
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.plan import Call, Change, Risk, Step
from rootwarden.model.run import RunState
from rootwarden.remedies.create_admin_path import REMEDY
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import find_run, hold_run
from tests.emulated.lab_at_work import client, entry
from tests.remedies.root_at_work import STORE, Desk, at_work
from tests.remedies.root_world import MANAGEMENT, OLD, organization

SETTINGS = {"create-admin-path": {"principals": (f"arn:aws:iam::{OLD}:user/admin",)}}
CONTACT = {"register-security-contact": {"name": "S", "title": "T", "email": "s@x.example", "phone": "+1 555"}}
ROLE = str(REMEDY.params["role"])


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    open_lab.reset()
    return at_work(open_lab, seed(open_lab.endpoint, organization()), tmp_path, monkeypatch)


def made(desk: Desk) -> Applied:
    """Make the only way into the management account beside root."""
    plan = desk.plan("RW-IAM-13", org=False, root_audit=False, settings=SETTINGS)
    assert [one.account for one in plan.changes] == [MANAGEMENT]
    applied = desk.apply(plan)
    assert applied is not None
    assert applied.exit is Exit.FINE
    return applied


def test_the_last_way_in_stays_once_root_is_shut_out(desk: Desk) -> None:
    """Root lost its password since: refused, also by force, and nothing is done; with the password it is undone."""
    applied, root = made(desk), desk.lab.root_state(MANAGEMENT)
    root.password = False
    for force in (False, True):
        with pytest.raises(RefusedError, match=f"nobody could enter account {MANAGEMENT}") as refused:
            desk.undo(applied.run.id, force=force)
        assert refused.value.exit_code is Exit.REFUSED
    assert desk.calls(MANAGEMENT, "DetachRolePolicy", "DeleteRole") == []
    root.password = True
    undone = desk.undo(applied.run.id)
    assert undone is not None
    assert undone.exit is Exit.FINE
    assert desk.calls(MANAGEMENT, "DetachRolePolicy", "DeleteRole") == ["DetachRolePolicy", "DeleteRole"]


def test_killed_before_anything_was_taken_back_it_bars_nobody(desk: Desk) -> None:
    """The process died while it looked, and undo is refused since: the run is as it was, in no other plan's way."""
    applied, root = made(desk), desk.lab.root_state(MANAGEMENT)
    with closing(open_store(str(desk.folder / STORE))) as store:
        hold_run(store, applied.run.id, RunState.UNDOING).close()
    root.password = False
    with pytest.raises(RefusedError, match="nobody could enter"):
        desk.undo(applied.run.id, force=True)
    with closing(open_store(str(desk.folder / STORE))) as store:
        assert find_run(store, applied.run.id) == applied.run
    again = desk.apply(desk.plan("RW-POL-05", org=False, root_audit=False, settings=CONTACT))
    assert again is not None
    assert again.exit is Exit.FINE


def test_what_cannot_be_read_is_no_way_in(desk: Desk) -> None:
    """Whether root can sign in nobody may say: then the only other way stays."""
    applied = made(desk)
    desk.lab.deny("iam:GetAccountSummary", account=MANAGEMENT)
    with pytest.raises(RefusedError, match="nobody could enter"):
        desk.undo(applied.run.id)
    desk.lab.deny("iam:GetAccountAuthorizationDetails", account=MANAGEMENT)
    with pytest.raises(RefusedError, match="nobody can tell"):
        desk.undo(applied.run.id, force=True)
    desk.lab.clear_faults()


def test_another_way_in_is_enough(desk: Desk) -> None:
    """Somebody else has made a second role of administrators."""
    applied = made(desk)
    desk.lab.root_state(MANAGEMENT).password = False
    iam = client(desk.lab, "iam", entry(desk.lab, MANAGEMENT))
    trust = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    iam.create_role(RoleName="second", AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName="second", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    undone = desk.undo(applied.run.id)
    assert undone is not None
    assert undone.exit is Exit.FINE


@pytest.mark.parametrize(
    ("service", "operation", "taken"),
    [
        ("iam", "DeleteRole", True), ("iam", "DetachRolePolicy", True), ("iam", "RemoveUserFromGroup", True),
        ("iam", "DeleteUser", True), ("iam", "PutUserPolicy", True), ("iam", "UntagUser", False),
        ("identitystore", "DeleteUser", True), ("identitystore", "DeleteGroupMembership", True),
        ("sso-admin", "DeleteAccountAssignment", True), ("sso-admin", "CreateAccountAssignment", False),
        ("cloudtrail", "UpdateTrail", False),
    ],
)  # fmt: skip
def test_only_what_may_take_power_is_looked_at(service: str, operation: str, taken: bool) -> None:
    back = Call(service=service, operation=operation)
    step = Step(id="one", does="", call=Call(service="iam", operation="CreateUser"), undo=(back,))
    assert takes(Change(id="c", remedy="r", title="", why="", account="1", risk=Risk.SAFE, steps=(step,))) is taken
