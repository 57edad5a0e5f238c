"""Every source of a watch, in the lab over HTTP: each brings the same sign-in of root to the same channel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry

__all__ = ["_lab", "_open_lab"]
HOME, BUCKET = "us-east-1", "trail-of-one"
CONFIG = '[channels.log]\nkind = "file"\npath = "told.jsonl"\n'


@contextmanager
def watch(
    folder: Path, environment: dict[str, str], *arguments: str, more: str = ""
) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Run a watch as a program; gives a way to wait for a message whose title holds some words."""
    (folder / "rootwarden.toml").write_text(CONFIG + more)
    command = [sys.executable, "-m", "rootwarden", "watch", *arguments]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log)

    def told(words: str) -> dict[str, Any]:
        until, lines = time.monotonic() + 20, []
        while time.monotonic() < until:
            assert process.poll() is None, (folder / "log").read_text()
            path = folder / "told.jsonl"
            lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
            for one in lines:
                if words in one["title"]:
                    return dict(one)
            time.sleep(0.05)
        raise AssertionError(
            f"not told: {words}; told: {[one['title'] for one in lines]}\n{(folder / 'log').read_text()}"
        )

    try:
        yield told
    finally:
        process.terminate()
        assert process.wait(20) == 0


def trail(lab: Lab, account: str = MANAGEMENT) -> Any:
    """Let a trail write into a bucket of an account, root have a password; return a way to make clients."""

    def at(service: str) -> Any:
        return client(lab, service, entry(lab, account), HOME)

    statement = {
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }  # fmt: skip
    at("s3").create_bucket(Bucket=BUCKET)
    at("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    at("cloudtrail").create_trail(Name="all", S3BucketName=BUCKET, IsMultiRegionTrail=True)
    at("cloudtrail").start_logging(Name="all")
    lab.root_state(account).update({"password": True})
    return at


def queue(at: Any, source: str, service: str, name: str = "watch") -> tuple[str, str]:
    """Make a queue that a service may send to; return its URL and ARN."""
    url = at("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{HOME}:{url.split('/')[-2]}:{name}"
    statement = {
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": source}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    at("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn


def test_notices_of_the_trail_bucket(lab: Lab, tmp_path: Path) -> None:
    """S3 says directly that a log file came; the watch reads it."""
    at = trail(lab)
    url, arn = queue(at, f"arn:aws:s3:::{BUCKET}", "s3.amazonaws.com")
    told_of = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    at("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [told_of]}
    )
    with watch(tmp_path, lab.environment(MANAGEMENT), url) as told:
        lab.sign_in(MANAGEMENT)
        lab.deliver()
        message = told("Root console sign-in succeeded without MFA")
    assert message["accounts"] == [MANAGEMENT]
    left = at("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert left["ApproximateNumberOfMessages"] == left["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_notices_through_a_topic(lab: Lab, tmp_path: Path) -> None:
    """S3 tells a topic, the topic the queue, and the log file is read."""
    at = trail(lab)
    topic = at("sns").create_topic(Name="files")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish",
                 "Resource": topic}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    at("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    url, arn = queue(at, topic, "sns.amazonaws.com")
    at("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    told_of = {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}
    at("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"TopicConfigurations": [told_of]}
    )
    with watch(tmp_path, lab.environment(MANAGEMENT), url) as told:
        lab.sign_in(MANAGEMENT)
        lab.deliver()
        told("Root console sign-in succeeded without MFA")


def test_the_event_history(lab: Lab, tmp_path: Path) -> None:
    """Polling needs no set-up at all, and says that it is slow."""
    lab.root_state(MANAGEMENT).update({"password": True})
    lab.sign_in(MANAGEMENT)
    with watch(tmp_path, lab.environment(MANAGEMENT), f"lookup-events:{HOME}") as told:
        told("Root console sign-in succeeded without MFA")
    assert "alerts come minutes late" in (tmp_path / "log").read_text()


def test_a_queue_of_another_account(lab: Lab, tmp_path: Path) -> None:
    """The watch assumes a role in the account of the queue."""
    other = "222222222222"
    at = trail(lab, other)
    url, _ = queue(at, "*", "events.amazonaws.com")
    trust = [{"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    role = at("iam").create_role(RoleName="RootwardenWatch", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    record = lab.sign_in(other)
    at("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"detail": record}))
    with watch(tmp_path, lab.environment(MANAGEMENT), url, "--role-arn", role) as told:
        told("Root console sign-in succeeded without MFA")


def test_spending_joins_what_root_did(lab: Lab, tmp_path: Path) -> None:
    """A message of AWS Budgets through SNS, and an act of root of the same account: RD-115."""
    at = trail(lab)
    topic = at("sns").create_topic(Name="spending")["TopicArn"]
    url, arn = queue(at, topic, "sns.amazonaws.com")
    at("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    today = f"{time.strftime('%B')} {int(time.strftime('%d'))}, {time.strftime('%Y')}"
    text = (
        f"AWS Budget Notification {today}\nAWS Account {MANAGEMENT}\n\nDear AWS Customer,\n\nYou requested that we "
        "alert you when the ACTUAL Cost associated with your monthly budget is greater than $800.00 for the current "
        "month. The ACTUAL Cost associated with this budget is $2,034.56. You can find additional details below.\n\n"
        "Budget Name: monthly\nBudget Type: Cost\nBudgeted Amount: $1,000.00\nAlert Type: ACTUAL\n"
        "Alert Threshold: > $800.00\nACTUAL Amount: $2,034.56\n"
    )
    with watch(tmp_path, lab.environment(MANAGEMENT), url) as told:
        at("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"detail": lab.sign_in(MANAGEMENT)}))
        at("sns").publish(
            TopicArn=topic, Message=text, Subject="AWS Budgets: monthly has exceeded your alert threshold"
        )
        message = told("Root activity with a spending spike")
    assert "RD-115" in message["data"]["codes"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("https://sqs.us-east-1.amazonaws.com/111122223333/nowhere", "/nowhere in us-east-1"),
        ("/no/such/folder", "is no source"),
    ],
)
def test_what_is_no_source(lab: Lab, tmp_path: Path, place: str, words: str) -> None:
    """A source that is not there is an error before anything is watched."""
    environment = os.environ | lab.environment(MANAGEMENT)
    command = [sys.executable, "-m", "rootwarden", "watch", place]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words in done.stderr
