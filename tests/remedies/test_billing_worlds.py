"""Whatever budgets an account has: what a billing remedy says makes its control pass, and holds before and after."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from rootwarden.catalogue.remedying import remedies
from rootwarden.model.expect import as_if, broken
from rootwarden.model.findings import Finding, Status
from rootwarden.model.judging import Court
from rootwarden.model.placeholders import references
from rootwarden.model.plan import Change
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Case, Not
from rootwarden.model.shared import SHARED, Shared
from rootwarden.model.snapshot import Facts
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import Subject
from rootwarden.model.writes import WRITES
from tests.controls.budget_facts import MANAGEMENT, MEMBER, STANDALONE, budget, months, notification, usd
from tests.controls.judged import ACCOUNT, NOW, registered, unread

CONTROLS = ("budget-covers-account", "budget-alert-recipient-confirmed", "budget-limit-meaningful")
GIVEN: dict[str, dict[str, Any]] = {
    "create-cost-budget": {"emails": ("billing@acme.example",)},
    "add-budget-recipient": {"emails": ("billing@acme.example", "second@acme.example")},
    "adjust-budget-limit": {},
}
told = st.lists(
    st.sampled_from([
        {"SubscriptionType": "EMAIL", "Address": "billing@acme.example"},
        {"SubscriptionType": "EMAIL", "Address": "nobody"},
        {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:{ACCOUNT}:gone"},
    ]),
    unique_by=lambda one: one["Address"], max_size=3,
)  # fmt: skip
alerts = st.lists(
    st.tuples(st.sampled_from(["ACTUAL", "FORECASTED"]), st.sampled_from([50.0, 80.0, 100.0, 150.0]), told),
    unique_by=lambda one: one[:2], max_size=4,
)  # fmt: skip
kinds = st.sampled_from([
    {}, {"TimeUnit": "DAILY"}, {"TimeUnit": "QUARTERLY"}, {"BudgetType": "USAGE"},
    {"CostFilters": {"Service": ["Amazon EC2"]}}, {"CostFilters": {"LinkedAccount": [ACCOUNT]}},
    {"LastUpdatedTime": "2026-11-20T00:00:00Z"},
    {"Metrics": ["UnblendedCost"], "FilterExpression": {"Not": {"Dimensions": {"Key": "RECORD_TYPE",
                                                                              "Values": ["Credit"]}}}},
])  # fmt: skip
one_budget = st.tuples(
    st.sampled_from(["account-costs", "all", "company", "old"]), st.integers(1, 90_000), st.integers(0, 3000), kinds,
    alerts,
)  # fmt: skip
accounts = st.tuples(
    st.lists(one_budget, unique_by=lambda one: one[0], max_size=3),
    st.lists(st.integers(0, 3000), min_size=3, max_size=3),
)


def facts_of(budgets: list[Any], costs: list[int]) -> dict[str, Any]:
    """Return the facts of an account with these budgets and costs."""
    found: dict[str, Any] = {
        "budgets.budgets": [], "budgets.notifications": {}, "budgets.subscribers": {}, "cloudwatch.alarms": [],
        "sns.topics": [], "kms.keys": [], "ce.cost": months(*costs),
    }  # fmt: skip
    for name, limit, spent, changes, listed in budgets:
        calculated = {"CalculatedSpend": {"ActualSpend": usd(spent), "ForecastedSpend": usd(spent * 2)}}
        found["budgets.budgets"].append(budget(name, limit, **calculated | changes))
        rows = [notification(kind, threshold) for kind, threshold, _ in listed]
        found["budgets.notifications"][name] = rows
        found["budgets.subscribers"][name] = [
            {"Notification": row, "Subscribers": who} for row, (_, _, who) in zip(rows, listed, strict=True)
        ]
    return found


def sealed(values: dict[str, Any]) -> Facts:
    """Return facts as an audit reads them."""
    return Facts({name: msgspec.Raw(msgspec.json.encode(value)) for name, value in values.items()})


def court(slug: str, everybody: dict[str, dict[str, Any]], organization: dict[str, Any]) -> Court:
    """Return the court of one control."""
    shared = Shared()
    for account, own in everybody.items():
        for name in SHARED:
            if name in own:
                shared.add(account, name, msgspec.json.decode(msgspec.json.encode(own[name])))
    return Court(controls=(registered(slug),), settings={}, partition="aws", organization=sealed(organization),
                 shared=shared, now=NOW, regions_asked=(), workspace=sealed({"evidence.ledger": None}))  # fmt: skip


def failing(slug: str, everybody: dict[str, dict[str, Any]], organization: dict[str, Any]) -> list[Finding]:
    """Return what fails of one control in the account."""
    found = court(slug, everybody, organization).judge_account(ACCOUNT, sealed(everybody[ACCOUNT]))
    return [one for one in found if one.status is Status.FAIL]


def prescribed(finding: Finding, everybody: dict[str, dict[str, Any]], organization: dict[str, Any]) -> Change | Not:
    """Return what the remedy of a finding says; what it cannot see becomes no change, as in the planner."""
    control, known = registered(finding.control), remedies()[finding.remedy]
    subject = Subject(account=ACCOUNT, partition="aws")
    case = Case(
        slug=known.slug, finding=finding, control=control,
        seen=court(finding.control, everybody, organization).view(subject, sealed(everybody[ACCOUNT])),
        settings=Thresholds(known.remedy.params, GIVEN[known.slug]), limits=Thresholds(control.control.params),
        now=NOW,
    )  # fmt: skip
    assert known.prescribe is not None
    try:
        return known.prescribe(case)
    except UnseenError as error:
        return Not(str(error), "make it readable")


def mended(everybody: dict[str, dict[str, Any]], organization: dict[str, Any]) -> int:
    """Mend all that fails, one control after another, and hold each change to its word; return how many there were."""
    count = 0
    for slug in CONTROLS:
        for finding in failing(slug, everybody, organization):
            change = prescribed(finding, everybody, organization)
            if isinstance(change, Not):
                event(f"{slug}: {change.why[:30]}")
                continue
            count += 1
            before = everybody[change.account]
            after = as_if(before, change.then)
            assert broken(change.expects, before) == []
            assert broken(change.then, after) == []
            assert broken(change.expects, after) != []
            assert all(step.call.name in WRITES and step.undo for step in change.steps)
            assert not [name for step in change.steps for name in references(step.call.parameters)]
            everybody = everybody | {change.account: after}
            left = [one.fingerprint for one in failing(slug, everybody, organization)]
            assert finding.fingerprint not in left, change
    return count


@settings(max_examples=150)
@given(own=accounts)
def test_an_account_by_itself(own: tuple[list[Any], list[int]]) -> None:
    """Every change makes its own finding pass, on facts as they would read then."""
    mended({ACCOUNT: facts_of(*own)}, STANDALONE)


@settings(max_examples=150)
@given(own=accounts, payer=accounts)
def test_a_member_and_its_management_account(
    own: tuple[list[Any], list[int]], payer: tuple[list[Any], list[int]]
) -> None:
    """What the management account's budgets lack is mended there; the member passes then."""
    mended({ACCOUNT: facts_of(*own), MANAGEMENT: facts_of(*payer)}, MEMBER)


@settings(max_examples=60)
@given(own=accounts, hidden=st.sampled_from(["budgets.budgets", "budgets.notifications", "budgets.subscribers"]))
def test_what_is_unread_is_never_changed(own: tuple[list[Any], list[int]], hidden: str) -> None:
    """A change that touches a fact is made only where that fact was read."""
    everybody = {ACCOUNT: facts_of(*own) | {hidden: unread(hidden)}}
    for slug in CONTROLS:
        for finding in failing(slug, everybody, STANDALONE):
            change = prescribed(finding, everybody, STANDALONE)
            if isinstance(change, Change):
                assert hidden not in {one.fact for one in change.expects}, change


def test_there_are_changes_of_all_kinds() -> None:
    """The accounts above do need mending: one without budgets, and one whose only budget is absurd and silent."""
    assert mended({ACCOUNT: facts_of([], [10, 20, 30])}, STANDALONE) == 1
    silent = [("all", 90_000, 40, {}, [])]
    assert mended({ACCOUNT: facts_of(silent, [10, 20, 30])}, STANDALONE) == 2
    deaf = [("all", 50, 40, {}, [("ACTUAL", 80.0, []), ("FORECASTED", 100.0, [])])]
    assert mended({ACCOUNT: facts_of(deaf, [10, 20, 30])}, STANDALONE) == 1
