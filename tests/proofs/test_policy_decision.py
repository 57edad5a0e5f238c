"""Decisions of policies as IAM documents them: a truth table by hand, and laws that hold for any JSON."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.proofs.policy_decision import Effect, Request, decide, decide_together
from rootwarden.proofs.policy_principals import ANONYMOUS, account, federated, identity, service
from tests.proofs.policies import (
    OBJECT,
    SERVICE,
    TRAIL,
    allow,
    deny,
    documents,
    drop,
    json_values,
    keys,
    policy,
    statements,
)  # fmt: skip

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"
CLOUDTRAIL = service("cloudtrail.amazonaws.com")


PUT = Request("s3:PutObject", OBJECT, CLOUDTRAIL, {"aws:SourceArn": TRAIL, "aws:SourceAccount": "111122223333"})
FROM_TRAIL = {"StringEquals": {"AWS:SourceArn": TRAIL}}

TABLE = [
    ("nothing", None, PUT, Effect.NO_MATCH),
    ("no statements", policy(), PUT, Effect.NO_MATCH),
    ("one statement, no list", {"Version": "2012-10-17", "Statement": allow(Principal="*")}, PUT, Effect.ALLOW),
    ("the service", policy(allow(Principal=SERVICE)), PUT, Effect.ALLOW),
    ("another service", policy(allow(Principal={"Service": "config.amazonaws.com"})), PUT, Effect.NO_MATCH),
    ("one of several", policy(allow(Principal={"Service": ["a", "cloudtrail.amazonaws.com"]})), PUT, Effect.ALLOW),
    ("any service", policy(allow(Principal={"Service": "*"})), PUT, Effect.UNKNOWN),
    ("AWS star", policy(allow(Principal={"AWS": "*"})), PUT, Effect.ALLOW),
    ("this trail", policy(allow(Principal=SERVICE, Condition=FROM_TRAIL)), PUT, Effect.ALLOW),
    ("other trail", policy(allow(Principal=SERVICE, Condition={"ArnLike": {"aws:SourceArn": TRAIL + "x"}})), PUT,
     Effect.NO_MATCH),
    ("two conditions", policy(allow(Principal=SERVICE, Condition=FROM_TRAIL | {"Bool": {"aws:SecureTransport": True}})),
     PUT, Effect.ALLOW),
    ("untold key", policy(allow(Principal=SERVICE, Condition={"StringEquals": {"s3:x-amz-acl": "a"}})), PUT,
     Effect.UNKNOWN),
    ("no organization", policy(allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a"}})), PUT,
     Effect.NO_MATCH),
    ("unknown operator", policy(allow(Principal="*", Condition={"StringIs": {"aws:SourceArn": TRAIL}})), PUT,
     Effect.UNKNOWN),
    ("deny wins", policy(allow(Principal="*"), deny(Principal="*")), PUT, Effect.DENY),
    ("deny over plain http", policy(allow(Principal="*"), deny(
        Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})), PUT, Effect.ALLOW),
    ("deny unless this trail", policy(allow(Principal="*"), deny(
        Principal="*", Condition={"StringNotEquals": {"aws:SourceArn": TRAIL}})), PUT, Effect.ALLOW),
    ("deny, cannot tell", policy(allow(Principal="*"), deny(
        Principal="*", Condition={"StringEquals": {"s3:x-amz-acl": "a"}})), PUT, Effect.UNKNOWN),
    ("broken deny", policy(allow(Principal="*"), deny(Principal="*", Condition="x")), PUT, Effect.UNKNOWN),
    ("broken allow, sure deny", policy(allow(Principal=7), deny(Principal="*")), PUT, Effect.DENY),
    ("other action", policy(allow(Principal="*", Action="s3:Get*")), PUT, Effect.NO_MATCH),
    ("action in any case", policy(allow(Principal="*", Action=["S3:put*"])), PUT, Effect.ALLOW),
    ("not that action", policy(drop(allow(Principal="*", NotAction="s3:PutObject"), "Action")), PUT, Effect.NO_MATCH),
    ("not another action", policy(drop(allow(Principal="*", NotAction="s3:Get*"), "Action")), PUT, Effect.ALLOW),
    ("that prefix", policy(allow(Principal="*", Resource="arn:aws:s3:::logs/AWSLogs/*")), PUT, Effect.ALLOW),
    ("narrower prefix", policy(allow(Principal="*", Resource="arn:aws:s3:::logs/AWSLogs/1/*")), PUT, Effect.NO_MATCH),
    ("resource case", policy(allow(Principal="*", Resource="arn:aws:s3:::LOGS/*")), PUT, Effect.NO_MATCH),
    ("not that resource", policy(drop(allow(Principal="*", NotResource="arn:aws:s3:::logs/*"), "Resource")), PUT,
     Effect.NO_MATCH),
    ("unfinished ARN", policy(allow(Principal="*", Resource="arn:aws:s3")), PUT, Effect.UNKNOWN),
    ("star across colons", policy(allow(Principal="*", Resource="arn:aws:*s/AWSLogs/*")), PUT, Effect.UNKNOWN),
    ("star at the end", policy(allow(Principal="*", Resource="arn:aws:s3*")), PUT, Effect.ALLOW),
    ("not principal", policy(drop(allow(NotPrincipal={"AWS": "444455556666"}))), PUT, Effect.UNKNOWN),
    ("not principal, exempt", policy(allow(Principal="*"), deny(NotPrincipal=SERVICE)), PUT, Effect.ALLOW),
    ("not principal, denied", policy(allow(Principal="*"), deny(NotPrincipal={"AWS": "444455556666"})), PUT,
     Effect.DENY),
    ("both principals", policy(allow(Principal="*", NotPrincipal="*")), PUT, Effect.UNKNOWN),
    ("both actions", policy(allow(Principal="*", NotAction="*")), PUT, Effect.UNKNOWN),
    ("strange element", policy(allow(Principal="*", Actions="*")), PUT, Effect.UNKNOWN),
    ("strange version", policy(allow(Principal="*"), version="2020-01-01"), PUT, Effect.UNKNOWN),
    ("no statement", {"Version": "2012-10-17"}, PUT, Effect.UNKNOWN),
    ("mark of an unread value", {"_unknown": {"why": "AccessDenied"}}, PUT, Effect.UNKNOWN),
    ("unread action", policy(allow(Principal="*", Action={"_unknown": {}})), PUT, Effect.UNKNOWN),
    ("unread condition", policy(allow(Principal="*", Condition={"_unknown": {"why": "x"}})), PUT, Effect.UNKNOWN),
    ("as text", '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}', PUT,
     Effect.ALLOW),
    ("text, no JSON", "{", PUT, Effect.UNKNOWN),
    ("a list", [], PUT, Effect.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("name", "document", "request_", "effect"), TABLE, ids=[row[0] for row in TABLE])
def test_truth_table(name: str, document: Any, request_: Request, effect: Effect) -> None:
    """Each row: what it shows, the policy, the request, the effect."""
    decision = decide(document, request_)
    assert decision.effect is effect, decision
    assert (effect is Effect.UNKNOWN) == (len(decision.possible) > 1)


ROLE = "arn:aws:iam::111122223333:role/ops/Admin"
SESSION = "arn:aws:sts::111122223333:assumed-role/Admin/alice"


@pytest.mark.parametrize(
    ("principal", "caller", "effect"),
    [
        ({"AWS": "111122223333"}, account("111122223333"), Effect.ALLOW),
        ({"AWS": "arn:aws:iam::111122223333:root"}, account("111122223333"), Effect.ALLOW),
        ({"AWS": "arn:aws-cn:iam::111122223333:root"}, identity(ROLE), Effect.ALLOW),
        ({"AWS": "arn:aws:iam::444455556666:root"}, account("111122223333"), Effect.NO_MATCH),
        ({"AWS": ROLE}, identity(ROLE), Effect.ALLOW),
        ({"AWS": ROLE}, identity(SESSION), Effect.ALLOW),
        ({"AWS": ROLE}, account("111122223333"), Effect.NO_MATCH),
        ({"AWS": ROLE + "2"}, identity(SESSION), Effect.NO_MATCH),
        ({"AWS": "AROAEXAMPLEID"}, identity(ROLE), Effect.NO_MATCH),
        ({"AWS": "arn:aws:iam::111122223333:role/*"}, identity(ROLE), Effect.UNKNOWN),
        ({"AWS": "*"}, ANONYMOUS, Effect.ALLOW),
        ({"AWS": ROLE}, ANONYMOUS, Effect.NO_MATCH),
        ({"Federated": "accounts.google.com"}, federated("accounts.google.com"), Effect.ALLOW),
        ({"CanonicalUser": "79a5"}, account("111122223333"), Effect.NO_MATCH),
        ({"Everyone": "*"}, ANONYMOUS, Effect.UNKNOWN),
        ({}, ANONYMOUS, Effect.UNKNOWN),
        ({"AWS": []}, ANONYMOUS, Effect.UNKNOWN),
        ("everyone", ANONYMOUS, Effect.UNKNOWN),
        ("*", None, Effect.UNKNOWN),
    ],
)
def test_principals(principal: Any, caller: Any, effect: Effect) -> None:
    """An account's name stands for all its identities; a unique id of a deleted principal stands for nobody."""
    assert decide(policy(allow(Principal=principal)), Request("s3:GetObject", OBJECT, caller)).effect is effect


@pytest.mark.parametrize(
    ("exempt", "effect"),
    [
        ({"AWS": [ROLE, "arn:aws:iam::111122223333:root"]}, Effect.ALLOW),
        ({"AWS": "arn:aws:iam::111122223333:root"}, Effect.ALLOW),
        ({"AWS": SESSION}, Effect.UNKNOWN),
        ({"AWS": "arn:aws:iam::444455556666:root"}, Effect.DENY),
        ({"Service": "ec2.amazonaws.com"}, Effect.DENY),
    ],
)
def test_deny_with_not_principal(exempt: Any, effect: Effect) -> None:
    """Exempting part of the caller's own account is not decided; exempting strangers denies the caller."""
    document = policy(allow(Principal="*"), deny(NotPrincipal=exempt))
    assert decide(document, Request("s3:GetObject", OBJECT, identity(ROLE))).effect is effect


def test_default_topic_policy_and_its_publishers() -> None:
    """The default policy of an SNS topic admits CloudWatch, which names the owner, and not EventBridge."""
    owner = {"StringEquals": {"AWS:SourceOwner": "111122223333"}}
    default = policy(
        allow(Principal={"AWS": "*"}, Action=["SNS:Publish"], Resource=TOPIC, Condition=owner), version="2008-10-17"
    )
    alarms = Request("sns:Publish", TOPIC, service("cloudwatch.amazonaws.com"), {"AWS:SourceOwner": "111122223333"})
    rules = Request("sns:Publish", TOPIC, service("events.amazonaws.com"), {"AWS:SourceOwner": None})
    assert decide(default, alarms).allowed is True
    assert decide(default, rules).allowed is False
    assert decide(default, Request("sns:Publish", TOPIC, rules.caller)).allowed is None


def test_allowed_is_sure_of_a_no_even_when_the_effect_is_not() -> None:
    """A Deny that may or may not apply cannot make a request allowed that nothing allows."""
    document = policy(deny(Principal="*", Condition={"StringEquals": {"s3:prefix": "a"}}))
    decision = decide(document, PUT)
    assert decision.effect is Effect.UNKNOWN
    assert decision.allowed is False


def test_policies_add_up() -> None:
    """A Deny of one policy beats the Allow of another; ids name the statements."""
    first, second = policy(allow(Sid="grant")), policy(deny(Sid="guard", Action="s3:Put*"))
    both = decide_together((first, second), Request("s3:PutObject", OBJECT))
    assert (both.effect, both.statements) == (Effect.DENY, ("guard",))
    assert decide_together((first, second), Request("s3:GetObject", OBJECT)).statements == ("grant",)


def test_variables_of_the_old_version_are_literal() -> None:
    """Without Version 2012-10-17 a policy variable is plain text."""
    mine = allow(Resource="arn:aws:s3:::b/${aws:username}/*")
    asked = Request("s3:GetObject", "arn:aws:s3:::b/alice/x", context={"aws:username": "alice"})
    assert decide(policy(mine), asked).effect is Effect.ALLOW
    assert decide(policy(mine, version="2008-10-17"), asked).effect is Effect.NO_MATCH
    assert decide(policy(mine), Request("s3:GetObject", asked.resource)).effect is Effect.UNKNOWN


@given(json_values | documents | st.text(max_size=30))
def test_any_json_gets_an_answer(document: Any) -> None:
    """Nothing that JSON can say makes the matcher fail, and UNKNOWN always has a reason."""
    decision = decide(document, PUT)
    assert decision.why
    assert decision.possible


@given(documents, statements)
def test_a_further_deny_never_helps(document: dict[str, Any], statement: dict[str, Any]) -> None:
    """Adding a Deny never makes ALLOW possible, and never makes a refusal less sure."""
    before = decide(document, PUT)
    after = decide(policy(*document["Statement"], statement | {"Effect": "Deny"}), PUT)
    assert (Effect.ALLOW in after.possible) <= (Effect.ALLOW in before.possible)
    assert (before.allowed is False) <= (after.allowed is False)


@given(documents, statements)
def test_a_further_allow_never_harms(document: dict[str, Any], statement: dict[str, Any]) -> None:
    """Adding an Allow never turns a request that was surely allowed into anything else."""
    after = decide(policy(*document["Statement"], statement | {"Effect": "Allow"}), PUT)
    assert (decide(document, PUT).allowed is True) <= (after.allowed is True)


@given(documents, st.permutations(range(4)))
def test_order_does_not_count(document: dict[str, Any], order: list[int]) -> None:
    """The same statements in another order decide the same."""
    items = document["Statement"]
    shuffled = [items[n] for n in order if n < len(items)]
    assert decide(policy(*shuffled), PUT).possible == decide(document, PUT).possible


@given(documents, keys, st.none() | st.text(max_size=4) | st.just(TRAIL))
def test_knowing_more_never_contradicts(document: dict[str, Any], key: str, value: str | None) -> None:
    """What was sure without a key stays sure once the key is known."""
    less = Request("s3:PutObject", OBJECT, CLOUDTRAIL)
    more = Request("s3:PutObject", OBJECT, CLOUDTRAIL, {key: value})
    assert set(decide(document, more).possible) <= set(decide(document, less).possible) or key == "aws:PrincipalOrgID"
