"""Whatever takes something away has a guard that looks again when the plan is applied."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.flows.applying.guards import guards
from rootwarden.model.plan import Call, Change, Risk, Step
from rootwarden.people.leaving import DENY_POLICY
from rootwarden.proofs.root_deletion import TASK

ROSTER, UNUSED, GATE = "roster", "disable-unused-credentials", "require-user-mfa"
DENY = {"PolicyName": DENY_POLICY}


def change(remedy: str, operation: str, as_root: str = "", **parameters: Any) -> Change:
    """Return a change of one call."""
    services = {"Membership": "identitystore", "Assignment": "sso-admin", "Trail": "cloudtrail"}
    service = next((one for part, one in services.items() if part in operation), "iam")
    call = Call(service=service, operation=operation, parameters={"UserName": "bob", **parameters})
    step = Step(id="one", does="Do it", call=call)
    return Change(
        id="one", remedy=remedy, title="One", why="", account="1", risk=Risk.CAREFUL, steps=(step,), as_root=as_root
    )  # fmt: skip


def about(one: Change) -> set[str]:
    """Return the names of the guards that look at a change."""
    return {guard.check.__module__.rpartition(".")[2] for guard in guards() if guard.about(one)}


@pytest.mark.parametrize(
    ("one", "looked_at_by"),
    [
        (change(UNUSED, "UpdateAccessKey", Status="Inactive"),
         {"break_glass_left_alone", "last_way_in", "user_keys_unused"}),
        (change(ROSTER, "UpdateAccessKey", Status="Inactive"), {"break_glass_left_alone", "last_way_in"}),
        (change(ROSTER, "DeleteLoginProfile"), {"break_glass_left_alone", "last_way_in"}),
        (change(ROSTER, "PutUserPolicy", **DENY), {"break_glass_left_alone", "last_way_in"}),
        (change(ROSTER, "DeleteUser"), {"break_glass_left_alone", "last_way_in"}),
        (change(ROSTER, "RemoveUserFromGroup"), {"break_glass_left_alone", "last_way_in"}),
        (change(ROSTER, "DetachUserPolicy"), {"break_glass_left_alone"}),
        (change(ROSTER, "DeleteUserPolicy", PolicyName="mine"), {"break_glass_left_alone"}),
        (change(ROSTER, "DeleteUserPolicy", **DENY), set()),
        (change(ROSTER, "PutUserPermissionsBoundary"), {"last_way_in"}),
        (change(ROSTER, "DeleteGroupMembership"), {"break_glass_by_centre", "last_way_by_centre"}),
        (change(ROSTER, "DeleteAccountAssignment"), {"break_glass_by_centre", "last_way_by_centre"}),
        (change(ROSTER, "CreateGroupMembership"), set()),
        (change(GATE, "AddUserToGroup"), {"break_glass_left_alone"}),
        (change("record-all-management-events", "CreateTrail"), {"no_second_trail"}),
        (change("delete-member-root-credentials", "DeleteLoginProfile", TASK),
         {"admin_path_there", "few_accounts", "mailbox_in_hand", "no_mfa_delete", "root_keys_unused"}),
        (change(ROSTER, "UpdateAccessKey", Status="Active"), {"last_way_in"}),
        (change(ROSTER, "AddUserToGroup"), set()),
    ],
)  # fmt: skip
def test_what_takes_something_away_is_looked_at(one: Change, looked_at_by: set[str]) -> None:
    assert about(one) == looked_at_by


def test_no_guard_is_about_nothing() -> None:
    """Each of them is named above."""
    marks = test_what_takes_something_away_is_looked_at.pytestmark  # type: ignore[attr-defined]
    named = {name for _, names in marks[0].args[1] for name in names}
    assert named == {guard.check.__module__.rpartition(".")[2] for guard in guards()}
