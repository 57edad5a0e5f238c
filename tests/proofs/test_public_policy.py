"""Public as Amazon S3 defines it, and denied to everyone as only an unconditional Deny does it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from rootwarden.proofs.public_policy import is_denied_to_everyone, is_public
from rootwarden.proofs.wildcards import ANYTHING
from tests.proofs.policies import SERVICE, TRAIL, allow, deny, documents, drop, json_values, policy

DELETED = f"arn:aws:s3:::logs/{ANYTHING}"


@pytest.mark.parametrize(
    ("principal", "public"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ["arn:aws:iam::111122223333:root", "*"]}, True),
        ({"AWS": "arn:aws:iam::111122223333:user/*"}, True),
        ({"AWS": "arn:aws:iam::111122223333:root"}, False),
        (SERVICE, False),
        ({"CanonicalUser": "79a5"}, False),
        ({"Unheard": "*"}, None),
    ],
)
def test_by_principal(principal: Any, public: bool | None) -> None:
    """Everyone, or a principal with a wildcard, is public."""
    assert is_public(policy(allow(Principal=principal))).value is public


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, False),
        ({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"}}, True),
        ({"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}, False),
        ({"StringLike": {"aws:SourceVpc": "vpc-*"}}, True),
        ({"StringEquals": {"AWS:SourceOwner": "111122223333"}}, False),
        ({"StringEquals": {"aws:SourceAccount": ["111122223333", "444455556666"]}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:111122223333:alarm:*"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, True),
        ({"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::logs", "arn:aws:s3:::*"]}}, True),
        ({"ArnEquals": {"aws:SourceArn": TRAIL}}, False),
        ({"StringEqualsIfExists": {"aws:SourceArn": TRAIL}}, True),
        ({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abc"}}, True),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc/r-x/ou-y/*"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-x/*"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/1"]}}, True),
        ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, False),
        ({"IpAddress": {"aws:SourceIp": "::/0"}}, True),
        ({"IpAddress": {"aws:SourceIp": "here"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"s3:prefix": "public"}}, True),
        ({"StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "x"}}, False),
        ({"StringIs": {"aws:SourceVpc": "vpc-1"}}, None),
        ({"StringIs": {"aws:SourceVpc": "vpc-1"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}}, False),
    ],
)
def test_by_condition(condition: Any, public: bool | None) -> None:
    """Only a positive comparison with a fixed value of a key that tells the caller restricts."""
    assert is_public(policy(allow(Principal="*", Condition=condition))).value is public


def test_whole_documents() -> None:
    """One public statement is enough; no policy is not public; what cannot be read is neither."""
    assert is_public(None).value is False
    assert is_public(policy(allow(Principal=SERVICE), allow(Principal="*"))).value is True
    assert is_public(policy(deny(Principal="*"))).value is False
    assert is_public(policy(allow(NotPrincipal={"AWS": "111122223333"}))).value is True
    assert is_public({"Statement": 1}).value is None
    assert is_public(policy(allow())).value is None


@pytest.mark.parametrize(
    ("document", "denied"),
    [
        (None, False),
        (policy(deny(Principal="*", Action="s3:Delete*", Resource="arn:aws:s3:::logs/*")), True),
        (policy(deny(Principal={"AWS": "*"}, Action=["s3:DeleteObject"])), True),
        (policy(deny(Principal="*", Resource="arn:aws:s3:::logs/AWSLogs/*")), False),
        (policy(deny(Principal=SERVICE)), False),
        (policy(deny(NotPrincipal={"AWS": "111122223333"})), False),
        (policy(deny(Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})), False),
        (policy(drop(deny(Principal="*", NotAction="s3:Put*"), "Action")), True),
        (policy(allow(Principal="*")), False),
        (policy({"Effect": "Deny", "Principal": "*"}), None),
        ("{", None),
    ],
)
def test_denied_to_everyone(document: Any, denied: bool | None) -> None:
    """Any exception, condition or gap in the names leaves somebody who may delete."""
    assert is_denied_to_everyone(document, "s3:DeleteObject", DELETED).value is denied


@given(json_values | documents)
def test_any_json_gets_an_answer(document: Any) -> None:
    """Nothing that JSON can say makes these two fail, and "cannot tell" has a reason."""
    for answer in (is_public(document), is_denied_to_everyone(document, "s3:DeleteObject", DELETED)):
        assert answer.value is not None or answer.why
