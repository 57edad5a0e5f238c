"""The root user of an account, seen through every call that says something about it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from rootwarden.lab.root_user import RootKey
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize, task  # noqa: F401

LONG_AGO = datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)


def report_rows(iam) -> dict[str, dict[str, str]]:
    """Return the rows of a fresh credential report by user."""
    iam.generate_credential_report()
    text = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(text.splitlines())}


def test_summary_and_report_agree_with_the_root_user(lab: Lab):
    """Password, MFA, keys and certificates of root show in the summary, in the report and among virtual devices."""
    root = lab.root_state(MANAGEMENT)
    root.update({"created": "2018-01-02T03:04:05Z", "certificates": [{"status": "Inactive"}], "mfa": ["virtual"]})
    root.access_keys = [
        RootKey(created=LONG_AGO, last_used=LONG_AGO, last_used_service="s3", last_used_region="eu-west-1")
    ]
    root.password_last_used = LONG_AGO
    iam = client(lab, "iam", entry(lab))
    summary = iam.get_account_summary()["SummaryMap"]
    names = (
        "AccountPasswordPresent",
        "AccountMFAEnabled",
        "AccountAccessKeysPresent",
        "AccountSigningCertificatesPresent",
    )
    assert [summary[name] for name in names] == [1, 1, 1, 1]
    row = report_rows(iam)["<root_account>"]
    assert row["arn"] == f"arn:aws:iam::{MANAGEMENT}:root"
    assert (row["user_creation_time"], row["password_enabled"]) == ("2018-01-02T03:04:05Z", "true")
    assert (row["password_last_used"], row["mfa_active"]) == ("2019-05-06T07:08:09Z", "true")
    used = [
        row[f"access_key_1_{name}"] for name in ("active", "last_used_date", "last_used_region", "last_used_service")
    ]
    assert used == ["true", "2019-05-06T07:08:09Z", "eu-west-1", "s3"]
    assert (row["cert_1_active"], row["access_key_2_active"], row["password_next_rotation"]) == (
        "false",
        "false",
        "not_supported",
    )
    (device,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert (device["User"]["Arn"], "EnableDate" in device) == (f"arn:aws:iam::{MANAGEMENT}:root", True)


def test_a_security_key_is_mfa_but_no_virtual_device(lab: Lab):
    """A hardware token or security key is MFA and not listed as virtual: that is how the kinds are told apart."""
    lab.root_state(MANAGEMENT).set_mfa(["security-key", "hardware-token"])
    iam = client(lab, "iam", entry(lab))
    assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_the_report_is_now_and_root_is_first(lab: Lab):
    """GeneratedTime is the time of generation; before it there is no report; users follow root in order of names."""
    iam = client(lab, "iam", entry(lab))
    assert error_of(iam.get_credential_report) == ("ReportNotPresent", 410)
    for name in ("zoe", "Adam"):
        iam.create_user(UserName=name)
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = iam.get_credential_report()
    assert abs((datetime.now(UTC) - report["GeneratedTime"]).total_seconds()) < 60
    assert [line.split(b",")[0] for line in report["Content"].splitlines()] == [
        b"user",
        b"<root_account>",
        b"Adam",
        b"zoe",
    ]


def test_user_rows_tell_password_mfa_and_key_use(lab: Lab):
    """What moto gets wrong for users: no password is N/A, a device is MFA, the last use has region and service."""
    iam = client(lab, "iam", entry(lab))
    for name in ("bare", "person"):
        iam.create_user(UserName=name)
    iam.create_login_profile(UserName="person", Password="Correct-Horse-1", PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="person")["LoginProfile"]["PasswordResetRequired"] is True
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="person", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    key = iam.create_access_key(UserName="person")["AccessKey"]
    client(lab, "sns", key, "eu-west-1").list_topics()
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert (used["UserName"], used["AccessKeyLastUsed"]["ServiceName"]) == ("person", "sns")
    rows = report_rows(iam)
    bare, person = rows["bare"], rows["person"]
    assert [bare[name] for name in ("password_enabled", "password_last_used", "password_last_changed")] == [
        "false",
        "N/A",
        "N/A",
    ]
    assert [person[name] for name in ("password_enabled", "password_last_used", "mfa_active")] == [
        "true",
        "no_information",
        "true",
    ]
    assert [person[f"access_key_1_last_used_{name}"] for name in ("region", "service")] == ["eu-west-1", "sns"]


def test_root_with_its_own_key_is_root(lab: Lab):
    """A root key can call, is recorded as Root without a session, and its use shows; without UserName it means root."""
    root = lab.root_state(MANAGEMENT)
    key = RootKey()
    root.access_keys.append(key)
    iam = client(lab, "iam", {"AccessKeyId": key.id, "SecretAccessKey": key.secret})
    assert iam.get_user()["User"]["Arn"] == f"arn:aws:iam::{MANAGEMENT}:root"
    assert [one["AccessKeyId"] for one in iam.list_access_keys()["AccessKeyMetadata"]] == [key.id]
    assert iam.get_access_key_last_used(AccessKeyId=key.id)["AccessKeyLastUsed"]["ServiceName"] == "iam"
    identity = lab.records(MANAGEMENT)[-1]["userIdentity"]
    assert (identity["type"], identity["accessKeyId"], "sessionContext" in identity) == ("Root", key.id, False)
    iam.update_access_key(AccessKeyId=key.id, Status="Inactive")
    assert error_of(iam.get_user) == ("InvalidClientTokenId", 403)


def test_a_role_must_name_the_user_it_means(lab: Lab):
    """GetUser of a role without a name is an error; it never makes up a `default_user`."""
    iam = client(lab, "iam", entry(lab))
    assert error_of(iam.get_user) == ("ValidationError", 400)
    assert iam.list_users()["Users"] == []
    iam.create_user(UserName="person")
    key = iam.create_access_key(UserName="person")["AccessKey"]
    assert client(lab, "iam", key).get_user()["User"]["UserName"] == "person"


def test_credentials_of_a_member_can_be_audited_deleted_and_recovered(lab: Lab):
    """The three IAM tasks do what they are for, on root's password, key, certificate and device, and nothing else."""
    (member,) = organize(lab, "member")
    root = lab.root_state(member)
    assert root.password is False  # members are born without root credentials
    root.update({"password": True, "mfa": ["virtual"], "access_keys": [{}], "certificates": [{}]})
    sts = client(lab, "sts", entry(lab), "eu-west-1")

    def as_root(name: str):
        return client(lab, "iam", sts.assume_root(TargetPrincipal=member, TaskPolicyArn=task(name))["Credentials"])

    audit, delete = as_root("IAMAuditRootUserCredentials"), as_root("IAMDeleteRootUserCredentials")
    key = audit.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"]
    serial = audit.list_mfa_devices()["MFADevices"][0]["SerialNumber"]
    certificate = audit.list_signing_certificates()["Certificates"][0]["CertificateId"]
    assert "UserName" not in audit.get_login_profile()["LoginProfile"]
    assert error_of(audit.delete_access_key, AccessKeyId=key) == ("AccessDenied", 403)
    delete.delete_login_profile()
    delete.delete_access_key(AccessKeyId=key)
    delete.delete_signing_certificate(CertificateId=certificate)
    delete.deactivate_mfa_device(SerialNumber=serial)
    delete.delete_virtual_mfa_device(SerialNumber=serial)
    assert error_of(audit.get_login_profile) == ("NoSuchEntity", 404)
    assert (root.password, root.mfa, root.access_keys, root.certificates) == (False, [], [], [])
    recover = as_root("IAMCreateRootUserPassword")
    assert recover.create_login_profile()["LoginProfile"]["PasswordResetRequired"] is False
    assert error_of(recover.create_login_profile) == ("EntityAlreadyExists", 409)
    assert audit.get_account_summary()["SummaryMap"]["AccountPasswordPresent"] == 1


@pytest.mark.parametrize("operation", ["delete_login_profile", "list_users", "create_access_key"])
def test_the_audit_task_cannot_write_or_look_at_users(lab: Lab, operation: str):
    """AWS's own policy document of the task decides, so a call outside it is denied even to root."""
    (member,) = organize(lab, "member")
    sts = client(lab, "sts", entry(lab), "eu-west-1")
    answer = sts.assume_root(TargetPrincipal=member, TaskPolicyArn=task("IAMAuditRootUserCredentials"))
    iam = client(lab, "iam", answer["Credentials"])
    assert error_of(getattr(iam, operation)) == ("AccessDenied", 403)
    assert error_of(iam.get_user, UserName="person") == ("AccessDenied", 403)
