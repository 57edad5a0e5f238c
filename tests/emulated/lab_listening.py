"""What tests of deliveries share: trails that log, queues that let a sender in, and what arrived in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

from rootwarden.lab.server import Lab
from tests.emulated.lab_at_work import MANAGEMENT, client, entry

HOME = "us-east-1"
ROOT_PATTERN = {"detail": {"userIdentity": {"type": ["Root"]}}}
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
Document = dict[str, Any]


def allow(service: str, action: str, resource: str, **condition: Document) -> Document:
    """Return a policy that lets a service in."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}


def trail(lab: Lab, account: str = MANAGEMENT, region: str = HOME, name: str = "all", **more: Any) -> str:
    """Make a bucket and a trail that logs into it; return the trail's ARN. The bucket is `<name>-<account>`."""
    who, bucket = entry(lab, account), f"{name}-{account}"
    s3 = client(lab, "s3", who)
    s3.create_bucket(Bucket=bucket)
    policy = allow("cloudtrail.amazonaws.com", "s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    cloudtrail = client(lab, "cloudtrail", who, region)
    made = cloudtrail.create_trail(Name=name, S3BucketName=bucket, **({"IsMultiRegionTrail": True} | more))
    cloudtrail.start_logging(Name=name)
    return str(made["TrailARN"])


class Box:
    """A queue, its ARN, and what is in it."""

    def __init__(self, lab: Lab, account: str, name: str, region: str = HOME) -> None:
        """Make the queue; nobody may send to it yet."""
        self._sqs = client(lab, "sqs", entry(lab, account), region)
        self.arn = f"arn:aws:sqs:{region}:{account}:{name}"
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]

    def admit(self, service: str, source: str) -> Box:
        """Let a service send for one source."""
        policy = allow(service, "sqs:SendMessage", self.arn, ArnEquals={"aws:SourceArn": source})
        return self.policy(policy)

    def policy(self, document: Document) -> Box:
        """Set the policy of the queue."""
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": json.dumps(document)})
        return self

    def messages(self) -> list[dict[str, Any]]:
        """Return what is there, and take it out."""
        found: list[dict[str, Any]] = []
        while got := self._sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            found += got
            for one in got:
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])
        return found

    def bodies(self) -> list[Any]:
        """Return the bodies of what is there as parsed JSON, and take it out."""
        return [json.loads(one["Body"]) for one in self.messages()]


def rule(
    lab: Lab, account: str, name: str, pattern: Document, *targets: Document, region: str = HOME, state: str = "ENABLED"
) -> str:
    """Make a rule with targets on the default bus and return its ARN."""
    events = client(lab, "events", entry(lab, account), region)
    made = events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
    if targets:
        events.put_targets(Rule=name, Targets=[{"Id": str(number)} | one for number, one in enumerate(targets)])
    return str(made["RuleArn"])


def rule_arn(name: str, account: str = MANAGEMENT, region: str = HOME) -> str:
    """Return the ARN a rule of the default bus will have."""
    return f"arn:aws:events:{region}:{account}:rule/{name}"


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[str, Queue[tuple[dict[str, str], str]]]]:
    """Open a web receiver on this machine: its address, and the posts that arrive as (headers, body)."""
    posts: Queue[tuple[dict[str, str], str]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            posts.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sns", posts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
