"""What can go wrong on AWS can be made to go wrong in the lab, with AWS's own errors."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of  # noqa: F401


def test_a_denial_names_actions_as_policies_do(lab: Lab):
    """Actions are IAM's, not the API's: ViewBudget, ListAllMyBuckets, GetLifecycleConfiguration; wildcards work."""
    who = entry(lab)
    s3, budgets, iam = (client(lab, name, who) for name in ("s3", "budgets", "iam"))
    s3.create_bucket(Bucket="some-bucket")
    lab.deny("budgets:ViewBudget", "s3:ListAllMyBuckets", "s3:GetLifecycleConfiguration", "iam:Get*")
    assert error_of(budgets.describe_budgets, AccountId=MANAGEMENT)[0] == "AccessDeniedException"
    assert error_of(s3.list_buckets)[0] == "AccessDenied"
    assert error_of(s3.get_bucket_lifecycle_configuration, Bucket="some-bucket")[0] == "AccessDenied"
    assert error_of(iam.get_account_summary)[0] == "AccessDenied"
    assert iam.list_users()["Users"] == []
    assert "Owner" in s3.get_bucket_acl(Bucket="some-bucket")


def test_a_denial_can_be_for_one_account(lab: Lab):
    """The other account goes on, and after clearing so does the first."""
    lab.deny("iam:ListUsers", account="222233334444")
    there, here = (client(lab, "iam", entry(lab, account)) for account in ("222233334444", MANAGEMENT))
    assert error_of(there.list_users) == ("AccessDenied", 403)
    assert here.list_users()["Users"] == []
    lab.clear_faults()
    assert there.list_users()["Users"] == []


def test_who_am_i_is_never_denied(lab: Lab):
    """AWS answers GetCallerIdentity whatever the policies say."""
    lab.deny("*")
    assert client(lab, "sts", entry(lab)).get_caller_identity()["Account"] == MANAGEMENT


def test_throttling_by_count_and_by_rate(lab: Lab):
    """A storm of so many calls, or a limit a second, in the words of each protocol."""
    who = entry(lab)
    iam, trails = client(lab, "iam", who), client(lab, "cloudtrail", who)
    lab.throttle(calls=2)
    assert error_of(iam.list_users) == ("Throttling", 400)
    assert error_of(trails.describe_trails) == ("ThrottlingException", 400)
    assert iam.list_users()["Users"] == []
    lab.clear_faults()
    lab.throttle(rate=2, actions=["cloudtrail:LookupEvents"])
    trails.lookup_events()
    assert error_of(trails.lookup_events) == ("ThrottlingException", 400)
    time.sleep(0.6)
    assert trails.lookup_events()["Events"]
    assert trails.describe_trails()["trailList"] == []


def test_any_refusal_for_some_calls(lab: Lab):
    """What AWS says for a while and then no more, such as that a role of a moment ago is unknown."""
    keys = client(lab, "kms", entry(lab))
    said = "Policy contains a statement with one or more invalid principals."
    lab.throttle(1, actions=["kms:CreateKey"], code="MalformedPolicyDocumentException", message=said)
    assert error_of(keys.create_key) == ("MalformedPolicyDocumentException", 400)
    assert keys.create_key()["KeyMetadata"]["KeyState"] == "Enabled"


def test_credentials_expire(lab: Lab):
    """All temporary credentials, or one key; GetCallerIdentity fails too."""
    who, other = entry(lab), entry(lab)
    lab.expire(who["AccessKeyId"])
    assert error_of(client(lab, "sts", who).get_caller_identity) == ("ExpiredToken", 403)
    assert error_of(client(lab, "organizations", who).describe_organization) == ("ExpiredTokenException", 400)
    assert error_of(client(lab, "s3", who).list_buckets) == ("ExpiredToken", 400)
    assert client(lab, "sts", other).get_caller_identity()
    lab.expire()
    assert error_of(client(lab, "sts", other).get_caller_identity) == ("ExpiredToken", 403)


def test_the_clock_can_be_wrong(lab: Lab):
    """A small skew shows in the Date header, a large one is refused as AWS refuses it."""
    sts = client(lab, "sts", entry(lab))
    lab.skew(120)
    date = sts.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["date"]
    assert 110 < parsedate_to_datetime(date).timestamp() - time.time() < 130
    lab.skew(-900)
    assert error_of(sts.get_caller_identity) == ("SignatureDoesNotMatch", 403)
    assert error_of(client(lab, "s3", entry(lab)).list_buckets) == ("RequestTimeTooSkewed", 403)


def test_unknown_keys_can_be_refused(lab: Lab):
    """By default a made-up key works in moto's account; switched on, it is what AWS says of it."""
    made_up = {"AccessKeyId": "AKIA" + "A" * 16, "SecretAccessKey": "x"}
    assert client(lab, "sts", made_up).get_caller_identity()["Account"] == "123456789012"
    lab.refuse_unknown_keys()
    assert error_of(client(lab, "sts", made_up).get_caller_identity) == ("InvalidClientTokenId", 403)
    assert error_of(client(lab, "s3", made_up).list_buckets) == ("InvalidAccessKeyId", 403)
    assert client(lab, "sts", entry(lab)).get_caller_identity()["Account"] == MANAGEMENT
