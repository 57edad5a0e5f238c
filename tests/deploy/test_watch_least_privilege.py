"""The watch at work in the lab under exactly the policy that is printed for it: nothing missing, nothing unused.

The lab holds a session to the actions of its policy but not to the resources, and KMS asks nobody there; so each call
that was recorded is also put to the policy with the resource it was about, by the product's own reader of policies.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import pytest

from rootwarden.aws.watch_policy import WATCH
from rootwarden.lab.actions import action_of
from rootwarden.lab.seeding.hands import Hands
from rootwarden.lab.server import Lab
from rootwarden.lab.stack import apply
from rootwarden.proofs.policy_decision import Effect, Request, decide
from tests.deploy.deployed import HOME, keep_a_trail, take
from tests.deploy.templates import text
from tests.deploy.test_printed_policies import printed
from tests.emulated.lab_at_work import _open_lab, client, entry
from tests.journeys.terminal import CLEAN, rootwarden

__all__ = ["_open_lab"]
FOUNDER = "777788889999"
PATIENCE = 20  # seconds until what should happen has happened
CONFIG = """
[channels.people]
kind = "sns"
topic = "{topic}"

[channels.siem]
kind = "webhook"
url = "http://127.0.0.1:9/nobody"
key = "aws-secretsmanager:{secret}"
levels = ["info"]
"""


class Site:
    """One account with everything that a watch may read and tell."""

    def __init__(self, lab: Lab) -> None:
        """Deploy the central part with the trail's bucket as second source, a topic to tell, a secret to look up."""
        self.lab, self.hands, self.roles = lab, Hands(lab.endpoint), 0
        keep_a_trail(self.hands, FOUNDER)
        self.bucket = f"trail-of-{FOUNDER}"
        given = {"TrailBucketName": self.bucket, "TrailBucketAccountId": FOUNDER}
        self.stack = apply(text("central"), given, self.hands, FOUNDER, HOME)
        with self.hands.working_in(FOUNDER):
            sns, sqs = self.hands("sns", HOME), self.hands("sqs", HOME)
            self.topic = sns.create_topic(Name="root-alerts")["TopicArn"]
            self.told = sqs.create_queue(QueueName="told")["QueueUrl"]
            told = f"arn:aws:sqs:{HOME}:{FOUNDER}:told"
            said = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": told}
            sqs.set_queue_attributes(QueueUrl=self.told, Attributes={"Policy": json.dumps({"Statement": [said]})})
            sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=told)
            secret = {"Name": "hook", "SecretString": "a key of more than sixteen characters"}
            self.secret = self.hands("secretsmanager", HOME).create_secret(**secret)["ARN"]
            notice = {"QueueArn": self.stack.outputs["QueueArn"], "Events": ["s3:ObjectCreated:*"]}
            self.hands("s3", HOME).put_bucket_notification_configuration(
                Bucket=self.bucket, NotificationConfiguration={"QueueConfigurations": [notice]}
            )

    def policy(self) -> dict[str, Any]:
        """Return what is printed for this watch."""
        outputs = self.stack.outputs
        return printed(
            "watch", "--queue", outputs["QueueArn"], "--key", outputs["KeyArn"], "--lookup-events",
            "--bucket", f"{self.bucket}/AWSLogs/", "--topic", self.topic, "--secret", self.secret,
        )  # fmt: skip

    def environment(self, policy: dict[str, Any]) -> dict[str, str]:
        """Return the variables of a session that has this policy and nothing else."""
        who = entry(self.lab, FOUNDER)
        trust = {"Effect": "Allow", "Principal": {"AWS": FOUNDER}, "Action": "sts:AssumeRole"}
        self.roles += 1
        asked = {"RoleName": f"Watcher{self.roles}", "AssumeRolePolicyDocument": json.dumps({"Statement": [trust]})}
        made = client(self.lab, "iam", who).create_role(**asked)
        asked = {"RoleArn": made["Role"]["Arn"], "RoleSessionName": "watch", "Policy": json.dumps(policy)}
        keys = client(self.lab, "sts", who).assume_role(**asked)["Credentials"]
        return CLEAN | self.lab.environment(FOUNDER, region=HOME) | {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }  # fmt: skip

    def calls(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield (action, resource, record) of each call that the watch made."""
        for record in self.lab.records(FOUNDER):
            if "/watch" in str(record["userIdentity"].get("arn", "")):
                service = record["eventSource"].partition(".")[0]
                action = action_of(service, record["eventName"])
                yield action, self._resource(action, record["requestParameters"] or {}), record

    def _resource(self, action: str, asked: dict[str, Any]) -> str:
        """Return the ARN that a call is about, from what was asked."""
        match action.partition(":")[0]:
            case "sqs":
                name = str(asked.get("queueName") or asked["queueUrl"].rpartition("/")[2])
                return f"arn:aws:sqs:{HOME}:{FOUNDER}:{name}"
            case "s3":
                bucket = asked.get("bucketName") or asked["bucket"]
                return f"arn:aws:s3:::{bucket}/{asked['key']}"
            case "sns":
                return str(asked["topicArn"])
            case "secretsmanager":
                return str(asked["secretId"])
            case _:
                return "*"


# What has a call of ours by its name. The rest KMS asks for when SQS, S3 or SNS work for the watcher.
MADE = {action for need in WATCH.values() if not need.made_for_us for action in need.actions}


@pytest.fixture(scope="module", name="watched")
def _watched(open_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, dict[str, Any], str]:
    """A watch that ran until it had told of root and made every call it makes: the site, its policy, its log."""
    site, folder = Site(open_lab), tmp_path_factory.mktemp("watch")
    (folder / "rootwarden.toml").write_text(CONFIG.format(topic=site.topic, secret=site.secret), encoding="utf-8")
    policy = site.policy()
    command = [sys.executable, "-m", "rootwarden", "watch", site.stack.outputs["QueueArn"], "lookup-events"]
    environment = site.environment(policy)
    take(site.hands, FOUNDER, site.stack.outputs["QueueUrl"])
    watch = subprocess.Popen(
        [*command, "--log", "json"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    log: list[str] = []
    watching = Event()
    reader = Thread(target=_read, args=(watch.stderr, log, watching))
    reader.start()
    try:
        assert watching.wait(PATIENCE), "".join(log)
        site.hands.control("POST", f"signin/{FOUNDER}", {})
        open_lab.deliver(FOUNDER)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not {action for action, _, _ in site.calls()} >= MADE:
            time.sleep(0.05)
        watch.terminate()
        watch.wait(PATIENCE)
    finally:
        watch.kill()
        reader.join()
    assert watch.returncode == 0, "".join(log)
    return site, policy, "".join(log)


def _read(stream: IO[str], log: list[str], watching: Event) -> None:
    for line in stream:
        log.append(line)
        if '"event": "watching"' in line:
            watching.set()


def test_nothing_is_missing(watched: tuple[Site, dict[str, Any], str]) -> None:
    """No call was refused, by the lab or by the policy for its resource; no source or channel failed."""
    site, policy, log = watched
    assert "failed" not in log
    calls = list(site.calls())
    assert len(calls) > len(MADE)
    for action, resource, record in calls:
        assert "errorCode" not in record, record
        assert decide(policy, Request(action, resource)).effect is Effect.ALLOW, (action, resource)


def test_nothing_is_unused(watched: tuple[Site, dict[str, Any], str]) -> None:
    """Every action was used, but for those that KMS asks for when SQS and S3 decrypt for the watcher."""
    site, policy, _ = watched
    listed = {action for one in policy["Statement"] for action in one["Action"]}
    used = {action for action, _, _ in site.calls()}
    assert listed - used == {"kms:Decrypt"}
    assert used == MADE
    assert listed == MADE | {"kms:Decrypt"}


def test_people_were_told(watched: tuple[Site, dict[str, Any], str]) -> None:
    """The message came by the topic that the policy names."""
    site, _, _ = watched
    titles = [message["Subject"] for message in take(site.hands, FOUNDER, site.told)]
    assert any("root" in title.lower() for title in titles), titles


@pytest.mark.parametrize("sid", ["Queue", "EventHistory", "Secrets"])
def test_without_a_statement_it_is_said_what_is_missing(
    watched: tuple[Site, dict[str, Any], str], tmp_path: Path, sid: str
) -> None:
    """A watch that lacks a statement ends at once with code 4 and names what must be allowed."""
    site, policy, _ = watched
    (tmp_path / "rootwarden.toml").write_text(CONFIG.format(topic=site.topic, secret=site.secret), encoding="utf-8")
    less = {**policy, "Statement": [one for one in policy["Statement"] if one["Sid"] != sid]}
    sources = (site.stack.outputs["QueueArn"], "lookup-events:us-east-1")
    answer = rootwarden("watch", *sources, env=site.environment(less), cwd=tmp_path)
    assert answer.code == 4, answer.err
    assert WATCH[sid].actions[0] in answer.err.partition("Next: allow ")[2]
