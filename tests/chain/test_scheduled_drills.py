"""A watch that rings its own chain by the calendar: once while it is young, and people are told when it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rootwarden.lab.server import Lab
from tests.chain.test_sources import HOME, watch
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry

__all__ = ["_lab", "_open_lab"]
DRILL = """
[drill]
method = "synthetic"
every = "28d"
within = {within}
"""


def queue(lab: Lab, *, fed: bool) -> str:
    """Make a queue, fed with what drills put on the bus or not; return its URL."""
    sqs, events = (client(lab, name, entry(lab), HOME) for name in ("sqs", "events"))
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Resource": "*"}]})
    # What a watch that has just ended still asked for comes back so soon: the lab hands it over all the same.
    attributes = {"Policy": policy, "VisibilityTimeout": "1"}
    url = str(sqs.create_queue(QueueName="drilled", Attributes=attributes)["QueueUrl"])
    if fed:
        state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
        events.put_rule(Name="drill", State=state, EventPattern=json.dumps({"source": ["rootwarden.drill"]}))
        arn = f"arn:aws:sqs:{HOME}:{MANAGEMENT}:drilled"
        events.put_targets(Rule="drill", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def drills(folder: Path) -> list[dict[str, Any]]:
    """Return the drills that were run on the store."""
    command = [sys.executable, "-m", "rootwarden", "drill", "list", "--output", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=os.environ)
    return list(json.loads(done.stdout)["drills"])


def test_a_drill_is_run_when_it_is_due_and_not_again(lab: Lab, tmp_path: Path) -> None:
    """Nobody starts it; a watch that is started again while it is young runs none, unless channels were changed."""
    url, environment = queue(lab, fed=True), lab.environment(MANAGEMENT)
    with watch(tmp_path, environment, url, more=DRILL.format(within=20)) as told:
        assert told("DRILL: over, it passed")["drill"]
    with watch(tmp_path, environment, url, more=DRILL.format(within=20)):
        time.sleep(6)  # it looks after three
    (drill,) = drills(tmp_path)
    assert drill["passed"]
    another = '[channels.more]\nkind = "file"\npath = "more.jsonl"\n'
    with watch(tmp_path, environment, url, more=DRILL.format(within=20) + another):
        until = time.monotonic() + 20
        while len(drills(tmp_path)) == 1 and time.monotonic() < until:
            time.sleep(0.5)
    assert [one["passed"] for one in drills(tmp_path)] == [True, True], (tmp_path / "log").read_text()


def test_people_are_told_when_it_fails(lab: Lab, tmp_path: Path) -> None:
    """Not as a drill, for it is real: alerting is not proven."""
    url, environment = queue(lab, fed=False), lab.environment(MANAGEMENT)
    with watch(tmp_path, environment, url, more=DRILL.format(within=2)) as told:
        message = told("Alerting is not proven")
    assert not message["drill"]
    assert message["severity"] == "high"
    assert "it broke at: record" in message["lines"][0]
    (drill,) = drills(tmp_path)
    assert not drill["passed"]
    assert any(drill["id"] in step for step in message["steps"])


def test_a_watch_that_is_stopped_does_not_wait_for_a_drill(lab: Lab, tmp_path: Path) -> None:
    """It may take minutes; nobody is told that it failed."""
    url, environment = queue(lab, fed=False), lab.environment(MANAGEMENT)
    with watch(tmp_path, environment, url, more=DRILL.format(within=300)):
        until = time.monotonic() + 20
        while b" drill " not in (tmp_path / "log").read_bytes() and time.monotonic() < until:
            time.sleep(0.1)
        assert b" drill " in (tmp_path / "log").read_bytes()
        began = time.monotonic()
    assert time.monotonic() - began < 8
    assert "Alerting is not proven" not in (
        (tmp_path / "told.jsonl").read_text() if (tmp_path / "told.jsonl").exists() else ""
    )


def test_what_it_lacks_is_said_at_once(lab: Lab, tmp_path: Path) -> None:
    """Not in a month."""
    (tmp_path / "rootwarden.toml").write_text('[drill]\nmethod = "assume-root"\nevery = "28d"\n')
    command = [sys.executable, "-m", "rootwarden", "watch", queue(lab, fed=False)]
    environment = os.environ | lab.environment(MANAGEMENT)
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "needs an account to be opened in" in done.stderr
