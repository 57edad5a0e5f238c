"""Who administers an account by Identity Center: by what the policies of permission sets allow, not by their names."""

from __future__ import annotations

import json
from typing import Any

import moto.iam.aws_managed_policies
import pytest

from rootwarden.model.expect import as_if, broken
from rootwarden.model.readings import Unknown
from rootwarden.people.centre import Centre
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.people.jobs import plan_jobs
from rootwarden.proofs.admin_power import Held, Place, standing
from rootwarden.proofs.aws_policies import KNOWN, UNSURE
from rootwarden.proofs.centre_people import FACT, administrators, shut
from rootwarden.proofs.policy_document import read_document
from tests.remedies.centre_at_hand import NOW, SSO, directory, user
from tests.remedies.people_at_work import ACCOUNT, MANAGEMENT, person, roster

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
PLACE = Place("aws", ACCOUNT)


def holding(inline: Any, *managed: str, name: str = "boss") -> dict[str, Any]:
    """Return a directory in which one user is in the only group, whose permission set holds these policies."""
    found = directory(user(name, "admins"))
    del found["sets"][1]
    policies = [{"Name": one.rpartition("/")[2], "Arn": f"arn:aws:iam::aws:policy/{one}"} for one in managed]
    found["sets"][0] |= {"ManagedPolicies": policies, "InlinePolicy": inline}
    return found


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy."""
    return {"Version": "2012-10-17", "Statement": [*statements]}


@pytest.mark.parametrize(
    ("inline", "managed", "sure"),
    [
        (None, ["AdministratorAccess"], True),
        (None, ["IAMFullAccess"], True),
        (document(EVERYTHING), [], True),
        (document(EVERYTHING), ["job-function/Billing"], True),
        (document(EVERYTHING | {"Action": ["iam:*", "s3:*"]}), [], True),
        (document(EVERYTHING | {"Resource": f"arn:aws:iam::{ACCOUNT}:*"}), [], True),
        (document(EVERYTHING | {"Resource": f"arn:aws:iam::{MANAGEMENT}:*"}), [], False),
        (document(EVERYTHING | {"Action": "s3:*"}), ["PowerUserAccess", "ReadOnlyAccess"], False),
        (document(EVERYTHING | {"Effect": "Deny"}), ["AdministratorAccess"], False),
        (document(EVERYTHING), ["AWSDenyAll"], False),
        (None, [], False),
    ],
)
def test_power_is_what_the_policies_allow(inline: Any, managed: list[str], sure: bool) -> None:
    found = holding(inline, *managed)
    assert administrators(found) == ({ACCOUNT: {"boss"}} if sure else {})
    gone = holding(inline, *managed) | {"users": []}
    assert shut(found, gone) == ([ACCOUNT] if sure else [])


@pytest.mark.parametrize(
    ("inline", "managed"),
    [
        (document(EVERYTHING | {"Condition": {"Odd": {"aws:x": "y"}}}), []),
        (Unknown("access_denied").mark(), []),
        (None, ["AWSMcpServiceActionsFullAccess"]),
    ],
)
def test_who_may_be_one_is_neither_left_alone_nor_counted_on(inline: Any, managed: list[str]) -> None:
    """A policy that nobody can decide: its last holder stays, and is nobody with whom the last sure one may go."""
    unsure = holding(inline, *managed)
    assert administrators(unsure) == {}
    assert shut(unsure, unsure | {"users": []}) == [ACCOUNT]
    assert shut(unsure, unsure) == []
    sure = holding(document(EVERYTHING))
    assert shut(sure, unsure) == [ACCOUNT]
    assert shut(unsure, sure) == []


def test_what_aws_itself_wrote_is_known() -> None:
    """Of all policies of AWS's that moto holds, just those that are known make an administrator, or unmake one."""
    everything = Held("all", read_document(document(EVERYTHING)))
    known, unsure = set(), set()
    for name, one in json.loads(moto.iam.aws_managed_policies.aws_managed_policies_data).items():
        held = Held(name, read_document(one["Document"]))
        path = f"{one.get('Path', '/')}{name}".lstrip("/")
        alone, beside = (standing(held, None, PLACE, {"aws:username": None}) for held in ((held,), (everything, held)))
        if alone.answer.value or beside.answer.value is False:
            known.add(path)
        elif alone.answer.value is None or beside.answer.value is None:
            unsure.add(path)
    assert (known, unsure) == (set(KNOWN), set(UNSURE))


def test_an_assignment_that_was_missing_is_missing_again_once_undone() -> None:
    """Group and permission set are there, but not assigned: the change says so, so that undoing can be proved."""
    found = directory(user("boss", "admins"))
    found["sets"][0]["assignments"] = []
    found["groups"][0]["Members"] = ["boss"]
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
