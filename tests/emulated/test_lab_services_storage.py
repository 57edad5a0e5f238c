"""S3, S3 Control and KMS in the lab: closed by default, honest about what is public, walled off from others."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rootwarden.lab.public_bucket import is_public
from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of, organize  # noqa: F401

OTHER = "444455556666"
B = {"Bucket": "some-bucket"}


def policy(principal: Any, action: str = "s3:GetBucketAcl", condition: dict[str, Any] | None = None) -> str:
    """Return a bucket policy with one Allow statement."""
    arn = "arn:aws:s3:::some-bucket"
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": [arn, f"{arn}/*"]}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    )


def test_a_new_bucket_is_closed(lab: Lab):
    """All public access blocked, ACLs off, encrypted; what was never set answers with AWS's own error codes."""
    s3 = client(lab, "s3", entry(lab))
    s3.create_bucket(**B)
    assert set(s3.get_public_access_block(**B)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_ownership_controls(**B)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    rules = s3.get_bucket_encryption(**B)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert len(s3.get_bucket_acl(**B)["Grants"]) == 1
    assert {"Status", "MFADelete", "LoggingEnabled"}.isdisjoint(
        s3.get_bucket_versioning(**B) | s3.get_bucket_logging(**B)
    )
    missing = {
        s3.get_bucket_policy: "NoSuchBucketPolicy",
        s3.get_bucket_policy_status: "NoSuchBucketPolicy",
        s3.get_object_lock_configuration: "ObjectLockConfigurationNotFoundError",
        s3.get_bucket_lifecycle_configuration: "NoSuchLifecycleConfiguration",
    }
    assert {call: error_of(call, **B)[0] for call in missing} == missing
    s3.delete_public_access_block(**B)
    s3.delete_bucket_ownership_controls(**B)
    assert error_of(s3.get_public_access_block, **B) == ("NoSuchPublicAccessBlockConfiguration", 404)
    assert error_of(s3.get_bucket_ownership_controls, **B) == ("OwnershipControlsNotFoundError", 404)
    assert error_of(s3.get_bucket_acl, Bucket="another-bucket") == ("NoSuchBucket", 404)


def test_mfa_delete_is_kept_until_the_bucket_is_gone(lab: Lab):
    """Versioning shows MFADelete; a new bucket of the same name starts without."""
    s3 = client(lab, "s3", entry(lab))
    s3.create_bucket(**B)
    both = {"Status": "Enabled", "MFADelete": "Enabled"}
    s3.put_bucket_versioning(**B, MFA="serial 123456", VersioningConfiguration=both)
    answer = s3.get_bucket_versioning(**B)
    assert {name: answer[name] for name in both} == both
    s3.delete_bucket(**B)
    s3.create_bucket(**B)
    s3.put_bucket_versioning(**B, VersioningConfiguration={"Status": "Enabled"})
    assert "MFADelete" not in s3.get_bucket_versioning(**B)


def test_object_lock_shows_days_or_years(lab: Lab):
    """The default retention reads back with the unit it was set in, and no other."""
    s3 = client(lab, "s3", entry(lab))
    s3.create_bucket(**B, ObjectLockEnabledForBucket=True)
    assert s3.get_object_lock_configuration(**B)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    for retention in ({"Mode": "COMPLIANCE", "Days": 400}, {"Mode": "GOVERNANCE", "Years": 2}):
        wanted = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
        s3.put_object_lock_configuration(**B, ObjectLockConfiguration=wanted)
        assert s3.get_object_lock_configuration(**B)["ObjectLockConfiguration"] == wanted


def test_blocks_refuse_what_would_be_public(lab: Lab):
    """Bucket and account blocks each refuse a public policy; ACLs are refused while off, then while blocked."""
    s3, control = client(lab, "s3", entry(lab)), s3control(lab)
    s3.create_bucket(**B)
    assert error_of(s3.put_bucket_policy, **B, Policy=policy("*")) == ("AccessDenied", 403)
    assert error_of(s3.put_bucket_acl, **B, ACL="public-read") == ("AccessControlListNotSupported", 400)
    s3.delete_bucket_ownership_controls(**B)
    assert error_of(s3.put_bucket_acl, **B, ACL="public-read") == ("AccessDenied", 403)
    s3.delete_public_access_block(**B)
    control.put_public_access_block(
        AccountId=MANAGEMENT,
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )
    assert error_of(s3.put_bucket_policy, **B, Policy=policy("*")) == ("AccessDenied", 403)
    control.delete_public_access_block(AccountId=MANAGEMENT)
    s3.put_bucket_policy(**B, Policy=policy("*"))
    s3.put_bucket_acl(**B, ACL="public-read")
    assert s3.get_bucket_policy_status(**B)["PolicyStatus"]["IsPublic"] is True
    assert len(s3.get_bucket_acl(**B)["Grants"]) == 2


def s3control(lab: Lab, account: str = MANAGEMENT) -> Any:
    """Return a client of S3 Control; its account prefix before the host is no name at an address."""
    made = client(lab, "s3control", entry(lab, account))

    def strip(params: dict[str, Any], **_: Any) -> None:
        params["url"] = params["url"].replace(f"//{account}.", "//", 1)

    made.meta.events.register("before-call.s3-control", strip)
    return made


def test_the_block_of_an_account(lab: Lab):
    """Nothing until it is set; another account's cannot be asked for."""
    control = s3control(lab)
    assert error_of(control.get_public_access_block, AccountId=MANAGEMENT)[0] == "NoSuchPublicAccessBlockConfiguration"
    control.put_public_access_block(
        AccountId=MANAGEMENT, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": False}
    )
    found = control.get_public_access_block(AccountId=MANAGEMENT)["PublicAccessBlockConfiguration"]
    assert (found["BlockPublicAcls"], found["BlockPublicPolicy"]) == (True, False)


@pytest.mark.parametrize(
    ("principal", "condition", "expected"),
    [
        ("*", None, True),
        ({"AWS": "*"}, None, True),
        ({"AWS": ["arn:aws:iam::444455556666:root", "*"]}, None, True),
        ({"AWS": "arn:aws:iam::444455556666:root"}, None, False),
        ({"Service": "cloudtrail.amazonaws.com"}, None, False),
        ("*", {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}, False),
        ("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}}, True),
        ("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}, True),
        ("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ("*", {"Bool": {"aws:SecureTransport": "true"}}, True),
        ("*", {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*"}}, False),
        ("*", {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}}, True),
        ("*", {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}, False),
        ("*", {"StringEquals": {"aws:PrincipalAccount": "${aws:username}"}}, True),
    ],
)
def test_the_meaning_of_public(principal: Any, condition: dict[str, Any] | None, expected: bool):
    """The public test follows the User Guide's list of what restricts a caller."""
    assert is_public(policy(principal, condition=condition)) is expected


def test_another_accounts_bucket_is_out_of_reach(lab: Lab):
    """Without a word in the policy every question is AccessDenied; with one only that question is answered."""
    mine, theirs = client(lab, "s3", entry(lab)), client(lab, "s3", entry(lab, OTHER))
    mine.create_bucket(**B)
    assert error_of(theirs.get_bucket_acl, **B) == ("AccessDenied", 403)
    assert error_of(theirs.head_bucket, **B) == ("403", 403)
    mine.put_bucket_policy(**B, Policy=policy({"AWS": f"arn:aws:iam::{OTHER}:root"}))
    assert theirs.get_bucket_acl(**B)["Grants"]
    assert error_of(theirs.get_bucket_policy, **B) == ("AccessDenied", 403)
    assert error_of(theirs.create_bucket, **B)[0] == "BucketAlreadyExists"
    assert error_of(mine.get_bucket_acl, **B, ExpectedBucketOwner=OTHER) == ("AccessDenied", 403)


def test_a_bucket_may_be_open_to_an_organization(lab: Lab):
    """aws:PrincipalOrgID lets in members and nobody else."""
    (member,) = organize(lab, "member")
    organization = client(lab, "organizations", entry(lab)).describe_organization()["Organization"]["Id"]
    mine = client(lab, "s3", entry(lab))
    mine.create_bucket(**B)
    mine.put_object(**B, Key="log", Body=b"x")
    wanted = policy("*", "s3:GetObject", {"StringEquals": {"aws:PrincipalOrgID": organization}})
    mine.put_bucket_policy(**B, Policy=wanted)
    assert client(lab, "s3", entry(lab, member)).get_object(**B, Key="log")["Body"].read() == b"x"
    assert error_of(client(lab, "s3", entry(lab, OTHER)).get_object, **B, Key="log") == ("AccessDenied", 403)


def test_keys_of_aws_and_of_others(lab: Lab):
    """`alias/aws/sns` is AWS's own key, usable only through SNS; another account's key is closed unless it says so."""
    mine, theirs = client(lab, "kms", entry(lab), "eu-west-1"), client(lab, "kms", entry(lab, OTHER), "eu-west-1")
    managed = mine.describe_key(KeyId="alias/aws/sns")["KeyMetadata"]
    assert managed["KeyManager"] == "AWS"
    document = json.loads(mine.get_key_policy(KeyId=managed["KeyId"], PolicyName="default")["Policy"])
    assert document["Statement"][0]["Condition"]["StringEquals"]["kms:ViaService"] == "sns.eu-west-1.amazonaws.com"
    made = mine.create_key()["KeyMetadata"]
    assert made["KeyManager"] == "CUSTOMER"
    assert error_of(theirs.describe_key, KeyId=made["Arn"])[0] == "AccessDeniedException"
    statement = {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "kms:DescribeKey", "Resource": "*"}
    opened = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    mine.put_key_policy(KeyId=made["KeyId"], PolicyName="default", Policy=opened)
    assert theirs.describe_key(KeyId=made["Arn"])["KeyMetadata"]["Arn"] == made["Arn"]
    assert error_of(theirs.get_key_policy, KeyId=made["Arn"], PolicyName="default")[0] == "AccessDeniedException"
    assert error_of(mine.describe_key, KeyId="alias/none")[0] == "NotFoundException"


def test_access_logs_need_a_bucket_that_takes_them(lab: Lab):
    """The target must be there, in the same Region, and let the logging service in; statements for all do no harm."""
    s3 = client(lab, "s3", entry(lab))
    s3.create_bucket(**B)
    wanted = {"LoggingEnabled": {"TargetBucket": "log-bucket", "TargetPrefix": "x/"}}
    assert error_of(s3.put_bucket_logging, **B, BucketLoggingStatus=wanted)[0] == "InvalidTargetBucketForLogging"
    s3.create_bucket(Bucket="log-bucket")
    assert error_of(s3.put_bucket_logging, **B, BucketLoggingStatus=wanted)[0] == "InvalidTargetBucketForLogging"
    arn = "arn:aws:s3:::log-bucket/*"
    never = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": arn}
    service = {"Service": "logging.s3.amazonaws.com"}
    write = {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [never, write]})
    s3.put_bucket_policy(Bucket="log-bucket", Policy=document)
    s3.put_bucket_logging(**B, BucketLoggingStatus=wanted)
    assert s3.get_bucket_logging(**B)["LoggingEnabled"]["TargetBucket"] == "log-bucket"
    s3.put_bucket_logging(**B, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(**B)


@pytest.mark.parametrize("host", ["111122223333.127.0.0.1", "111122223333.localhost"])
def test_an_account_before_the_host_is_understood(lab: Lab, host: str):
    """Where the name with the account in front does resolve, or is kept as header, the lab answers S3 Control."""
    who = entry(lab)
    wire = urlsplit(lab.endpoint)
    request = AWSRequest("GET", f"http://{host}:{wire.port}/v20180820/configuration/publicAccessBlock")
    request.headers["x-amz-account-id"] = MANAGEMENT
    keys = Credentials(who["AccessKeyId"], who["SecretAccessKey"], who["SessionToken"])
    S3SigV4Auth(keys, "s3", "us-east-1").add_auth(request)
    connection = HTTPConnection(wire.hostname or "", wire.port)
    connection.request("GET", "/v20180820/configuration/publicAccessBlock", headers=dict(request.headers.items()))
    answer = connection.getresponse()
    assert (answer.status, b"NoSuchPublicAccessBlockConfiguration" in answer.read()) == (404, True)
