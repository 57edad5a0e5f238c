"""Keys that nobody uses are switched off, and on again; a key at work, or of somebody it would hurt, never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rootwarden import catalogue
from rootwarden.catalogue.remedying import remedies
from rootwarden.errors import RefusedError
from rootwarden.flows.audit import JudgeRequest
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.live import plan_live
from rootwarden.flows.planning import PlanRequest
from rootwarden.lab.blueprint import Account, Role, User, World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.plan import Plan
from tests.emulated.collecting import ONE_REGION
from tests.emulated.lab_at_work import client, entry
from tests.remedies.root_at_work import Desk, at_work

ALONE, SLUG = "111111111101", "disable-unused-credentials"
_OUTSIDE = Role(name="admins", trusts={"AWS": "arn:aws:iam::999988887777:root"}, policies=("AdministratorAccess",))


@pytest.fixture(scope="module", name="open_lab")
def _open_lab() -> Iterator[Lab]:
    """One server for the tests of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="desk")
def _desk(open_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An account with a forgotten key, a break-glass user's key, and an administrator from outside."""
    open_lab.reset()
    users = (User(name="bob", active_keys=1), User(name="break-glass-1", active_keys=1))
    account = Account(id=ALONE, name="alone", email="alone@example.com", users=users, roles=(_OUTSIDE,))
    world = seed(open_lab.endpoint, World(name="alone", story="One account.", accounts=(account,)))
    return at_work(open_lab, world, tmp_path, monkeypatch)


def planned(desk: Desk, **settings: Any) -> Plan:
    """Plan as it will be in 60 days, when the keys that were made just now have been forgotten."""
    names = ("iam.credential_report", "iam.authorization", "account.identity", "org.organization")
    judging = JudgeRequest(controls=(), settings={}, now=desk.clock.now() + timedelta(days=60))
    request = PlanRequest(judging=judging, settings={SLUG: settings}, wishes=(SLUG,))
    return plan_live(CollectRequest(regions=ONE_REGION, facts=names), request)[1]


def keys(desk: Desk, user: str) -> list[str]:
    """Return the states of a user's keys."""
    found = client(desk.lab, "iam", entry(desk.lab, ALONE)).list_access_keys(UserName=user)
    return [one["Status"] for one in found["AccessKeyMetadata"]]


def test_the_forgotten_one_alone(desk: Desk) -> None:
    """A key that rests on purpose is left as it is."""
    plan = planned(desk)
    assert [(one.title, one.risk.value) for one in plan.changes] == [("Switch off the access key 1 of bob", "careful")]
    assert [one.why.partition("; ")[2] for one in plan.left] == ["it is a break-glass user's, which rests on purpose"]


def test_a_key_that_the_trail_shows_at_work(desk: Desk) -> None:
    """The report is hours old, or the use leaves no date there: the trail is enough to refuse."""
    plan = planned(desk)
    iam = client(desk.lab, "iam", entry(desk.lab, ALONE))
    name = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"][0]["AccessKeyId"]
    who = {"AccessKeyId": name, "SecretAccessKey": "a" * 40}
    record = {
        "eventVersion": "1.11", "eventTime": f"{desk.clock.now():%Y-%m-%dT%H:%M:%SZ}", "eventID": "e-1",
        "eventName": "DescribeVpcs", "eventSource": "ec2.amazonaws.com", "awsRegion": "eu-west-3",
        "userIdentity": {"type": "IAMUser", "userName": "bob", "accountId": ALONE, "accessKeyId": who["AccessKeyId"]},
        "recipientAccountId": ALONE, "eventCategory": "Management", "managementEvent": True, "readOnly": True,
    }  # fmt: skip
    desk.lab.add_records(ALONE, record)
    with pytest.raises(RefusedError) as refused:
        desk.apply(plan)
    assert refused.value.why.startswith("the trail shows it at work: ec2.amazonaws.com DescribeVpcs in eu-west-3 at ")
    assert keys(desk, "bob") == ["Active"]


def test_a_key_whose_use_no_event_history_shows(desk: Desk) -> None:
    """Reading objects leaves no management event: AWS's record of the key is asked, not the report of hours ago."""
    plan = planned(desk)
    iam = client(desk.lab, "iam", entry(desk.lab, ALONE))
    name = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"][0]["AccessKeyId"]
    client(desk.lab, "s3", {"AccessKeyId": name, "SecretAccessKey": "a" * 40}, "eu-west-3").list_buckets()
    desk.lab.records(ALONE).clear()
    with pytest.raises(RefusedError) as refused:
        desk.apply(plan)
    assert refused.value.why.startswith("it was last used on ")
    assert refused.value.why.endswith(", for s3 in eu-west-3")
    assert keys(desk, "bob") == ["Active"]


@pytest.mark.parametrize("slug", [SLUG, "require-user-mfa"])
def test_a_user_named_as_break_glass_since_the_plan(desk: Desk, slug: str) -> None:
    """The configuration as it is when the plan is applied counts, for whichever remedy the user was named."""
    plan = planned(desk)
    with pytest.raises(RefusedError, match="bob is a break-glass user") as refused:
        desk.apply(plan, remedies={slug: {"break_glass": ("Bob",)}})
    assert refused.value.why == "the configuration names it so"
    assert keys(desk, "bob") == ["Active"]


def test_no_administrator_is_left_since_the_plan(desk: Desk) -> None:
    """Whether somebody comes in without the key is judged by what is read then."""
    plan = planned(desk)
    iam = client(desk.lab, "iam", entry(desk.lab, ALONE))
    iam.detach_role_policy(RoleName="admins", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    with pytest.raises(RefusedError, match="nobody could enter account"):
        desk.apply(plan)
    assert keys(desk, "bob") == ["Active"]


def test_nobody_is_switched_off_unasked_or_by_themselves(desk: Desk) -> None:
    """No control asks for it, so that somebody has to name it; and whose key it is cannot apply it."""
    assert remedies()[SLUG].prescribe is None
    assert not [one.control.code for one in catalogue.controls() if one.control.remedy == SLUG]
    (change,) = planned(desk).changes
    assert change.never_by == (change.resource,)


@pytest.mark.parametrize("action", ["cloudtrail:LookupEvents", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"])
def test_what_cannot_be_looked_at_is_not_unused(desk: Desk, action: str) -> None:
    """Nobody knows whether it is at work."""
    plan = planned(desk)
    desk.lab.deny(action)
    with pytest.raises(RefusedError, match="could not be"):
        desk.apply(plan)
    desk.lab.clear_faults()
    assert keys(desk, "bob") == ["Active"]


def test_a_new_key_has_its_grace_and_settings_count(desk: Desk) -> None:
    """Within the days nothing is planned; a name in the setting is left alone."""
    assert planned(desk, days=90).changes == ()
    assert planned(desk, break_glass=("bob",)).changes == ()
    assert planned(desk, grace_days=61).changes == ()
