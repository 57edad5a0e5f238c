"""SNS and Secrets Manager, against the lab over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rootwarden.aws.opening import Way
from rootwarden.aws.own_clients import OwnClients
from rootwarden.errors import AuthError, RootwardenError, UnreachableError, UsageError
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Severity
from rootwarden.model.message import DeliveryError, Message, Occasion
from tests.emulated.lab_at_work import MANAGEMENT, client, entry
from tests.notify.receivers import message, nobody_listens, opened

REGION = "eu-west-1"


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


@pytest.fixture(name="lab")
def _lab(open_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The lab with nothing in it, and the variables of somebody who works there."""
    open_lab.reset()
    for name, value in open_lab.environment(MANAGEMENT, "Admin", region=REGION).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", "/nonexistent")
    yield open_lab
    open_lab.reset()


def topic(lab: Lab, name: str = "alerts", **attributes: str) -> tuple[str, Any]:
    """Create a topic with a queue behind it; return its ARN and a function that takes what has arrived."""
    sns, sqs = client(lab, "sns", entry(lab), REGION), client(lab, "sqs", entry(lab), REGION)
    arn = sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
    fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    url = sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    let_in = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
              "Resource": queue, "Condition": {"ArnEquals": {"aws:SourceArn": arn}}}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [let_in]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes={"FilterPolicy": '{"severity":["high"]}'})

    def arrived() -> list[dict[str, Any]]:
        got = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
        ).get("Messages", [])
        return [json.loads(one["Body"]) | {"_": one.get("Attributes", {})} for one in got]

    return arn, arrived


def channel(arn: str, **more: Any) -> Any:
    return opened({"kind": "sns", "topic": arn, **more}, client=OwnClients(Way())).channel


def failure(of: Any, what: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        of.send(what)
    return caught.value


def test_topic_in_its_own_region(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    """Text and subject arrive, from whatever Region we are at home in; attributes let subscriptions filter."""
    arn, arrived = topic(lab)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    said = channel(arn).send(message(title="räöt “signed in” — " + "x" * 200)).said
    channel(arn).send(message(severity=Severity.LOW))
    (got,) = arrived()
    assert said == f"MessageId {got['MessageId']}"
    assert got["Subject"].startswith('[HIGH] raot "signed in" - xxx')
    assert len(got["Subject"]) <= 100
    assert got["Subject"].isascii()
    assert got["Message"].splitlines()[1] == "Who: root from 203.0.113.7."


def test_json_for_programs(lab: Lab):
    """With format json the message of the contract is published, cut to what SNS takes."""
    arn, arrived = topic(lab)
    channel(arn, format="json").send(message())
    channel(arn, format="json").send(message(data={"blob": "x" * 500_000}))
    short, long = sorted((json.loads(one["Message"]) for one in arrived()), key=lambda one: "left_out" in one["data"])
    assert (short["schema"], short["data"]) == ("rootwarden.message/1", {"codes": ["RD-001"]})
    assert "left_out" in long["data"]


def test_fifo_topic_groups_and_drops_repeats(lab: Lab):
    """The thread is the group, the id tells repeats apart."""
    arn, arrived = topic(lab, "alerts.fifo", FifoTopic="true")
    it = channel(arn)
    it.send(message(id="a"))
    it.send(message(id="a", may_repeat=True))
    it.send(message(id="b", thread="x" * 200))
    got = arrived()
    assert len(got) == 2
    groups = [one["_"]["MessageGroupId"] for one in got]
    assert groups[0] == "inc-7"
    assert len(groups[1]) <= 128
    assert got[0]["_"]["MessageDeduplicationId"] == "a"


def test_topics_that_refuse(lab: Lab):
    """A missing topic and a missing permission last; throttling and failures of AWS pass."""
    arn, _ = topic(lab)
    missing = failure(channel(f"{arn}-not"), message())
    assert not missing.retryable
    assert "NotFound" in missing.why
    lab.deny("sns:Publish")
    denied = failure(channel(arn), message())
    assert not denied.retryable
    assert "AuthorizationError" in denied.why or "AccessDenied" in denied.why
    lab.clear_faults()
    lab.expire()
    assert failure(channel(arn), message()).retryable


def test_no_aws_at_all(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    """An endpoint that does not answer passes; one that is none, and a profile that is none, do not."""
    arn, _ = topic(lab)

    def through(way: Way) -> DeliveryError:
        it = opened({"kind": "sns", "topic": arn}, client=OwnClients(way)).channel
        return failure(it, message())

    assert through(Way(endpoint_url=f"http://127.0.0.1:{nobody_listens()}")).retryable
    assert not through(Way(endpoint_url="nonsense")).retryable
    assert not through(Way(profile="nobody")).retryable
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    assert "credentials" in through(Way()).why


def test_role_is_assumed_for_sending(lab: Lab):
    """With role_arn the topic's own account is entered, under a session name that says who it is."""
    other = "222233334444"
    sns = client(lab, "sns", entry(lab, other), REGION)
    arn = sns.create_topic(Name="theirs")["TopicArn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, "Action": "sts:AssumeRole"}
    client(lab, "iam", entry(lab, other)).create_role(
        RoleName="Notify", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    clients = OwnClients(Way(role_arn=f"arn:aws:iam::{other}:role/Notify"), "rootwarden-notify")
    assert clients("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{other}:assumed-role/Notify/rootwarden-notify"
    opened({"kind": "sns", "topic": arn}, client=clients).channel.send(message(occasion=Occasion.TEST))


def looked_up(reference: str, client_for: Any = None) -> Any:
    """Open a webhook whose key is kept in Secrets Manager."""
    section = {"kind": "webhook", "url": "https://x.example", "key": f"aws-secretsmanager:{reference}"}
    return opened(section, client=client_for or OwnClients(Way()))


def refusal(reference: str, client_for: Any = None) -> RootwardenError:
    with pytest.raises(RootwardenError) as caught:
        looked_up(reference, client_for)
    return caught.value


def test_secrets_by_name_arn_and_key(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    """A secret is found by name at home, by ARN anywhere, and by key in a JSON object."""
    manager = client(lab, "secretsmanager", entry(lab), REGION)
    arn = manager.create_secret(Name="rw/hook", SecretString="0123456789abcdef-plain")["ARN"]
    manager.create_secret(Name="rw/all", SecretString=json.dumps({"hook": "0123456789abcdef-key", "n": 1}))
    looked_up("rw/hook")
    looked_up("rw/all#hook")
    assert isinstance(refusal("rw/none"), UsageError)
    told = refusal("rw/all#hoook")
    assert "hook, n" in str(told)
    assert "0123456789abcdef" not in str(told)
    assert "no text" in str(refusal("rw/all#n"))
    not_json = refusal("rw/hook#key")
    assert "no JSON object" in str(not_json)
    assert "0123456789abcdef" not in str(not_json)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    looked_up(arn)
    assert isinstance(refusal("rw/hook"), UsageError)


def test_secrets_that_are_refused(lab: Lab):
    """What AWS refuses or does not answer says which permission, or to try again."""
    manager = client(lab, "secretsmanager", entry(lab), REGION)
    manager.create_secret(Name="rw/hook", SecretString="0123456789abcdef-plain")
    manager.create_secret(Name="rw/binary", SecretBinary=b"0123456789abcdef")
    assert "binary" in str(refusal("rw/binary"))
    lab.deny("secretsmanager:GetSecretValue")
    denied = refusal("rw/hook")
    assert isinstance(denied, AuthError)
    assert "secretsmanager:GetSecretValue" in str(denied)
    away = refusal("rw/hook", OwnClients(Way(endpoint_url=f"http://127.0.0.1:{nobody_listens()}")))
    assert isinstance(away, UnreachableError)
