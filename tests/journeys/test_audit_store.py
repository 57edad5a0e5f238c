"""An audit with a store: drills that the watch keeps are judged beside what AWS answers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden.cli.settings import load_settings
from rootwarden.cli.watch_digest import watch_digest
from rootwarden.model.drill import Drill, Hop, Marks, Method, Passed
from rootwarden.store.opening import open_store
from rootwarden.store.runs import begin_drill, end_drill
from tests.journeys.snapshots import HEADER, one_account, write
from tests.journeys.terminal import Answer, rootwarden

NOW = datetime.fromisoformat(str(HEADER["collected_at"]))
BUS, SESSION = "event bus of us-east-1", "root session in 222233334444"
ONLY = ("--only", "RW-AUD-05")
WATCH = '[watch]\nsources = ["lookup-events:us-east-1"]\nstore = "watch.sqlite3"\n'
CHANNEL = '[channels.log]\nkind = "file"\npath = "alerts.jsonl"\n'


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """A folder with a snapshot of one account and the configuration of a watch."""
    one_account(tmp_path / "s.jsonl.gz", {"account.identity": {"Account": "111122223333"}})
    (tmp_path / "rootwarden.toml").write_text(WATCH + CHANNEL)
    return tmp_path


def drilled(place: Path, path: str = BUS, days: int = 3, *, broken: str = "") -> None:
    """Keep a drill that ended so many days ago, with the configuration as it stands in the folder."""
    store = open_store(str(place / "watch.sqlite3"))
    began = NOW - timedelta(days=days, minutes=1)
    name = f"drill-{path}-{days}"
    begin_drill(store, Marks(drill=name, begins=began, ends=NOW))
    names = ("watch", "act", "record", "channel log")
    hops = tuple(Hop(name=one, state=Passed.FAILED if one == broken else Passed.PASSED) for one in names)
    digest = watch_digest(load_settings(str(place / "rootwarden.toml"), {}))
    end_drill(
        store,
        Drill(
            id=name, method=Method.SYNTHETIC, path=path, account="111122223333", region="us-east-1", started=began,
            finished=began + timedelta(minutes=1), hops=hops, cleaned=True, configuration=digest,
        ),
    )  # fmt: skip
    store.close()


def audit(place: Path, *options: str, **more: Any) -> Answer:
    """Judge the snapshot of the folder, from inside it."""
    return rootwarden("audit", "--snapshot", "s.jsonl.gz", *options, cwd=place, **more)


def findings(answer: Answer) -> list[dict[str, Any]]:
    """Return the findings of an answer in JSON."""
    found: list[dict[str, Any]] = json.loads(answer.out)["findings"]
    return found


def statuses(answer: Answer) -> dict[str, str]:
    """Return what is said of each alert path."""
    return {f["resource"]: f["status"] for f in findings(answer)}


def test_drills_are_judged(place: Path) -> None:
    """From the store that the configuration of the watch names; a failed one is a finding like any other."""
    drilled(place)
    answer = audit(place, *ONLY, "-o", "json")
    (finding,) = findings(answer)
    assert answer.code == 0, answer.err
    assert (finding["status"], finding["account"], finding["resource"]) == ("PASS", "111122223333", BUS)
    drilled(place, SESSION, broken="record")
    answer = audit(place, *ONLY, "-o", "json")
    assert (answer.code, statuses(answer)) == (3, {BUS: "PASS", SESSION: "FAIL"})


def test_a_change_of_the_watch_makes_drills_stale(place: Path) -> None:
    """Another channel: what was shown was shown of something else."""
    drilled(place)
    with (place / "rootwarden.toml").open("a") as file:
        file.write(CHANNEL.replace("log]", "second]"))
    (finding,) = findings(audit(place, *ONLY, "-o", "json"))
    assert (finding["status"], finding["reason"]) == ("FAIL", "changed_since")


def test_the_store_can_be_named(place: Path, tmp_path: Path) -> None:
    """By option or variable, instead of the configured one; an empty name means: none."""
    drilled(place)
    (place / "watch.sqlite3").rename(place / "elsewhere.sqlite3")
    assert statuses(audit(place, *ONLY, "-o", "json", "--store", "elsewhere.sqlite3")) == {BUS: "PASS"}
    named = audit(place, *ONLY, "-o", "json", env={"ROOTWARDEN_STORE": "sqlite:///elsewhere.sqlite3"})
    assert statuses(named) == {BUS: "PASS"}
    assert statuses(audit(place, *ONLY, "-o", "json", "--store", "")) == {"": "MANUAL"}


def test_without_a_store_an_audit_is_complete(place: Path) -> None:
    """Plain mode: a person is asked, and the exit code is as if the question were not there."""
    (place / "rootwarden.toml").unlink()
    answer = audit(place, *ONLY, "-o", "json")
    (finding,) = findings(answer)
    assert (answer.code, finding["status"], finding["reason"]) == (0, "MANUAL", "no_store")
    assert not (place / "watch.sqlite3").exists()


def test_a_store_that_is_not_there_is_unknown(place: Path) -> None:
    """With the reason in every format, exit code 5, and no file made by looking."""
    before = sorted(place.iterdir())
    answer = audit(place, *ONLY, "-o", "json")
    (finding,) = findings(answer)
    assert (answer.code, finding["status"]) == (5, "UNKNOWN")
    assert "watch.sqlite3" in finding["unknown_because"]["why"]
    assert finding["unknown_because"]["hint"]
    assert sorted(place.iterdir()) == before
    assert "no such file" in " ".join(audit(place, *ONLY).out.split())


def test_a_malformed_store_is_a_mistake(place: Path) -> None:
    """Named in one line, before anything is judged; but not where no control asks for a store."""
    answer = audit(place, "--store", "mysql://x/y")
    assert (answer.code, answer.out) == (2, "")
    assert "a store cannot be mysql" in answer.err
    assert audit(place, "--store", "mysql://x/y", "--only", "RW-POL-05", "--fail-on", "none").code != 2


def test_judged_again_later_drills_do_not_count(place: Path) -> None:
    """The same snapshot tells the same; at a later instant they do, and grow old."""
    drilled(place, days=-10)
    assert [f["reason"] for f in findings(audit(place, *ONLY, "-o", "json"))] == ["never_drilled"]
    later = audit(place, *ONLY, "-o", "json", "--now", "2026-12-24T00:00:00Z")
    assert statuses(later) == {BUS: "PASS"}
    assert statuses(audit(place, *ONLY, "-o", "json", "--now", "2027-12-24T00:00:00Z")) == {BUS: "FAIL"}


def test_every_format_shows_them_once(place: Path) -> None:
    """An organization of two accounts, audited from the second: filed there, and said of no account."""
    organization = {
        "org.organization": {"Id": "o-1", "MasterAccountId": "111122223333"},
        "org.accounts": [{"Id": one, "Name": one, "State": "ACTIVE"} for one in ("111122223333", "222233334444")],
    }
    accounts = [{"account": one["Id"], "facts": {}} for one in organization["org.accounts"]]
    header = {**HEADER, "scope": {"org": True}, "accounts_expected": 2, "caller": "222233334444"}
    write(place / "s.jsonl.gz", header, {"organization": organization}, *accounts)
    drilled(place, SESSION, broken="channel log")
    answer = audit(place, "-o", "json", "-o", "html=r.html", "-o", "table=t.txt", *ONLY)
    (finding,) = findings(answer)
    assert (answer.code, finding["account"], finding["status"]) == (3, "222233334444", "FAIL")
    table = " ".join((place / "t.txt").read_text().split())
    assert f"this installation: {SESSION}" in table
    assert "not passed: channel log" in table
    assert "this installation" in (place / "r.html").read_text()


def test_a_file_of_before_callers_were_kept(place: Path) -> None:
    """Filed under the management account, or the only one."""
    answer = audit(place, *ONLY, "-o", "json", "--store", "")
    assert findings(answer)[0]["account"] == "111122223333"


def test_explain_says_what_there_is_a_finding_of() -> None:
    """Not "workspace", which is no word of the reader's."""
    answer = rootwarden("explain", "alerting-drilled")
    assert "One finding per installation of Rootwarden." in " ".join(answer.out.split())
