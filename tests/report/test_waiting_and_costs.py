"""What a run says of things that take their time, and what a plan says of small costs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rootwarden.model.cost import Cost, CostClass
from rootwarden.model.findings import Status
from rootwarden.model.plan import Call, Change, Plan, Risk, Step
from rootwarden.model.run import Checked, Run
from rootwarden.report import plan_words
from rootwarden.report.run_text import checks

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def said(patience: int, *steps: Step) -> str:
    """Return what is said of a change that does not show yet."""
    change = Change(
        id="c", remedy="r", title="Do it", why="w", account="111122223333", control="RW-AUD-01", risk=Risk.SAFE,
        steps=steps, patience=patience,
    )  # fmt: skip
    plan = Plan(
        tool_version="0", catalogue_version="0", made_at=NOW, partition="aws", failing=1, mends=1, unread=0,
        changes=(change,), left=(),
    )  # fmt: skip
    run = Run(id="r", plan=plan, by="me", role="Admin", started=NOW)
    late = Checked(change="c", control="RW-AUD-01", before=Status.FAIL, after=Status.FAIL, proved=False, waiting=True)
    return " ".join(checks(run, [late]).split())


@pytest.mark.parametrize(
    ("patience", "span"),
    [(30, "1 minute"), (900, "15 minutes"), (3600, "1 hour"), (4 * 3600, "4 hours"), (48 * 3600, "2 days")],
)
def test_time_is_said_in_the_unit_that_people_use(patience: int, span: str) -> None:
    """Not in thousands of minutes."""
    assert said(patience).endswith(f"AWS may take {span} to show it.")


def test_who_is_waited_for_is_named() -> None:
    """A subscription is confirmed by a person, not by AWS."""
    endpoint = {
        "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t",
        "Protocol": "email",
        "Endpoint": "ops@company.example",
    }
    ask = Step(id="ask", does="Ask", call=Call(service="sns", operation="Subscribe", parameters=endpoint))
    assert said(48 * 3600, ask).endswith(
        "It waits for a person: whoever reads ops@company.example has 2 days to follow the link in the mail from AWS "
        "that confirms the subscription."
    )


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Cost(), "Costs nothing"),
        (Cost(kind=CostClass.BY_USE, why="files"), "Costs less than 0.01 USD a month"),
        (Cost(kind=CostClass.BY_USE, high=Decimal("0.004")), "Costs less than 0.01 USD a month"),
        (Cost(kind=CostClass.BY_USE, high=Decimal("1.20")), "Costs 0.00 to 1.20 USD a month"),
        (Cost(kind=CostClass.FIXED, low=Decimal(3), high=Decimal(3)), "Costs 3.00 USD a month"),
    ],
)
def test_what_costs_by_use_never_costs_nothing(cost: Cost, words: str) -> None:
    """However little it is."""
    assert plan_words.cost(cost) == words
