"""Owners, the MFA gate for users that are there, and a way in for administrators: planned, applied, judged, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rootwarden import catalogue
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.live import plan_live
from rootwarden.flows.planning import PlanRequest
from rootwarden.model.plan import Plan
from rootwarden.proofs.identity_decision import user_may
from tests.emulated.collecting import sign_in
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    MANAGEMENT,
    Company,
    _company,
    _open_company,
)

OWNERS = ("ci=platform team", "old-hand=old@company.example", "yan = yan@company.example", "shared-box=two people")


@pytest.fixture(name="at_home")
def _at_home(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Somebody at work in the people's own account."""
    sign_in(monkeypatch, company.lab, ACCOUNT)
    return company


def plan(*controls: str, settings: dict[str, Any] | None = None, wishes: tuple[str, ...] = ()) -> Plan:
    """Plan for these controls and wishes."""
    judging = JudgeRequest(controls=tuple(catalogue.find(one) for one in controls), settings={})
    request = PlanRequest(judging=judging, settings=settings or {}, wishes=wishes)
    return plan_live(CollectRequest(regions=("us-east-1",)), request)[1]


def why(found: Plan) -> dict[str, str]:
    """Return why findings are left, by what they are about."""
    return {one.resource.rpartition("/")[2] or one.why: f"{one.why}; {one.todo}" for one in found.left}


def test_an_owner_is_written_down(at_home: Company) -> None:
    """Whoever the configuration names is tagged, unless an owner is not all that the user lacks."""
    iam = at_home.iam
    iam.create_user(UserName="yan", Tags=[{"Key": "Owner", "Value": ""}])
    iam.create_user(UserName="shared-box")
    iam.create_login_profile(UserName="shared-box", Password="Lab-only-7-not-a-secret!")
    settings = {"name-user-owner": {"owners": OWNERS}}
    found = plan("RW-IAM-01", settings=settings)
    assert found.changes, why(found)
    assert {one.title for one in found.changes} == {"Tag the user ci as platform team's",
                                                    "Tag the user yan as yan@company.example's"}  # fmt: skip
    assert "an owner is not enough" in why(found)["shared-box"]
    assert "share; write a roster" in why(found)["shared-box"]
    assert "delete-login-profile --user-name shared-box" in why(found)["shared-box"]
    assert "an owner is not enough" in why(plan("RW-IAM-01"))["shared-box"]  # nobody is sent there to come back


def test_nobody_is_guessed(at_home: Company) -> None:
    """Without a word on whose user it is there is no change, and the plan says where to write it."""
    found = plan("RW-IAM-01")
    assert not found.changes
    assert '"ci=PERSON" to owners under [remedies.name-user-owner]' in why(found)["ci"]


def test_mfa_is_enrolled_by_its_user(at_home: Company) -> None:
    """No plan pretends to enrol a device: the runbook is named."""
    at_home.iam.attach_user_policy(UserName="old-hand", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    found = plan("RW-IAM-02", "RW-IAM-03")
    assert not found.changes
    assert [one.control for one in found.left] == ["RW-IAM-02", "RW-IAM-03"]
    assert all("rootwarden runbook user-mfa old-hand" in one.todo for one in found.left)


def test_whoever_has_the_gate_is_not_told_to_configure_it(at_home: Company) -> None:
    """The section is named where it is missing only."""
    assert "with [remedies.require-user-mfa]" in why(plan("RW-IAM-02"))["old-hand"]
    assert "or the plan says why not" in why(plan("RW-IAM-02", wishes=("require-user-mfa",)))["old-hand"]


def test_the_gate_takes_in_whom_it_may(at_home: Company) -> None:
    """People with a password go behind the gate; keys, workloads and break-glass users never do, and undo opens it."""
    iam = at_home.iam
    for user, path, key in (("keyed", "/", True), ("batch", "/service/", False), ("break-glass", "/", False),
                            ("vault", "/", False), ("plain", "/", False)):  # fmt: skip
        iam.create_user(UserName=user, Path=path)
        iam.create_login_profile(UserName=user, Password="Lab-only-7-not-a-secret!")
        if key:
            iam.create_access_key(UserName=user)
    iam.create_user(UserName="no-password")
    before = at_home.people()
    settings = {"require-user-mfa": {"break_glass": ("Vault",)}}
    found = plan("RW-IAM-13", settings=settings, wishes=("require-user-mfa",))
    assert [one.title for one in found.changes] == [
        "Make the MFA gate rootwarden-mfa-gate", "Put old-hand behind the MFA gate", "Put plain behind the MFA gate",
    ]  # fmt: skip
    said = " ".join(why(found))
    for text in ("keyed is not put", "active access key", "batch is not put", "break-glass is not put", "vault is not"):
        assert text in said
    done = at_home.apply(found)
    assert not plan("RW-IAM-13", settings=settings, wishes=("require-user-mfa",)).changes
    seen = at_home.view()
    own = f"arn:aws:iam::{ACCOUNT}:user/plain"
    assert user_may(seen, "plain", "iam:ChangePassword", own, mfa=False).allowed
    assert user_may(seen, "plain", "iam:DeactivateMFADevice", own, mfa=False).allowed is False
    at_home.undo(done)
    assert at_home.people() == before


def test_a_new_key_is_seen_before_the_report_knows(at_home: Company) -> None:
    """A key made after the credential report keeps its user from behind the gate all the same."""
    plan("RW-IAM-02")
    at_home.iam.create_access_key(UserName="old-hand")
    found = plan("RW-IAM-13", wishes=("require-user-mfa",))
    assert not [one for one in found.changes if "old-hand" in one.title]


def _shut(company: Company) -> None:
    """Take all ways in for administrators away."""
    service = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},' \
              '"Action":"sts:AssumeRole"}]}'  # fmt: skip
    company.iam.update_assume_role_policy(RoleName="OrganizationAccountAccessRole", PolicyDocument=service)


@pytest.mark.parametrize(
    ("principals", "says"),
    [
        ((), "set principals"),
        (("*",), "no ARN of a user"),
        ((f"arn:aws:iam::{ACCOUNT}:root",), "nobody by name"),
        ((f"arn:aws:iam::{MANAGEMENT}:user/*",), "no ARN of a user"),
    ],
)
def test_an_admin_path_needs_names(at_home: Company, principals: tuple[str, ...], says: str) -> None:
    """Nobody, everybody, and the whole account itself are no names."""
    _shut(at_home)
    found = plan("RW-IAM-13", settings={"create-admin-path": {"principals": principals}})
    assert not found.changes
    assert says in " ".join(f"{one.why} {one.todo}" for one in found.left)


@pytest.mark.parametrize("names", [("root",), ("user/dana", "user/erik")])
def test_an_admin_path_is_for_those_who_are_named(at_home: Company, names: tuple[str, ...]) -> None:
    """The role is entered by named principals, and with MFA."""
    _shut(at_home)
    named = [f"arn:aws:iam::{MANAGEMENT}:{one}" for one in names]
    found = plan("RW-IAM-13", settings={"create-admin-path": {"principals": tuple(named)}})
    assert [one.resource for one in found.changes] == [f"arn:aws:iam::{ACCOUNT}:role/RootwardenAdmin"]
    (trusted,) = found.changes[0].steps[0].call.parameters["AssumeRolePolicyDocument"]["$json"]["Statement"]
    assert trusted["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert trusted["Principal"] == {"AWS": named if len(named) > 1 else named[0]}
    assert f"nobody looked whether {named[0]}" in " ".join(found.changes[0].notes)


def test_a_stranger_is_not_let_in(at_home: Company) -> None:
    """An account that is not of the organization may be a slip of the pen, unless somebody wrote it down as trusted."""
    _shut(at_home)
    strange = "999988887777"
    settings: dict[str, Any] = {"principals": (f"arn:aws:iam::{strange}:user/dana",)}
    found = plan("RW-IAM-13", settings={"create-admin-path": settings})
    assert not found.changes
    assert f"account {strange}" in " ".join(why(found).values())
    assert "other_accounts under [remedies.create-admin-path]" in " ".join(why(found).values())
    trusted = {"create-admin-path": settings | {"other_accounts": (strange,)}}
    (change,) = plan("RW-IAM-13", settings=trusted).changes
    assert "nobody looked whether" in " ".join(change.notes)


def test_a_role_of_another_account_is_no_way_in(at_home: Company) -> None:
    """A session of a role never carries MFA, whosesoever the role is."""
    _shut(at_home)
    named = (f"arn:aws:iam::{MANAGEMENT}:user/dana", f"arn:aws:iam::{MANAGEMENT}:role/Admins")
    found = plan("RW-IAM-13", settings={"create-admin-path": {"principals": named}})
    assert not found.changes
    assert f"nobody could come from {named[1]}" in " ".join(why(found).values())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("user/nobody", ("there is no user nobody", "create the user")),
        ("user/old-hand", ("old-hand has no MFA", "`rootwarden runbook user-mfa old-hand`")),
        ("role/OrganizationAccountAccessRole", ("a session of a role carries no MFA", "name users")),
    ],
)
def test_an_admin_path_that_nobody_can_enter_is_not_made(at_home: Company, name: str, says: tuple[str, ...]) -> None:
    """Those of the account itself are looked at: who is not there, or has no MFA, could not come in."""
    _shut(at_home)
    own = f"arn:aws:iam::{ACCOUNT}:{name}"
    found = plan("RW-IAM-13", settings={"create-admin-path": {"principals": (own,)}})
    assert (found.changes, found.failing, found.mends) == ((), 1, 0)
    assert all(text in " ".join(why(found).values()) for text in says), why(found)


def test_an_admin_path_of_an_own_user_with_mfa_is_proved(at_home: Company) -> None:
    """Whoever has a password and MFA gets the role, and the control passes."""
    _shut(at_home)
    device = at_home.iam.create_virtual_mfa_device(VirtualMFADeviceName="old-hand")["VirtualMFADevice"]["SerialNumber"]
    at_home.iam.enable_mfa_device(
        UserName="old-hand", SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    named = (f"arn:aws:iam::{ACCOUNT}:user/old-hand",)
    found = plan("RW-IAM-13", settings={"create-admin-path": {"principals": named}})
    assert (len(found.changes), found.mends, found.left) == (1, 1, ())
    assert found.changes[0].title == "Create the role RootwardenAdmin, with MFA for one named principal"
    at_home.apply(found)


def test_what_does_not_suffice_is_not_counted_as_mended(at_home: Company) -> None:
    """One way more where three are wanted: the change is planned, and the finding stays, with the reason."""
    _shut(at_home)
    control = catalogue.find("RW-IAM-13")
    judging = JudgeRequest(controls=(control,), settings={control.slug: {"min_paths": 3}})
    named = (f"arn:aws:iam::{MANAGEMENT}:user/dana",)
    request = PlanRequest(judging=judging, settings={"create-admin-path": {"principals": named}})
    found = plan_live(CollectRequest(regions=("us-east-1",)), request)[1]
    assert (len(found.changes), found.failing, found.mends) == (1, 1, 0)
    assert ["what is planned does not suffice" in one.why for one in found.left] == [True]


def test_unread_credentials_gate_nobody(at_home: Company, tmp_path: Path) -> None:
    """Where keys cannot be read nobody is put behind the gate."""
    at_home.lab.deny("iam:ListAccessKeys", account=ACCOUNT)
    try:
        found = plan("RW-IAM-13", wishes=("require-user-mfa",))
    finally:
        at_home.lab.clear_faults()
    assert not found.changes
    assert "iam:ListAccessKeys" in " ".join(why(found))
