"""Sessions: who may assume which role or root, what they carry, and what limits them."""

from __future__ import annotations

import json

import pytest

from rootwarden.lab.root_user import RootKey
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize, task  # noqa: F401


def trust(principal: object, *actions: str, **condition: object) -> str:
    """Return a trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions) or ["sts:AssumeRole"]}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    )


def role(lab: Lab, account: str, name: str, document: str) -> str:
    """Create a role and return its ARN."""
    iam = client(lab, "iam", entry(lab, account))
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]


TRUSTS = [
    ({"AWS": MANAGEMENT}, {}, True),
    ({"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, {}, True),
    ({"AWS": [f"arn:aws:iam::{MANAGEMENT}:role/Admin"]}, {}, True),
    ({"AWS": f"arn:aws:iam::{MANAGEMENT}:role/Other"}, {}, False),
    ({"AWS": "999999999999"}, {}, False),
    ({"Service": "ec2.amazonaws.com"}, {}, False),
    ("*", {"StringEquals": {"aws:PrincipalAccount": MANAGEMENT}}, True),
    ("*", {"StringEquals": {"sts:ExternalId": "secret"}}, False),
    ("*", {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}, False),
]


@pytest.mark.parametrize(("principal", "condition", "trusted"), TRUSTS)
def test_a_role_lets_in_whom_its_trust_policy_names(lab: Lab, principal: object, condition: dict, trusted: bool):
    """Account, root ARN, role ARN or everybody under a condition; a condition the lab cannot read opens nothing."""
    arn = role(lab, "222233334444", "Audit", trust(principal, **condition))
    sts = client(lab, "sts", entry(lab))
    if trusted:
        answer = sts.assume_role(RoleArn=arn, RoleSessionName="me")
        assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::222233334444:assumed-role/Audit/me"
        who = client(lab, "sts", answer["Credentials"]).get_caller_identity()
        assert (who["Account"], who["Arn"]) == ("222233334444", answer["AssumedRoleUser"]["Arn"])
    else:
        assert error_of(sts.assume_role, RoleArn=arn, RoleSessionName="me") == ("AccessDenied", 403)


def test_a_role_that_does_not_exist_is_denied(lab: Lab):
    """As on AWS, one cannot tell a missing role from one that does not trust."""
    sts = client(lab, "sts", entry(lab))
    arn = "arn:aws:iam::222233334444:role/Nobody"
    assert error_of(sts.assume_role, RoleArn=arn, RoleSessionName="me") == ("AccessDenied", 403)


def test_a_session_policy_limits_the_session(lab: Lab):
    """Read-only as an inline session policy: reading works, writing is denied, a Deny wins over an Allow."""
    arn = role(lab, MANAGEMENT, "Power", trust({"AWS": MANAGEMENT}))
    allow = {"Effect": "Allow", "Action": ["iam:List*", "iam:Get*", "s3:Get*"], "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})
    sts = client(lab, "sts", entry(lab))
    iam = client(lab, "iam", sts.assume_role(RoleArn=arn, RoleSessionName="me", Policy=policy)["Credentials"])
    assert iam.list_users()["Users"] == []
    assert error_of(iam.create_user, UserName="eve") == ("AccessDenied", 403)
    assert error_of(iam.list_roles) == ("AccessDenied", 403)
    managed = [{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}]
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="me", PolicyArns=managed)
    iam = client(lab, "iam", answer["Credentials"])
    assert iam.list_roles()["Roles"]
    assert error_of(iam.create_user, UserName="eve") == ("AccessDenied", 403)


def test_a_source_identity_stays_for_good(lab: Lab):
    """It needs sts:SetSourceIdentity in the trust policy, goes on through role chaining, and cannot be changed."""
    both = ("sts:AssumeRole", "sts:SetSourceIdentity")
    first = role(lab, MANAGEMENT, "First", trust({"AWS": MANAGEMENT}, *both))
    second = role(lab, "222233334444", "Second", trust({"AWS": MANAGEMENT}, *both))
    closed = role(lab, "222233334444", "Closed", trust({"AWS": MANAGEMENT}))
    sts = client(lab, "sts", entry(lab))
    assert error_of(sts.assume_role, RoleArn=closed, RoleSessionName="me", SourceIdentity="rw-1")[0] == "AccessDenied"
    answer = sts.assume_role(RoleArn=first, RoleSessionName="me", SourceIdentity="rw-1")
    assert answer["SourceIdentity"] == "rw-1"
    chained = client(lab, "sts", answer["Credentials"])
    assert (
        error_of(chained.assume_role, RoleArn=second, RoleSessionName="me", SourceIdentity="rw-2")[0] == "AccessDenied"
    )
    assert error_of(chained.assume_role, RoleArn=closed, RoleSessionName="me")[0] == "AccessDenied"
    answer = chained.assume_role(RoleArn=second, RoleSessionName="me")
    assert answer["SourceIdentity"] == "rw-1"
    client(lab, "sts", answer["Credentials"]).get_caller_identity()
    assert lab.records("222233334444")[-1]["userIdentity"]["sessionContext"]["sourceIdentity"] == "rw-1"


def test_assume_root_carries_the_source_identity_of_its_caller(lab: Lab):
    """AssumeRoot takes none of its own: what the calling role carries is what the member's records show."""
    (member,) = organize(lab, "member")
    arn = role(lab, MANAGEMENT, "Warden", trust({"AWS": MANAGEMENT}, "sts:AssumeRole", "sts:SetSourceIdentity"))
    sts = client(lab, "sts", entry(lab))
    warden = sts.assume_role(RoleArn=arn, RoleSessionName="me", SourceIdentity="rw-audit-1")["Credentials"]
    answer = client(lab, "sts", warden, "eu-west-1").assume_root(
        TargetPrincipal=f"arn:aws:iam::{member}:root", TaskPolicyArn=task("IAMAuditRootUserCredentials")
    )
    assert answer["SourceIdentity"] == "rw-audit-1"
    who = client(lab, "sts", answer["Credentials"]).get_caller_identity()
    assert (who["Arn"], who["Account"], who["UserId"]) == (f"arn:aws:iam::{member}:root", member, member)


ROOT_REFUSALS = [
    ({"DurationSeconds": 901}, "ValidationError"),
    ({"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}, "ValidationError"),
    ({"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/root-task/Nothing"}}, "ValidationError"),
    ({"TargetPrincipal": "arn:aws:iam::222233334444:user/eve"}, "ValidationError"),
    ({"TargetPrincipal": MANAGEMENT}, "AccessDenied"),
    ({"TargetPrincipal": "222233334444"}, "AccessDenied"),
]


@pytest.mark.parametrize(("change", "code"), ROOT_REFUSALS)
def test_assume_root_refuses(lab: Lab, change: dict, code: str):
    """At most 900 seconds, only the five tasks, only members: neither the management account nor a stranger."""
    (member,) = organize(lab, "member")
    asked = {"TargetPrincipal": member, "TaskPolicyArn": task("IAMAuditRootUserCredentials")} | change
    assert error_of(client(lab, "sts", entry(lab), "eu-west-1").assume_root, **asked)[0] == code


def test_who_may_assume_root(lab: Lab):
    """The management account and an IAM delegated administrator; no other member, no root."""
    delegate, member = organize(lab, "delegate", "member")
    asked = {"TargetPrincipal": member, "TaskPolicyArn": task("IAMAuditRootUserCredentials")}
    sts = client(lab, "sts", entry(lab, delegate))
    assert error_of(sts.assume_root, **asked) == ("AccessDenied", 403)
    client(lab, "organizations", entry(lab)).register_delegated_administrator(
        AccountId=delegate, ServicePrincipal="iam.amazonaws.com"
    )
    assert sts.assume_root(**asked)["Credentials"]
    key = RootKey()
    lab.root_state(MANAGEMENT).access_keys.append(key)
    root = client(lab, "sts", {"AccessKeyId": key.id, "SecretAccessKey": key.secret})
    assert error_of(root.assume_root, **asked) == ("AccessDenied", 403)
    arn = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    assert error_of(root.assume_role, RoleArn=arn, RoleSessionName="me") == ("AccessDenied", 403)


@pytest.mark.parametrize(
    ("feature", "open_tasks"),
    [
        ("root_credentials_management", {"IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"}),
        ("root_sessions", {"S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"}),
    ],
)
def test_each_feature_opens_its_own_tasks(lab: Lab, feature: str, open_tasks: set[str]):
    """Credential tasks need RootCredentialsManagement, unlock tasks need RootSessions; neither implies the other."""
    (member,) = organize(lab, "member")
    iam = client(lab, "iam", entry(lab))
    other = {"root_sessions": "root_credentials_management"}.get(feature, "root_sessions")
    getattr(iam, f"disable_organizations_{other}")()
    sts = client(lab, "sts", entry(lab))
    every = {
        "IAMAuditRootUserCredentials",
        "IAMDeleteRootUserCredentials",
        "S3UnlockBucketPolicy",
        "SQSUnlockQueuePolicy",
    }
    for name in every:
        asked = {"TargetPrincipal": member, "TaskPolicyArn": task(name)}
        if name in open_tasks:
            assert sts.assume_root(**asked)["Credentials"]
        else:
            assert error_of(sts.assume_root, **asked) == ("AccessDenied", 403)


def test_a_bucket_can_be_unlocked_and_nothing_else(lab: Lab):
    """The unlock task may delete a bucket policy and not read what is in the bucket."""
    (member,) = organize(lab, "member")
    owner = client(lab, "s3", entry(lab, member))
    owner.create_bucket(Bucket="locked")
    owner.put_bucket_policy(Bucket="locked", Policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
    answer = client(lab, "sts", entry(lab)).assume_root(
        TargetPrincipal=member, TaskPolicyArn=task("S3UnlockBucketPolicy")
    )
    s3 = client(lab, "s3", answer["Credentials"])
    assert error_of(s3.list_objects_v2, Bucket="locked") == ("AccessDenied", 403)
    s3.delete_bucket_policy(Bucket="locked")
    assert error_of(owner.get_bucket_policy, Bucket="locked")[0] == "NoSuchBucketPolicy"


def test_a_session_needs_its_own_token_and_ends(lab: Lab):
    """Another token, or none, is an invalid client; a session of no length is expired at once."""
    (member,) = organize(lab, "member")
    who = entry(lab)
    wrong = who | {"SessionToken": entry(lab)["SessionToken"]}
    assert error_of(client(lab, "iam", wrong).list_users) == ("InvalidClientTokenId", 403)
    assert error_of(client(lab, "cloudtrail", wrong).describe_trails) == ("UnrecognizedClientException", 400)
    answer = client(lab, "sts", who).assume_root(
        TargetPrincipal=member, TaskPolicyArn=task("IAMAuditRootUserCredentials"), DurationSeconds=0
    )
    assert error_of(client(lab, "iam", answer["Credentials"]).get_user) == ("ExpiredToken", 403)


def test_a_user_gets_session_tokens_of_its_own(lab: Lab):
    """GetSessionToken gives credentials of the calling user, marked with MFA when a code was given."""
    iam = client(lab, "iam", entry(lab))
    iam.create_user(UserName="person")
    key = iam.create_access_key(UserName="person")["AccessKey"]
    sts = client(lab, "sts", key)
    session = sts.get_session_token(SerialNumber="arn:aws:iam::1:mfa/x", TokenCode="123456")["Credentials"]
    assert client(lab, "iam", session).get_user()["User"]["UserName"] == "person"
    identity = lab.records(MANAGEMENT)[-1]["userIdentity"]
    assert (identity["type"], identity["sessionContext"]["attributes"]["mfaAuthenticated"]) == ("IAMUser", "true")
    assert error_of(client(lab, "sts", session).get_session_token) == ("AccessDenied", 403)
