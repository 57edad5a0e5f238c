"""A new person goes from the first password to the first allowed call; nothing else is open on the way."""

from __future__ import annotations

import pytest

from rootwarden.proofs.identity_decision import user_may
from tests.emulated.lab_at_work import client
from tests.remedies.people_at_work import (  # noqa: F401 - two are fixtures
    ACCOUNT,
    Company,
    _company,
    _open_company,
    person,
    roster,
)

CHOSEN = "correct-Horse-7-battery"


def first_password(company: Company, user: str) -> str:
    """Return what the person reads in the file that was handed over."""
    lines = (company.folder / "handover" / f"{ACCOUNT}-{user}.txt").read_text().splitlines()
    return next(line.partition(": ")[2] for line in lines if line.startswith("First password: "))


def test_from_first_password_to_first_call(company: Company) -> None:
    """Sign in, choose a password, enrol MFA, sign in again, work: each call is allowed when it comes, and only then.

    The lab keeps the password, the forced change, the rules and the device; whether a policy allows a call is decided
    by the evaluator, from what IAM holds.
    """
    company.follow(roster(person("dana")))
    lab, given = company.lab, first_password(company, "dana")
    for password, new, says in (
        ("guessed", "", "incorrect"), (given, "", "must change"), (given, "short", "14 characters"),
        (given, given.lower().replace("2", "a") + "aaaa", "upper case"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            lab.sign_in_user(ACCOUNT, "dana", password, new_password=new)
    session = lab.sign_in_user(ACCOUNT, "dana", given, new_password=CHOSEN)
    iam = client(lab, "iam", session.credentials)
    seen, own = company.view(), f"arn:aws:iam::{ACCOUNT}:user/people/dana"
    without = {"aws:multifactorauthpresent": "false"}
    device = f"arn:aws:iam::{ACCOUNT}:mfa/dana"

    def allowed(action: str, on: str, context: dict[str, str]) -> bool | None:
        return user_may(seen, "dana", action, on, context=context).allowed

    for action, on in (("iam:ChangePassword", own), ("iam:GetUser", own), ("iam:CreateVirtualMFADevice", device),
                       ("iam:EnableMFADevice", own), ("iam:ListMFADevices", own)):  # fmt: skip
        assert allowed(action, on, without), action
    table = "arn:aws:dynamodb:us-east-1:222233334444:table/orders"
    assert allowed("dynamodb:ListTables", table, without) is False
    assert iam.get_user()["User"]["UserName"] == "dana"
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="dana")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="dana", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    with pytest.raises(ValueError, match="incorrect"):
        lab.sign_in_user(ACCOUNT, "dana", CHOSEN)
    with_mfa = lab.sign_in_user(ACCOUNT, "dana", CHOSEN, mfa=serial)
    assert with_mfa.mfa
    assert allowed("dynamodb:ListTables", table, {"aws:multifactorauthpresent": "true"})
    assert client(lab, "dynamodb", with_mfa.credentials).list_tables()["TableNames"] == []
    company.iam.get_login_profile(UserName="dana")
    assert not company.plan(roster(person("dana"))).changes


def test_a_password_is_changed_by_its_user_only(company: Company) -> None:
    """ChangePassword wants a user, the old password, and a new one that the rules take."""
    company.follow(roster(person("dana")))
    given = first_password(company, "dana")
    session = company.lab.sign_in_user(ACCOUNT, "dana", given, new_password=CHOSEN)
    own = client(company.lab, "iam", session.credentials)
    for old, new, code in (("wrong", CHOSEN + "1", "AccessDenied"), (CHOSEN, "x", "PasswordPolicyViolation"),
                           (CHOSEN, CHOSEN, "PasswordPolicyViolation")):  # fmt: skip
        with pytest.raises(own.exceptions.ClientError, match=code):
            own.change_password(OldPassword=old, NewPassword=new)
    own.change_password(OldPassword=CHOSEN, NewPassword=CHOSEN + "1")
    with pytest.raises(company.iam.exceptions.ClientError, match="InvalidUserType"):
        company.iam.change_password(OldPassword="a", NewPassword="b")
    assert company.lab.sign_in_user(ACCOUNT, "dana", CHOSEN + "1")
