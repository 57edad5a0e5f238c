"""`rootwarden spend` against the lab: what it asks and pays, what it finds, what it joins, and how it ends."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden.cli.main import run
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.services import ce
from rootwarden.store.opening import open_store
from rootwarden.store.tables import batches, events
from tests.emulated.collecting import sign_in

ALONE = "111111111111"


@pytest.fixture(name="lab")
def _lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The world of the founder, whose machines leapt in cost two days ago, and somebody signed in there."""
    with Lab() as lab:
        seed(lab.endpoint, "solo-founder")
        sign_in(monkeypatch, lab, ALONE)
        monkeypatch.setenv("AWS_ENDPOINT_URL", lab.endpoint)
        monkeypatch.setenv("NO_COLOR", "1")
        yield lab


def asked(lab: Lab) -> int:
    """Return how many questions Cost Explorer was asked."""
    return sum(one["eventName"] == "GetCostAndUsage" for one in lab.records(ALONE))


def post(lab: Lab, path: str, body: object) -> None:
    """Tell the lab something that no AWS call can."""
    data = json.dumps(body).encode()
    urllib.request.urlopen(urllib.request.Request(f"{lab.endpoint}/rw-api/{path}", data, method="POST")).close()


def found(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run with JSON output and return it."""
    capsys.readouterr()
    assert run(["spend", "--output", "json", *arguments]) == code
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def root_record(when: datetime, account: str = ALONE) -> dict[str, Any]:
    """Return a record of root starting machines."""
    return {
        "eventVersion": "1.09",
        "userIdentity": {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root",
                         "accountId": account, "accessKeyId": "AKIAEXAMPLEEXAMPLE12"},
        "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances", "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli",
        "eventID": f"id-{when:%Y%m%d}", "eventType": "AwsApiCall", "recipientAccountId": account,
        "managementEvent": True, "readOnly": False,
    }  # fmt: skip


def test_nothing_is_asked_unless_it_may_be_paid(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """The price is said, the program refuses, and Cost Explorer hears nothing."""
    assert run(["spend"]) == 6
    said = capsys.readouterr().err
    assert "0.01 USD a question" in said
    assert "--paid" in said
    assert asked(lab) == 0


def test_the_jump_of_the_founder(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """One question for sixty days; the two days of dear machines are one jump; --fail-on makes it 3."""
    answer = found(capsys, "--paid")
    assert (answer["calls"], answer["price"], asked(lab)) == (1, "0.01", 1)
    assert len(answer["costs"]["days"]) == 60
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    (jump,) = answer["jumps"]
    assert (jump["service"], jump["last"]) == ("Amazon Elastic Compute Cloud - Compute", str(yesterday))
    assert len(jump["flags"]) == 2
    assert found(capsys, "--paid", "--fail-on", "jump", code=3)["jumps"]
    assert found(capsys, "--paid", "--floor", "500", "--fail-on", "jump")["jumps"] == []
    assert found(capsys, "--paid", "--fail-on", "root")["root_from"] == []


def test_the_cap_holds(lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of many pages is not read behind the last question that may be paid; with enough of them it is."""
    monkeypatch.setattr(ce, "_GROUPS_A_PAGE", 30)
    assert run(["spend", "--paid", "--max-calls", "3"]) == 6
    assert "3 paid questions" in capsys.readouterr().err
    assert asked(lab) == 3
    pages = found(capsys, "--paid")
    assert (pages["calls"], asked(lab)) == (6, 9)
    monkeypatch.undo()


def test_a_missing_permission_ends_with_4(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """The permission is named."""
    post(lab, "faults/deny", {"actions": ["ce:GetCostAndUsage"], "account": "*"})
    assert run(["spend", "--paid"]) == 4
    assert "ce:GetCostAndUsage" in capsys.readouterr().err


def test_acts_of_root_in_files(lab: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A record of the day before the jump stands beside it; one of last month does not."""
    file = tmp_path / "records.json"
    now = datetime.now(UTC)
    records = [root_record(now - timedelta(days=ago)) for ago in (3, 30)]
    file.write_text(json.dumps({"Records": records}))
    answer = found(capsys, "--paid", "--records", str(file), "--fail-on", "root", code=3)
    (jump,) = answer["jumps"]
    assert [one["name"] for one in jump["root"]] == ["RunInstances"]
    assert jump["root"][0]["when"].startswith(f"{now - timedelta(days=3):%Y-%m-%d}")
    file.write_text('{"Records": [{"eventVersion"')
    assert found(capsys, "--paid", "--records", str(file), code=5)["unread"]


def test_acts_of_root_in_the_store_of_a_watch(lab: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What the watch kept is joined; a drill, a failed sign-in and what was no act of root are not."""
    when = datetime.now(UTC) - timedelta(days=2)
    path = tmp_path / "watch.sqlite3"
    with closing(open_store(str(path))) as store, store.write() as connection:
        batch = connection.execute(batches.insert().values(at=when)).inserted_primary_key
        assert batch is not None
        for kind, drill, name in (("root-direct", "", "a"), ("root-direct", "drill-1", "b"), ("related", "", "c")):
            record = root_record(when) | {"eventID": name}
            connection.execute(events.insert().values(
                batch=batch[0], account=ALONE, event_id=name, digest=name, time=when, kind=kind, name="RunInstances",
                region="us-east-1", read_at="a queue", drill=drill, record=json.dumps(record).encode(),
            ))  # fmt: skip
    answer = found(capsys, "--paid", "--store", str(path), "--fail-on", "root", code=3)
    assert [one["where"] for one in answer["jumps"][0]["root"]] == ["a queue"]
    assert answer["root_from"] == [str(path)]


def test_a_saved_answer_costs_nothing(lab: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What `aws ce get-cost-and-usage` printed is judged alike, and nobody is asked."""
    start = datetime.now(UTC).date() - timedelta(days=20)
    rows = []
    for at in range(20):
        day = start + timedelta(days=at)
        amount = {"UnblendedCost": {"Amount": "700" if at == 12 else "7", "Unit": "USD"}}
        period = {"Start": str(day), "End": str(day + timedelta(days=1))}
        rows.append({"TimePeriod": period, "Total": {}, "Groups": [{"Keys": ["Amazon EC2"], "Metrics": amount}]})
    file = tmp_path / "costs.json"
    file.write_text(json.dumps({"GroupDefinitions": [{"Type": "DIMENSION", "Key": "SERVICE"}], "ResultsByTime": rows}))
    answer = found(capsys, "--from", str(file), "--fail-on", "jump", code=3)
    assert [(one["account"], one["first"]) for one in answer["jumps"]] == [("", str(start + timedelta(days=12)))]
    assert asked(lab) == 0
    assert run(["spend", "--from", str(tmp_path / "none.json")]) == 2


def test_files_are_written(lab: Lab, tmp_path: Path) -> None:
    """Picture and page go to files; a place is written once, an unknown format is refused before anything is paid."""
    svg, html = tmp_path / "spend.svg", tmp_path / "spend.html"
    assert run(["spend", "--paid", "-o", f"svg={svg}", "-o", f"html={html}"]) == 0
    assert svg.read_text().startswith("<?xml")
    assert "<svg" in html.read_text()
    assert run(["spend", "--paid", "-o", f"svg={svg}", "-o", f"html={svg}"]) == 2
    assert run(["spend", "--paid", "-o", "pdf"]) == 2
    assert asked(lab) == 1


def test_the_configuration_counts(
    lab: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What [audit] allows to be paid, and where the watch keeps its store, hold here, too."""
    monkeypatch.chdir(tmp_path)
    with closing(open_store("kept.db")):
        (tmp_path / "rootwarden.toml").write_text('[audit]\npaid = true\n[watch]\nstore = "kept.db"\n')
    answer = found(capsys)
    assert (answer["calls"], answer["root_from"]) == (1, ["kept.db"])
    assert run(["spend", "--from", "-", "--records", "-"]) == 2


def test_the_management_account_sees_its_members(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leap in a member is that member's jump, in one question to the management account."""
    with Lab() as lab:
        world = seed(lab.endpoint, "startup")
        sign_in(monkeypatch, lab, world.management.id)
        monkeypatch.setenv("AWS_ENDPOINT_URL", lab.endpoint)
        member = world.accounts[1].id
        post(lab, f"daily/{member}", {"Amazon SageMaker": [*[1.5] * 50, 900, 1.5]})
        answer = found(capsys, "--paid")
    assert [(one["account"], one["service"]) for one in answer["jumps"]] == [(member, "Amazon SageMaker")]
    assert answer["calls"] == 1


def test_an_empty_answer_is_no_evidence(
    lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cost Explorer that answers with no day at all says nothing about spending: incomplete, not fine."""
    monkeypatch.setattr(ce.CostExplorer, "_page", lambda *_: {"ResultsByTime": [], "DimensionValueAttributes": []})
    assert run(["spend", "--paid"]) == 5
    assert "holds no daily costs" in capsys.readouterr().err
