"""A group of the roster that exists already: nobody outside the roster is given power by it in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert, to_builtins
from msgspec.structs import replace

import rootwarden as src
from rootwarden.errors import RefusedError
from rootwarden.model.expect import Expect, broken, touching
from rootwarden.model.plan import Change, Left, Plan, Risk
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.people.centre import Centre
from rootwarden.people.ground import IDENTITY, Ground
from rootwarden.people.groups import ensure_group, ensure_groups
from rootwarden.people.jobs import plan_jobs
from rootwarden.proofs.centre_people import FACT as DIRECTORY
from rootwarden.proofs.iam_directory import FACT
from rootwarden.report import plans
from rootwarden.report.options import RenderOptions
from tests.emulated.lab_at_work import client, entry
from tests.journeys.terminal import rootwarden
from tests.remedies.centre_at_hand import NOW, directory, given, user
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    MANAGEMENT,
    Company,
    _company,
    _open_company,
    person,
    roster,
    roster_text,
)

ADMINS = {"developers": "{policies: [AdministratorAccess], unbounded: true}"}
KEPT = {"developers": "{policies: [AdministratorAccess], unbounded: true, others: keep}"}
POWER, ALL = (f"arn:aws:iam::aws:policy/{one}" for one in ("PowerUserAccess", "AdministratorAccess"))


def the_group(company: Company, *members: str) -> None:
    """Make the group of the roster's name, with these users in it."""
    company.iam.create_group(GroupName="developers")
    for one in members:
        company.iam.add_user_to_group(GroupName="developers", UserName=one)


def test_a_stranger_is_not_made_an_administrator(company: Company, tmp_path: Path) -> None:
    """The plan leaves the group and names who would get the power; asked for by name, it says so, in text and JSON."""
    the_group(company, "ci")
    env = company.lab.environment(ACCOUNT, "Admin") | {"PYTHONPATH": str(Path(src.__file__).parents[1])}
    (tmp_path / "r.yaml").write_text(roster_text(person("zoe"), jobs=ADMINS))
    shown = rootwarden("users", "plan", "r.yaml", "-o", "p.json", env=env, cwd=tmp_path)
    text = " ".join(shown.out.split())
    assert shown.code == 0, shown.err
    assert "Give the group developers" not in text
    assert "ci, whom the roster does not name for it, would become an administrator" in text
    assert "others: keep" in text
    left = next(one for one in json.loads((tmp_path / "p.json").read_text())["left"] if "developers" in one["title"])
    assert left["severity"] == "high"
    assert "ci" in left["why"]
    kept = company.plan(roster(person("zoe"), jobs=KEPT))
    text = " ".join(plans.find("table").render(kept, RenderOptions(width=200)).split())
    assert "ci, not named for it: without -> AdministratorAccess" in text
    assert "note: it also gives this to ci, and makes ci an administrator" in text
    change = next(one for one in json.loads(plans.find("json").render(kept, RenderOptions()))["changes"]
                  if "Give" in one["title"])  # fmt: skip
    assert change["risk"] == "careful"
    assert {"what": "ci, not named for it", "before": "without", "after": "AdministratorAccess"} in change["shows"]


def test_who_joins_after_planning_makes_it_stale(company: Company) -> None:
    """What was seen of the group is expected when the plan is applied."""
    the_group(company)
    plan = company.plan(roster(person("zoe"), jobs=ADMINS))
    assert any(one.title.startswith("Give the group developers") for one in plan.changes)
    company.iam.add_user_to_group(GroupName="developers", UserName="ci")
    with pytest.raises(RefusedError, match="Members"):
        company.apply(plan)
    company.iam.remove_user_from_group(GroupName="developers", UserName="ci")
    before = company.people()
    company.undo(company.apply(plan))
    assert company.people() == before


def test_in_identity_center_as_well(company: Company) -> None:
    """A user whom the group already holds is not given the permission set unasked; named, it is, and taken back."""
    who = entry(company.lab, MANAGEMENT)
    admin, store = client(company.lab, "sso-admin", who), client(company.lab, "identitystore", who)
    admin.create_instance(Name="company")
    at = {"IdentityStoreId": admin.list_instances()["Instances"][0]["IdentityStoreId"]}
    group = store.create_group(**at, DisplayName="developers")["GroupId"]

    def joins(name: str) -> None:
        made = store.create_user(**at, UserName=name, DisplayName="M", Name={"GivenName": "M", "FamilyName": "N"},
                                 Emails=[{"Value": f"{name}@x.example", "Primary": True}])  # fmt: skip
        store.create_group_membership(**at, GroupId=group, MemberId={"UserId": made["UserId"]})

    joins("mallory")
    plan = company.plan(roster(person("dana"), jobs=ADMINS))
    left = about(plan, "group developers")
    assert "mallory, whom the roster does not name for it, would become an administrator" in left.why
    assert not any("permission set" in one.title for one in plan.changes)
    kept = company.plan(roster(person("dana"), jobs=KEPT))
    change = next(one for one in kept.changes if "permission set" in one.title)
    assert change.risk is Risk.CAREFUL
    assert any("mallory" in one for one in change.notes)
    joins("mike")
    with pytest.raises(RefusedError, match="Members"):
        company.apply(kept)
    company.undo(company.follow(roster(person("dana"), jobs=KEPT)))


def about(plan: Plan | Ground, title: str) -> Left:
    """Return what is left under a title."""
    return next(one for one in plan.left if one.title == title)


def iam_user(name: str, *groups: str, path: str = "/", arns: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """Return a user as AWS tells of one."""
    return {
        "UserName": name, "Path": path, "Arn": f"arn:aws:iam::{ACCOUNT}:user{path}{name}", "GroupList": list(groups),
        "AttachedManagedPolicies": [{"PolicyArn": one, "PolicyName": one.rpartition("/")[2]} for one in arns], **more,
    }  # fmt: skip


def on_ground(company_of: list[dict[str, Any]], jobs: dict[str, str], *people: str) -> Ground:
    """Plan the groups of a roster in an account with these users, whose group developers allows nothing yet."""
    group = {"GroupName": "developers", "Path": "/", "Arn": f"arn:aws:iam::{ACCOUNT}:group/developers",
             "AttachedManagedPolicies": [], "GroupPolicyList": []}  # fmt: skip
    other = {"GroupName": "builders", "Path": "/", "AttachedManagedPolicies": [{"PolicyArn": POWER}]}
    facts = {FACT: {"users": company_of, "groups": [group, other], "roles": [], "policies": []}}
    wanted = roster(*(people or (person("zoe"),)), jobs=jobs)
    subject = Subject(account=ACCOUNT, partition="aws")
    ground = Ground(wanted, ACCOUNT, "aws", NOW, facts,
                    lambda own: View(subject, own, Facts({}), Shared()))  # fmt: skip
    ensure_groups(ground)
    return ground


@pytest.mark.parametrize(
    ("members", "policy", "planned"),
    [
        ([iam_user("zoe", "developers")], "AdministratorAccess", True),
        ([iam_user("zoe", "developers", path="/service/")], "AdministratorAccess", False),
        ([iam_user("x", "developers")], "ReadOnlyAccess", False),
        ([iam_user("x", "developers", arns=(ALL,))], "ReadOnlyAccess", True),
        ([iam_user("x", "developers", arns=(POWER,))], "PowerUserAccess", True),
        ([iam_user("x", "developers", "builders")], "PowerUserAccess", True),
        ([iam_user("x", "developers", arns=(POWER,))], "AdministratorAccess", False),
        ([iam_user("x", "other")], "AdministratorAccess", True),
        ([iam_user("x", "developers") | {"GroupList": {"_unknown": {"why": "AccessDenied"}}}], "ReadOnlyAccess", False),
        ([iam_user("z", Tags=[{"Key": "rootwarden:disabled", "Value": "2026-11-01"}]) | {"GroupList": ["developers"]}],
         "ReadOnlyAccess", True),
    ],
    ids=["named by the roster", "named, and a workload", "a stranger", "an administrator already", "has it already",
         "has it by another group", "has less", "in another group", "unread", "disabled"],
)  # fmt: skip
def test_who_would_gain(members: list[dict[str, Any]], policy: str, planned: bool) -> None:
    """Only what gives nobody outside the roster anything is planned without a word of the roster's."""
    ground = on_ground(members, {"developers": f"{{policies: [{policy}]}}"})
    assert bool(ground.changes) is planned
    assert bool(ground.left) is not planned
    if not planned and members[0]["UserName"] == "x" and isinstance(members[0]["GroupList"], dict):
        assert "could not tell who is in it" in ground.left[0].why


def test_who_goes_by_the_same_plan_goes_first() -> None:
    """A user of the roster that moves to another job is still in the group: it has to be out of it first."""
    mover = iam_user("dana", "developers", Tags=[{"Key": "rootwarden:managed", "Value": "company"}])
    jobs = {"developers": "{policies: [ReadOnlyAccess]}", "ops": "{policies: [SecurityAudit]}"}
    ground = on_ground([mover], jobs, person("dana", "ops"))
    assert "plan again" in about(ground, "group developers").todo


def test_a_gate_that_would_bind_others_is_refused() -> None:
    """Whoever is in the group of the MFA gate would be shut out without MFA: nothing is planned until they are out."""
    gate, job = f"arn:aws:iam::{ACCOUNT}:policy/gate", {"developers": "{policies: [SecurityAudit], others: keep}"}
    with pytest.raises(RefusedError, match="developers is there, and x in it"):
        ensure_group(on_ground([iam_user("x", "developers")], job), "developers", (gate,))
    unread = iam_user("x") | {"GroupList": {"_unknown": {"why": "AccessDenied"}}}
    with pytest.raises(UnseenError):
        ensure_group(on_ground([unread], job), "developers", (gate,))
    own = iam_user("zoe", "developers", Tags=[{"Key": "rootwarden:managed", "Value": "company"}])
    ground = on_ground([own], job)
    ensure_group(ground, "developers", (gate,))
    assert len(ground.changes) == 2


def in_centre(found: dict[str, Any], job: str) -> Ground:
    """Plan the jobs of a roster in a directory."""
    ground = Ground(roster(person("dana"), jobs={"developers": job}), ACCOUNT, "aws", NOW,
                    {IDENTITY: {"Arn": "a"}}, lambda _: pytest.fail("looked"))  # fmt: skip
    plan_jobs(Centre(ground, MANAGEMENT, found))
    return ground


@pytest.mark.parametrize(
    ("member", "planned"),
    [
        (user("dana", "developers", kind=""), True),
        (user("mallory", "developers"), False),
        (user("mallory", "developers", "admins"), True),
        (user("mallory", "admins"), True),
        (user("mallory") | {"Groups": {"_unknown": {"why": "AccessDenied"}}}, False),
    ],
    ids=["named by the roster", "a stranger", "an administrator already", "in another group", "unread"],
)
def test_who_would_gain_in_identity_center(member: dict[str, Any], planned: bool) -> None:
    """As with IAM users; who has the permission set already, or administers the account, gains nothing."""
    found = directory(member)
    found["sets"] = found["sets"][:1]
    ground = in_centre(found, "{policies: [PowerUserAccess]}")
    assert bool(ground.changes) is planned
    assert bool(ground.left) is not planned


def test_who_holds_the_set_by_another_way_gains_nothing() -> None:
    """Given to the user alone, it is there already; the note says that the user is in the group."""
    found = directory(user("mallory", "developers"))
    power = {"Name": "PowerUserAccess", "Arn": POWER}
    found["sets"][1] |= {"ManagedPolicies": [power], "assignments": [given("u-mallory", "USER")]}
    change = in_centre(found, "{policies: [PowerUserAccess]}").changes[0]
    assert change.risk is Risk.CAREFUL
    assert any("mallory is in it too, and gains nothing" in one for one in change.notes)
    assert _stale(change, ["mallory", "mike"])
    assert not _stale(change, ["mallory"])


def _stale(change: Change, members: list[str] | Unknown) -> bool:
    reads = {DIRECTORY: {"groups": [{"DisplayName": "developers", "Members": members}], "sets": []}}
    return any("Members" in one.expect.path for one in broken(change.expects, reads))


def test_who_joins_later_is_no_matter_to_the_undo(company: Company) -> None:
    """One run gives a group its policies, another hires into it: the first is taken back, and reads as before."""
    the_group(company)
    plan = company.plan(roster(person("zoe")))
    given = company.apply(replace(plan, changes=tuple(one for one in plan.changes if "group developers" in one.title)))
    assert [one.title for one in given.run.plan.changes] == ["Give the group developers what the roster says"]
    company.iam.add_user_to_group(GroupName="developers", UserName="ci")
    company.undo(given)
    assert company.iam.list_attached_group_policies(GroupName="developers")["AttachedPolicies"] == []
    assert [one["UserName"] for one in company.iam.get_group(GroupName="developers")["Users"]] == ["ci"]


@pytest.mark.parametrize("kept", [True, False])
def test_members_are_a_precondition_only(kept: bool) -> None:
    """They stand in the plan file, whose former shape is read as it was; only what is touched has to come back."""
    expects = on_ground([], {"developers": "{policies: [ReadOnlyAccess]}"}).changes[0].expects
    members = next(one for one in expects if "Members" in one.path)
    assert members.beforehand
    assert members not in touching(expects)
    assert len(touching(expects)) == len(expects) - 1
    former = {key: value for key, value in to_builtins(members).items() if kept or key != "beforehand"}
    assert convert(former, Expect).beforehand is kept
    assert "beforehand" not in to_builtins(Expect(fact=FACT))


@pytest.mark.parametrize(
    ("policy", "severity"), [("IAMFullAccess", "high"), ("AdministratorAccess", "high"), ("PowerUserAccess", "medium")]
)
def test_both_services_read_an_administrator_alike(policy: str, severity: str) -> None:
    """Power over IAM is power over all, and AWS's own texts are known where neither service shows them."""
    job = f"{{policies: [{policy}]}}"
    at_centre = in_centre(directory(user("x", "developers")) | {"sets": []}, job)
    for ground in (on_ground([iam_user("x", "developers")], {"developers": job}), at_centre):
        left = about(ground, "group developers")
        assert (left.severity.value, "x, whom" in left.why, "may" in left.why) == (severity, True, False)
        assert ("would become an administrator" in left.why) is (severity == "high")
