"""Messages of topics reach queues of other accounts and web receivers on this machine, and nobody else."""

from __future__ import annotations

import json
import socket
import time
from queue import Empty
from threading import Event, Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from rootwarden.lab.server import Lab
from rootwarden.lab.services.sns import confirmation_token
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, error_of  # noqa: F401
from tests.emulated.lab_listening import HOME, Box, receiver

OTHER = "444455556666"
SNS = "sns.amazonaws.com"


def alerts(lab: Lab) -> tuple[Any, str]:
    """Make a topic; return a client and its ARN."""
    sns = client(lab, "sns", entry(lab))
    return sns, str(sns.create_topic(Name="alerts")["TopicArn"])


def test_a_queue_of_another_account(lab: Lab):
    """The owner of the queue confirms; the queue's policy must let this topic send."""
    sns, topic = alerts(lab)
    box = Box(lab, OTHER, "central")
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn, ReturnSubscriptionArn=True)
    assert (
        sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"] == "PendingConfirmation"
    )
    box.admit(SNS, topic)
    sns.publish(TopicArn=topic, Message="too early")
    sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn)
    (request,) = box.bodies()
    assert request["Type"] == "SubscriptionConfirmation"
    sns.confirm_subscription(TopicArn=topic, Token=request["Token"])
    sent = sns.publish(TopicArn=topic, Message="hello", Subject="about")
    (body,) = box.bodies()
    assert set(body) == {
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL",
    }  # fmt: skip
    assert (body["Type"], body["MessageId"], body["TopicArn"]) == ("Notification", sent["MessageId"], topic)
    assert (body["Subject"], body["Message"]) == ("about", "hello")
    box.admit(SNS, topic + "-2")
    sns.publish(TopicArn=topic, Message="kept out")
    assert box.bodies() == []
    assert lab.undelivered()[-1].target == box.arn


def test_raw_delivery_filters_and_texts_by_protocol(lab: Lab):
    """A raw subscriber gets the bare text and the attributes; a filter policy keeps out what does not fit."""
    sns, topic = alerts(lab)
    raw, filtered = Box(lab, MANAGEMENT, "raw").admit(SNS, topic), Box(lab, MANAGEMENT, "some").admit(SNS, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=raw.arn, Attributes={"RawMessageDelivery": "true"})
    policy = json.dumps({"level": ["high"]})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=filtered.arn, Attributes={"FilterPolicy": policy})

    def publish(text: str, level: str, **more: Any) -> None:
        attributes = {"level": {"DataType": "String", "StringValue": level}}
        sns.publish(TopicArn=topic, Message=text, MessageAttributes=attributes, **more)

    publish("one", "low")
    publish("two", "high")
    publish(json.dumps({"default": "d", "sqs": "for queues"}), "low", MessageStructure="json")
    messages = raw.messages()
    assert [one["Body"] for one in messages] == ["one", "two", "for queues"]
    assert messages[0]["MessageAttributes"]["level"]["StringValue"] == "low"
    assert [one["Message"] for one in filtered.bodies()] == ["two"]


def test_batches_and_what_is_refused(lab: Lab):
    """Each message of a batch stands alone; wrong ones are refused as AWS does."""
    sns, topic = alerts(lab)
    box = Box(lab, MANAGEMENT, "all").admit(SNS, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn)
    entries = [{"Id": "a", "Message": "one"}, {"Id": "b", "Message": "x" * 300_000}, {"Id": "c", "Message": "two"}]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert ([one["Id"] for one in answer["Successful"]], [one["Id"] for one in answer["Failed"]]) == (["a", "c"], ["b"])
    assert [one["Message"] for one in box.bodies()] == ["one", "two"]
    assert error_of(sns.publish, TopicArn=topic, Message="x", Subject="s" * 101)[0] == "InvalidParameter"
    assert error_of(sns.publish, TopicArn=topic, Message="x", MessageStructure="json")[0] == "InvalidParameter"
    assert error_of(sns.publish, TopicArn=topic + "s", Message="x")[0] == "NotFound"
    stranger = client(lab, "sns", entry(lab, OTHER))
    assert error_of(stranger.publish, TopicArn=topic, Message="x")[0] == "AuthorizationError"


def test_fifo_topics_keep_group_and_id(lab: Lab):
    """A FIFO topic wants a group, and a repeated deduplication id is dropped by the queue."""
    sns, sqs = client(lab, "sns", entry(lab)), client(lab, "sqs", entry(lab))
    topic = sns.create_topic(Name="alerts.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    url = sqs.create_queue(QueueName="all.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = f"arn:aws:sqs:{HOME}:{MANAGEMENT}:all.fifo"
    statement = {"Effect": "Allow", "Principal": {"Service": SNS}, "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    assert error_of(sns.publish, TopicArn=topic, Message="x")[0] == "InvalidParameter"
    for _ in range(2):
        sns.publish(TopicArn=topic, Message="x", MessageGroupId="g", MessageDeduplicationId="d")
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
    assert [(one["Attributes"]["MessageGroupId"], json.loads(one["Body"])["Message"]) for one in got] == [("g", "x")]


def test_a_web_receiver_confirms_and_is_told(lab: Lab):
    """The confirmation comes with a URL into the lab; then messages come with the headers of SNS."""
    sns, topic = alerts(lab)
    with receiver() as (url, posts):
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        headers, text = posts.get(timeout=10)
        body = json.loads(text)
        assert headers["x-amz-sns-message-type"] == body["Type"] == "SubscriptionConfirmation"
        sns.publish(TopicArn=topic, Message="too early")
        with urlopen(body["SubscribeURL"]) as answer:
            subscription = json.load(answer)["SubscriptionArn"]
        sent = sns.publish(TopicArn=topic, Message="hello", Subject="about")
        headers, text = posts.get(timeout=10)
        body = json.loads(text)
        assert (body["Message"], body["Subject"], body["MessageId"]) == ("hello", "about", sent["MessageId"])
        assert headers["x-amz-sns-message-id"] == sent["MessageId"]
        assert headers["x-amz-sns-topic-arn"] == topic
        assert headers["x-amz-sns-subscription-arn"] == subscription
        assert headers["content-type"] == "text/plain; charset=UTF-8"
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true"
        )
        sns.publish(TopicArn=topic, Message="bare")
        headers, text = posts.get(timeout=10)
        assert (text, headers["x-amz-sns-rawdelivery"]) == ("bare", "true")
        with pytest.raises(Empty):
            posts.get_nowait()


@pytest.mark.parametrize("endpoint", ["https://example.com/hook", "http://192.0.2.1/hook", "http://metadata.invalid/"])
def test_nothing_leaves_this_machine(lab: Lab, endpoint: str):
    """A receiver elsewhere is never called; the loss says so."""
    sns, topic = alerts(lab)
    sns.subscribe(TopicArn=topic, Protocol=endpoint.partition(":")[0], Endpoint=endpoint)
    (loss,) = lab.undelivered()
    assert (loss.target, loss.why) == (endpoint, "the lab calls no address outside this machine")


def test_a_confirmation_with_a_wrong_token_is_refused(lab: Lab):
    """The control plane answers 400 and the subscription waits."""
    _, topic = alerts(lab)
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{lab.endpoint}/rw-api/confirm/{topic}/wrong")
    with caught.value as error:
        assert error.code == 400


def test_a_queue_is_reached_by_the_account_in_its_url(lab: Lab):
    """Another account's queue is that account's, and only its policy opens it."""
    theirs = Box(lab, OTHER, "same-name")
    Box(lab, MANAGEMENT, "same-name")
    mine = client(lab, "sqs", entry(lab))
    assert error_of(mine.send_message, QueueUrl=theirs.url, MessageBody="x") == ("AccessDenied", 403)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"},
        "Action": "sqs:SendMessage",
    }
    theirs.policy({"Statement": [statement | {"Resource": theirs.arn}]})
    mine.send_message(QueueUrl=theirs.url, MessageBody='"x"')
    assert theirs.bodies() == ["x"]
    assert error_of(mine.receive_message, QueueUrl=theirs.url) == ("AccessDenied", 403)


def test_a_slow_receiver_holds_nobody_up(lab: Lab):
    """A receiver that does not answer keeps neither the publisher nor another receiver waiting."""
    sns, topic = alerts(lab)
    listening = socket.create_server(("127.0.0.1", 0))  # accepts by the backlog, and never answers
    with listening, receiver() as (url, posts):
        for endpoint in (f"http://127.0.0.1:{listening.getsockname()[1]}/silent", url):
            arn = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint, ReturnSubscriptionArn=True)
            token = confirmation_token(arn["SubscriptionArn"])
            sns.confirm_subscription(TopicArn=topic, Token=token)
        posts.get(timeout=10)
        begin = time.monotonic()
        sns.publish(TopicArn=topic, Message="hello")
        assert time.monotonic() - begin < 2
        assert json.loads(posts.get(timeout=10)[1])["Message"] == "hello"


def test_a_receiver_that_fails_is_tried_again_and_then_given_up(lab: Lab):
    """Three tries, then a loss that says what the receiver answered."""
    sns, topic = alerts(lab)
    with receiver(status=500) as (url, posts):
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
        for _ in range(3):
            posts.get(timeout=10)
        deadline = time.monotonic() + 10
        while not lab.undelivered() and time.monotonic() < deadline:
            Event().wait(0.02)
    (loss,) = lab.undelivered()
    assert (loss.target, loss.why) == (url, "the receiver answered 500")


def test_queues_lose_nothing_under_several_hands(lab: Lab):
    """Messages that arrive while others are received and deleted are all handed out."""
    box = Box(lab, MANAGEMENT, "busy")
    sqs, total, seen = client(lab, "sqs", entry(lab)), 200, set()

    def send(first: int) -> None:
        for number in range(first, total, 4):
            sqs.send_message(QueueUrl=box.url, MessageBody=str(number))

    senders = [Thread(target=send, args=(first,)) for first in range(4)]
    for one in senders:
        one.start()
    deadline = time.monotonic() + 30
    while len(seen) < total and time.monotonic() < deadline:
        asked = {"QueueUrl": box.url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
        for message in sqs.receive_message(**asked).get("Messages", []):
            seen.add(message["Body"])
            sqs.delete_message(QueueUrl=box.url, ReceiptHandle=message["ReceiptHandle"])
    for one in senders:
        one.join()
    assert seen == {str(number) for number in range(total)}


def test_an_encrypted_queue_needs_a_key_that_lets_the_sender_in(lab: Lab):
    """AWS's own key lets no topic in; a customer's key does once its policy says so, and only while it is enabled."""
    sns, topic = alerts(lab)
    kms = client(lab, "kms", entry(lab))
    sqs, box = client(lab, "sqs", entry(lab)), Box(lab, MANAGEMENT, "sealed").admit(SNS, topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=box.arn)

    def sealed_with(key: str) -> list[str]:
        sqs.set_queue_attributes(QueueUrl=box.url, Attributes={"KmsMasterKeyId": key})
        sns.publish(TopicArn=topic, Message=key)
        return [one["Message"] for one in box.bodies()]

    own = kms.create_key()["KeyMetadata"]["KeyId"]
    assert sealed_with("alias/aws/sqs") == []
    assert sealed_with(own) == []
    condition = {"StringEquals": {"aws:SourceAccount": MANAGEMENT}}
    actions = ["kms:GenerateDataKey*", "kms:Decrypt"]
    statement = {"Effect": "Allow", "Principal": {"Service": SNS}, "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]})
    kms.put_key_policy(KeyId=own, PolicyName="default", Policy=policy)
    found = sealed_with(own)
    assert found == [own], lab.undelivered()
    kms.disable_key(KeyId=own)
    assert sealed_with(own) == []
    assert [one.why.rpartition(" ")[2] for one in lab.undelivered()] == ["in", "kms:GenerateDataKey", "disabled"]
