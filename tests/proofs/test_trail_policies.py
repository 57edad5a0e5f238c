"""Policies and settings written for trails: whatever was there before, what must hold holds, and the rest stays."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.sight import Log, Sight
from rootwarden.proofs.bucket_exposure import writing_statements
from rootwarden.proofs.bucket_keeping import denies_deletion, expires_early
from rootwarden.proofs.data_events import object_events
from rootwarden.proofs.longer_rules import lengthened
from rootwarden.proofs.policy_document import read_document
from rootwarden.proofs.policy_lockout import locks_bucket, locks_key
from rootwarden.proofs.public_policy import is_public
from rootwarden.proofs.trail_bucket_policy import lets_write, new_policy, tied_to, with_writers
from rootwarden.proofs.trail_key_policy import lets_encrypt, new_key_policy, with_encryption
from rootwarden.proofs.trail_selectors import NOISY_SOURCES, management_events
from rootwarden.proofs.trail_writers import Writer
from rootwarden.proofs.whole_selectors import whole_selectors

ACCOUNT, BUCKET = "111111111111", "logs"
ARN, ADMIN = f"arn:aws:s3:::{BUCKET}", f"arn:aws:iam::{ACCOUNT}:role/Admin"
TRAIL = Writer(trail=f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/main", account=ACCOUNT)
ORG = Writer(
    trail=f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/org", account=ACCOUNT, prefix="p", organization="o-abcdefghij"
)
SERVICE = "cloudtrail.amazonaws.com"

_principals = st.sampled_from([
    {"Service": SERVICE}, {"Service": [SERVICE]}, {"Service": [SERVICE, "config.amazonaws.com"]},
    {"Service": SERVICE, "AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Reader"},
    {"Service": "logging.s3.amazonaws.com"}, "*",
])  # fmt: skip
_conditions = st.sampled_from([
    None, {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    {"StringEquals": {"aws:SourceArn": TRAIL.trail}}, {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}},
    {"Bool": {"aws:SecureTransport": "false"}}, {"StringEquals": {"AWS:SourceAccount": ACCOUNT}},
])  # fmt: skip


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """A statement of a bucket policy as people and consoles write them."""
    one = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        "Principal": draw(_principals),
        "Action": draw(st.sampled_from(["s3:PutObject", "s3:GetBucketAcl", "s3:*", ["s3:GetObject", "s3:PutObject"]])),
        "Resource": draw(st.sampled_from([ARN, f"{ARN}/*", f"{ARN}/AWSLogs/{ACCOUNT}/*", [ARN, f"{ARN}/*"]])),
    }
    condition = draw(_conditions)
    name = draw(st.sampled_from(["", "One", "TrailWritesLogFiles"]))
    return one | ({"Condition": condition} if condition else {}) | ({"Sid": name} if name else {})


policies = st.lists(statements(), max_size=4).map(lambda found: {"Version": "2012-10-17", "Statement": found})


@given(policies)
def test_a_trail_that_is_let_in_writes_unless_somebody_denies_it(policy: dict[str, Any]) -> None:
    new = with_writers(policy, ARN, (TRAIL, ORG))
    assert new["Statement"][: len(policy["Statement"])] == policy["Statement"]
    denied = any(one["Effect"] == "Deny" for one in policy["Statement"])
    assert denied or (lets_write(new, ARN, TRAIL).value and lets_write(new, ARN, ORG).value)
    assert len({one.get("Sid", n) for n, one in enumerate(new["Statement"][-2:])}) == 2


@given(policies)
def test_a_policy_that_was_tied_lets_in_no_stranger_and_keeps_the_rest(policy: dict[str, Any]) -> None:
    new = tied_to(policy, "aws", BUCKET, (TRAIL,))
    if isinstance(new, str):
        assert "*" in [one["Principal"] for one in policy["Statement"]]
        return
    answers = [answer.allowed for _, answer in writing_statements(read_document(new), "aws", BUCKET)]
    assert not any(one is not False for one in answers), json.dumps(new)
    about_others = [one for one in policy["Statement"] if SERVICE not in json.dumps(one) and one["Principal"] != "*"]
    assert [one for one in new["Statement"] if one in about_others] == about_others
    if lets_write(policy, ARN, TRAIL).value:
        assert lets_write(new, ARN, TRAIL).value, "a trail of ours was shut out"


@given(policies)
def test_tying_twice_is_tying_once(policy: dict[str, Any]) -> None:
    once = tied_to(policy, "aws", BUCKET, (TRAIL,))
    assert isinstance(once, str) or tied_to(once, "aws", BUCKET, (TRAIL,)) == once


def test_a_new_bucket_policy_says_all_that_it_must() -> None:
    """Own trails write, nobody deletes, nobody is let in from outside, and an administrator can change it."""
    policy = new_policy(ARN, (TRAIL, ORG))
    assert lets_write(policy, ARN, TRAIL).value
    assert lets_write(policy, ARN, ORG).value
    assert is_public(policy).value is False
    assert denies_deletion(Sight("bucket", {"policy": policy}, Log()), ARN)
    assert locks_bucket(policy, ARN, ADMIN) == ""
    assert tied_to(policy, "aws", BUCKET, (TRAIL, ORG)) == policy, "there is nothing to tie"


_locks = st.sampled_from([
    {"Principal": "*", "Action": "s3:*"},
    {"Principal": "*", "Action": ["s3:PutBucketPolicy"]},
    {"Principal": {"AWS": ADMIN}, "Action": "s3:DeleteBucketPolicy"},
    {"Principal": "*", "NotAction": "s3:GetObject"},
    {"NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "s3:*"},
    {"Principal": "*", "Action": "s3:*", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
])  # fmt: skip


@given(policies, _locks)
def test_a_policy_that_may_lock_the_administrator_out_is_found(policy: dict[str, Any], lock: dict[str, Any]) -> None:
    """What depends on the moment counts as locked out."""
    trap = {"Effect": "Deny", "Resource": [ARN, f"{ARN}/*"], **lock}
    assert locks_bucket({**policy, "Statement": [*policy["Statement"], trap]}, ARN, ADMIN)


def test_a_key_policy_leaves_the_key_to_its_account() -> None:
    policy = new_key_policy("aws", ACCOUNT, ORG, (ACCOUNT, "222222222222"))
    assert lets_encrypt(policy, ORG).value
    assert lets_encrypt(policy, Writer(trail=TRAIL.trail.replace(ACCOUNT, "333333333333"), account="x")).value is False
    assert locks_key(policy, ADMIN) == ""
    assert is_public(policy).value is False
    without = {**policy, "Statement": policy["Statement"][1:]}
    assert locks_key(without, ADMIN)
    assert with_encryption(without, TRAIL)["Statement"][: len(without["Statement"])] == without["Statement"]
    assert lets_encrypt(with_encryption(None, TRAIL), TRAIL).value


_kinds = st.sampled_from(["All", "ReadOnly", "WriteOnly"])
_data = st.sampled_from([[], [{"Type": "AWS::S3::Object", "Values": [f"{ARN}/"]}]])
_barred = st.lists(st.sampled_from(["kms.amazonaws.com", "rdsdata.amazonaws.com"]), unique=True)
_basic = st.builds(
    lambda kind, management, data, barred: {
        "ReadWriteType": kind, "IncludeManagementEvents": management, "DataResources": data,
        "ExcludeManagementEventSources": barred,
    },
    _kinds, st.booleans(), _data, _barred,
)  # fmt: skip


def _field(name: str, **rest: list[str]) -> dict[str, Any]:
    return {"Field": name, **rest}


_read_only = st.sampled_from([[], [_field("readOnly", Equals=["true"])], [_field("readOnly", Equals=["false"])]])
_sources = st.sampled_from([
    [], [_field("eventSource", NotEquals=["kms.amazonaws.com"])],
    [_field("eventSource", NotEquals=["iam.amazonaws.com"])],
])  # fmt: skip
_advanced = st.one_of(
    st.builds(
        lambda read, source: {"FieldSelectors": [_field("eventCategory", Equals=["Management"]), *read, *source]},
        _read_only, _sources,
    ),
    st.builds(
        lambda read: {
            "FieldSelectors": [
                _field("eventCategory", Equals=["Data"]), _field("resources.type", Equals=["AWS::S3::Object"]), *read,
            ]
        },
        _read_only,
    ),
)  # fmt: skip
_selectors = st.one_of(
    st.lists(_basic, min_size=1, max_size=4).map(lambda found: {"EventSelectors": found}),
    st.lists(_advanced, min_size=1, max_size=4).map(lambda found: {"AdvancedEventSelectors": found}),
)


@given(_selectors)
def test_widened_selectors_record_everything_and_the_same_data_events(old: dict[str, Any]) -> None:
    sight = Sight("selectors", old, Log())
    before = management_events(sight)
    new = whole_selectors(sight, before)
    assert new is not None
    after = management_events(Sight("selectors", new, Log()))
    assert after.everything_about_root
    assert after.excluded <= (before.excluded & NOISY_SOURCES)
    assert object_events(Sight("selectors", new, Log()), ARN) == object_events(sight, ARN)
    assert whole_selectors(Sight("selectors", new, Log()), after) == new


_rules = st.lists(
    st.fixed_dictionaries(
        {"ID": st.just("x"), "Status": st.sampled_from(["Enabled", "Disabled"]), "Filter": st.just({"Prefix": ""})},
        optional={
            "Expiration": st.fixed_dictionaries({"Days": st.integers(1, 500)}),
            "NoncurrentVersionExpiration": st.fixed_dictionaries({"NoncurrentDays": st.integers(1, 500)}),
            "AbortIncompleteMultipartUpload": st.just({"DaysAfterInitiation": 3}),
        },
    ),
    max_size=4,
)


@given(_rules, st.integers(1, 400))
def test_lengthened_rules_end_nothing_early_and_nothing_earlier(rules: list[dict[str, Any]], days: int) -> None:
    longer = lengthened(rules, days)
    for versioning in ({"Status": "Enabled"}, {}):
        bucket = Sight("bucket", {"lifecycle": longer, "versioning": versioning}, Log())
        assert expires_early(bucket, ["AWSLogs/"], days) == ""
    assert lengthened(longer, days) == longer
    assert [one["ID"] for one in longer] == [one["ID"] for one in rules]
