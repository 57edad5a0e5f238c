"""What others came to rest on since stays when a run is undone, with what it rests on; all else is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jmespath
import pytest
from moto.cloudtrail.models import cloudtrail_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from msgspec.structs import replace

from rootwarden.aws.clock import SystemClock, new_ulid
from rootwarden.aws.hands import Hands, WriteError
from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.past_runs import listed
from rootwarden.lab.aws_error import AwsError
from rootwarden.lab.server import Lab
from rootwarden.model.placeholders import quoted
from rootwarden.model.plan import Call, Change, Probe, Risk, Step
from rootwarden.model.run import RunState
from rootwarden.model.write import tells
from rootwarden.model.writes import WRITES
from rootwarden.proofs.resting import (
    on_alarm,
    on_cloudtrail_trust,
    on_metric,
    on_role,
    on_rule,
    on_service_role,
    on_topic,
)
from rootwarden.proofs.resting_people import on_group, on_policy, on_user
from rootwarden.report.past_runs import said as runs_said
from rootwarden.store.opening import open_store
from rootwarden.store.run_log import begin_run, hold_run
from tests.remedies.alerting_desk import Desk, open_desk

DUTY, ANALYZER, ALARM = "enable-guardduty", "enable-access-analyzer", "alarm-on-root-use"
ACCOUNT, REGION = "222222222201", "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:rootwarden-alerts"
SETTINGS: dict[str, dict[str, Any]] = {
    DUTY: {"regions": (REGION,)}, ANALYZER: {"regions": (REGION,)},
    ALARM: {"emails": ("security@startup.example",), "encrypt": True},
}  # fmt: skip


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return open_desk(open_lab, "startup", ACCOUNT, tmp_path, monkeypatch, REGION)


def test_what_others_rest_on_stays(desk: Desk) -> None:
    """A topic somebody else listens to, with its key; a detector with a filter; an analyzer with a rule."""
    plan = desk.plan(wishes=(DUTY, ANALYZER, ALARM), settings=SETTINGS)
    applied = desk.apply(plan)
    sns, duty, analyzer = (desk.client(name, REGION) for name in ("sns", "guardduty", "accessanalyzer"))
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs")
    (detector,) = duty.list_detectors()["DetectorIds"]
    duty.create_filter(DetectorId=detector, Name="theirs", FindingCriteria={"Criterion": {}})
    (made,) = analyzer.list_analyzers()["analyzers"]
    analyzer.create_archive_rule(analyzerName=made["name"], ruleName="theirs", filter={"resource": {"exists": True}})
    undone = desk.undo(applied)
    assert undone.exit is Exit.UNVERIFIED
    assert {one.detail for one in undone.checked} == {
        "left, because something else rests on it by now: Make the detector",
        f"left, because something else rests on it by now: Make the analyzer {made['name']}",
        "left, because something else rests on it by now: Make the topic rootwarden-alerts",
    }
    topic = sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]
    key = desk.client("kms", REGION).describe_key(KeyId=topic["KmsMasterKeyId"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"
    assert duty.list_detectors()["DetectorIds"] == [detector]
    assert len(analyzer.list_analyzers()["analyzers"]) == 1
    assert desk.client("cloudwatch", REGION).describe_alarms()["MetricAlarms"] == []
    assert desk.client("logs", REGION).describe_metric_filters()["metricFilters"] == []


def test_what_was_left_is_taken_back_once_nobody_rests_on_it(desk: Desk) -> None:
    """Until then the run says what was left and is in nobody's way; what was made anew on it since keeps it."""
    plan = desk.plan(wishes=(ALARM,), settings=SETTINGS)
    applied, sns = desk.apply(plan), desk.client("sns", REGION)
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs"
    theirs = sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=queue, ReturnSubscriptionArn=True)
    undone = desk.undo(applied)
    assert (undone.exit, undone.run.state) == (Exit.UNVERIFIED, RunState.PART_UNDONE)
    url = desk.request().store
    (said,) = runs_said(listed(url), show_ids=False).runs
    assert (said.stands, said.taken_back, said.left) == (
        "part undone", 0, (f"something else rests on it by now: Make the topic rootwarden-alerts ({ACCOUNT})",),
    )  # fmt: skip
    assert said.next == f"`rootwarden undo {said.id}` takes back what was left, once nothing else rests on it"
    sns.unsubscribe(SubscriptionArn=theirs["SubscriptionArn"])
    with closing(open_store(url)) as store:
        later = replace(applied.run, id=new_ulid(), state=RunState.RUNNING, started=datetime.now(UTC))
        with begin_run(store, later) as log:
            log.state(replace(log.run, state=RunState.DONE, finished=datetime.now(UTC)))
        with pytest.raises(RefusedError, match=f"{later.id} rests on what was left"):
            desk.undo(applied)
        with hold_run(store, later.id, RunState.UNDOING) as log:
            log.state(replace(log.run, state=RunState.UNDONE, finished=datetime.now(UTC)))
        again = desk.undo(applied)
        assert (again.exit, again.run.state, again.run.left) == (Exit.FINE, RunState.UNDONE, {})
    assert sns.list_topics()["Topics"] == []


def found(desk: Desk, *probes: Probe) -> list[bool]:
    """Return which of these probes find somebody."""
    request = desk.request()
    hands = Hands(request.reading.way, SystemClock(), "01TEST", request.entry)
    call = Call(service="iam", operation="GetUser")
    steps = [Step(id=f"s{n}", does="", call=call, used=(one,)) for n, one in enumerate(probes)]
    hands.enter(Change(id="c", remedy="r", title="t", why="w", account=ACCOUNT, risk=Risk.SAFE, steps=tuple(steps)))
    return [hands.in_use(step, {"group.id": "g"}) for step in steps]


def test_each_look_tells_ours_from_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alarms, rules and subscribers of a topic, targets of a rule, parents of an alarm; what is gone has none."""
    mail, ours = "our@startup.example", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:ours"
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/our-rule"
    looks = (*on_topic(TOPIC, [mail], [ours, rule]), *on_rule("our-rule", REGION, "own"),
             *on_metric("Ns", "M", REGION, "ours"), *on_alarm("ours", REGION))  # fmt: skip
    assert found(desk, *looks) == [False] * 8
    sns, watch, events = (desk.client(name, REGION) for name in ("sns", "cloudwatch", "events"))
    sns.create_topic(Name="rootwarden-alerts")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=mail)
    alarm = {"AlarmActions": [TOPIC], "Namespace": "Ns", "MetricName": "M", "Statistic": "Sum", "Period": 60,
             "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}  # fmt: skip
    watch.put_metric_alarm(AlarmName="ours", **alarm)
    events.put_rule(Name="our-rule", EventPattern='{"source":["a"]}')
    events.put_targets(Rule="our-rule", Targets=[{"Id": "own", "Arn": TOPIC}])
    events.create_event_bus(Name="theirs")
    assert found(desk, *looks) == [False] * 8
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="their@startup.example")
    watch.put_metric_alarm(AlarmName="theirs", **alarm)
    cloudwatch_backends[ACCOUNT][REGION].put_metric_alarm(
        "both", "", "", "", 1, 60, 1.0, "", "", [], [], rule='ALARM("ours") AND ALARM("theirs")'
    )  # the lab makes no composite alarms
    events.put_rule(Name="their-rule", EventPattern='{"source":["a"]}')
    for name in ("our-rule", "their-rule"):
        events.put_targets(Rule=name, Targets=[{"Id": "other", "Arn": TOPIC}])
    events.put_rule(Name="our-rule", EventPattern='{"source":["a"]}', EventBusName="theirs")  # ours by name only
    events.put_targets(Rule="our-rule", EventBusName="theirs", Targets=[{"Id": "own", "Arn": TOPIC}])
    with monkeypatch.context() as patch:  # the lab makes no alarms on logs
        patch.setattr(CloudWatchResponse, "describe_alarms", _also_log_alarms(CloudWatchResponse.describe_alarms))
        assert found(desk, *looks) == [True] * 8


def _also_log_alarms(real: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Answer with an alarm on logs too, to whoever asks for such alarms; the model of the service has them."""

    def describe(responses: Any) -> ActionResult:
        result = dict(real(responses).result)
        if "LogAlarm" in (responses._get_param("AlarmTypes") or ()):
            result["LogAlarms"] = [{"AlarmName": "logs", "AlarmArn": "arn:of:logs", "AlarmActions": [TOPIC]}]
        return ActionResult(result)

    return describe


def test_log_alarms_are_unknown_where_aws_has_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partition that knows no such alarms refuses to be asked for them: then there are none."""

    def refuse(_: Any) -> ActionResult:
        raise AwsError("ValidationError", "Member must satisfy enum value set: [CompositeAlarm, MetricAlarm]")

    alarms, logs = on_topic(TOPIC, (), ())[1:3]
    monkeypatch.setattr(CloudWatchResponse, "describe_alarms", refuse)
    assert found(desk, logs) == [False]
    with pytest.raises(WriteError, match="enum value set"):
        found(desk, alarms)


def test_people_and_roles_that_somebody_rests_on(desk: Desk) -> None:
    """A group with somebody in it, a policy that is attached, a role with another policy, a user with a key."""
    iam, arn = desk.client("iam", "us-east-1"), f"arn:aws:iam::{ACCOUNT}:policy/p"
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"
    looks = (*on_group("g"), *on_policy(arn), on_role("r", attached=(admin,))[1], on_user("u")[0])
    assert found(desk, *looks) == [False] * 4
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}'
    trust = document.replace(
        '"s3:ListAllMyBuckets","Resource":"*"', '"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}'
    )
    iam.create_group(GroupName="g")
    iam.create_policy(PolicyName="p", PolicyDocument=document)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName="r", PolicyArn=admin)
    iam.create_user(UserName="u")
    assert found(desk, *looks) == [False] * 4
    iam.add_user_to_group(GroupName="g", UserName="u")
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    iam.create_access_key(UserName="u")
    assert found(desk, *looks) == [True] * 4


def _for_cloudtrail(**about: Any) -> str:
    """Return a policy that lets CloudTrail do this."""
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, **about}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _bucket_for_trails(desk: Desk) -> str:
    """Make a bucket in which trails may write; return its name."""
    s3, name = desk.client("s3", "us-east-1"), "trails-of-others"
    s3.create_bucket(Bucket=name)
    arn = f"arn:aws:s3:::{name}"
    s3.put_bucket_policy(Bucket=name, Policy=_for_cloudtrail(Action="s3:*", Resource=[arn, f"{arn}/*"]))
    return name


def test_trails_of_every_region_are_asked_at_home(desk: Desk) -> None:
    """A single-Region trail elsewhere that writes as our role; ours alone, wherever it is, is nobody else."""
    role, ours = f"arn:aws:iam::{ACCOUNT}:role/logs", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/ours"
    looks = on_service_role("logs", role, ours, ())[:1]
    assert found(desk, *looks) == [False]
    desk.client("iam", "us-east-1").create_role(
        RoleName="logs", AssumeRolePolicyDocument=_for_cloudtrail(Action="sts:AssumeRole")
    )  # fmt: skip
    bucket = _bucket_for_trails(desk)
    desk.client("cloudtrail", "us-east-1").create_trail(Name="other", S3BucketName=bucket)
    away, group = desk.client("cloudtrail", "eu-west-1"), f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:g:*"
    desk.client("logs", "eu-west-1").create_log_group(logGroupName="g")
    writes = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role}
    arn = away.create_trail(Name="theirs", S3BucketName=bucket, **writes)["TrailARN"]
    assert found(desk, *looks) == [True]
    assert found(desk, *on_service_role("logs", role, arn, ())[:1]) == [False]


def test_an_organizations_trail_of_one_other_region_needs_the_trust(desk: Desk) -> None:
    """CloudTrail may not lose its trust while any Region has a trail of the organization."""
    listed = desk.client("cloudtrail", "us-east-1").list_trails()["Trails"]
    ours = next(iter(one["TrailARN"] for one in listed), f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/ours")
    (look, _) = on_cloudtrail_trust(ours, "cloudtrail.amazonaws.com")
    desk.client("cloudtrail", "eu-west-1").create_trail(Name="theirs", S3BucketName=_bucket_for_trails(desk))
    assert found(desk, look) == [False]
    cloudtrail_backends[ACCOUNT]["eu-west-1"].trails["theirs"].is_org_trail = True
    assert found(desk, look) == [True]


def test_a_long_list_is_read_to_its_end(desk: Desk) -> None:
    """Whoever rests on it stands on the second page."""
    sns = desk.client("sns", REGION)
    sns.create_topic(Name="rootwarden-alerts")
    for number in range(101):
        sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=f"n{number}@startup.example")
    mails = [f"n{number}@startup.example" for number in range(100)]
    assert found(desk, on_topic(TOPIC, mails, ())[0]) == [True]
    assert found(desk, on_topic(TOPIC, [*mails, "n100@startup.example"], ())[0]) == [False]


def test_a_detector_with_members_is_not_gone(desk: Desk) -> None:
    """AWS answers both with one code: only its words tell that there is nothing left to delete."""
    duty = desk.client("guardduty", REGION)
    detector = duty.create_detector(Enable=True)["DetectorId"]
    duty.create_members(DetectorId=detector, AccountDetails=[{"AccountId": "222222222202", "Email": "a@b.example"}])
    request = desk.request()
    hands = Hands(request.reading.way, SystemClock(), "01TEST", request.entry)
    hands.enter(Change(id="c", remedy="r", title="t", why="w", account=ACCOUNT, risk=Risk.SAFE))
    delete = Call(service="guardduty", operation="DeleteDetector", region=REGION, parameters={"DetectorId": detector})
    with pytest.raises(WriteError, match="associated members"):
        hands.undo(delete, {})
    gone = hands.undo(Call(
        service="guardduty", operation="DeleteDetector", region=REGION, parameters={"DetectorId": "0" * 32}
    ), {})  # fmt: skip
    assert gone == "gone already (BadRequestException)"


@pytest.mark.parametrize(
    ("call", "code", "message", "gone"),
    [
        ("kms.ScheduleKeyDeletion", "KMSInvalidStateException", "arn:aws:kms:x is pending deletion.", True),
        ("kms.ScheduleKeyDeletion", "KMSInvalidStateException", "arn:aws:kms:x is pending import.", False),
        ("kms.DisableKey", "NotFoundException", "Key 'x' does not exist", True),
        ("sns.Unsubscribe", "InvalidParameter",
         "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation",
         True),
        ("sns.Unsubscribe", "InvalidParameter",
         "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1", True),
        ("sns.Unsubscribe", "InvalidParameter", "Invalid parameter: SubscriptionArn", False),
        ("guardduty.UpdateDetector", "BadRequestException", "The request is rejected because ...", False),
    ],
)  # fmt: skip
def test_what_means_gone(call: str, code: str, message: str, gone: bool) -> None:
    """The words of KMS, SNS and GuardDuty; other errors of the same code are errors."""
    assert tells(WRITES[call].gone, code, message) is gone


def test_texts_in_expressions_end_nowhere_early() -> None:
    """An apostrophe or a backslash stays part of the text."""
    for value in ("o'neil@x.example", "a\\b", "a\\'b", "a`b", 'a"b'):
        assert jmespath.search(f"[?@ == {quoted(value)}]", [value, "other"]) == [value]
