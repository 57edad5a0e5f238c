"""A group that holds more than the roster names for it: nobody of the roster gets that power in silence."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Severity
from rootwarden.model.plan import Risk
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.people.beyond import in_groups, on_joining
from rootwarden.people.foundation import Foundation
from rootwarden.people.ground import CREDENTIALS, Ground
from rootwarden.people.groups import ensure_groups
from rootwarden.people.joining import join
from rootwarden.people.leaving import DENY_POLICY, deny_document
from rootwarden.people.moving import bring_up
from rootwarden.people.roster import Roster
from rootwarden.proofs.iam_directory import FACT
from tests.remedies.centre_at_hand import ADMIN, NOW, directory, given, planned, user
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    MANAGEMENT,
    Company,
    _company,
    _open_company,
    person,
    roster,
)

ALL, POWER = (f"arn:aws:iam::aws:policy/{one}" for one in ("AdministratorAccess", "PowerUserAccess"))
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READS = {"developers": "{policies: [ReadOnlyAccess], unbounded: true}"}
LOGS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:Get*", "Resource": "*"}]}


def test_in_the_account_it_is_left_until_the_roster_says_so(company: Company) -> None:
    """The group administers already: nobody joins it; named in the roster they do, and it is taken back."""
    company.iam.create_group(GroupName="developers")
    company.iam.attach_group_policy(GroupName="developers", PolicyArn=ALL)
    plan = company.plan(roster(person("dana"), jobs=READS))
    assert not any("dana" in one.title for one in plan.changes)
    left = next(one for one in plan.left if one.title == "user dana")
    assert left.severity is Severity.HIGH
    assert left.why == (
        "the group developers holds AdministratorAccess, which the roster does not name: by that, dana would become "
        f"an administrator of {ACCOUNT}"
    )
    assert "name it in the roster under groups.developers" in left.todo
    both = {"developers": "{policies: [AdministratorAccess, ReadOnlyAccess], unbounded: true}"}
    company.undo(company.follow(roster(person("dana"), jobs=both)))


def iam_ground(wanted: Roster, group: dict[str, Any], *users: dict[str, Any]) -> Ground:
    """Plan people in an account whose group developers holds this, behind no boundary but the one named here."""
    text = {"VersionId": "v1", "IsDefaultVersion": True}
    policies = [
        {"Arn": ALL, "PolicyVersionList": [text | {"Document": EVERYTHING}]},
        {"Arn": POWER, "PolicyVersionList": [text | {"Document": LOGS}]},
        {"Arn": "arn:limit", "PolicyVersionList": [text | {"Document": LOGS}]},
    ]
    groups = [
        {"GroupName": one, "Path": "/", "AttachedManagedPolicies": [], "GroupPolicyList": []}
        for one in ("developers", "ops", "gate")
    ]
    groups[0] |= group
    held = [{"UserName": one["UserName"], "LoginProfile": {}, "AccessKeys": []} for one in users]
    facts = {
        FACT: {"users": [*users], "groups": groups, "roles": [], "policies": policies},
        CREDENTIALS: {"users": held},
    }
    subject = Subject(account=ACCOUNT, partition="aws")
    ground = Ground(wanted, ACCOUNT, "aws", NOW, facts, lambda own: View(subject, own, Facts({}), Shared()))
    ensure_groups(ground)
    for one in wanted.people:
        there = ground.user(one.user)
        foundation = Foundation("arn:limit", "gate")
        join(ground, foundation, one) if there is None else bring_up(ground, foundation, one, there)
    return ground


def attached(*arns: str) -> dict[str, Any]:
    """Return what a group holds."""
    policies = [{"PolicyArn": one, "PolicyName": one.rpartition("/")[2]} for one in arns]
    return {"AttachedManagedPolicies": policies}


def iam_user(*groups: str, limit: str = "", **more: Any) -> dict[str, Any]:
    """Return dana, whom the roster made."""
    tags = [{"Key": "rootwarden:managed", "Value": "company"}, {"Key": "owner", "Value": "dana@company.example"}]
    bound = {"PermissionsBoundary": {"PermissionsBoundaryArn": limit}} if limit else {}
    return {
        "UserName": "dana", "Path": "/people/", "Arn": f"arn:aws:iam::{ACCOUNT}:user/people/dana", "UserPolicyList": [],
        "GroupList": list(groups), "AttachedManagedPolicies": [], "Tags": tags, **bound, **more,
    }  # fmt: skip


OWN = {"GroupPolicyList": [{"PolicyName": "god", "PolicyDocument": EVERYTHING}]}
SAME_NAME = {"developers": "{documents: {god: {Statement: [{Effect: Allow, Action: 's3:Get*', Resource: '*'}]}}}"}
BOUND = {"developers": "{policies: [ReadOnlyAccess]}"}


@pytest.mark.parametrize(
    ("holds", "job", "left", "noted"),
    [
        (attached(ALL), READS, True, False),
        (OWN, READS, True, False),
        (attached(POWER), READS, False, True),
        (attached(ALL), BOUND, False, True),
        (OWN, SAME_NAME, False, False),
        ({}, READS, False, False),
        (attached("arn:aws:iam::aws:policy/ReadOnlyAccess"), READS, False, False),
        (attached(ALL), {"developers": "{policies: [IAMFullAccess], unbounded: true}"}, False, True),
    ],
    ids=["administers", "by a text of its own", "more, but not that", "kept in by the boundary", "written anew by the "
         "plan", "nothing", "what is named", "the roster makes one all the same"],
)  # fmt: skip
def test_who_joins(holds: dict[str, Any], job: dict[str, str], *, left: bool, noted: bool) -> None:
    """Power over the account is left to a person; what else there is makes the change careful, and is noted."""
    ground = iam_ground(roster(person("dana"), jobs=job), holds)
    joins = [one for one in ground.changes if one.title.startswith("Create the user")]
    assert bool(joins) is not left
    assert any("become an administrator" in one.why for one in ground.left) is left
    for one in joins:
        assert any("dana gets it too" in note for note in one.notes) is noted
        assert one.risk is (Risk.CAREFUL if noted or (job is not BOUND and job is not SAME_NAME) else Risk.SAFE)


DISABLED = {
    "Tags": [*iam_user()["Tags"], {"Key": "rootwarden:disabled", "Value": "2026-11-20"}],
    "UserPolicyList": [{"PolicyName": DENY_POLICY, "PolicyDocument": deny_document()}],
}


@pytest.mark.parametrize(
    ("there", "planned_now", "left"),
    [
        (iam_user("ops", "gate"), [], True),
        (iam_user("ops"), ["Bring dana to what the roster says"], True),
        (iam_user("developers", "gate"), [], False),
        (iam_user("developers", "gate", limit="arn:limit"), [], True),
        (iam_user("developers", "gate", **DISABLED), [], True),
    ],
    ids=["moves", "moves, and has no gate", "is in it", "loses the boundary", "comes back"],
)
def test_who_is_there_already(there: dict[str, Any], planned_now: list[str], *, left: bool) -> None:
    """Who moves or comes back, or leaves the boundary behind; the gate is planned all the same."""
    ground = iam_ground(roster(person("dana"), jobs=READS), attached(ALL), there)
    mine = [one for one in ground.changes if "dana" in one.title]
    assert [one.title for one in mine] == planned_now
    assert any("become an administrator" in one.why for one in ground.left) is left
    if mine and left:
        assert [one.id for one in mine[0].steps] == ["into-gate"]


def test_who_administers_already_becomes_nothing() -> None:
    """Power that was there before is no matter of the group's; what the group holds is noted."""
    ground = iam_ground(roster(person("zoe"), jobs=READS), attached(ALL), iam_user("ops", "gate", **attached(ALL)))
    more = on_joining(ground, "dana", ["developers"], [in_groups(ground, "dana", ["developers"])])
    assert (more.held, more.ruling) == (("the group developers holds AdministratorAccess",), ())


def centre_of(*sets: dict[str, Any], members: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """Return a directory whose group developers is given these permission sets."""
    return directory(*members) | {"sets": [*sets]}


def given_set(
    name: str, *accounts: str, inline: Any = None, managed: tuple[dict[str, str], ...] = ()
) -> dict[str, Any]:
    """Return a permission set given to developers in accounts."""
    return {"Name": name, "PermissionSetArn": f"arn:{name}", "ManagedPolicies": [*managed], "InlinePolicy": inline,
            "assignments": [given("g-developers", account=one) for one in accounts]}  # fmt: skip


READ = {"Name": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
IN_LOGS = {"developers": "{documents: {a: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'logs:Get*', "
           "Resource: '*'}]}}}"}  # fmt: skip
GOD = given_set("God", MANAGEMENT, ACCOUNT, managed=(ADMIN,))


@pytest.mark.parametrize(
    ("found", "job", "why", "note"),
    [
        (GOD, IN_LOGS, f"would become an administrator of {MANAGEMENT} and {ACCOUNT}", ""),
        (given_set("God", "333344445555", inline=EVERYTHING), IN_LOGS, "administrator of 333344445555", ""),
        (given_set("God", ACCOUNT, managed=({"Arn": "arn:aws:iam::1:policy/x"},)), IN_LOGS, "may become an admin", ""),
        (given_set("Read", MANAGEMENT, managed=(READ,)), IN_LOGS, "", f"Read (ReadOnlyAccess) in {MANAGEMENT}, which"),
        (given_set("developers", ACCOUNT, inline=LOGS), IN_LOGS, "", ""),
        (given_set("developers", MANAGEMENT, inline=LOGS), IN_LOGS, "", f"in {MANAGEMENT}: newbie gets it there too"),
        (GOD, {"developers": "{policies: [AdministratorAccess]}"}, "", f"in {MANAGEMENT}: newbie gets it there too"),
    ],
    ids=["administers two", "a text of its own", "nobody can tell", "more, but not that", "its own", "elsewhere",
         "named in the roster"],
)  # fmt: skip
@pytest.mark.parametrize("member", [False, True])
def test_who_joins_in_identity_center(
    found: dict[str, Any], job: dict[str, str], why: str, note: str, *, member: bool
) -> None:
    """The accounts are named, whichever they are; who moves is as who comes, and who is in it gains nothing."""
    members = (user("newbie", *(["admins"] if member else [])), user("old", "developers"))
    jobs = job | {"admins": "{policies: [ReadOnlyAccess]}"}
    there = centre_of(found, members=members if member else members[1:])
    ground = planned(there, roster(person("newbie"), person("old"), jobs=jobs))
    assert [why in one.why for one in ground.left] == ([True] if why else [])
    assert all(one.severity is Severity.HIGH and "groups.developers" in one.todo for one in ground.left)
    assert [bool(note) and note in " ".join(one.notes) for one in ground.changes] == ([] if why else [bool(note)])
    assert all(one.risk is (Risk.CAREFUL if note or member else Risk.SAFE) for one in ground.changes)
