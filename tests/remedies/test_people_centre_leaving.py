"""Who goes in Identity Center: all access at once, the user after the grace; but not who asks, nor the last admin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rootwarden.aws.ask import Ask
from rootwarden.errors import RefusedError
from rootwarden.flows.applying.guards.guard import Guarded
from rootwarden.flows.applying.guards.last_way_by_centre import GUARD
from rootwarden.flows.applying.looking import Looked
from rootwarden.flows.applying.running import apply_plan
from rootwarden.model.expect import as_if, broken
from rootwarden.model.readings import Unknown
from rootwarden.proofs.centre_people import FACT, administrators, centre_user
from tests.emulated.lab_at_work import client, entry
from tests.remedies.centre_at_hand import MARK, NAMED, NOW, SSO, STAFF, directory, given, planned, user
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    MANAGEMENT,
    Company,
    _company,
    _open_company,
    person,
    roster,
)


def test_a_leaver_loses_groups_and_what_was_given_to_the_user_alone() -> None:
    """In that order, and then it is marked with the day; planned again there is nothing to do; undone all is back."""
    own = (given("u-dana", "USER"), given("u-dana", "USER", MANAGEMENT), given("u-boss", "USER", MANAGEMENT))
    found = directory(*STAFF, user("dana", "developers"), user("boss", "admins"), direct=own)
    ground = planned(found, roster(*NAMED, person("boss", "admins")))
    (change,) = ground.changes
    assert [step.call.operation for step in change.steps] == [
        "DeleteAccountAssignment", "DeleteAccountAssignment", "GetGroupMembershipId", "DeleteGroupMembership",
        "UpdateUser",
    ]  # fmt: skip
    assert change.steps[-1].call.parameters["Operations"][0]["AttributeValue"] == f"{MARK}:left:2026-11-26"
    assert [call.operation for step in reversed(change.steps) for call in step.undo] == [
        "UpdateUser",
        "CreateGroupMembership",
        "CreateAccountAssignment",
        "CreateAccountAssignment",
    ]
    assert any("Disable user access" in note for note in change.notes)
    after = as_if({FACT: found}, change.then)[FACT]
    assert not planned(after, roster(*NAMED, person("boss", "admins"))).changes
    assert administrators(after) == {ACCOUNT: {"boss"}, MANAGEMENT: {"boss"}}
    alone = directory(*STAFF, user("dana"), user("boss", "admins"), direct=(given("u-dana", "USER", MANAGEMENT),))
    spared = planned(alone, roster(*NAMED, person("boss", "admins")))
    assert (spared.changes, MANAGEMENT in spared.left[0].why) == ([], True)


def test_deleted_after_the_grace_only_and_never_with_access() -> None:
    """The day stands in the user type; whoever got access again meanwhile is named and left."""
    wanted, kind = roster(*NAMED), f"{MARK}:left:2026-11-01"
    days = timedelta(days=wanted.grace_days)
    gone = directory(*STAFF, user("dana", kind=kind))
    last = datetime(2026, 11, 1, 12, tzinfo=UTC) + days
    assert not planned(gone, wanted, now=last).changes
    (change,) = planned(gone, wanted, now=last + timedelta(days=1)).changes
    assert [step.call.operation for step in change.steps] == ["DeleteUser"]
    assert change.stays
    for back in (user("dana", "developers", kind=kind), user("dana", kind=f"{MARK}:left:soon")):
        ground = planned(directory(*STAFF, back), wanted, now=last + timedelta(days=1))
        assert (ground.changes, ground.left[0].title) == ([], "leaver dana")
    direct = directory(*STAFF, user("dana", kind=kind), direct=(given("u-dana", "USER"),))
    assert "has access all the same" in planned(direct, wanted, now=last + timedelta(days=1)).left[0].why


def test_the_shortest_grace_is_a_day() -> None:
    """Marked a minute before midnight, nobody is deleted a minute after it: for good means a day at least."""
    wanted, when = roster(*NAMED, top="grace_days: 1"), datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
    gone = directory(*STAFF, user("dana", kind=f"{MARK}:left:{when:%Y-%m-%d}"))
    days = {n: len(planned(gone, wanted, now=when + timedelta(minutes=2, days=n)).changes) for n in range(3)}
    assert days == {0: 0, 1: 1, 2: 1}


@pytest.mark.parametrize("kind", [MARK, f"{MARK}:left:2026-01-01"])
def test_access_that_was_given_after_planning_is_seen(kind: str) -> None:
    """Then the plan is stale; given while it is made, it is not proved: whoever keeps access is no leaver."""
    groups = ("developers",) if kind == MARK else ()
    some = (given("u-dana", "USER", MANAGEMENT), given("u-boss", "USER", MANAGEMENT))
    for held in ((), some) if groups else ((),):
        before = directory(*STAFF, user("dana", *groups, kind=kind), user("boss", "admins", kind="x"), direct=held)
        (change,) = planned(before, roster(*NAMED), confirmed=1 if groups else None).changes
        assert broken(change.expects, {FACT: before}) == []
        more = directory(*before["users"], direct=(*held, given("u-dana", "USER")))
        assert [one.expect.at[-1] for one in broken(change.expects, {FACT: more})] == ["Direct"]
        after = as_if({FACT: before}, change.then)
        assert broken(change.then, after) == []
        if groups:
            (dana,) = (one for one in after[FACT]["users"] if one["UserName"] == "dana")
            assert dana["Direct"] == []
            dana["Direct"] = [f"admins in {ACCOUNT}"]
            assert [one.expect.at[-1] for one in broken(change.then, after)] == ["Direct"]


def test_who_has_no_access_is_marked_and_counted_too() -> None:
    """A roster that was cut short, of people who are in no group just now, marks nobody: the mark leads to deletion."""
    gone, boss = [user(f"gone{n}") for n in range(8)], user("boss", "admins", kind="x")
    with pytest.raises(RefusedError, match=r"8 of 20 people would be disabled: gone0, .* --confirm-count 8"):
        planned(directory(*STAFF, *gone, boss), roster(*NAMED))
    ground = planned(directory(*STAFF, *gone, boss), roster(*NAMED), confirmed=8)
    assert [one.title for one in ground.changes] == [f"Mark gone{n} as one who has left" for n in range(8)]
    assert {tuple(step.call.operation for step in one.steps) for one in ground.changes} == {("UpdateUser",)}
    after = as_if({FACT: directory(*STAFF, *gone, boss)}, [one for change in ground.changes for one in change.then])
    assert not planned(after[FACT], roster(*NAMED)).changes
    two = directory(*STAFF, *gone, boss, user("dana", "developers"), user("erik"), direct=(given("u-erik", "USER"),))
    with pytest.raises(RefusedError, match="10 of 22 people would be disabled: gone0"):
        planned(two, roster(*NAMED))
    assert len(planned(two, roster(*NAMED), confirmed=10).changes) == 10


def test_deletions_are_counted_with_the_others() -> None:
    """Of twelve who left, and of one who leaves while one is deleted; who waits for the end of the grace is no part."""
    old, new = f"{MARK}:left:2026-01-01", f"{MARK}:left:2026-11-20"
    left = [user(f"gone{n}", kind=old) for n in range(6)]
    waiting = [user(f"waits{n}", kind=new) for n in range(40)]
    with pytest.raises(RefusedError, match=r"6 of 18 people would be deleted: gone0, .* --confirm-count 6"):
        planned(directory(*STAFF, *left, *waiting), roster(*NAMED))
    assert len(planned(directory(*STAFF, *left, *waiting), roster(*NAMED), confirmed=6).changes) == 6
    assert len(planned(directory(*STAFF, left[0], *waiting), roster(*NAMED)).changes) == 1
    both = directory(*STAFF, left[0], user("dana", "developers"))
    with pytest.raises(RefusedError, match="2 of 14 people would be disabled or deleted: dana, gone0"):
        planned(both, roster(*NAMED))
    with pytest.raises(RefusedError, match="2 people would be disabled or deleted, and 1 were confirmed"):
        planned(both, roster(*NAMED), confirmed=1)


def test_who_comes_back_is_marked_no_more() -> None:
    """The user is there still: it is put into its groups, and its type is the roster's again."""
    found = directory(*STAFF, user("dana", kind=f"{MARK}:left:2026-11-01"))
    (change,) = planned(found, roster(*NAMED, person("dana"))).changes
    after = as_if({FACT: found}, change.then)[FACT]
    assert next(one for one in after["users"] if one["UserName"] == "dana")["UserType"] == MARK
    assert not planned(after, roster(*NAMED, person("dana"))).changes


def test_two_administrators_who_leave_at_once() -> None:
    """Each has the other: one of them goes, and the last one stays and is named."""
    found = directory(*STAFF, user("ada", "admins"), user("bob", "admins"))
    ground = planned(found, roster(*NAMED), confirmed=1)
    assert [one.resource for one in ground.changes] == ["ada"]
    assert f"who administers {ACCOUNT}" in next(one.why for one in ground.left if one.title == "leaver bob")


def test_a_mover_who_is_the_last_administrator_stays() -> None:
    """As a leaver would."""
    found = directory(*STAFF, user("ada", "admins"))
    ground = planned(found, roster(*NAMED, person("ada")))
    assert (ground.changes, [one.title for one in ground.left]) == ([], ["user ada"])


@pytest.mark.parametrize("name", ["dana", "Dana"])
def test_who_asks_is_spared_and_cannot_apply_it(name: str) -> None:
    """Known by the session of Identity Center, not by its role; nor is who asks moved out of a group."""
    found = directory(*STAFF, user("dana", "developers"), user("boss", "admins"))
    ground = planned(found, roster(*NAMED, person("boss", "admins")), arn=f"{SSO}{name}")
    assert ground.changes == []
    assert "it is who asks" in ground.left[0].why
    moved = planned(found, roster(*NAMED, person("dana", "support"), person("boss", "admins")), arn=f"{SSO}{name}")
    assert "would lose developers" in next(one.why for one in moved.left if one.title == "user dana")
    other = planned(found, roster(*NAMED, person("boss", "admins")), arn=f"{SSO}eve")
    assert other.changes[0].shuts_out(f"{SSO}{name}")
    assert not other.changes[0].shuts_out(f"{SSO}eve")
    assert not other.changes[0].shuts_out(f"arn:aws:sts::{MANAGEMENT}:assumed-role/Other/{name}")


def test_whose_a_session_is() -> None:
    """Only roles that Identity Center made name its users."""
    assert centre_user(f"{SSO}dana@company.example") == "dana@company.example"
    assert centre_user(f"arn:aws:sts::{MANAGEMENT}:assumed-role/Admin/dana") == ""
    assert centre_user(f"arn:aws:iam::{MANAGEMENT}:user/dana") == ""


def test_the_guard_looks_again_and_refuses() -> None:
    """When the plan was made there was another administrator; now there is none, or nobody can tell."""
    before = directory(*STAFF, user("ada", "admins"), user("bob", "admins"))
    changes = tuple(planned(before, roster(*NAMED, person("bob", "admins"))).changes)
    assert all(map(GUARD.about, changes))

    def refused(now: Any) -> list[str]:
        seen = Looked({MANAGEMENT: {FACT: now}}, {})
        return [one.what for one in GUARD.check(Guarded(changes=changes, seen=seen, request=None, enter=None, now=NOW))]  # type: ignore[arg-type]

    assert refused(before) == []
    assert "by Identity Center any more" in refused(directory(*STAFF, user("ada", "admins")))[0]
    assert "nobody can tell" in refused({**before, "users": Unknown("AccessDenied").mark()})[0]
    assert "nobody can tell" in refused(None)[0]


class Crash(BaseException):
    """The end of a process."""


def test_there_and_back_in_the_lab(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leaver with an assignment of its own loses it, gets it back undone, and is deleted once the grace is over.

    Undoing dies right after it gave the assignment back: undone again it looks, and gives it no second time.
    """
    who = entry(company.lab, MANAGEMENT)
    admin, store = client(company.lab, "sso-admin", who), client(company.lab, "identitystore", who)
    admin.create_instance(Name="company")
    instance = admin.list_instances()["Instances"][0]
    at, arn = {"IdentityStoreId": instance["IdentityStoreId"]}, {"InstanceArn": instance["InstanceArn"]}
    jobs = {"developers": "{policies: [PowerUserAccess]}"}
    staff = [person(f"p{n}") for n in range(2)]
    company.follow(roster(*staff, person("dana"), jobs=jobs))
    (dana,) = (one for one in store.list_users(**at)["Users"] if one["UserName"] == "dana")
    own = {**arn, "PermissionSetArn": admin.list_permission_sets(**arn)["PermissionSets"][0]}
    admin.create_account_assignment(
        **own, TargetId=ACCOUNT, TargetType="AWS_ACCOUNT", PrincipalType="USER", PrincipalId=dana["UserId"]
    )

    def held() -> tuple[int, int, str]:
        groups = store.list_group_memberships_for_member(**at, MemberId={"UserId": dana["UserId"]})["GroupMemberships"]
        mine = [one for one in admin.list_account_assignments(**own, AccountId=ACCOUNT)["AccountAssignments"]
                if one["PrincipalId"] == dana["UserId"]]  # fmt: skip
        return len(groups), len(mine), store.describe_user(**at, UserId=dana["UserId"])["UserType"]

    before = held()
    assert before == (1, 1, MARK)
    wanted = roster(*staff, jobs=jobs)
    with pytest.raises(RefusedError, match="--confirm-count 1"):
        company.plan(wanted)
    plan = company.plan(wanted, confirmed=1)
    again = {"TargetId": MANAGEMENT, "TargetType": "AWS_ACCOUNT", "PrincipalType": "USER"}
    admin.create_account_assignment(**own, **again, PrincipalId=dana["UserId"])
    with pytest.raises(RefusedError, match="Direct"):
        company.apply(plan)
    assert held() == before
    admin.delete_account_assignment(**own, **again, PrincipalId=dana["UserId"])
    done = company.apply(plan)
    assert held()[:2] == (0, 0)
    with monkeypatch.context() as patch:
        real = Ask.call

        def dying(self: Ask, service: str, asked: str, region: str = "", /, **parameters: Any) -> Any:
            answer = real(self, service, asked, region, **parameters)
            if asked == "CreateAccountAssignment":
                raise Crash
            return answer

        patch.setattr(Ask, "call", dying)
        with pytest.raises(Crash):
            company.undo(done)
    company.undo(done)
    assert held() == before
    assert any("it is there already" in line for line in company.told)
    company.follow(wanted, confirmed=1)
    operations = [{"AttributePath": "userType", "AttributeValue": f"{MARK}:left:2026-01-01"}]
    store.update_user(**at, UserId=dana["UserId"], Operations=operations)
    plan = company.plan(wanted, confirmed=1)
    assert [one.title for one in plan.changes] == ["Delete the user dana"]
    done = apply_plan(plan, company.request, lambda *_: True, print)
    assert done is not None
    assert done.exit == 0
    assert "dana" not in {one["UserName"] for one in store.list_users(**at)["Users"]}
