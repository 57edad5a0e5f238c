"""The exported script, run by a shell with the real AWS CLI against the lab."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from rootwarden.catalogue.remedying import remedies
from rootwarden.lab.server import Lab
from rootwarden.model.findings import Status
from rootwarden.model.plan import Call, Step
from rootwarden.model.writes import LOOKS, WRITES
from rootwarden.report.code.aws_cli import operation_name
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import _open_lab, client, entry
from tests.exports.sample_plans import ACCOUNT, OTHER, REGION, change, contact, new_key, plan
from tests.exports.stacks import REMEDY, TRAILS, bare, findings, planned, text

__all__ = ["_open_lab"]
AWS = shutil.which("aws")
needs_aws = pytest.mark.skipif(AWS is None, reason="there is no AWS CLI here")


@pytest.mark.parametrize("call", sorted({*WRITES, *LOOKS}))
def test_every_call_of_the_table_has_the_name_that_the_aws_cli_gives_it(call: str) -> None:
    """The AWS CLI names operations by botocore's rule."""
    service, operation = call.split(".")
    assert operation_name(operation) == xform_name(operation, "-")
    assert operation in botocore.session.get_session().get_service_model(service).operation_names


def run(lab: Lab, script: str, folder: Path, account: str = ACCOUNT, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a script as somebody who works in an account."""
    path = folder / "fix.sh"
    path.write_text(script, encoding="utf-8")
    variables: Mapping[str, str] = {
        "PATH": os.environ["PATH"], "HOME": str(folder), **lab.environment(account, "Admin"), **more,
    }  # fmt: skip
    return subprocess.run(["bash", str(path)], env=variables, capture_output=True, text=True, timeout=120, check=False)


def see(lab: Lab, service: str, operation: str, account: str = ACCOUNT, **asked: Any) -> Any:
    """Return the answer to a call in an account."""
    return getattr(client(lab, service, entry(lab, account), REGION), operation)(**asked)


@needs_aws
def test_answers_go_from_command_to_command(open_lab: Lab, tmp_path: Path) -> None:
    """A key is made; its alias and its policy name it; quotes and signs of shells arrive as they are."""
    open_lab.reset()
    done = run(open_lab, text(plan(new_key(), contact()), "shell"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    aliases = see(open_lab, "kms", "list_aliases")["Aliases"]
    (alias,) = [one for one in aliases if one["AliasName"] == "alias/rootwarden-new"]
    key = see(open_lab, "kms", "describe_key", KeyId=alias["TargetKeyId"])["KeyMetadata"]
    assert key["Description"] == 'a "new" $key'
    policy = see(open_lab, "kms", "get_key_policy", KeyId=key["KeyId"], PolicyName="default")["Policy"]
    assert key["Arn"] in policy
    found = see(open_lab, "account", "get_alternate_contact", AlternateContactType="SECURITY")["AlternateContact"]
    assert found["Name"] == 'Security; $(team) `it\'s` "us"'


@needs_aws
def test_the_script_stops_in_a_wrong_account(open_lab: Lab, tmp_path: Path) -> None:
    """Nothing is done with credentials of another account; the exit code is that of wrong credentials."""
    open_lab.reset()
    done = run(open_lab, text(plan(contact()), "shell"), tmp_path, OTHER)
    assert done.returncode == 4
    assert f"belong to account {OTHER}, not {ACCOUNT}" in done.stderr


@needs_aws
def test_each_account_may_have_its_profile(open_lab: Lab, tmp_path: Path) -> None:
    """With a profile for each account one run does all of it."""
    open_lab.reset()
    profiles = []
    for account in (ACCOUNT, OTHER):
        who = open_lab.environment(account, "Admin")
        profiles.append(
            f"[profile in-{account}]\n"
            f"aws_access_key_id = {who['AWS_ACCESS_KEY_ID']}\naws_secret_access_key = {who['AWS_SECRET_ACCESS_KEY']}\n"
            f"aws_session_token = {who['AWS_SESSION_TOKEN']}\n"
        )
    (tmp_path / "config").write_text("".join(profiles), encoding="utf-8")
    script = text(plan(contact(), contact(OTHER)), "shell")
    clean = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n"
    named = {f"PROFILE_{account}": f"in-{account}" for account in (ACCOUNT, OTHER)}
    done = run(open_lab, clean + script, tmp_path, AWS_CONFIG_FILE=str(tmp_path / "config"), **named)
    assert (done.returncode, done.stderr) == (0, "")
    for account in (ACCOUNT, OTHER):
        assert see(open_lab, "account", "get_alternate_contact", account, AlternateContactType="SECURITY")


def test_the_script_is_one_a_shell_can_read(tmp_path: Path) -> None:
    """Bash finds no fault in it, whatever titles and deeds of people say."""
    odd = change("odd'id", by_hand=("look at `it`\nand $(rm) nothing",))
    (tmp_path / "fix.sh").write_text(text(plan(new_key(), odd), "shell"), encoding="utf-8")
    checked = subprocess.run(["bash", "-n", str(tmp_path / "fix.sh")], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_an_empty_answer_stops_the_script(tmp_path: Path) -> None:
    """A command that succeeds without saying what comes next needs is not followed by one that lacks it."""
    fake = tmp_path / "aws"
    fake.write_text(f'#!/bin/sh\n[ "$1" = sts ] && echo {ACCOUNT} && exit 0\necho "$@" >> "$0.log"\necho None\n')
    fake.chmod(0o755)
    (tmp_path / "fix.sh").write_text(text(plan(new_key()), "shell"), encoding="utf-8")
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", str(tmp_path / "fix.sh")], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "lacks" in done.stderr
    assert (tmp_path / "aws.log").read_text().count("\n") == 1


def test_a_secret_is_asked_for(tmp_path: Path) -> None:
    """No script holds one: the shell stops until somebody sets it, and then sends it as it is."""
    call = Call(
        service="iam", operation="CreateLoginProfile", parameters={"UserName": "ada", "Password": {"$secret": "pw"}}
    )
    made = plan(change("login", steps=(Step(id="login", does="x", call=call),)))
    fake = tmp_path / "aws"
    fake.write_text(f'#!/bin/sh\n[ "$1" = sts ] && echo {ACCOUNT} && exit 0\nprintf %s "$4" > "$0.log"\n')
    fake.chmod(0o755)
    (tmp_path / "fix.sh").write_text(text(made, "shell"), encoding="utf-8")

    def done(**more: str) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **more}
        command = ["bash", str(tmp_path / "fix.sh")]
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)

    first = done()
    assert first.returncode != 0
    assert "login_secret_pw: set it first: pw" in first.stderr
    assert not (tmp_path / "aws.log").exists()
    assert done(login_secret_pw="s3cret").returncode == 0
    assert (tmp_path / "aws.log").read_text() == '{"UserName":"ada","Password":"s3cret"}'


@needs_aws
@pytest.mark.skipif(REMEDY not in {*remedies()}, reason=f"the remedy {REMEDY} is not there")
def test_the_script_does_what_applying_does(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account without a trail gets one by the script of the remedies' own plan."""
    bare(open_lab)
    sign_in(monkeypatch, open_lab, ACCOUNT)
    made = planned(tmp_path, *TRAILS, settings={REMEDY: {"admin": "role/Admin"}})
    done = run(open_lab, text(made, "shell"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    open_lab.deliver()
    assert not [one for one in findings(tmp_path, *TRAILS) if one.status is Status.FAIL]
