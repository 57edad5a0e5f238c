"""Which endpoint is asked, and when one that does not answer is asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rootwarden.aws.clock import SystemClock
from rootwarden.aws.collect.cloudtrail import trails_seen
from rootwarden.aws.collect.sns import _named
from rootwarden.aws.endpoints import Endpoints
from rootwarden.aws.hop import assume_role, role_arn
from rootwarden.aws.opening import Way, open_aws
from rootwarden.aws.partitions import partition_named
from rootwarden.aws.refusals import UnreadError
from rootwarden.flows.collect import CollectRequest
from rootwarden.flows.doctor import diagnose
from rootwarden.lab.server import Lab
from rootwarden.model.readings import Unknown
from tests.emulated.collecting import collected, sign_in
from tests.emulated.lab_at_work import MANAGEMENT, _lab, _open_lab, client, entry, organize  # noqa: F401

OPT_IN = "me-central-1"


@pytest.fixture(autouse=True)
def _signed_in(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with all rights works in the management account."""
    sign_in(monkeypatch, lab, MANAGEMENT)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """Return any instant."""
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self) -> float:
        """Return the seconds that were set."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        self.seconds += seconds


def test_a_dead_endpoint_is_tried_again() -> None:
    """Two failures in a row give it up, every 30 s one call finds out, and one success brings it back."""
    watch = Watch()
    ends = Endpoints(watch)
    for _ in range(2):
        assert not ends.given_up("sns", "eu-west-1")
        ends.failed("sns", "eu-west-1", watch.seconds)
    assert ends.given_up("sns", "eu-west-1")
    assert not ends.given_up("sns", "us-east-1")
    watch.sleep(30)
    assert [ends.given_up("sns", "eu-west-1") for _ in range(3)] == [False, True, True]
    ends.failed("sns", "eu-west-1", watch.seconds)
    watch.sleep(29)
    assert ends.given_up("sns", "eu-west-1")
    watch.sleep(1)
    assert not ends.given_up("sns", "eu-west-1")
    ends.answered("sns", "eu-west-1")
    assert [ends.given_up("sns", "eu-west-1") for _ in range(3)] == [False] * 3


def test_failures_older_than_a_success_do_not_count() -> None:
    """Calls that were under way when another one succeeded say nothing about the endpoint now."""
    watch = Watch()
    ends = Endpoints(watch)
    watch.sleep(5)
    ends.answered("sns", "eu-west-1")
    for _ in range(3):
        ends.failed("sns", "eu-west-1", began=1.0)
    assert not ends.given_up("sns", "eu-west-1")


def test_an_opt_in_region_is_not_asked_for_what_any_can_tell(lab: Lab, tmp_path: Path) -> None:
    """Who works in an opt-in Region, and the ways into accounts that lack it, are asked in one that all have."""
    (app,) = organize(lab, "app")
    opened = open_aws(Way(region=OPT_IN), SystemClock())
    assume_role(opened.ask, role_arn("aws", app, "OrganizationAccountAccessRole"))
    assert set(opened.ask.reading.calls) == {("sts.GetCallerIdentity", "us-east-1"), ("sts.AssumeRole", "us-east-1")}
    assert opened.ask.reading.region == OPT_IN
    begun = {account: len(lab.records(account)) for account in (MANAGEMENT, app)}
    collected(tmp_path, org=True, role="OrganizationAccountAccessRole", region=OPT_IN, regions=("eu-west-1",))
    records = [record for account, since in begun.items() for record in lab.records(account)[since:]]
    assert "AssumeRole" in {record["eventName"] for record in records}
    assert OPT_IN not in {record["awsRegion"] for record in records if record["eventName"] != "ListInstances"}


@pytest.mark.parametrize(
    ("partition", "region", "near"),
    [
        ("aws", "eu-west-3", "eu-west-3"),
        ("aws", "eu-south-1", "eu-central-1"),
        ("aws", "ap-east-1", "ap-south-1"),
        ("aws", "af-south-1", "us-east-1"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-east-1"),
        ("aws-cn", "cn-north-1", "cn-north-1"),
    ],
)
def test_the_nearest_region_that_all_accounts_have(partition: str, region: str, near: str) -> None:
    """An opt-in Region is stood in for by one of its continent."""
    assert partition_named(partition).near(region) == near


def test_external_id(lab: Lab, tmp_path: Path) -> None:
    """A role that asks for an external id is entered with it, as the first role and in other accounts."""
    (app,) = organize(lab, "app")
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole",'
        '"Condition":{"StringEquals":{"sts:ExternalId":"7f3c"}}}]}'
    )
    rights = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    for account in (MANAGEMENT, app):
        iam = client(lab, "iam", entry(lab, account))
        iam.create_role(RoleName="Guarded", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName="Guarded", PolicyName="all", PolicyDocument=rights)
    wanted: dict[str, Any] = {"accounts": (app,), "role": "Guarded", "facts": ("account.identity",)}
    assert collected(tmp_path, **wanted).accounts[app]["account.identity"]["_unknown"]["why"] == "AccessDenied"
    first = role_arn("aws", MANAGEMENT, "Guarded")
    inside = collected(tmp_path, external_id="7f3c", role_arn=first, **wanted).accounts[app]["account.identity"]
    assert inside["Account"] == app


def test_shadow_trails_are_told_by_the_first_region_that_answers() -> None:
    """When the first Region is out of reach, trails of Regions that are not read are still seen, by the next."""
    asked: list[tuple[str, bool]] = []

    def call(_: str, operation: str, region: str, /, *, includeShadowTrails: bool) -> dict[str, Any]:  # noqa: N803 AWS's
        asked.append((region, includeShadowTrails))
        if region == "eu-west-1":
            raise UnreadError(Unknown("EndpointUnreachable", f"cloudtrail.{operation}"))
        return {"trailList": [{"TrailARN": "far"}] if includeShadowTrails else []}

    ask = SimpleNamespace(call=call, once=lambda _, read: read())
    visit: Any = SimpleNamespace(ask=ask, regions=("eu-west-1", "eu-west-2", "eu-west-3"))
    assert trails_seen(visit) == [{"TrailARN": "far"}]
    assert asked == [("eu-west-1", True), ("eu-west-2", False), ("eu-west-2", True), ("eu-west-3", False)]


def test_alarms_on_logs_name_topics_too() -> None:
    """A topic that only an alarm on a log query calls is read; where there are no such alarms, nothing is missing."""
    topic = "arn:aws:sns:eu-west-1:111122223333:root"
    here = {"region": "eu-west-1", "MetricAlarms": [], "CompositeAlarms": []}
    alarms = [here, here | {"LogAlarms": [{"AlarmName": "root", "AlarmActions": [topic]}]}]
    visit: Any = SimpleNamespace(facts={"cloudwatch.alarms": alarms})
    assert list(_named(visit)) == [topic]


def test_snapshots_hold_no_private_addresses(lab: Lab, tmp_path: Path) -> None:
    """Of the owner's address and telephone only is kept that they are filled; all kinds of alarms are asked for."""
    del lab
    facts = collected(tmp_path, regions=("eu-west-1",)).accounts[MANAGEMENT]
    primary = facts["account.contacts"]["PRIMARY"]
    assert primary is None or set(primary.values()) == {True}
    assert facts["cloudwatch.alarms"] == [
        {"region": "eu-west-1", "MetricAlarms": [], "CompositeAlarms": [], "LogAlarms": []}
    ]


def test_central_root_access_switched_off_is_an_answer(lab: Lab) -> None:
    """IAM refuses to list features without trusted access: the controls judge that, so the doctor sees no gap."""
    client(lab, "organizations", entry(lab)).create_organization(FeatureSet="ALL")
    found = diagnose(CollectRequest())
    (features,) = [one for one in found.facts if one.fact == "iam.org_features"]
    assert (features.state, features.missing) == ("ok", ())
    assert "ServiceAccessNotEnabled" in features.why
    assert not [one.code for one in found.blind if "iam.org_features" in one.facts]


def test_only_a_whole_search_finds_no_identity_center(lab: Lab, tmp_path: Path) -> None:
    """Without Identity Center the management account reports none; where it may not look, that it could not."""
    client(lab, "organizations", entry(lab)).create_organization(FeatureSet="ALL")
    facts = ("sso.instances", "sso.permission_sets")
    assert collected(tmp_path, facts=facts).organization["sso.instances"] == []
    lab.deny("account:ListRegions", "ec2:DescribeRegions")
    some = collected(tmp_path, facts=facts).organization["sso.instances"]
    assert some["_unknown"]["missing"] == ["account:ListRegions"]
    lab.clear_faults()
    lab.deny("sso:ListInstances")
    denied = collected(tmp_path, facts=facts)
    assert denied.organization["sso.instances"]["_unknown"]["missing"] == ["sso:ListInstances"]
    assert denied.accounts[MANAGEMENT]["sso.permission_sets"] == denied.organization["sso.instances"]
