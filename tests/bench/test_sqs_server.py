"""The SQS and S3 that benches measure against behave as AWS's do, towards unmodified boto3 and over bare sockets."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from bench import sqs_server
from bench.sqs_ceiling import check, drain_raw
from bench.sqs_running import Running, ask, in_thread, loaded


@pytest.fixture(scope="module")
def server():
    with in_thread("events") as running:
        yield running


@pytest.fixture
def client(server):
    def made(service):
        return boto3.client(
            service, "us-east-1", endpoint_url=server.endpoint, aws_access_key_id="x", aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )  # fmt: skip

    ask(server, "/bench/reset", {})
    return made


@pytest.fixture
def sqs(client):
    return client("sqs")


@pytest.fixture
def url(sqs):
    return sqs.get_queue_url(QueueName="events")["QueueUrl"]


def receive(sqs, url, **more):
    asked = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"], **more}
    return sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])


def counts(server, queue="events"):
    return ask(server, "/bench/stats")["queues"][queue]


def test_a_message_comes_as_it_was_sent(server, sqs, url):
    body = '{"says": "Zürich \\u0000 \U0001f511 \\"quoted\\"\n\ttab %(id)b"}'
    sent = sqs.send_message(QueueUrl=url, MessageBody=body)
    before = time.time() * 1000
    (got,) = receive(sqs, url)
    assert got["Body"] == body
    assert got["MD5OfBody"] == sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest()
    assert got["MessageId"] == sent["MessageId"]
    assert got["Attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(got["Attributes"]["SentTimestamp"]) - before) < 2000
    assert receive(sqs, url) == []
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])  # twice is once
    assert counts(server) == {
        "sent": 1, "received": 1, "redelivered": 0, "deleted": 1, "buried": 0,
        "in_flight": 0, "waiting": 0, "long_polls": 0,
    }  # fmt: skip


def test_only_attributes_that_were_asked_for_come(sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    (got,) = receive(sqs, url, MessageSystemAttributeNames=["SentTimestamp"], VisibilityTimeout=0)
    assert list(got["Attributes"]) == ["SentTimestamp"]
    (got,) = receive(sqs, url, MessageSystemAttributeNames=[])
    assert "Attributes" not in got


def test_batches_of_ten(server, sqs, url):
    entries = [{"Id": str(n), "MessageBody": f"body {n}"} for n in range(10)]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10
    sqs.send_message(QueueUrl=url, MessageBody="body 10")
    assert len(receive(sqs, url, MaxNumberOfMessages=3)) == 3
    numbers = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (numbers["ApproximateNumberOfMessages"], numbers["ApproximateNumberOfMessagesNotVisible"]) == ("8", "3")
    got = receive(sqs, url)
    assert [one["Body"] for one in got] == [f"body {n}" for n in range(3, 11)]
    deletes = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in got]
    answer = sqs.delete_message_batch(QueueUrl=url, Entries=[*deletes, {"Id": "bad", "ReceiptHandle": "AQEBnone"}])
    assert len(answer["Successful"]) == 8
    assert [(one["Id"], one["Code"]) for one in answer["Failed"]] == [("bad", "ReceiptHandleIsInvalid")]
    assert counts(server)["in_flight"] == 3


def test_what_is_not_deleted_comes_again_with_a_new_handle(server, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="x")
    (first,) = receive(sqs, url, VisibilityTimeout=1)
    (second,) = receive(sqs, url, WaitTimeSeconds=5)
    assert second["MessageId"] == first["MessageId"]
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])  # no error, and nothing deleted
    assert counts(server)["deleted"] == 0
    sqs.delete_message(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"])
    assert (counts(server)["deleted"], counts(server)["redelivered"]) == (1, 1)


def test_visibility_can_be_changed(sqs, url):
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(2)])
    first, second = receive(sqs, url, VisibilityTimeout=1)
    change = {"QueueUrl": url, "ReceiptHandle": first["ReceiptHandle"]}
    sqs.change_message_visibility(**change, VisibilityTimeout=0)
    (again,) = receive(sqs, url)
    assert again["Body"] == first["Body"]
    with pytest.raises(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(**change, VisibilityTimeout=10)
    entries = [
        {"Id": "later", "ReceiptHandle": second["ReceiptHandle"], "VisibilityTimeout": 100},
        {"Id": "old", "ReceiptHandle": first["ReceiptHandle"], "VisibilityTimeout": 0},
    ]
    answer = sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    assert [one["Id"] for one in answer["Successful"]] == ["later"]
    assert [one["Id"] for one in answer["Failed"]] == ["old"]
    assert receive(sqs, url, WaitTimeSeconds=2) == []  # the second one would have come back after one second


def test_a_long_poll_is_answered_when_a_message_comes(server, sqs, url):
    got = []
    waiting = threading.Thread(target=lambda: got.extend(receive(sqs, url, WaitTimeSeconds=20)))
    begin = time.monotonic()
    waiting.start()
    until_long_polls(server, 1)
    ask(server, "/bench/put", b'{"eventID": "one"}\n\n{"eventID": "two"}\n')
    waiting.join()
    assert [one["Body"] for one in got] == ['{"eventID": "one"}', '{"eventID": "two"}']
    assert time.monotonic() - begin < 10


def until_long_polls(server, count, queue="events"):
    while counts(server, queue)["long_polls"] != count:
        pass


def raw(server, *parts, answers=1):
    """Send bytes as they are and return what comes back until so many heads have come or the connection ends."""
    address = urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            wire.sendall(part)
        data = b""
        while data.count(b"HTTP/1.1") < answers and (more := wire.recv(65536)):
            data += more
        return data


def post(operation, body, more=""):
    text = json.dumps(body)
    head = f"POST / HTTP/1.1\r\nHost: h\r\nx-AMZ-target: AmazonSQS.{operation}\r\n{more}Content-LENGTH: {len(text)}\r\n"
    return f"{head}\r\n{text}".encode()


def test_who_leaves_a_long_poll_takes_no_message_along(server, sqs, url):
    address = urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port)) as wire:
        wire.sendall(post("ReceiveMessage", {"QueueUrl": "events", "WaitTimeSeconds": 20}))
        until_long_polls(server, 1)
    left = time.monotonic()
    until_long_polls(server, 0)
    assert time.monotonic() - left < 10
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert len(receive(sqs, url)) == 1


def test_requests_in_pieces_and_in_a_row_are_answered_in_order(server, client):
    send = post("SendMessage", {"QueueUrl": "events", "MessageBody": "y" * 3000})
    ask_for = post("ReceiveMessage", {"QueueUrl": "events", "WaitTimeSeconds": 20}, "Connection: close\r\n")
    data = raw(server, send[:20], send[20:150], send[150:] + ask_for[:90], ask_for[90:], answers=3)
    first, second = data.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert b"MD5OfMessageBody" in first
    assert b"y" * 3000 in second


def test_what_came_during_a_long_poll_is_answered_after_it(server, client):
    address = urlsplit(server.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        asked = post("ReceiveMessage", {"QueueUrl": "events", "WaitTimeSeconds": 20})
        wire.sendall(asked + post("GetQueueUrl", {"QueueName": "events"}, "Connection: close\r\n"))
        until_long_polls(server, 1)
        ask(server, "/bench/put", b"late")
        first, second = wire.makefile("rb").read().split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert b'"late"' in first
    assert b"QueueUrl" in second


def test_bad_requests_are_refused(server, client):
    assert raw(server, b"NONSENSE\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(server, b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(server, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").startswith(b"HTTP/1.1 411 ")
    assert raw(server, b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000).startswith(b"HTTP/1.1 431 ")
    assert b"SerializationException" in raw(server, post("SendMessage", {})[:-2] + b"{{")
    assert b"MissingParameter" in raw(server, post("SendMessage", {"QueueUrl": "events"}))


REFUSED = [
    ("get_queue_url", {"QueueName": "none"}, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
    ("receive_message", {"QueueUrl": "u/none"}, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
    ("receive_message", {"QueueUrl": "u/events", "MaxNumberOfMessages": 11}, "ClientError", "InvalidParameterValue"),
    ("receive_message", {"QueueUrl": "u/events", "WaitTimeSeconds": 21}, "ClientError", "InvalidParameterValue"),
    ("delete_message", {"QueueUrl": "u/events", "ReceiptHandle": "x"}, "ReceiptHandleIsInvalid", None),
    ("delete_message_batch", {"QueueUrl": "u/events", "Entries": []}, "EmptyBatchRequest", None),
    (
        "send_message_batch",
        {"QueueUrl": "u/events", "Entries": [{"Id": "a", "MessageBody": "x"}] * 2},
        "BatchEntryIdsNotDistinct",
        None,
    ),
    (
        "send_message_batch",
        {"QueueUrl": "u/events", "Entries": [{"Id": str(n), "MessageBody": "x"} for n in range(11)]},
        "TooManyEntriesInBatchRequest",
        None,
    ),
    ("send_message", {"QueueUrl": "u/events", "MessageBody": "x", "DelaySeconds": 5}, "UnsupportedOperation", None),
    ("purge_queue", {"QueueUrl": "u/events"}, "UnsupportedOperation", None),
    ("get_queue_attributes", {"QueueUrl": "u/events", "AttributeNames": ["Policy"]}, "InvalidAttributeName", None),
]


@pytest.mark.parametrize(("operation", "asked", "error", "code"), REFUSED)
def test_what_aws_refuses_is_refused_and_what_is_not_done_too(sqs, operation, asked, error, code):
    with pytest.raises(getattr(sqs.exceptions, error)) as caught:
        getattr(sqs, operation)(**asked)
    assert code is None or caught.value.response["Error"]["Code"] == code


def test_a_poisoned_message_is_moved_to_the_dead_letter_queue(server, sqs):
    grave = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=grave, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    settings = {"RedrivePolicy": policy, "VisibilityTimeout": "0"}
    url = sqs.create_queue(QueueName="fragile", Attributes=settings)["QueueUrl"]
    assert url == sqs.create_queue(QueueName="fragile", Attributes=settings)["QueueUrl"]
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(QueueName="fragile")
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")
    assert [len(receive(sqs, url)) for _ in range(3)] == [1, 1, 0]
    (buried,) = receive(sqs, grave)
    assert buried["MessageId"] == sent["MessageId"]
    assert counts(server, "fragile")["buried"] == 1


def test_all_that_was_put_is_drained_with_the_right_sums(server, client):
    ask(server, "/bench/load", {"rate": 1e9, "seconds": 5e-7, "root_share": 0.5})
    assert loaded(server)["put"] == 500
    assert drain_raw(server, check) == 500
    assert (counts(server)["deleted"], counts(server)["in_flight"]) == (500, 0)


def test_objects_come_as_they_were_put(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="trail")
    key, body = "AWSLogs/a b/ü+&<%20>.json.gz", bytes(range(256)) * 100
    etag = s3.put_object(Bucket="trail", Key=key, Body=body)["ETag"]
    got = s3.get_object(Bucket="trail", Key=key)
    assert (got["Body"].read(), got["ETag"], got["ContentLength"]) == (body, etag, len(body))
    part = s3.get_object(Bucket="trail", Key=key, Range="bytes=256-511")
    assert (part["Body"].read(), part["ContentRange"]) == (bytes(range(256)), "bytes 256-511/25600")
    assert s3.get_object(Bucket="trail", Key=key, Range="bytes=-1")["Body"].read() == b"\xff"
    assert s3.head_object(Bucket="trail", Key=key)["ContentLength"] == len(body)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="trail")["Contents"]] == [key]
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="trail", Key="none")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="none")


def test_listing_goes_page_by_page(client):
    s3 = client("s3")
    keys = [f"p/{folder}/{n}" for folder in "abc" for n in range(3)] + ["p/z", "q"]
    for key in keys:
        s3.put_object(Bucket="b", Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2")
    got = list(pages.paginate(Bucket="b", Prefix="p/", PaginationConfig={"PageSize": 2}))
    assert [one["Key"] for page in got for one in page["Contents"]] == keys[:-1]
    assert len(got) == 5
    got = list(pages.paginate(Bucket="b", Prefix="p/", Delimiter="/", PaginationConfig={"PageSize": 1}))
    assert [one["Prefix"] for page in got for one in page.get("CommonPrefixes", [])] == ["p/a/", "p/b/", "p/c/"]
    assert [one["Key"] for page in got for one in page.get("Contents", [])] == ["p/z"]
    found = s3.list_objects_v2(Bucket="b", StartAfter="p/c/1")["Contents"]
    assert [one["Key"] for one in found] == ["p/c/2", "p/z", "q"]


def test_latency_is_imitated(server, client):
    s3 = client("s3")
    s3.put_object(Bucket="b", Key="k", Body=b"x")
    ask(server, "/bench/delay", {"s3_get": 120, "s3_list": 0})
    begin = time.monotonic()
    s3.get_object(Bucket="b", Key="k")
    assert time.monotonic() - begin >= 0.12
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(server, "/bench/delay", {"s3_gte": 1})


def test_it_prints_its_port_first_and_ends_when_told(tmp_path):
    command = [sys.executable, sqs_server.__file__, "--port", "0", "--queue", "mine"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(b"GET /bench/stats HTTP/1.0\r\n\r\n")
            assert b'"mine"' in wire.makefile("rb").read()
        server = Running(f"http://127.0.0.1:{port}")
        polls = post("ReceiveMessage", {"QueueUrl": "mine", "WaitTimeSeconds": 1})
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(polls + polls)
            until_long_polls(server, 1, "mine")
            ask(server, "/bench/put?queue=mine", b"x")  # ends the first wait; the second goes on beyond its end
            data = b""
            while data.count(b"HTTP/1.1 200 OK") < 2:
                data += wire.recv(65536)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
