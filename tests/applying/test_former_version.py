"""What the former version left behind is read: its plan files, and the runs of its log, to go on with and to undo.

`tests/data/plans/` holds a plan and the run of it as that version wrote them, when a step had one `used` and a key was
found again by its tags.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from rootwarden.aws.remediate_policy import change_session_policy
from rootwarden.errors import InputError
from rootwarden.flows.past_runs import listed
from rootwarden.model.plan import encode
from rootwarden.model.plan_file import read_plan
from rootwarden.model.run import Run, RunState, run_from
from rootwarden.store.opening import open_store
from rootwarden.store.tables import run_steps, runs
from tests.applying.workshop import MANAGEMENT, MEMBER, Workshop
from tests.emulated.lab_at_work import client, entry

_DATA = Path(__file__).parents[1] / "data" / "plans"
PLAN = (_DATA / "former-plan.json").read_bytes()
RUN: dict[str, Any] = json.loads((_DATA / "former-run.json").read_bytes())


def body() -> bytes:
    """Return what the former version kept of the run beside its columns."""
    return json.dumps(RUN["body"]).encode()


def former_run() -> Run:
    """Return the run as this version reads it."""
    return run_from(RUN["id"], RUN["state"], datetime.fromisoformat(RUN["started"]), None, body())


def broken_off(shop: Workshop) -> None:
    """Put the run into the store as if that version had been ended while it made the key."""
    there = client(shop.lab, "organizations", entry(shop.lab, MANAGEMENT))
    there.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    client(shop.lab, "iam", entry(shop.lab, MANAGEMENT)).enable_organizations_root_sessions()
    row = {"id": RUN["id"], "kind": "apply", "started": datetime.fromisoformat(RUN["started"]), "finished": None,
           "state": RunState.RUNNING, "body": body()}  # fmt: skip
    with closing(open_store(shop.store)) as store, store.write() as connection:
        connection.execute(runs.insert().values(row))
        for line in RUN["steps"][:3]:
            known = line["step"] != "key"
            values = {**line, "run": RUN["id"], "kept": b"{}", "state": "done" if known else "begun",
                      "began": datetime.fromisoformat(line["began"]),
                      "ended": datetime.fromisoformat(line["ended"]) if known else None}  # fmt: skip
            connection.execute(run_steps.insert().values(values))


def test_its_plan_is_read():
    """One probe is a list of one by now; the plan is written as a list, and reads the same again."""
    plan = read_plan(PLAN, "plan.json")
    trust = plan.changes[0].steps[0]
    assert [one.call.name for one in trust.used] == ["iam.ListOrganizationsFeatures"]
    assert isinstance(json.loads(encode(plan))["changes"][0]["steps"][0]["used"], list)
    assert read_plan(encode(plan), "plan.json") == plan
    assert former_run().plan.digest == plan.digest


def test_it_said_only_that_something_stays():
    """Of its steps nobody knows how that reads, so that they excuse what they did then."""
    key = read_plan(PLAN, "plan.json").changes[1]
    assert key.stays
    assert key.stays_with({}) is None
    said = [replace(one, stays_as=()) if one.stays else one for one in key.steps]
    assert replace(key, steps=tuple(said)).stays_with({}) == ()


def test_its_plan_gets_a_policy():
    """The look that no remedy asks for any more is allowed still."""
    assert "tag:GetResources" in change_session_policy(former_run().plan.changes[1])


def test_what_is_damaged_is_damaged_still():
    """The message names the field that is wrong, not the one that was mended."""
    plan = json.loads(PLAN)
    plan["changes"][1]["account"] = 7
    with pytest.raises(InputError, match=r"damaged.*`str`, got `int` - at `\$\.changes\[1\]\.account`"):
        read_plan(json.dumps(plan).encode(), "plan.json")
    plan = json.loads(PLAN)
    plan["changes"][0]["steps"][0]["used"] = "ListOrganizationsFeatures"
    with pytest.raises(InputError, match="damaged"):
        read_plan(json.dumps(plan).encode(), "plan.json")
    with pytest.raises(msgspec.ValidationError):
        run_from("01A", "done", datetime.fromisoformat(RUN["started"]), None, b'{"plan": [], "by": "", "role": ""}')


def test_its_run_is_listed_gone_on_with_and_undone(shop: Workshop):
    """It looks for the key by its tags, finds none, makes it, and takes back all that can be."""
    broken_off(shop)
    assert [(one.run.id, one.made) for one in listed(shop.store).runs] == [(RUN["id"], 1)]
    resumed = shop.resume(RUN["id"])
    assert resumed is not None
    assert (resumed.run.state, resumed.stopped) == (RunState.DONE, None)
    assert "GetResources" in [one["eventName"] for one in shop.lab.records(MEMBER)]
    assert shop.writes(MEMBER) == ["CreateKey", "EnableKeyRotation", "CreateAlias"]
    undone = shop.undo(RUN["id"])
    assert undone is not None
    assert undone.run.state is RunState.UNDONE
    assert all(one.proved for one in undone.checked)
    assert shop.writes(MEMBER)[3:] == ["DeleteAlias"]
    assert shop.writes(MANAGEMENT) == ["DisableOrganizationsRootSessions", "DisableAWSServiceAccess"]
