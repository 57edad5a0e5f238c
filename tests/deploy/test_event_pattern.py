"""Everything that a detection needs passes the patterns, ordinary work does not, and nobody can forge what passes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from rootwarden.catalogue.detecting import rules_of, single_records, stateful
from rootwarden.catalogue.event_pattern import LIMIT, EventPattern, event_patterns
from rootwarden.model.context import Context
from rootwarden.model.golden import Golden, golden_records
from rootwarden.model.watching import Watch
from tests.deploy.matching import forwarded

GOLDEN = golden_records()
# Shapes that no pattern can describe: an identity that is no object has no fields, and the warning is no record.
NOT_DESCRIBED = {"identity-is-null", "identity-is-text", "unusual-sign-in-reported"}
OWNED = "arn:aws:sns:us-east-1:111122223333:pager"
RULES = single_records([OWNED])

RULE = """\
title: Somebody read something
logsource: {product: aws, service: cloudtrail}
detection:
  call: {SEARCH}
  condition: call
level: low
"""


def new_watch() -> Watch:
    """Return a watch with every detection, for which no window was approved."""
    return Watch(RULES, stateful(), Context(windows=(), owned_resources=(OWNED,)))


def needed(record: dict[str, Any]) -> bool:
    """Return whether the watch does anything with a record, by its own account."""
    return new_watch().feed(record).event is not None


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: one.id)
def test_what_the_watch_needs_is_forwarded(golden: Golden) -> None:
    """Every known record that fires something, or that a detection with memory looks at, passes."""
    if needed(golden.record) and golden.id not in NOT_DESCRIBED:
        assert forwarded(golden.record)
    assert not golden.fires or forwarded(golden.record)


def test_enough_records_fire() -> None:
    """The test above is about something."""
    assert sum(bool(one.fires) for one in GOLDEN) > 120
    assert {code for one in GOLDEN for code in one.fires} >= {one.detection.code for one in RULES}


def who_does_it() -> Iterator[dict[str, Any]]:
    """Yield identities: an ordinary role, an ordinary user, a service, nobody, root."""
    yield {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/mallory"}
    yield {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/mallory", "userName": "mallory"}
    yield {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}
    yield {"accountId": "111122223333", "invokedBy": "organizations.amazonaws.com"}
    yield {"type": "Root", "arn": "arn:aws:iam::111122223333:root"}


def test_every_act_by_anybody() -> None:
    """Each name that any rule knows, with each source that any rule knows, done by anybody: what is needed passes."""
    names = {str(one.record["eventName"]) for one in GOLDEN if isinstance(one.record.get("eventName"), str)}
    patterns = [one.pattern["detail"]["$or"] for one in event_patterns() if one.name != "drill"]
    names |= {name for some in patterns for one in some for name in one.get("eventName", [])}
    sources = {source for some in patterns for one in some for source in one.get("eventSource", [])}
    asked = {"name": OWNED, "topicArn": OWNED, "alarmName": OWNED, "keyId": OWNED, "bucketName": OWNED}
    watch = new_watch()
    counted = 0
    for source in sorted(sources):
        for name in sorted(names):
            for who in who_does_it():
                record = {
                    "eventVersion": "1.11", "eventSource": source, "eventName": name, "userIdentity": who,
                    "eventTime": "2026-03-02T08:00:00Z", "recipientAccountId": "111122223333", "awsRegion": "us-east-1",
                    "requestParameters": asked, "eventType": "AwsApiCall",
                    "eventID": f"{counted:08x}-0000-4000-8000-000000000000",
                }  # fmt: skip
                if watch.feed(record).event is not None:
                    counted += 1
                    assert forwarded(record), (source, name, who["type"])
    assert counted > 1_000


@pytest.mark.parametrize("type_", ["Root", "Rot", "root", "NewThing"])
def test_root_and_unknown_types(type_: str) -> None:
    """Root passes in any call, and so does a type that nobody has seen."""
    for name in ("ListBuckets", "RunInstances", "ConsoleLogin"):
        assert forwarded({"eventSource": "s3.amazonaws.com", "eventName": name, "userIdentity": {"type": type_}})


@pytest.mark.parametrize("arn", ["iam::111122223333:root", "sts::111122223333:assumed-root", "sts::1:assumed-root/x"])
@pytest.mark.parametrize("type_", ["AssumedRole", None])
def test_whoever_is_named_like_root(type_: str | None, arn: str) -> None:
    """An identity whose ARN says root passes under any type, or none: the watch takes it for an unknown shape."""
    who = {"arn": f"arn:aws:{arn}"} | ({"type": type_} if type_ else {})
    act = {"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "userIdentity": who}
    record = {**act, "eventTime": "2026-03-02T08:00:00Z", "eventID": "1"}
    assert needed(record)
    assert forwarded(record)


ORDINARY = [
    {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn"},
    {"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances"},
    {"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances"},
    {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"},
    {"eventSource": "sts.amazonaws.com", "eventName": "GetSessionToken"},
    {"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "requestParameters": {"userName": "ana"}},
    {"eventSource": "iam.amazonaws.com", "eventName": "DeletePolicy"},
    {"eventSource": "iot.amazonaws.com", "eventName": "DeletePolicy"},
    {"eventSource": "elasticloadbalancing.amazonaws.com", "eventName": "DeleteRule"},
    {"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"},
    {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"},
    {
        "eventSource": "iam.amazonaws.com",
        "eventName": "DeactivateMFADevice",
        "requestParameters": {"serialNumber": "arn:aws:iam::111122223333:mfa/ana"},
    },
]


@pytest.mark.parametrize("act", ORDINARY, ids=lambda act: f"{act['eventSource'].partition('.')[0]}-{act['eventName']}")
def test_ordinary_work_stays_where_it_is(act: dict[str, Any]) -> None:
    """What people, roles and services do all day is not forwarded."""
    identities = [one for one in who_does_it() if one.get("type") != "Root"]
    assert not any(forwarded({**act, "userIdentity": who}) for who in identities)


def test_nobody_can_make_up_an_event() -> None:
    """AWS lets nobody else put events whose source begins with `aws.`, and no other source passes."""
    record = {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "userIdentity": {"type": "Root"}}
    assert forwarded(record, source="aws.signin")
    assert not forwarded(record, source="mine.signin")
    assert not forwarded(record, source="xaws.signin")


def test_what_a_drill_makes_up_is_marked() -> None:
    """A drill's own source passes with the mark of a drill as the event's id, and with no other.

    Whatever else it holds passes, too: tests/watching/test_forged.py shows that nothing is taken out of it.
    """
    record = {"eventSource": "iam.amazonaws.com", "eventName": "GetUser", "userIdentity": {"type": "Root"}}
    assert forwarded({**record, "eventID": "rw-drill-01J0000000000000000000000A"}, source="rootwarden.drill")
    assert not forwarded({**record, "eventID": "5df90925-10ad-4000-8000-000000000032"}, source="rootwarden.drill")


def test_within_the_limits_of_eventbridge() -> None:
    """Short enough by default quota, each name once, and no more combinations than EventBridge takes."""
    found = event_patterns()
    assert [one.name for one in found] == ["root", *(f"acts-{n}" for n in range(1, len(found) - 1)), "drill"]
    for one in found:
        assert len(one.text) <= LIMIT
        assert json.loads(one.text) == one.pattern
        assert sum(_values(part) for part in one.pattern["detail"].get("$or", [])) < 1_000


def _values(pattern: Any) -> int:
    if isinstance(pattern, dict):
        product = 1
        for one in pattern.values():
            product *= _values(one)
        return product
    return len(pattern) if isinstance(pattern, list) else 1


def alternatives(patterns: Sequence[EventPattern]) -> list[dict[str, Any]]:
    """Return what the patterns of acts look for, one after the other."""
    details = [one.pattern["detail"] for one in patterns if one.name.startswith("acts-")]
    return [part for detail in details for part in detail.get("$or", [detail])]


def made_of(search: str) -> list[dict[str, Any]]:
    """Return what the patterns of one made-up rule look for beside identities."""
    return alternatives(event_patterns(rules_of({"mine.yml": RULE.replace("{SEARCH}", search)})))


def test_a_new_detection_is_in_the_pattern_at_once() -> None:
    """Names are spelled as the rule spells them, sources limit them; what has no source is sought everywhere."""
    assert made_of("{eventSource: a.amazonaws.com, eventName: DoIt}") == [
        {"eventSource": ["a.amazonaws.com"], "eventName": ["DoIt"]}
    ]
    assert made_of("[{eventSource: a.amazonaws.com, eventName: [DoIt, Undo]}, {eventName: DoIt}]") == [
        {"eventName": ["DoIt"]},
        {"eventSource": ["a.amazonaws.com"], "eventName": ["Undo"]},
    ]


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ("{eventSource: a.amazonaws.com}", "limited to names"),
        ("{eventName|startswith: Do}", "limited to names"),
        ("{userIdentity.type: IAMUser}", "limited to names"),
    ],
)
def test_a_detection_that_no_pattern_can_serve_is_refused(search: str, why: str) -> None:
    """The generator fails by name: a detection that nothing is forwarded for would be deaf."""
    with pytest.raises(TypeError, match=why):
        made_of(search)


def test_what_outgrows_a_pattern_is_split_or_refused() -> None:
    """Many sources fill several patterns; one source beyond the limit is an error, not a rule that AWS refuses."""
    acts = {number: ", ".join(f"Act{number}x{m}" for m in range(20)) for number in range(30)}
    many = ", ".join(f"{{eventSource: s{number}.amazonaws.com, eventName: [{some}]}}" for number, some in acts.items())
    found = event_patterns(rules_of({"mine.yml": RULE.replace("{SEARCH}", f"[{many}]")}))
    assert len(found) > 3
    assert all(len(one.text) <= LIMIT for one in found)
    names = [name for one in alternatives(found) for name in one["eventName"]]
    assert len(names) == len(set(names)) == 600
    too_long = ", ".join(f"Act{n:04}" for n in range(250))
    with pytest.raises(TypeError, match="longer than a pattern"):
        made_of(f"{{eventSource: a.amazonaws.com, eventName: [{too_long}]}}")
