"""What Terraform looks after is never made: it costs nothing here, and needs no right."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from rootwarden.aws.remediate_policy import plan_policy
from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.planning import affordable
from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.plan import Call, Change, Plan, Risk, Step, encode
from tests.journeys.terminal import rootwarden

ACCOUNT = "111122223333"
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def change(name: str, high: int, owner: str = "") -> Change:
    """Return a change that makes a user of this name."""
    call = Call(service="iam", operation="CreateUser", parameters={"UserName": name})
    step = Step(id="user", does="Make it", call=call, on=(f"arn:aws:iam::{ACCOUNT}:user/{name}",))
    return Change(
        id=name, remedy="r", title=f"Make {name}", why="", account=ACCOUNT, accounts=(ACCOUNT,), risk=Risk.SAFE,
        steps=(step,), cost=Cost(kind=CostClass.BY_USE, high=Decimal(high)), owner=owner,
    )  # fmt: skip


def plan(*changes: Change) -> Plan:
    """Return a plan of these changes."""
    return Plan(
        tool_version="0", catalogue_version="1", made_at=NOW, partition="aws", failing=1, mends=1, unread=0,
        changes=changes, left=(),
    )  # fmt: skip


OURS, THEIRS = change("ours", 40), change("theirs", 500, "Terraform (aws_iam_user.theirs in main.tfstate)")


def test_only_what_is_made_counts_against_the_limit() -> None:
    affordable(plan(OURS, THEIRS), Decimal(50))
    with pytest.raises(RefusedError, match=r"may cost 40\.00 USD"):
        affordable(plan(OURS, THEIRS), Decimal(39))
    affordable(plan(THEIRS), Decimal(0))


def test_only_what_is_made_needs_rights() -> None:
    assert plan_policy((OURS, THEIRS)) == plan_policy((OURS,))
    assert plan_policy((THEIRS,))["Statement"] == []


def test_a_policy_of_nothing_is_not_printed(tmp_path: Path) -> None:
    """IAM takes no policy without a statement."""
    file = tmp_path / "plan.json"
    file.write_bytes(encode(plan(THEIRS)))
    answer = rootwarden("iam-policy", "plan", str(file))
    assert answer.code == Exit.USAGE
    file.write_bytes(encode(plan(OURS, THEIRS)))
    answer = rootwarden("iam-policy", "plan", str(file))
    assert answer.code == Exit.FINE
    assert "user/theirs" not in answer.out
