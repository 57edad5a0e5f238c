"""Our own root audit pages nobody: it is refused without a standing window, and is one line of a digest with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from rootwarden.lab.server import Lab
from tests.chain.chain import Chain, deployed
from tests.emulated.lab_at_work import MANAGEMENT, client, entry

STANDING = f"""
[digest]
every = 2

[[standing]]
name = "own-audit"
caller = "arn:aws:iam::{MANAGEMENT}:role/RootwardenAudit"
source_identity = "rw-audit-*"
"""
AUDIT = ("audit", "--org", "--root-audit", "--role-arn", f"arn:aws:iam::{MANAGEMENT}:role/RootwardenAudit",
         "--fail-on", "none", "--quiet", "--output", "json=audit.json")  # fmt: skip
TRUST = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}


@pytest.fixture(scope="module", name="chain")
def _chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with Lab() as lab, deployed(Path(tmp_path_factory.mktemp("own-audit")), lab, STANDING) as chain:
        for account in (MANAGEMENT, chain.security, chain.member):
            document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
            iam = client(lab, "iam", entry(lab, account))
            iam.create_role(RoleName="RootwardenAudit", AssumeRolePolicyDocument=document)
        yield chain


def test_refused_where_a_watch_expects_nothing(chain: Chain) -> None:
    """With a watch configured and no standing window that fits, no root session is opened (exit 6)."""
    config = chain.folder / "rootwarden.toml"
    told = config.read_text()
    config.write_text(told.replace("rw-audit-*", "something-else"))
    try:
        done = chain.run(*AUDIT, account=MANAGEMENT)
    finally:
        config.write_text(told)
    assert done.returncode == 6, done.stderr
    assert "no [[standing]] window expects the root sessions" in done.stderr
    assert "'own-audit' does not fit: it wants the source identity something-else" in done.stderr
    assert not any(one["eventName"] == "AssumeRoot" for one in chain.lab.records(MANAGEMENT))


def test_one_line_of_the_digest_a_run(chain: Chain) -> None:
    """The sessions of the audit come together as one line; nobody is woken."""
    chain.receiver.received.clear()
    done = chain.run(*AUDIT, account=MANAGEMENT)
    assert done.returncode in (0, 5), done.stderr
    assert "in the run log of the watch as audit-01" in done.stderr
    digest = chain.wait(lambda one: one.body["occasion"] == "digest" and "own-audit" in str(one.body["lines"]))
    lines = [line for line in digest.body["lines"] if "own-audit" in line]
    assert len(lines) == 1, lines
    assert "expected: own-audit:rw-audit-" in lines[0]
    assert "in the run log" not in lines[0]
    woken = [one.body["title"] for one in chain.receiver.received if one.body["occasion"] == "alert"]
    assert not [title for title in woken if "root" in title.lower()], woken


def test_who_only_looks_like_an_audit_is_told_to_be_strange(chain: Chain) -> None:
    """Somebody with the role and a fitting source identity, of which the run log knows nothing."""
    chain.receiver.received.clear()
    role = {"RoleArn": f"arn:aws:iam::{MANAGEMENT}:role/RootwardenAudit", "RoleSessionName": "somebody"}
    task = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    made = chain.see(MANAGEMENT, "sts", "assume_role", **role, SourceIdentity="rw-audit-01FORGED")["Credentials"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    where = {"endpoint_url": chain.lab.endpoint, "region_name": "us-east-1", "aws_session_token": made["SessionToken"]}
    boto3.client("sts", **keys, **where).assume_root(TargetPrincipal=chain.member, TaskPolicyArn=task)
    digest = chain.wait(lambda one: one.body["occasion"] == "digest" and "01FORGED" in str(one.body["lines"]))
    assert "NOT in the run log" in digest.body["lines"][0]


def test_anything_else_is_told_in_full(chain: Chain) -> None:
    """Another caller, or another task, is no standing window's business."""
    chain.receiver.received.clear()
    task = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}
    chain.see(MANAGEMENT, "sts", "assume_root", TargetPrincipal=chain.member, TaskPolicyArn=task)
    chain.wait(lambda one: one.body["occasion"] == "alert" and "AssumeRoot" in one.body["title"])
