"""What an IAM user may do: a truth table by hand of policies, boundaries and MFA, and laws that hold for any policy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rootwarden.proofs.identity_decision import decide_within
from rootwarden.proofs.mfa_gate import EXEMPT, GRANTED, gate_document, why_not_gated
from rootwarden.proofs.people_boundary import boundary_document, lets_newcomers_in
from rootwarden.proofs.policy_decision import Effect, Request, decide, decide_together
from rootwarden.proofs.truth import Truth
from tests.proofs.policies import allow, deny, documents, drop, policy

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/people/alice"
OBJECT = "arn:aws:s3:::reports/2026/q3.pdf"
KNOWN = {"aws:username": "alice", "aws:principalarn": ALICE}
READ = Request("s3:GetObject", OBJECT, None, KNOWN)
S3 = policy(allow(Action="s3:*"))
READS = policy(allow(Action="s3:Get*", Resource="arn:aws:s3:::reports/*"))
NOT_IAM = policy(drop(allow(NotAction=["iam:*", "organizations:*"]), "Action"))
HOME = policy(allow(Action="s3:*", Resource="arn:aws:s3:::reports/${aws:username}/*"))
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def asks(action: str, on: str = "*", **context: str | None) -> Request:
    """Return a request of alice; `mfa` is aws:MultiFactorAuthPresent, which a bare key does not send at all."""
    mfa = {"aws:multifactorauthpresent": context["mfa"]} if "mfa" in context else {}
    return Request(action, on, None, KNOWN | mfa)


# Name, identity policies, boundary (None: there is none), request, effect.
TABLE: list[tuple[str, list[Any], Any, Request, Effect]] = [
    ("nothing is held", [], None, READ, Effect.NO_MATCH),
    ("one policy", [S3], None, READ, Effect.ALLOW),
    ("the second policy", [HOME, READS], None, READ, Effect.ALLOW),
    ("another action", [READS], None, asks("s3:PutObject", OBJECT), Effect.NO_MATCH),
    ("another resource", [READS], None, asks("s3:GetObject", "arn:aws:s3:::payroll/x"), Effect.NO_MATCH),
    ("one's own folder", [HOME], None, asks("s3:PutObject", "arn:aws:s3:::reports/alice/x"), Effect.ALLOW),
    ("another's folder", [HOME], None, asks("s3:PutObject", "arn:aws:s3:::reports/bob/x"), Effect.NO_MATCH),
    ("all but IAM", [NOT_IAM], None, READ, Effect.ALLOW),
    ("all but IAM, and it is IAM", [NOT_IAM], None, asks("iam:CreateUser", ALICE), Effect.NO_MATCH),
    ("a Deny in another policy", [S3, policy(deny(Action="s3:GetObject"))], None, READ, Effect.DENY),
    ("a Deny of something else", [S3, policy(deny(Action="s3:Put*"))], None, READ, Effect.ALLOW),
    ("a boundary that allows it", [S3], NOT_IAM, READ, Effect.ALLOW),
    ("a boundary grants nothing", [], S3, READ, Effect.NO_MATCH),
    ("a boundary that does not allow it", [S3], policy(allow(Action="ec2:*")), READ, Effect.NO_MATCH),
    ("a Deny in the boundary", [S3], policy(allow(), deny(Action="s3:GetObject")), READ, Effect.DENY),
    ("a Deny in the boundary alone", [], policy(deny(Action="s3:GetObject")), READ, Effect.DENY),
    ("an empty boundary", [S3], policy(), READ, Effect.NO_MATCH),
    ("with MFA", [policy(allow(Condition=MFA))], None, asks("s3:GetObject", OBJECT, mfa="true"), Effect.ALLOW),
    ("without MFA", [policy(allow(Condition=MFA))], None, asks("s3:GetObject", OBJECT, mfa="false"), Effect.NO_MATCH),
    ("a bare key has no such key", [policy(allow(Condition=MFA))], None, asks("s3:GetObject", OBJECT, mfa=None),
     Effect.NO_MATCH),
    ("denied without MFA", [S3, policy(deny(Condition=NO_MFA))], None, asks("s3:GetObject", OBJECT, mfa="false"),
     Effect.DENY),
    ("denied with a bare key", [S3, policy(deny(Condition=NO_MFA))], None, asks("s3:GetObject", OBJECT, mfa=None),
     Effect.DENY),
    ("not denied with MFA", [S3, policy(deny(Condition=NO_MFA))], None, asks("s3:GetObject", OBJECT, mfa="true"),
     Effect.ALLOW),
    ("nobody knows of MFA", [S3, policy(deny(Condition=NO_MFA))], None, READ, Effect.UNKNOWN),
    ("unsure in the boundary", [S3], policy(allow(Condition=MFA)), READ, Effect.UNKNOWN),
    ("unsure, and denied anyway", [policy(allow(Condition=MFA)), policy(deny())], None, READ, Effect.DENY),
    ("unsure, and beyond the boundary", [policy(allow(Condition=MFA))], policy(allow(Action="ec2:*")), READ,
     Effect.NO_MATCH),
    ("a policy that cannot be read", ["{"], None, READ, Effect.UNKNOWN),
    ("a boundary that cannot be read", [S3], "{", READ, Effect.UNKNOWN),
    ("an unreadable boundary allows no more", [], "{", READ, Effect.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "boundary", "request_", "effect"), [row[1:] for row in TABLE],
                         ids=[row[0] for row in TABLE])  # fmt: skip
def test_truth_table(policies: list[Any], boundary: Any, request_: Request, effect: Effect) -> None:
    """The decision of each row is that of the IAM User Guide."""
    found = decide_within(policies, boundary, request_)
    assert found.effect is effect, found
    assert found.why


several = st.lists(documents, max_size=3)
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
_RANK = {True: 2, None: 1, False: 0}


@unhurried
@given(several, st.none() | documents)
def test_a_boundary_never_gives(policies: list[Any], boundary: Any) -> None:
    """Nothing is allowed within a boundary that is not allowed without it, and a boundary that allows all is none."""
    without = decide_together(policies, READ)
    within = decide_within(policies, boundary, READ)
    assert _RANK[within.allowed] <= _RANK[without.allowed]
    assert decide_within(policies, policy(allow()), READ).possible == without.possible
    if boundary is not None:
        assert _RANK[within.allowed] <= _RANK[decide(boundary, READ).allowed]


@unhurried
@given(several, st.none() | documents)
def test_a_denial_ends_it(policies: list[Any], boundary: Any) -> None:
    """Beside a Deny of everything no policy and no boundary allows anything: that is how a leaver is disabled."""
    assert decide_within([*policies, policy(deny())], boundary, READ).effect is Effect.DENY


@unhurried
@given(several, st.sampled_from(["false", None]))
def test_nothing_passes_the_gate_without_mfa(policies: list[Any], present: str | None) -> None:
    """Whatever else somebody holds, without MFA only the exempt actions can be allowed."""
    gate = gate_document()
    for action, on in (("s3:GetObject", OBJECT), ("iam:CreateAccessKey", ALICE), ("iam:DeactivateMFADevice", ALICE)):
        found = decide_within([*policies, gate], None, asks(action, on, mfa=present))
        assert found.effect is Effect.DENY
    for action in GRANTED:
        on = f"arn:aws:iam::{ACCOUNT}:mfa/alice" if action == "iam:CreateVirtualMFADevice" else ALICE
        assert decide_within([gate], None, asks(action, on, mfa=present)).effect is Effect.ALLOW


def test_the_gate_exempts_what_it_must() -> None:
    """The exemptions are those that take a person from the first password to MFA, and GetSessionToken."""
    assert set(EXEMPT) == {
        "iam:ChangePassword", "iam:GetAccountPasswordPolicy", "iam:GetUser", "iam:CreateVirtualMFADevice",
        "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ListVirtualMFADevices", "iam:ResyncMFADevice",
        "sts:GetSessionToken",
    }  # fmt: skip
    denial = gate_document()["Statement"][-1]
    assert (denial["Effect"], denial["Condition"], denial["NotAction"]) == ("Deny", NO_MFA, list(EXEMPT))


@pytest.mark.parametrize("arn", [ALICE, f"arn:aws:iam::{ACCOUNT}:user/alice", f"arn:aws:iam::{ACCOUNT}:user/a/b/alice"])
def test_the_gate_knows_oneself_under_any_path(arn: str) -> None:
    """A user is itself whatever its path, and `malice` is not `alice`."""
    assert decide(gate_document(), asks("iam:ChangePassword", arn, mfa="true")).effect is Effect.ALLOW
    other = arn.replace("alice", "malice")
    assert decide(gate_document(), asks("iam:ChangePassword", other, mfa="true")).effect is Effect.NO_MATCH


def test_who_does_not_stand_behind_the_gate() -> None:
    """No workload, and nobody with an active access key."""
    assert why_not_gated("/people/", Truth(False)) == ""
    assert "workload" in why_not_gated("/service/", Truth(False))
    assert "workload" in why_not_gated("/service/ci/", Truth(False))
    assert "access key" in why_not_gated("/", Truth(True))


@pytest.mark.parametrize(
    ("boundary", "let_in"),
    [
        (boundary_document("aws", ACCOUNT, "/people/", "arn:own"), True),
        (policy(allow()), True),
        (policy(allow(Action="iam:*")), True),
        (policy(drop(allow(NotAction="iam:*"), "Action")), False),
        (policy(allow(), deny(Action="iam:EnableMFADevice")), False),
        (policy(allow(Condition=MFA)), False),
        (policy(allow(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})), None),
        ("{", None),
    ],
)
def test_whom_a_boundary_lets_in(boundary: Any, let_in: bool | None) -> None:
    """A boundary under which a new person cannot come as far as MFA is known before anybody stands behind it."""
    assert lets_newcomers_in(boundary, "aws", ACCOUNT, ALICE).value is let_in
