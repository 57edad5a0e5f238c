"""`rootwarden lab` as a person runs it: another process, its output, its end."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from threading import Event
from urllib.request import Request, urlopen

import boto3
import pytest

from rootwarden.lab.world import read_world

PROGRAM = [sys.executable, "-m", "rootwarden", "lab"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_an_environment_that_works_and_ends_when_told(end: signal.Signals):
    """The exports let boto3 in as the audit role; Ctrl-C or a termination closes the lab with exit code 0."""
    serving = subprocess.Popen(
        [*PROGRAM, "serve", "--world", "startup", "--accounts", "6"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stdout is not None
        first = serving.stdout.readline()
        lines = list(iter(serving.stdout.readline, "# ready\n"))
        assert re.match(r"# startup: 6 accounts at http://127\.0\.0\.1:\d+\n", first)
        exported = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        session = boto3.Session(
            exported["AWS_ACCESS_KEY_ID"],
            exported["AWS_SECRET_ACCESS_KEY"],
            exported["AWS_SESSION_TOKEN"].strip("'"),
            exported["AWS_REGION"],
        )
        endpoint = {"endpoint_url": exported["AWS_ENDPOINT_URL"]}
        caller = session.client("sts", **endpoint).get_caller_identity()
        assert caller["Arn"].startswith("arn:aws:sts::222222222201:assumed-role/RootwardenAudit/")
        assert len(session.client("organizations", **endpoint).list_accounts()["Accounts"]) == 6
    finally:
        serving.send_signal(end)
        _, said = serving.communicate(timeout=20)
    assert serving.returncode == 0
    assert said.splitlines() == [
        "Paste this into another shell, then try `rootwarden audit --org`. Ctrl-C ends it.",
        "The lab is closed; nothing of it is left.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--world", "startap"], "there is no world called startap. Next: did you mean `startup`?"),
        (["serve", "--world", "nowhere.yaml"], "cannot read the world nowhere.yaml"),
        (["serve", "--world", "enterprise", "--accounts", "2"], "the world enterprise has 13 accounts already"),
        (["serve", "--world", "solo-founder", "--accounts", "2"], "is a single account and cannot grow"),
    ],
)
def test_what_serve_refuses(arguments: list[str], said: str):
    """One line on stderr, exit code 2, nothing on stdout."""
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_worlds_are_listed():
    """Each bundled world with its size and its story."""
    done = subprocess.run([*PROGRAM, "worlds"], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    names = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert names == [
        "enterprise (13 accounts)",
        "fortress (7 accounts)",
        "solo-founder (1 account)",
        "startup (4 accounts)",
    ]
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_serve_delivers_on_a_timer():
    """With --deliver-every, log files appear by themselves."""
    program = [*PROGRAM, "serve", "--world", "fortress", "--deliver-every", "0.2"]
    serving = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        lines = list(iter(serving.stdout.readline, "# ready\n"))
        exported = dict(
            line.removeprefix("export ").strip().split("=", 1) for line in lines if line.startswith("export")
        )
        endpoint = exported["AWS_ENDPOINT_URL"]
        world = read_world("fortress")
        attempt = json.dumps({"ok": False}).encode()
        urlopen(Request(f"{endpoint}/rw-api/signin/{world.management.id}", attempt, method="POST")).close()
        trail = next(trail for account in world.accounts for trail in account.trails if trail.organization)
        owner = next(account for account in world.accounts if any(one.name == trail.bucket for one in account.buckets))
        with urlopen(Request(f"{endpoint}/rw-api/session/{owner.id}", b'{"role": "Reader"}', method="POST")) as answer:
            keys = json.load(answer)
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], world.region)
        s3, found, deadline = session.client("s3", endpoint_url=endpoint), [], time.monotonic() + 20
        while not found and time.monotonic() < deadline:
            Event().wait(0.1)
            listed = s3.list_objects_v2(Bucket=trail.bucket).get("Contents", [])
            found = [one["Key"] for one in listed if f"/{world.management.id}/CloudTrail/us-east-1/" in one["Key"]]
        assert found
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=20)
    assert serving.returncode == 0
