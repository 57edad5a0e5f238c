"""Who is an administrator: every way to hold the power, to lose it, and to leave it open."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from rootwarden.proofs.admin_power import Held, Place, Standing, could_grant, standing, tied_to_mfa
from rootwarden.proofs.policy_document import read_document
from tests.proofs.policies import allow, deny, documents, drop, json_values, policy, statements

PLACE = Place("aws", "111122223333")
BOUNDED = {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/edge"}}
NEEDS_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
SELF_SERVICE = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "sts:GetSessionToken"]


def measure(*texts: Any, boundary: Any = None, known: dict[str, str | None] | None = None) -> Standing:
    """Measure the power of some policies."""
    held = [Held(f"p{n}", read_document(text)) for n, text in enumerate(texts)]
    return standing(held, Held("b", read_document(boundary)) if boundary is not None else None, PLACE, known or {})


TABLE = [
    ("everything", policy(allow()), True),
    ("all of IAM", policy(allow(Action="iam:*")), True),
    ("in capitals", policy(allow(Action="IAM:*")), True),
    ("in a list", policy(allow(Action=["s3:*", "iam:*"], Resource=["*"])), True),
    ("with colon", policy(allow(Action="*:*")), True),
    ("nearly all names", policy(allow(Action="iam:?*")), True),
    ("all IAM resources", policy(allow(Action="iam:*", Resource="arn:aws:iam::111122223333:*")), True),
    ("all ARNs", policy(allow(Resource="arn:aws:*")), True),
    ("another account", policy(allow(Resource="arn:aws:iam::444455556666:*")), False),
    ("other partition", policy(allow(Resource="arn:aws-cn:iam::*:*")), False),
    ("users only", policy(allow(Resource="arn:aws:iam::*:user/*")), False),
    ("reading IAM", policy(allow(Action=["iam:Get*", "iam:List*"])), False),
    ("one action", policy(allow(Action="iam:PassRole")), False),
    ("power user", policy(drop(allow(NotAction=["iam:*", "organizations:*"]), "Action"), allow(Action="iam:List*")),
     False),
    ("all but one action", policy(drop(allow(NotAction="s3:DeleteBucket"), "Action")), True),
    ("all but one IAM action", policy(drop(allow(NotAction="iam:CreateUser"), "Action")), True),
    ("all but a bucket", policy(drop(allow(NotResource="arn:aws:s3:::logs"), "Resource")), True),
    ("all but IAM resources", policy(drop(allow(NotResource="arn:aws:iam::*:*"), "Resource")), False),
    ("denied everything", policy(allow(), deny()), False),
    ("denied IAM", policy(allow(), deny(Action="iam:*")), False),
    ("denied all but reading", policy(allow(), drop(deny(NotAction=["iam:Get*"]), "Action")), False),
    ("denied one service", policy(allow(), deny(Action="cloudtrail:*")), True),
    ("denied one action", policy(allow(), deny(Action="iam:CreateUser")), True),
    ("denied some roles", policy(allow(), deny(Action="iam:*", Resource="arn:aws:iam::*:role/guard-*")), True),
    ("denied without MFA", policy(allow(), deny(Condition=NO_MFA)), True),
    ("self-service without MFA", policy(allow(), drop(deny(NotAction=SELF_SERVICE, Condition=NO_MFA), "Action")), True),
    ("allowed with MFA", policy(allow(Condition=NEEDS_MFA)), True),
    ("allowed from home", policy(allow(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})), True),
    ("tagged things only", policy(allow(Condition={"StringEquals": {"aws:ResourceTag/team": "a"}})), False),
    ("with boundary only", policy(allow(Condition=BOUNDED)), False),
    ("not the protected", policy(allow(Condition={"StringNotEquals": {"aws:ResourceTag/x": "1"}})), None),
    ("odd operator", policy(allow(Condition={"StringIs": {"aws:SourceIp": "1"}})), None),
    ("odd key", policy(allow(Condition={"StringEquals": {"acme:moon": "full"}})), None),
    ("odd statement", policy({"Effect": "Allow"}), None),
    ("odd deny", policy(allow(), {"Effect": "Deny"}), None),
    ("odd deny, sure deny", policy(allow(), {"Effect": "Deny"}, deny()), False),
    ("no resource", policy(drop(allow(), "Resource")), None),
    ("no document", {"Version": "2012-10-17"}, None),
    ("unread", {"_unknown": {"why": "AccessDenied"}}, None),
    ("empty", policy(), False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "document", "answer"), TABLE, ids=[row[0] for row in TABLE])
def test_truth_table(name: str, document: Any, answer: bool | None) -> None:
    """Each row: what it shows, the one policy, whether its holder is an administrator."""
    assert measure(document).answer.value is answer


def test_across_policies() -> None:
    """Policies add up; the deny may stand in another one; the one that grants is named."""
    assert measure(policy(allow(Action="s3:*")), policy(allow())).through == "p1"
    assert measure(policy(allow()), policy(deny(Action="iam:*"))).answer.value is False
    assert measure(policy(allow(Condition=NEEDS_MFA)), policy(allow())).depends == ()
    assert measure(policy(allow()), {"Statement": 0}).answer.value is None
    assert measure(policy(allow(Action="s3:*")), {"Statement": 0}).answer.value is None


@pytest.mark.parametrize(
    ("boundary", "answer"),
    [
        (policy(allow()), True),
        (policy(allow(Action=["s3:*", "ec2:*"])), False),
        (policy(allow(), deny(Action="iam:*")), False),
        (policy(allow(), deny(Action="iam:CreateUser")), True),
        (policy(allow(Action="iam:*", Condition=BOUNDED)), False),
        (policy(allow(Condition=NEEDS_MFA)), True),
        ({"_unknown": {"why": "AccessDenied"}}, None),
    ],
)
def test_boundary(boundary: Any, answer: bool | None) -> None:
    """A permissions boundary must leave the power too; alone it gives nothing."""
    assert measure(policy(allow()), boundary=boundary).answer.value is answer
    assert measure(policy(allow(Action="s3:*")), boundary=boundary).answer.value is False


def test_what_is_known_of_the_caller_decides() -> None:
    """With MFA known, conditions on it are no longer open."""
    for document in (policy(allow(Condition=NEEDS_MFA)), policy(allow(), deny(Condition=NO_MFA))):
        assert tied_to_mfa(measure(document))
        with_mfa = measure(document, known={"aws:multifactorauthpresent": "true"})
        assert (with_mfa.answer.value, with_mfa.depends, with_mfa.restrained) == (True, (), ())
        assert measure(document, known={"aws:multifactorauthpresent": "false"}).answer.value is False
    mine = policy(allow(Condition={"StringEquals": {"aws:username": "alice"}}))
    assert measure(mine, known={"aws:username": "bob"}).answer.value is False


def test_notes() -> None:
    """Conditional and partial denials are told apart."""
    suspended = measure(policy(allow(), deny(Condition=NO_MFA)))
    assert (suspended.restrained, suspended.partly_denied) == (("aws:multifactorauthpresent",), False)
    assert measure(policy(allow(), deny(Action="s3:*"))).partly_denied


@given(documents | json_values)
def test_the_quick_look_never_misses(document: Any) -> None:
    """Whatever the quick look at raw JSON turns down could not be found to be an administrator by a full look."""
    if not could_grant(document, "*?iI", True):
        assert measure(document).answer.value is not True


@given(documents, statements)
def test_a_further_deny_never_makes_an_administrator(document: dict[str, Any], statement: dict[str, Any]) -> None:
    """Adding a Deny never turns a no, or an open answer, into a yes."""
    before = measure(document).answer.value
    after = measure(policy(*document["Statement"], statement | {"Effect": "Deny"})).answer.value
    assert not (after is True and before is not True)
    assert not (before is False and after is not False)
