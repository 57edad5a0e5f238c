"""`rootwarden lab` as a person runs it: another process, its output, its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import boto3
import pytest

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
