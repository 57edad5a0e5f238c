"""An audit with daily costs, over real HTTP: what is asked and paid, root around a jump, what goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.opening import Way
from rootwarden.cli.costs import with_costs
from rootwarden.cli.main import run
from rootwarden.flows.audit_spending import was_interrupted, with_spending
from rootwarden.flows.spend import Questions, SpendRequest, spend_of
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.lab.services import ce
from rootwarden.model.audit import AccountSeen
from rootwarden.store.opening import open_store
from rootwarden.store.tables import batches, events
from tests.emulated.collecting import sign_in
from tests.emulated.test_spend import ALONE, root_record
from tests.journeys.snapshots import one_account
from tests.journeys.terminal import rootwarden
from tests.report.audits import audit
from tests.report.test_spend import ACCOUNT, spend

EC2 = "Amazon Elastic Compute Cloud - Compute"


@pytest.fixture(scope="module", name="lab")
def _lab() -> Iterator[Lab]:
    """The world of the founder, whose machines leapt in cost two days ago."""
    with Lab() as lab:
        seed(lab.endpoint, "solo-founder")
        yield lab


@pytest.fixture(name="place", autouse=True)
def _place(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, and somebody signed in at the founder's; every fault is taken back afterwards."""
    monkeypatch.chdir(tmp_path)
    sign_in(monkeypatch, lab, ALONE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", lab.endpoint)
    monkeypatch.setenv("NO_COLOR", "1")
    yield tmp_path
    lab.clear_faults()


def asked(lab: Lab) -> int:
    """Return how often Cost Explorer was asked for days."""
    records = (one for one in lab.records(ALONE) if one["eventName"] == "GetCostAndUsage")
    return sum((one.get("requestParameters") or {}).get("granularity") == "DAILY" for one in records)


def told(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Audit; return the exit code and what the JSON says of spending."""
    code = run(["audit", "--regions", "us-east-1", "-o", "json=audit.json", "-o", "html=audit.html", *arguments])
    return code, json.loads(Path("audit.json").read_text())


def watched(path: Path) -> str:
    """Make the store of a watch that saw root start machines the day before the jump; return its name."""
    when = datetime.now(UTC) - timedelta(days=3)
    with closing(open_store(str(path))) as store, store.write() as connection:
        batch = connection.execute(batches.insert().values(at=when)).inserted_primary_key
        assert batch is not None
        connection.execute(events.insert().values(
            batch=batch[0], account=ALONE, event_id="a", digest="a", time=when, kind="root-direct", name="RunInstances",
            region="us-east-1", read_at="a queue", drill="", record=json.dumps(root_record(when)).encode(),
        ))  # fmt: skip
    return str(path)


def test_a_jump_and_root_before_it(lab: Lab, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The price is told before, one question is asked and counted; report, table and JSON have the jump with root."""
    before = asked(lab)
    code, answer = told("--paid", "--store", watched(place / "watch.sqlite3"), "-o", "table")
    out, err = capsys.readouterr()
    assert (code, asked(lab) - before) == (3, 1)
    spending = answer["spending"]
    assert (spending["source"], spending["calls"], spending["price"]) == ("Cost Explorer", 1, "0.01")
    (jump,) = spending["found"]["jumps"]
    assert (jump["account"], jump["service"], jump["root"][0]["name"]) == (ALONE, EC2, "RunInstances")
    assert "asking Cost Explorer: 0.01 USD a question, at most 10 of them" in err
    told_before = "--paid: up to 0.03 USD an account for facts (more where an answer has pages), and up to 0.10 USD"
    assert told_before in err.partition("asking Cost Explorer")[0]
    paid = re.search(r"which cost (\S+) USD", err)
    assert paid is not None
    assert float(paid[1]) >= 0.02  # the costs of months are a question as well
    assert "1 jump out of line, 1 of them near an act of root" in " ".join(out.split())
    assert all(len(line) <= 80 for line in out.splitlines())
    page = Path("audit.html").read_text()
    assert "root: " in page
    assert "RunInstances (ec2.amazonaws.com, us-east-1)" in page
    assert page.count("<svg xmlns") == 2


def test_a_refusal_breaks_nothing(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """Denied: the same findings of everything else, the reason and the permission in the report, exit as judged."""
    _, without = told()
    assert without["spending"] is None
    lab.deny("ce:GetCostAndUsage")
    code, answer = told("--paid", "--fail-on", "none")
    assert code == 5
    spending = answer["spending"]
    assert (spending["found"], spending["calls"]) == (None, 1)
    assert spending["unknown"]["missing"] == ["ce:GetCostAndUsage"]
    same = {f["fingerprint"]: f["status"] for f in without["findings"] if not f["code"].startswith("RW-BILL")}
    assert {f["fingerprint"]: f["status"] for f in answer["findings"] if not f["code"].startswith("RW-BILL")} == same
    assert "Needs ce:GetCostAndUsage" in Path("audit.html").read_text()
    assert "Traceback" not in capsys.readouterr().err


def test_the_cap_holds_here_too(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages behind the last question that may be paid are not read, and what was paid is told."""
    monkeypatch.setattr(ce, "_GROUPS_A_PAGE", 30)
    before = asked(lab)
    _, answer = told("--paid", "--max-calls", "2")
    assert asked(lab) - before == 2
    spending = answer["spending"]
    assert (spending["found"], spending["calls"], spending["price"]) == (None, 2, "0.02")
    assert "2 paid questions" in spending["unknown"]["why"]
    assert "--max-calls" in spending["unknown"]["hint"]


def test_a_store_that_is_not_there_costs_the_join_only(capsys: pytest.CaptureFixture[str]) -> None:
    """The jump is told, and that acts of root could not be looked for."""
    _, answer = told("--paid", "--store", "nowhere.sqlite3")
    found = answer["spending"]["found"]
    assert len(found["jumps"]) == 1
    assert found["root_from"] == []
    assert "nowhere.sqlite3" in found["unread"][0]
    assert "Not read: acts of root" in Path("audit.html").read_text()
    del capsys


def test_calls_are_told_beforehand(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """--explain-calls has the question, its price and its limit; without --paid it does not, and nothing is asked."""
    before = asked(lab)
    assert run(["audit", "--paid", "--explain-calls", "--max-calls", "4"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "daily costs, for the report ce.GetCostAndUsage 1 x, once per page of the answer, at most 4" in said
    assert run(["audit", "--explain-calls"]) == 0
    assert "daily costs" not in capsys.readouterr().out
    assert asked(lab) == before


def saved(place: Path, account: str, days: int = 20) -> str:
    """Write an answer of Cost Explorer with a jump a week before its end; return its name."""
    start = datetime(2026, 11, 1, tzinfo=UTC).date()
    rows = []
    for at in range(days):
        day = start + timedelta(days=at)
        metrics = {"UnblendedCost": {"Amount": "700" if at == days - 8 else "7", "Unit": "USD"}}
        period = {"Start": str(day), "End": str(day + timedelta(days=1))}
        rows.append({"TimePeriod": period, "Total": {}, "Groups": [{"Keys": [EC2, account], "Metrics": metrics}]})
    keys = [{"Type": "DIMENSION", "Key": key} for key in ("SERVICE", "LINKED_ACCOUNT")]
    (place / "costs.json").write_text(json.dumps({"GroupDefinitions": keys, "ResultsByTime": rows}))
    return "costs.json"


def test_a_saved_answer_beside_a_snapshot(lab: Lab, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is asked; judged again it is the same, byte for byte; costs of other accounts are not shown as ours."""
    one_account(place / "s.jsonl.gz", {"account.identity": {"Account": "111122223333"}})
    offline = ["audit", "--snapshot", "s.jsonl.gz", "--paid", "--fail-on", "none", "-o", "json=a.json"]
    before = asked(lab)
    assert run([*offline, "--costs", saved(place, "111122223333")]) == 5
    first = Path("a.json").read_text()
    assert run([*offline, "--costs", "costs.json"]) == 5
    assert Path("a.json").read_text() == first
    spending = json.loads(first)["spending"]
    assert (spending["source"], spending["calls"], len(spending["found"]["jumps"])) == ("costs.json", 0, 1)
    assert run([*offline, "--costs", saved(place, "999900009999")]) == 5
    spending = json.loads(Path("a.json").read_text())["spending"]
    assert (spending["found"], spending["unknown"]["why"]) == (None, "costs_of_other_accounts")
    assert run(offline) == 5
    assert json.loads(Path("a.json").read_text())["spending"] is None
    assert asked(lab) == before
    del capsys


def test_no_password_of_a_store_gets_into_a_report() -> None:
    """Where acts of root come from is told without what is secret in it."""
    secret = SpendRequest(way=Way(), store="postgresql://watch:hunter2@db.example/rootwarden")
    found = spend_of(secret, spend().costs, (), (), datetime.now(UTC), Questions())
    (told_of,) = found.root_from
    assert "watch:***@db.example/rootwarden" in told_of


def test_after_ctrl_c_nobody_is_asked(lab: Lab) -> None:
    """A reading that somebody ended costs nothing more; an answer that was saved is shown all the same."""
    before = asked(lab)
    given = {"paid": True, "most_calls": 10, "costs": "", "store": ""}
    ended = with_costs(audit([], []), None, given, print, whole=True, ended=True)
    assert was_interrupted(ended)
    assert ended.spending is not None
    assert (ended.spending.found, ended.spending.calls, asked(lab)) == (None, 0, before)
    shown = with_costs(audit([], []), spend().costs.only([]), given | {"costs": "-"}, print, whole=True, ended=True)
    assert not was_interrupted(shown)
    assert shown.spending is not None
    assert shown.spending.source == "standard input"


def test_a_file_that_is_none_is_refused_at_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is read or asked: a mistake of whoever named it, not a gap in what AWS told."""
    (place / "bad.json").write_text('{"ResultsByTime": 7}')
    for name in ("none.json", "bad.json"):
        assert run(["audit", "--costs", name]) == 2
        assert name in capsys.readouterr().err
    assert run(["audit", "--snapshot", "-", "--costs", "-"]) == 2
    saved(place, ALONE)
    assert run(["audit", "--costs", "costs.json", "-o", "json=costs.json"]) == 2
    assert json.loads((place / "costs.json").read_text())["ResultsByTime"]


def test_only_audited_accounts_count() -> None:
    """The management account sees all members; an audit of some shows those, an audit of all shows all there is."""
    costs = spend().costs
    request = SpendRequest(way=Way(), saved="costs.json")

    def shown(*accounts: str, whole: bool = False) -> set[str] | None:
        of = audit([AccountSeen(id=one) for one in accounts], [])
        spending = with_spending(of, request, many, whole=whole, tell=print).spending
        assert spending is not None
        return {one.account for one in spending.found.costs.series} if spending.found else None

    other = type(costs.series[0])("999900009999", EC2, costs.series[1].amounts)
    many = type(costs)(unit="USD", days=costs.days, series=(*costs.series, other))
    assert shown(ACCOUNT) == {ACCOUNT}
    assert shown(ACCOUNT, "222233334444", whole=True) == {ACCOUNT, "999900009999"}
    assert shown("222233334444") is None
    assert shown("222233334444", whole=True) is None


def test_an_audit_without_costs_waits_for_nothing_that_reads_them(lab: Lab) -> None:
    """Neither a database nor rules are loaded for it: that would take longer than all else before the first call."""
    there = lab.environment("111122223333") | {"PYTHONPROFILEIMPORTTIME": "1"}
    told = rootwarden("audit", "--regions", "us-east-1", "--only", "RW-ROOT-02", "-o", "json", env=there).err
    loaded = {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}
    assert "botocore.client" in loaded
    assert not loaded & {"sqlalchemy", "sigma", "rootwarden.flows.spend"}
