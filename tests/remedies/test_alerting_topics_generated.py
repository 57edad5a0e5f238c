"""Broken topics of every kind: what is planned for one makes the control pass, or it is said why nothing is."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rootwarden.catalogue.remedying import remedies
from rootwarden.model.expect import as_if, broken
from rootwarden.model.findings import Finding, Status
from rootwarden.model.judging import Court
from rootwarden.model.placeholders import references
from rootwarden.model.plan import Change, in_steps
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Case, Not
from rootwarden.model.shared import SHARED, Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import Subject
from rootwarden.model.writes import WRITES
from tests.controls import iam_facts
from tests.controls.alert_facts import (
    DEFAULT,
    KEY,
    TOPIC,
    alarm,
    alarms,
    allow,
    document,
    key,
    rule,
    subscription,
    topic,
)
from tests.controls.judged import ACCOUNT, NOW, judge, registered, unread

SLUG = "alert-topic-delivers"
ADA = iam_facts.account(iam_facts.row("ada", keys=1), users=(iam_facts.user("ada", iam_facts.ADMINISTRATOR),))
LOCKED_OUT = iam_facts.account(iam_facts.row("ada"), users=(iam_facts.user("ada", iam_facts.ADMINISTRATOR),))
DENY = {"Sid": "no", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": TOPIC}
KEEP = {"Sid": "keep", "Effect": "Deny", "Principal": "*", "Action": "sns:SetTopicAttributes", "Resource": TOPIC}
OWN = {
    "Sid": "own", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*",
    "Resource": "*",
}  # fmt: skip
STATEMENTS = st.lists(
    st.sampled_from([DEFAULT, allow("cloudwatch.amazonaws.com"), allow("events.amazonaws.com", Sid="ev"), DENY, KEEP]),
    max_size=3,
)
PENDING = subscription(1, SubscriptionArn="PendingConfirmation")
DROPS = subscription(2, Endpoint="drops@acme.example", FilterPolicy={"kind": ["order"]})
SUBSCRIPTIONS = st.lists(
    st.sampled_from([subscription(), PENDING, DROPS]), max_size=2, unique_by=lambda one: one["Endpoint"]
)
KEY_NAMES = st.sampled_from([None, "alias/aws/sns", KEY, "alias/alerts"])
KEYS = st.builds(
    lambda state, policy: key(KeyState=state, policy=policy),
    st.sampled_from(["Enabled", "Disabled", "PendingDeletion"]),
    st.sampled_from([key()["policy"], document(OWN), document(OWN, {**DENY, "Action": "kms:*", "Resource": "*"}),
                     document({**OWN, "Action": "kms:Describe*"})]),
)  # fmt: skip
SEEN: Counter[str] = Counter()
EMAILS = st.sampled_from([(), ("security@acme.example",), ("new@acme.example", "more@acme.example"), ("nobody",)])


@st.composite
def accounts(draw: st.DrawFn) -> dict[str, Any]:
    """Return the facts of an account whose topic may be broken in several ways at once."""
    named = draw(KEY_NAMES)
    attributes = {"Policy": document(*draw(STATEMENTS)), **({"KmsMasterKeyId": named} if named else {})}
    made: dict[str, Any] = topic(attributes=attributes, subscriptions=draw(SUBSCRIPTIONS))
    if draw(st.integers(0, 9)) == 0:
        made |= {"attributes": None, "subscriptions": []}
    senders = {"cloudwatch.alarms": alarms(alarm()), "events.rules": [rule()]}
    quiet: dict[str, Any] = {"cloudwatch.alarms": alarms(), "events.rules": []}
    left_out = draw(st.sampled_from(["cloudwatch.alarms", "events.rules", ""]))
    facts = {**senders, **({left_out: quiet[left_out]} if left_out else {})}
    admins = draw(
        st.sampled_from([ADA, LOCKED_OUT, iam_facts.account(), {"iam.authorization": unread("iam.authorization")}])
    )
    return copy.deepcopy({**facts, "sns.topics": [made], "kms.keys": [draw(KEYS)], **admins})


def prescribed(facts: dict[str, Any], finding: Finding, emails: tuple[str, ...]) -> Change | Not:
    """Return what the remedy says to a finding."""
    shared = Shared()
    for name in SHARED:
        if name in facts:
            shared.add(ACCOUNT, name, msgspec.json.decode(msgspec.json.encode(facts[name])))
    own = Facts({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in facts.items()})
    court = Court(
        controls=(registered(SLUG),), settings={}, partition="aws", organization=Facts({}), shared=shared, now=NOW
    )
    known = remedies()["repair-alert-topic"]
    assert known.prescribe is not None
    case = Case(
        slug=known.slug, finding=finding, control=registered(SLUG),
        seen=court.view(Subject(account=ACCOUNT, partition="aws"), own),
        settings=Thresholds(known.remedy.params, {"emails": emails}),
        limits=Thresholds(registered(SLUG).control.params), now=NOW,
    )  # fmt: skip
    return known.prescribe(case)


@settings(max_examples=200, deadline=None)  # so many that enough of each kind comes up, see below
@given(accounts(), EMAILS)
def test_what_is_planned_makes_it_pass(facts: dict[str, Any], emails: tuple[str, ...]) -> None:
    """Where something is planned it can be made now, the control passes then, and nothing of others is gone."""
    failing = [one for one in judge(SLUG, facts) if one.status is Status.FAIL]
    for finding in failing:
        try:
            answer = prescribed(facts, finding, emails)
        except UnseenError:
            SEEN["unread"] += 1
            continue
        SEEN[type(answer).__name__] += 1
        if isinstance(answer, Not):
            assert answer.why
            assert answer.todo
            continue
        assert broken(answer.expects, facts) == []
        assert broken(answer.then, facts) != []
        after = as_if(facts, answer.then)
        assert [one.status for one in judge(SLUG, after)] == [Status.PASS], (answer.title, judge(SLUG, after))
        assert broken(answer.then, after) == []
        whole_steps(answer)
        kept(facts, after)


def test_enough_was_planned() -> None:
    """The test above is about something: changes, reasons for none, and what could not be read."""
    assert SEEN["Change"] > 20, SEEN
    assert SEEN["Not"] > 20, SEEN
    assert SEEN["unread"] > 5, SEEN


def whole_steps(change: Change) -> None:
    """See that each call is known, refers to what was kept before, and can be taken back or says why not."""
    known: set[str] = set()
    for _, step in in_steps((change,)):
        assert step.call.name in WRITES
        assert set(references(step.call.parameters)) <= known
        known |= {f"{step.id}.{name}" for name in step.keeps}
        assert all(call.name in WRITES and set(references(call.parameters)) <= known for call in step.undo)
        assert step.undo or step.stays
        assert step.seen is not None or (WRITES[step.call.name].again and not step.keeps)


def kept(before: dict[str, Any], after: dict[str, Any]) -> None:
    """See that the statements of others are still there, word for word and in their order."""
    old, new = (facts["sns.topics"][0]["attributes"] for facts in (before, after))
    if old is not None:
        theirs = old["Policy"]["Statement"]
        assert new["Policy"]["Statement"][: len(theirs)] == theirs
        assert {**new, "Policy": 0, "KmsMasterKeyId": 0} == {**old, "Policy": 0, "KmsMasterKeyId": 0}
    held = before["kms.keys"][0]["policy"]["Statement"]
    assert after["kms.keys"][0]["policy"]["Statement"][: len(held)] == held
