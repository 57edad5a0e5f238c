"""What a run leaves behind for an auditor, as a person types it: proof that waits for people, evidence, by whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from rootwarden.cli import main
from rootwarden.lab.blueprint import User
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from tests.applying.workshop import CONTACT, MANAGEMENT, REGIONS, WORLD
from tests.journeys.terminal import Answer

EMAIL = "alerts@shop.example"
CONFIGURATION = (
    "[remedies.register-security-contact]\n"
    + "".join(f"{name} = {json.dumps(value)}\n" for name, value in CONTACT.items())
    + f'[remedies.watch-root-with-eventbridge]\nemails = ["{EMAIL}"]\nregions = ["eu-west-1"]\n'
)
ADMIN = User(name="carol", policies=("AdministratorAccess",), password=True, mfa="virtual")
WITH_AN_ADMIN = replace(WORLD, accounts=tuple(replace(one, users=(ADMIN,)) for one in WORLD.accounts))
Verb = Callable[..., Answer]


@pytest.fixture(scope="module", name="lab")
def _lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="verb")
def _verb(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Run a verb in a folder with a configuration, as an administrator of the workshop's management account."""
    lab.reset()
    seed(lab.endpoint, WITH_AN_ADMIN)
    for name in ("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in lab.environment(MANAGEMENT, "Admin").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ROOTWARDEN_REGIONS", ",".join(REGIONS))
    (tmp_path / "rootwarden.toml").write_text(CONFIGURATION)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        code = main.run(list(arguments))
        return Answer(code, *capsys.readouterr())

    return run


def planned(verb: Verb, only: str, file: str = "plan.json") -> str:
    """Plan for these into a file, and return the checksum that stands in it."""
    answer = verb("plan", "--only", only, "-o", file)
    assert json.loads(Path(file).read_text())["changes"], answer.out
    assert answer.code == 0, answer
    return str(json.loads(Path(file).read_text())["checksum"])


def applied(verb: Verb, *more: str, code: int = 0, file: str = "plan.json") -> str:
    """Apply a plan, and return the id of the run."""
    answer = verb("apply", file, "--yes", "--patience", "0", *more)
    assert answer.code == code, answer
    found = re.search(r"run (01\w+)", answer.err)
    assert found is not None, answer
    return found[1]


def shown(verb: Verb, run: str) -> dict[str, Any]:
    """Return what the JSON says of a run."""
    found: dict[str, Any] = json.loads(verb("runs", "show", run, "-o", "json").out)["runs"][0]
    return found


def checker() -> Draft202012Validator:
    """Return what the schema of the JSON asks for."""
    path = Path(__file__).parents[2] / "docs" / "schema" / "runs.schema.json"
    return Draft202012Validator(json.loads(path.read_text()))


def client(lab: Lab, service: str, region: str = "eu-west-1") -> Any:
    """Return a client of whoever works in the management account."""
    given = lab.environment(MANAGEMENT, "Admin", region)
    return boto3.client(
        service, endpoint_url=lab.endpoint, region_name=region, aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"], aws_session_token=given["AWS_SESSION_TOKEN"],
    )  # fmt: skip


def confirm(topic: str, address: str) -> None:
    """Click the link in the mail that somebody got."""
    from moto.sns.models import sns_backends  # noqa: PLC0415

    from rootwarden.lab.services.sns import confirm as click  # noqa: PLC0415
    from rootwarden.lab.services.sns import confirmation_token  # noqa: PLC0415

    subscriptions = sns_backends[MANAGEMENT][topic.split(":")[3]].subscriptions.values()
    (found,) = [one for one in subscriptions if (one.topic.arn, one.endpoint) == (topic, address)]
    click(found.topic, confirmation_token(found.arn))


def test_what_nobody_has_confirmed_is_not_proved(verb: Verb, lab: Lab) -> None:
    """The rule and the topic are there, and nobody hears them: 8, with who has to confirm, in `runs` too."""
    planned(verb, "watch-root-with-eventbridge")
    answer = verb("apply", "plan.json", "--yes", "--patience", "0")
    assert answer.code == 8, answer
    said = " ".join(answer.out.split())
    assert "not yet: Tell rootwarden-alerts in eu-west-1 of root's calls" in said
    assert f"nobody receives what the topic rootwarden-alerts in eu-west-1 sends before {EMAIL} follows" in said
    assert f"whoever reads {EMAIL} has 2 days to follow the link" in said
    listed = " ".join(verb("runs").out.split())
    assert "1 of 1 not proved before …@shop.example confirms" in listed and "alerts@shop" not in listed
    assert verb("audit", "--only", "RW-MON-05").code == 3
    run = listed.split()[3]
    assert f"`rootwarden runs prove {run}` reads" in " ".join(answer.err.split())
    assert (answer.out + answer.err).count("runs prove") == 1 and "audit again" not in answer.out
    assert "runs prove" in verb("apply", "--resume", run).err
    assert verb("runs", "prove", run, "--patience", "0").code == 8
    lab.deny("sns:GetTopicAttributes", account=MANAGEMENT)
    unread = verb("runs", "prove", run, "--patience", "0")
    lab.clear_faults()
    assert unread.code == 4 and "sns:GetTopicAttributes" in unread.err and "NOT PROVED" not in unread.out, unread
    assert "1 of 1 not proved before" in " ".join(verb("runs").out.split())
    confirm(f"arn:aws:sns:eu-west-1:{MANAGEMENT}:rootwarden-alerts", EMAIL)
    proved = verb("runs", "prove", run, "--patience", "0")
    assert proved.code == 0 and "proved: Tell rootwarden-alerts" in " ".join(proved.out.split()), proved
    said = shown(verb, run)
    assert [(one["what"], one["proved"]) for one in said["acts"]] == [
        ("applied", 0),
        ("read again", 0),
        ("read again", 0),
        ("read again", 1),
    ]
    assert said["what"][0]["proved"] and "not proved" not in verb("runs").out
    again = verb("runs", "prove", run)
    assert again.code == 0 and "proved already" in again.err


def test_what_somebody_else_made_is_no_run(verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another folder applies the plan while this one asks: no run is written down, and that is said."""
    planned(verb, "RW-TRAIL-03")
    from rootwarden.cli.agreeing import Asking  # noqa: PLC0415

    asked: list[str] = []

    def meanwhile(self: Asking, *_: Any) -> bool:
        if not asked:
            asked.append("once")
            assert main.run(["apply", "plan.json", "--yes", "--patience", "0", "--store", "other.sqlite3"]) == 0
        return True

    monkeypatch.setattr(Asking, "_agreed", meanwhile)
    answer = verb("apply", "plan.json", "--patience", "0", "--store", "mine.sqlite3")
    assert answer.code == 0, answer
    assert "made by somebody else meanwhile: Switch log file validation" in " ".join(answer.err.split())
    assert "no run is written down" in answer.err
    assert json.loads(verb("runs", "-o", "json", "--store", "mine.sqlite3").out)["runs"] == []


def test_a_run_is_evidence(verb: Verb, tmp_path: Path) -> None:
    """Tied to its file by one checksum; from what to what, what was put, what was read, when and by whom."""
    checksum = planned(verb, "RW-TRAIL-03,RW-POL-05")
    run = applied(verb)
    text = verb("runs", "show", run).out
    assert f"Plan: {checksum}\n" in text
    assert "LogFileValidationEnabled: false -> true\n" in text and "EnableLogFileValidation" not in text
    assert "-v shows" in text
    whole = verb("runs", "show", run, "-v").out
    assert "EnableLogFileValidation: true\n" in whole
    assert re.search(r"read:cloudtrail\.trails\S*LogFileValidationEnabled=true", "".join(whole.split()))
    said = shown(verb, run)
    assert said["plan"] == checksum
    trail = next(one for one in said["what"] if one["control"] == "RW-TRAIL-03")
    assert trail["shows"] == [{"what": "LogFileValidationEnabled", "before": "false", "after": "true"}]
    assert trail["proved"] and trail["said"] and trail["read_at"] and trail["read"]
    (put,) = [one for one in said["calls"] if one["call"] == "cloudtrail.UpdateTrail"]
    assert put["parameters"]["EnableLogFileValidation"] is True
    (contact,) = [one for one in said["calls"] if one["call"] == "account.PutAlternateContact"]
    assert contact["parameters"] == {
        "AlternateContactType": "SECURITY", "EmailAddress": "…@shop.example", "Name": "…", "PhoneNumber": "…",
        "Title": "…",
    }  # fmt: skip
    for told in (text, whole, json.dumps(said)):
        assert CONTACT["phone"] not in told and f"{CONTACT['name']} <" not in told
    open_ = json.loads(verb("runs", "show", run, "-o", "json", "--show-pii").out)["runs"][0]
    assert CONTACT["phone"] in json.dumps(open_)
    assert [(one["what"], one["by"]) for one in said["acts"]] == [("applied", said["by"])]
    assert said["acts"][0]["began"] == said["started"] and said["acts"][0]["ended"] == said["finished"]
    checker().validate(json.loads(verb("runs", "show", run, "-o", "json").out))


def test_what_undo_found_is_kept(verb: Verb, lab: Lab) -> None:
    """Its own proof, who did it, and that it was forced."""
    planned(verb, "RW-POL-05")
    run = applied(verb)
    client(lab, "account").put_alternate_contact(
        AlternateContactType="SECURITY", EmailAddress="x@shop.example", Name="X", PhoneNumber="+1 555 0199", Title="X"
    )
    assert verb("undo", run, "--yes", "--patience", "0").code == 6
    assert verb("undo", run, "--force", "--yes", "--patience", "0").code == 0
    text = " ".join(verb("runs", "show", run).out.split())
    assert "FAIL -> PASS, proved" not in text
    assert "taken back, RW-POL-05 is FAIL now, reads as before" in text
    assert f"undone with --force by arn:aws:sts::{MANAGEMENT}:" in text
    said = shown(verb, run)
    undone = said["acts"][-1]
    assert (undone["what"], undone["forced"]) == ("undone", True)
    assert undone["by"] == said["by"] and undone["ended"]
    first = next(one for one in said["what"] if one["control"] == "RW-POL-05")
    assert (first["came"], first["before"], first["after"], first["proved"]) == ("taken back", None, "FAIL", True)
    checker().validate(json.loads(verb("runs", "-o", "json").out))
