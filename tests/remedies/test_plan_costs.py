"""What a plan costs comes from the account's own events where they can be read, and the limit goes by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from rootwarden import catalogue
from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.live import plan_live
from rootwarden.flows.planning import PlanRequest, affordable
from rootwarden.lab.blueprint import Account, Bucket, Trail, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.cost import Cost
from rootwarden.model.plan import Plan, encode
from tests.emulated.collecting import sign_in
from tests.emulated.lab_at_work import client, entry
from tests.journeys.terminal import rootwarden

ALONE, REGION, OTHER = "111111111102", "us-east-1", "eu-west-3"
A_MONTH = 730
GUARDDUTY = "enable-guardduty"


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="lab")
def _lab(open_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """An account whose trail was stopped, and in which nothing ever happened."""
    open_lab.reset()
    trail = Trail(name="main", region=REGION, bucket="main-logs", stopped_days_ago=3)
    account = Account(
        id=ALONE, name="alone", email="alone@example.com", buckets=(Bucket(name="main-logs"),), trails=(trail,)
    )
    seed(open_lab.endpoint, World(name="alone", story="A stopped trail.", region=REGION, accounts=(account,)))
    sign_in(monkeypatch, open_lab, ALONE)
    open_lab.records(ALONE).clear()
    return open_lab


def happened(lab: Lab, region: str, gap: timedelta, hours: float = 8 * 24, ago: timedelta = timedelta(0)) -> None:
    """Let calls have been made, one after each gap, until so long ago."""
    now, count = datetime.now(UTC) - ago, int(timedelta(hours=hours) / gap)
    records = [
        {
            "eventVersion": "1.11", "eventTime": f"{now - number * gap:%Y-%m-%dT%H:%M:%SZ}", "eventID": f"e-{number}",
            "eventName": "DescribeVpcs", "eventSource": "ec2.amazonaws.com", "awsRegion": region,
            "userIdentity": {"type": "AWSService", "accountId": ALONE}, "recipientAccountId": ALONE,
            "eventCategory": "Management", "managementEvent": True, "readOnly": True,
        }
        for number in range(count, -1, -1)
    ]  # fmt: skip
    lab.records(ALONE).extend(records)


def planned(*regions: str, wishes: tuple[str, ...] = ()) -> Plan:
    """Plan for the trail that was stopped, or for what is wished for."""
    facts = ("cloudtrail.trails", "guardduty.detectors") if wishes else ("cloudtrail.trails", "s3.buckets")
    judging = JudgeRequest(controls=() if wishes else (catalogue.find("RW-TRAIL-02"),), settings={})
    reading = CollectRequest(regions=regions, facts=facts)
    return plan_live(reading, PlanRequest(judging=judging, wishes=wishes))[1]


def cost_of(plan: Plan) -> Cost:
    """Return the cost of the one change."""
    (change,) = plan.changes
    return change.cost


def looks(lab: Lab) -> list[str]:
    """Return the Regions whose history was looked at, once for each call."""
    return [one["awsRegion"] for one in lab.records(ALONE) if one["eventName"] == "LookupEvents"]


def test_the_accounts_own_events_make_the_price(lab: Lab) -> None:
    """30 events an hour in one Region and three a day in another: low goes by that, high by what may lie between."""
    happened(lab, OTHER, timedelta(hours=8))
    happened(lab, REGION, timedelta(minutes=2))
    cost = cost_of(planned())
    assert "events a month, measured on " in cost.why
    assert not [one for one in ("assumed", "could not", "asked for") if one in cost.why], cost.why
    said = cost.why.partition("log files of ")[2].split()
    low, high = (int(said[at].replace(",", "")) for at in (0, 2))
    assert low * 0.95 <= (30 + 1 / 8) * A_MONTH <= low * 1.7  # they are shown rounded
    assert high == 1_000_000
    assert "bursts between samples cannot be seen" in cost.why
    asked = looks(lab)
    assert asked.count(REGION) == 6, "at most six pages"
    assert all(asked.count(one) == 1 for one in set(asked) - {REGION}), "one where that is all"
    assert len(set(asked)) > 10, "every Region"


def test_without_the_right_to_look_it_is_assumed_and_said(lab: Lab) -> None:
    lab.deny("cloudtrail:LookupEvents")
    cost = cost_of(planned())
    lab.clear_faults()
    assert "20,000 to 1,000,000 events a month, assumed, for the event history could not be read (AccessDenied" in (
        cost.why
    )  # fmt: skip


def test_the_limit_goes_by_what_was_measured(lab: Lab, tmp_path: Path) -> None:
    """One event a second in the hours that are looked at: more than was assumed, and too dear for the same limit."""
    limit = Decimal(3)
    lab.deny("cloudtrail:LookupEvents")
    affordable(planned(), limit)
    lab.clear_faults()
    for number in range(5, -1, -1):
        happened(lab, REGION, timedelta(seconds=1), hours=0.4, ago=number * timedelta(hours=29))
    plan = planned()
    with pytest.raises(RefusedError, match="the plan may cost") as refused:
        affordable(plan, limit)
    assert refused.value.exit_code is Exit.REFUSED
    affordable(plan, plan.cost.high)
    file = tmp_path / "plan.json"
    file.write_bytes(encode(plan))
    answer = rootwarden("plan", "--from", str(file), "--max-monthly-usd", "3")
    assert (answer.code, answer.out.count("measured on")) == (6, 1), "it is shown, and refused"
    assert rootwarden("plan", "--from", str(file)).code == 0


def test_guardduty_is_priced_by_the_events_of_its_region(lab: Lab) -> None:
    """Six events a day, a week of which one page holds; and where that holds less, there may be bursts."""
    happened(lab, REGION, timedelta(hours=4))
    cost = cost_of(planned(REGION, wishes=(GUARDDUTY,)))
    assert cost.low * 1_000_000 / 4 <= 30 * A_MONTH
    assert Decimal(10) <= cost.high < Decimal("10.50"), "the logs are assumed, the events are not"
    assert "measured on" in cost.why
    assert "bursts" not in cost.why
    happened(lab, REGION, timedelta(minutes=2))
    more = cost_of(planned(REGION, wishes=(GUARDDUTY,)))
    assert more.high > cost.high + 3
    assert "bursts between samples cannot be seen" in more.why


def test_what_keeps_every_event_is_never_switched_on_by_itself() -> None:
    """A person decides on what AWS charges for by use."""
    known = {one.control.code: one.control.fix.automation for one in catalogue.controls()}
    assert "RW-TRAIL-01" in known
    wanted = ("RW-TRAIL-01", "RW-TRAIL-08", "RW-MON-11")
    assert {known[code] for code in wanted if code in known} == {"assisted"}


def test_nothing_is_looked_at_where_no_price_depends_on_it(lab: Lab) -> None:
    judging = JudgeRequest(controls=(catalogue.find("RW-POL-05"),), settings={})
    plan_live(CollectRequest(regions=(REGION,), facts=("account.contacts",)), PlanRequest(judging=judging))
    client(lab, "iam", entry(lab, ALONE)).list_users()
    assert looks(lab) == []
    assert [one for one in lab.records(ALONE) if one["eventName"] == "ListUsers"], "calls are written down"
