"""Root signs in, and acts by itself: the records have the published shape and go where the trails send them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from rootwarden.lab.server import Lab
from rootwarden.model.golden import golden_records
from tests.emulated.lab_at_work import (  # noqa: F401
    MANAGEMENT,
    _lab,
    _open_lab,
    client,
    entry,
    organize,
    task,
)
from tests.emulated.lab_listening import HOME, ROOT_PATTERN, Box, rule, rule_arn, trail

PROGRAM = [sys.executable, "-m", "rootwarden", "lab"]
GOLDEN = {one.id: one.record for one in golden_records()}
# Where a record of the lab and its model must agree only in being there.
_OWN = ("eventID", "eventTime", "sourceIPAddress", "userAgent")


def shape(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what is different in each."""
    return {name: value for name, value in record.items() if name not in _OWN}


@pytest.mark.parametrize(
    ("golden", "asked"),
    [
        ("root-sign-in-fails-in-second-account", {"ok": False}),
        ("root-sign-in-fails-at-mfa", {"ok": False, "mfa": True}),
        ("root-signs-in-with-security-key", {"mfa": True}),
    ],
)
def test_a_sign_in_looks_like_its_model(lab: Lab, golden: str, asked: dict[str, Any]):
    """Field by field, in the same order, with the same words."""
    model = GOLDEN[golden]
    account = model["recipientAccountId"]
    if identifier := model["additionalEventData"].get("MFAIdentifier"):
        lab.root_state(account).set_mfa(["security-key"])
        lab.root_state(account).mfa[0].serial = identifier
    record = lab.sign_in(account, **asked, address=model["sourceIPAddress"], agent=model["userAgent"])
    assert list(record) == list(model)
    assert shape(record) == shape(model)
    assert (record["sourceIPAddress"], record["userAgent"]) == (model["sourceIPAddress"], model["userAgent"])
    assert lab.records(account) == [record]


def test_published_sign_ins_have_no_other_fields(lab: Lab):
    """What AWS's guide publishes is in the lab's record; newer fields are all that is added."""
    record = lab.sign_in(MANAGEMENT)
    published = GOLDEN["root-signs-in-without-mfa"]
    added = {"readOnly", "managementEvent", "eventCategory", "tlsDetails"}
    assert set(record) - set(published) == added
    older = {name: value for name, value in shape(record).items() if name not in added}
    assert older | {"eventVersion": "1.05"} == shape(published)


def test_the_alias_is_the_name_and_the_password_was_used(lab: Lab):
    """An account alias is what CloudTrail calls root; the credential report knows of the sign-in."""
    client(lab, "iam", entry(lab)).create_account_alias(AccountAlias="example-payments")
    assert lab.root_state(MANAGEMENT).password_last_used is None
    assert lab.sign_in(MANAGEMENT, ok=False)["userIdentity"]["userName"] == "example-payments"
    assert lab.root_state(MANAGEMENT).password_last_used is None
    lab.sign_in(MANAGEMENT)
    assert lab.root_state(MANAGEMENT).password_last_used is not None


def test_root_without_a_password_cannot_sign_in(lab: Lab):
    """The control plane refuses, and says how to change that; a mistyped field is refused, too."""
    lab.root_state(MANAGEMENT).password = False

    def answer(body: bytes) -> str:
        with pytest.raises(HTTPError) as caught:
            urlopen(Request(f"{lab.endpoint}/rw-api/signin/{MANAGEMENT}", body, method="POST"))
        with caught.value as error:
            assert error.code == 400
            return str(json.loads(error.read())["error"])

    assert "has no password" in answer(b"{}")
    assert "unknown field `adress`" in answer(b'{"adress": "192.0.2.1"}')


def test_the_command_signs_in(lab: Lab):
    """`lab signin` talks to a running lab; the sign-in reaches a queue."""
    trail(lab)
    box = Box(lab, MANAGEMENT, "heard").admit("events.amazonaws.com", rule_arn("root"))
    rule(lab, MANAGEMENT, "root", ROOT_PATTERN, {"Arn": box.arn})
    command = [*PROGRAM, "signin", "--account", MANAGEMENT, "--mfa", "--from", "198.51.100.7"]
    done = run(command, AWS_ENDPOINT_URL=lab.endpoint)
    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads(done.stdout)
    assert record["additionalEventData"]["MFAIdentifier"] == f"arn:aws:iam::{MANAGEMENT}:mfa/root-account-mfa-device"
    assert record["sourceIPAddress"] == "198.51.100.7"
    assert [one["detail"] for one in box.bodies()] == [record]
    assert run([*PROGRAM, "signin", "--account", MANAGEMENT, "--fail", "--endpoint-url", lab.endpoint]).returncode == 0
    assert lab.records(MANAGEMENT)[-1]["responseElements"] == {"ConsoleLogin": "Failure"}


def test_the_command_delivers(lab: Lab):
    """`lab deliver` prints what was written, and ends with 5 when a trail could not write."""
    trail(lab)
    lab.sign_in(MANAGEMENT)
    done = run([*PROGRAM, "deliver", "--endpoint-url", lab.endpoint])
    assert done.returncode == 0
    assert done.stdout.startswith(f"s3://all-{MANAGEMENT}/AWSLogs/{MANAGEMENT}/CloudTrail/{HOME}/")
    client(lab, "s3", entry(lab)).delete_bucket_policy(Bucket=f"all-{MANAGEMENT}")
    lab.sign_in(MANAGEMENT)
    done = run([*PROGRAM, "deliver", "--account", MANAGEMENT, "--endpoint-url", lab.endpoint])
    assert (done.returncode, done.stdout) == (5, "")
    assert "AccessDenied" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--account", "12", "--endpoint-url", "http://127.0.0.1:1"], 2, "'12' is no account id"),
        (["--account", MANAGEMENT, "--endpoint-url", "http://127.0.0.1:1"], 5, "no lab answers at"),
        (["--account", MANAGEMENT, "--endpoint-url", "https://iam.amazonaws.com"], 2, "is no lab"),
        (["--account", MANAGEMENT], 2, "Missing option '--endpoint-url'"),
    ],
)
def test_what_the_command_refuses(arguments: list[str], code: int, said: str):
    """One line, and never a word to an address outside this machine."""
    done = run([*PROGRAM, "signin", *arguments])
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command without any AWS variable of the surroundings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ROOTWARDEN_"))}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=kept | variables)


# -- root's own calls -------------------------------------------------------------------------------------------------
def test_a_call_with_a_key_of_root(lab: Lab):
    """The identity of the published record of a key's use: Root, account, ARN, key id, and nothing of a session."""
    with urlopen(Request(f"{lab.endpoint}/rw-api/rootkey/{MANAGEMENT}", b"{}", method="POST")) as answer:
        made = json.load(answer)
    key = {"AccessKeyId": made["id"], "SecretAccessKey": made["secret"]}
    client(lab, "iam", key).create_user(UserName="person")
    client(lab, "sts", key, "eu-west-1").get_caller_identity()
    created, looked = lab.records(MANAGEMENT)
    arn = f"arn:aws:iam::{MANAGEMENT}:root"
    identity = {"type": "Root", "principalId": MANAGEMENT, "arn": arn, "accountId": MANAGEMENT}
    assert created["userIdentity"] == looked["userIdentity"] == identity | {"accessKeyId": made["id"]}
    assert (created["awsRegion"], looked["awsRegion"]) == (HOME, "eu-west-1")
    assert lab.root_key(MANAGEMENT).id == made["id"]  # the same one again


def test_a_session_of_assume_root(lab: Lab):
    """Both sides as published: the caller's request and key, and the member's identity with its flag."""
    (member,) = organize(lab, "member")
    sts = client(lab, "sts", entry(lab), HOME)
    answer = sts.assume_root(TargetPrincipal=member, TaskPolicyArn=task("S3UnlockBucketPolicy"))["Credentials"]
    client(lab, "s3", answer).list_buckets()
    asked = next(one for one in lab.records(MANAGEMENT) if one["eventName"] == "AssumeRoot")
    published = GOLDEN["assume-root-to-unlock-bucket"]
    assert set(published["userIdentity"]) == set(asked["userIdentity"])
    assert set(published["requestParameters"]) <= set(asked["requestParameters"])
    assert asked["responseElements"]["credentials"]["accessKeyId"] == answer["AccessKeyId"]
    assert asked["userIdentity"]["sessionContext"]["assumedRoot"] == "true"
    (acted,) = [one for one in lab.records(member) if one["userIdentity"]["type"] == "Root"]
    model = GOLDEN["root-session-lists-keys"]["userIdentity"]
    assert set(acted["userIdentity"]) == set(model)
    assert set(acted["userIdentity"]["sessionContext"]) == set(model["sessionContext"])
    assert acted["userIdentity"]["sessionContext"]["assumedRoot"] == "true"
