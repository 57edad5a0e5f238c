"""Who administers an account by Identity Center: by what the policies of permission sets allow, not by their names."""

from __future__ import annotations

import pytest

from rootwarden.model.expect import as_if, broken
from rootwarden.people.centre import Centre
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.people.jobs import plan_jobs
from rootwarden.proofs.centre_people import FACT, shut
from tests.remedies.centre_at_hand import NOW, SSO, directory, user
from tests.remedies.people_at_work import ACCOUNT, MANAGEMENT, person, roster


def test_an_assignment_that_was_missing_is_missing_again_once_undone() -> None:
    """Group and permission set are there, but not assigned: the change says so, so that undoing can be proved."""
    found = directory(user("boss", "admins"))
    found["sets"][0]["assignments"] = []
    wanted = roster(person("boss", "admins"), jobs={"admins": "{policies: [AdministratorAccess], unbounded: true}"})
    ground = Ground(wanted, ACCOUNT, "aws", NOW, {IDENTITY: {"Arn": f"{SSO}somebody"}}, lambda _: pytest.fail("looked"))
    plan_jobs(Centre(ground, MANAGEMENT, found))
    (change,) = ground.changes
    assert [step.id for step in change.steps] == ["assignment"]
    given = {"AccountId": ACCOUNT, "PrincipalType": "GROUP", "PrincipalId": "g-admins"}
    made = as_if({FACT: found}, change.then)
    made[FACT]["sets"][0]["assignments"] = [given]
    assert (broken(change.expects, {FACT: found}), bool(broken(change.expects, made))) == ([], True)
    assert shut(made[FACT], as_if(made, change.expects)[FACT]) == [ACCOUNT]
