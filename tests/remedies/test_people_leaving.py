"""Who leaves is disabled at once and deleted later; a roster cut short, and a careless one, disable nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from rootwarden.errors import Exit, InputError, RefusedError
from rootwarden.flows.applying.undoing import undo_run
from rootwarden.lab.clock import now
from rootwarden.lab.server import Lab
from rootwarden.model.plan import Risk
from rootwarden.model.shared import Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.view import Subject, View
from rootwarden.people.deleting import may_be_deleted
from rootwarden.people.ground import CREDENTIALS, Ground
from rootwarden.people.leaving import DENY_POLICY, deny_document, last_use
from rootwarden.people.reading import read_roster
from rootwarden.people.roster import DISABLED, MANAGED
from rootwarden.proofs.identity_decision import user_may
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import client
from tests.emulated.lab_remembered import Remembered
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    Company,
    _company,
    _open_company,
    open_by,
    person,
    roster,
    roster_text,
)

TEN = [f"p{n}" for n in range(10)]
_STAFFED: list[tuple[Lab, Remembered]] = []


def of(*users: str, top: str = "") -> object:
    """Return a roster of developers, with one administrator whose way in is a key that works."""
    return roster(*(person(user) for user in users), top=top)


def way_in(company: Company) -> None:
    """Give the account an administrator who is no person of the roster and can surely come in."""
    company.iam.create_user(UserName="founder")
    company.iam.attach_user_policy(UserName="founder", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    company.iam.create_access_key(UserName="founder")


@pytest.fixture(name="staffed")
def _staffed(open_company: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The company in which ten people of the roster work, and one founder; they are hired once for all tests."""
    with open_by(open_company, tmp_path, monkeypatch) as company:
        if not _STAFFED:
            way_in(company)
            company.follow(of(*TEN))
            _STAFFED.append((open_company, Remembered()))
        lab, staffed = _STAFFED[0]
        assert lab is open_company
        lab.reset()
        staffed.again()
        company.sign_in(monkeypatch)
        yield company


def state(company: Company, user: str) -> tuple[bool, list[str], str]:
    """Return whether a user has a password, the states of its keys, and since when it is disabled."""
    iam = company.iam
    try:
        iam.get_login_profile(UserName=user)
        password = True
    except iam.exceptions.NoSuchEntityException:
        password = False
    keys = [one["Status"] for one in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]]
    tags = {one["Key"]: one["Value"] for one in iam.get_user(UserName=user)["User"].get("Tags", [])}
    return password, keys, tags.get(DISABLED, "")


def test_disabled_and_back(staffed: Company) -> None:
    """Everything is denied, the key is inactive, the password is gone; undone, all but the password is as before."""
    staffed.iam.create_access_key(UserName="p9")
    staffed.iam.update_login_profile(UserName="p9", PasswordResetRequired=False)
    before = staffed.people()
    plan = staffed.plan(of(*TEN[:9]))
    assert [(one.title, one.risk) for one in plan.changes] == [("Disable the user p9", Risk.CAREFUL)]
    done = staffed.apply(plan)
    today = f"{now():%Y-%m-%d}"
    assert state(staffed, "p9") == (False, ["Inactive"], today)
    seen = staffed.view()
    for mfa in (True, False):
        assert user_may(seen, "p9", "iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/people/p9", mfa=mfa).allowed is False
    assert not staffed.plan(of(*TEN[:9])).changes, "disabled once is enough"
    undone = staffed.undo(done)
    assert staffed.people() == before
    assert state(staffed, "p9") == (False, ["Active"], "")
    assert "password of p9 is gone" in undone.checked[0].detail


def test_what_is_put_back_before_the_proof_is_no_proof(staffed: Company) -> None:
    """That the password stays excuses neither the denial nor the mark: whoever put them back is found out."""
    done = staffed.follow(of(*TEN[:9]))

    def tell(text: str) -> None:
        if text.startswith("reading again"):
            staffed.iam.put_user_policy(
                UserName="p9", PolicyName=DENY_POLICY, PolicyDocument=json.dumps(deny_document())
            )

    undone = undo_run(done.run.id, staffed.request, lambda *_: True, tell)
    assert undone is not None
    assert undone.exit is Exit.UNVERIFIED
    (checked,) = undone.checked
    assert not checked.proved
    assert DENY_POLICY in checked.detail


def test_a_key_in_use_is_told_with_when_where_and_for_what(staffed: Company) -> None:
    """It is switched off all the same; of one that was never used nothing is said."""
    used = staffed.iam.create_access_key(UserName="p9")["AccessKey"]["AccessKeyId"]
    staffed.iam.create_access_key(UserName="p9")
    client(staffed.lab, "sqs", {"AccessKeyId": used, "SecretAccessKey": "a" * 40}, "eu-west-3").list_queues()
    (change,) = staffed.plan(of(*TEN[:9])).changes
    (told,) = [one for one in change.notes if "last used" in one]
    assert (
        told.partition(" was ")[2]
        == f"last used on {now():%Y-%m-%d}, for sqs in eu-west-3: what still runs with it stops"
    )


@pytest.mark.parametrize("cells", [{}, {"access_key_1_active": "false"}])
def test_a_report_that_is_older_than_a_key_does_not_say_that_nobody_uses_it(cells: dict[str, str]) -> None:
    report = {
        "rows": [
            {"user": "p9", "arn": f"arn:aws:iam::{ACCOUNT}:user/people/p9", "access_key_2_active": "false"} | cells
        ]
    }
    facts = {"iam.credential_report": report}
    subject = Subject(account=ACCOUNT, partition="aws")
    ground = Ground(
        roster(person("p0")), ACCOUNT, "aws", now(), facts, lambda own: View(subject, own, Facts({}), Shared())
    )  # fmt: skip
    (told,) = last_use(ground, "p9", ["AKIA1"])
    assert told.startswith("nobody could say when")
    assert not list(last_use(ground, "p9", []))


def test_who_comes_back_gets_a_new_password(company: Company) -> None:
    """Named again, a leaver is let in with a new first password and in the same groups."""
    way_in(company)
    company.follow(of(*TEN))
    company.follow(of(*TEN[:9]))
    path = company.folder / "handover" / f"{ACCOUNT}-p9.txt"
    old = path.read_text()
    company.follow(of(*TEN))
    assert state(company, "p9") == (True, [], "")
    assert path.read_text() != old
    assert company.iam.get_login_profile(UserName="p9")["LoginProfile"]["PasswordResetRequired"]
    assert user_may(company.view(), "p9", "s3:ListAllMyBuckets", "*", mfa=True).allowed


def test_deleted_after_the_grace_period_only(staffed: Company) -> None:
    """On the last day of grace nothing happens; the day after, the user goes with all that hangs on it."""
    staffed.iam.create_access_key(UserName="p9")
    device = staffed.iam.create_virtual_mfa_device(VirtualMFADeviceName="p9")["VirtualMFADevice"]["SerialNumber"]
    staffed.iam.enable_mfa_device(
        UserName="p9", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    staffed.follow(of(*TEN[:9]))
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/people/p9"},
        "Action": "sts:AssumeRole",
    }
    staffed.iam.create_role(
        RoleName="deployer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    for days, planned in ((30, []), (31, ["Delete the user p9"])):
        day = f"{now() - timedelta(days=days):%Y-%m-%d}"
        staffed.iam.tag_user(UserName="p9", Tags=[{"Key": DISABLED, "Value": day}])
        plan = staffed.plan(of(*TEN[:9]))
        assert [one.title for one in plan.changes] == planned
    assert plan.changes[0].risk is Risk.CAREFUL  # the grace period was the wait that a dangerous change has
    assert plan.changes[0].stays
    assert any(one.startswith("the trust of deployer names it") for one in plan.changes[0].notes)
    staffed.apply(plan)
    assert "p9" not in {one["UserName"] for one in staffed.iam.list_users()["Users"]}
    assert not staffed.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert not staffed.plan(of(*TEN[:9])).changes


def test_the_shortest_grace_is_a_day() -> None:
    """Disabled a minute before midnight, nobody is deleted a minute after it: for good means a day at least."""
    when = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
    arn = f"arn:aws:iam::{ACCOUNT}:user/people/p9"
    user = {"UserName": "p9", "Arn": arn, "Tags": [{"Key": DISABLED, "Value": f"{when:%Y-%m-%d}"}],
            "UserPolicyList": [{"PolicyName": DENY_POLICY, "PolicyDocument": deny_document()}]}  # fmt: skip
    facts = {CREDENTIALS: {"users": [{"UserName": "p9", "LoginProfile": None, "AccessKeys": []}]}}
    wanted = roster(person("p0"), top="grace_days: 1")
    days = {}
    for n in range(3):
        at = when + timedelta(minutes=2, days=n)
        days[n] = may_be_deleted(Ground(wanted, ACCOUNT, "aws", at, facts, lambda _: pytest.fail("looked")), user)
    assert days == {0: False, 1: True, 2: True}


def test_deletions_are_counted_with_the_others(company: Company) -> None:
    """Six who left long ago are not deleted at once without their number; who is still in the grace is no part."""
    way_in(company)
    denial, iam = json.dumps(deny_document()), company.iam
    for n in range(40):
        day = "2020-01-01" if n in range(12, 18) else f"{now():%Y-%m-%d}"
        mark = {MANAGED: "company"} | ({} if n < 12 else {DISABLED: day})
        iam.create_user(
            UserName=f"u{n:02}", Path="/people/", Tags=[{"Key": key, "Value": value} for key, value in mark.items()]
        )
        if n >= 12:
            iam.put_user_policy(UserName=f"u{n:02}", PolicyName=DENY_POLICY, PolicyDocument=denial)
    staff = [f"u{n:02}" for n in range(12)]
    with pytest.raises(RefusedError, match=r"6 of 18 people would be deleted: u12, .* --confirm-count 6"):
        company.plan(of(*staff))
    with pytest.raises(RefusedError, match="7 of 18 people would be disabled or deleted: u11, u12"):
        company.plan(of(*staff[:11]))
    plan = company.plan(of(*staff[:11]), confirmed=7)
    titles = [one.title for one in plan.changes]
    assert [title for title in titles if title.startswith(("Disable", "Delete"))] == [
        "Disable the user u11", *(f"Delete the user u{n}" for n in range(12, 18))
    ]  # fmt: skip


def test_one_that_was_enabled_again_is_not_deleted(staffed: Company) -> None:
    """A user with the old mark and a working key is in somebody's use: a person has to look."""
    staffed.follow(of(*TEN[:9]))
    staffed.iam.tag_user(UserName="p9", Tags=[{"Key": DISABLED, "Value": "2020-01-01"}])
    staffed.iam.create_access_key(UserName="p9")
    plan = staffed.plan(of(*TEN[:9]))
    assert not plan.changes
    assert "can be used all the same" in next(one.why for one in plan.left if one.title == "leaver p9")


def test_a_last_day_ends_a_job(staffed: Company) -> None:
    """Who has a last day is disabled the day after it, without being taken off the roster."""
    for days, planned in ((0, []), (1, ["Disable the user p9"])):
        until = f", until: {now() - timedelta(days=days):%Y-%m-%d}"
        wanted = roster(*(person(user) for user in TEN[:9]), person("p9", more=until))
        assert [one.title for one in staffed.plan(wanted).changes] == planned


@pytest.mark.parametrize(("there", "left", "refused"), [(10, 9, False), (9, 8, True), (60, 55, False), (61, 55, True)])
def test_many_at_once_need_a_number(company: Company, there: int, left: int, refused: bool) -> None:
    """One of ten may go, one of nine may not; five of sixty may, six of sixty-one may not: the number is asked for."""
    way_in(company)
    iam = company.iam
    for n in range(there):
        iam.create_user(UserName=f"u{n}", Path="/people/", Tags=[{"Key": MANAGED, "Value": "company"}])
    wanted = of(*(f"u{n}" for n in range(left)))
    gone = there - left
    if not refused:
        assert sum(one.title.startswith("Disable") for one in company.plan(wanted).changes) == gone
        return
    with pytest.raises(RefusedError, match=f"--confirm-count {gone}") as error:
        company.plan(wanted)
    assert error.value.exit_code == 6
    with pytest.raises(RefusedError, match="were confirmed"):
        company.plan(wanted, confirmed=gone - 1)
    plan = company.plan(wanted, confirmed=gone)
    assert sum(one.title.startswith("Disable") for one in plan.changes) == gone


def test_an_empty_or_cut_roster_is_no_roster() -> None:
    """A file that names nobody, or fewer than it counts, or ends within a person, is refused as a file."""
    for text, why in (
        (roster_text(), "people"),
        (roster_text(person("a"), top="count: 2"), "count"),
        (roster_text(person("a")).rstrip().removesuffix("developers}"), "roster.yaml"),
        ("", "roster.yaml"),
    ):
        with pytest.raises(InputError, match=why):
            read_roster(text, "roster.yaml")


def test_only_marked_users_are_ever_disabled(staffed: Company) -> None:
    """Users without the mark, or with that of another roster, are not touched, whoever is on the roster."""
    staffed.iam.create_user(UserName="stranger")
    staffed.iam.create_user(UserName="theirs", Tags=[{"Key": MANAGED, "Value": "subsidiary"}])
    touched = {one.resource.rpartition("/")[2] for one in staffed.plan(of(*TEN[:9])).changes}
    assert touched == {"p9"}


def test_break_glass_users_and_workloads_are_spared(staffed: Company) -> None:
    """Named on the roster, called so, or at work for a machine: none of them is disabled, and the plan says why."""
    mark = [{"Key": MANAGED, "Value": "company"}]
    for name, path in (("vault", "/"), ("Break-Glass-1", "/"), ("emergency", "/"), ("batch", "/service/")):
        staffed.iam.create_user(UserName=name, Path=path, Tags=mark)
    plan = staffed.plan(of(*TEN, top="break_glass: [Vault]"))
    assert not plan.changes
    why = {one.title: one.why for one in plan.left}
    assert "break-glass user of the roster" in why["leaver vault"]
    assert "name says" in why["leaver Break-Glass-1"]
    assert "name says" in why["leaver emergency"]
    assert "workload" in why["leaver batch"]
    staffed.iam.add_user_to_group(GroupName="developers", UserName="emergency")
    moved = staffed.plan(roster(*map(person, TEN), person("emergency", "support"), top="break_glass: [vault]"))
    (calls,) = ([step.call.operation for step in one.steps] for one in moved.changes
                if one.title == "Bring emergency to what the roster says")  # fmt: skip
    assert ("AddUserToGroup" in calls, "RemoveUserFromGroup" in calls) == (True, False)
    assert any("would lose developers" in one.why for one in moved.left if one.title == "user emergency")


def test_who_asks_is_spared_and_cannot_apply_it(staffed: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan leaves the caller alone, and a plan that names the caller is refused when the caller applies it."""
    key = staffed.iam.create_access_key(UserName="p9")["AccessKey"]
    others = staffed.plan(of(*TEN[:9]))
    sign_in(monkeypatch, staffed.lab, ACCOUNT)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    mine = staffed.plan(of(*TEN[:9]))
    assert not mine.changes
    assert any("it is who asks" in one.why for one in mine.left)
    with pytest.raises(RefusedError, match="that is who asks"):
        staffed.apply(replace(others, caller=ACCOUNT))
    assert state(staffed, "p9")[1] == ["Active"]


def test_the_last_way_in_is_spared(company: Company) -> None:
    """The only administrator is not disabled, nor moved out of the administrators; with another one it is."""
    users = [person("boss", "admins"), *(person(user) for user in TEN)]
    company.follow(roster(*users))
    company.iam.create_access_key(UserName="boss")
    company.iam.remove_user_from_group(GroupName="company-mfa-gate", UserName="boss")
    _close_roles(company)
    left = company.plan(roster(*users[1:]))
    assert not [one for one in left.changes if "boss" in one.title]
    assert any("last way into the account" in one.why for one in left.left)
    moved = company.plan(roster(person("boss"), *users[1:]))
    assert not [one for one in moved.changes if "boss" in one.title]
    way_in(company)
    assert [one.title for one in company.plan(roster(*users[1:])).changes] == ["Disable the user boss"]


def _close_roles(company: Company) -> None:
    """Take away the roles through which the management account can come in as an administrator."""
    service = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},' \
              '"Action":"sts:AssumeRole"}]}'  # fmt: skip
    company.iam.update_assume_role_policy(RoleName="OrganizationAccountAccessRole", PolicyDocument=service)
    company.iam.delete_role_policy(RoleName="RootwardenRemediate", PolicyName="RootwardenRemediate")


def test_unread_credentials_disable_nobody(staffed: Company) -> None:
    """Where the keys of a leaver cannot be read, the leaver is left, and the plan names what was missing."""
    staffed.lab.deny("iam:ListAccessKeys", account=ACCOUNT)
    try:
        plan = staffed.plan(of(*TEN[:9]))
    finally:
        staffed.lab.clear_faults()
    assert not plan.changes
    assert any("iam:ListAccessKeys" in one.why for one in plan.left)
