"""Each seeded world, collected over HTTP: every fact is there, in the documented shape, and nothing secret is."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rootwarden.aws.collectors import Kind, collectors
from rootwarden.flows.collect import CollectRequest, collect, explain_calls
from rootwarden.model.facts import FACTS
from tests.emulated.collecting import Collected, read_back, sign_in
from tests.emulated.seeded_world import Seeded, _seeded, only  # noqa: F401 - a fixture is used by importing it

NOT_FOR_ALL = {
    "root.privileged_audit", "account.primary_email", "sso.permission_sets", "ce.cost", "ce.anomaly_monitors",
    "ce.anomaly_subscriptions",
}  # fmt: skip
# What AWS itself refuses in a world without trusted access for IAM or Account Management, or with a closed door.
EXPECTED = {"account_suspended", "ServiceAccessNotEnabledException", "central_root_access_off", "trusted_access_off"}
MARK: dict[str, dict[str, str]] = {"_unknown": {}}
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT")


@pytest.fixture(scope="module", name="read")
def _read(seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Collected:
    """The world as its management account sees it, root audit and paid calls included."""
    lab, world = seeded
    with pytest.MonkeyPatch.context() as patch:
        sign_in(patch, lab, world.management.id)
        request = CollectRequest(
            org=world.organization is not None, root_audit=True, paid=True, regions=(world.region, "us-east-1")
        )
        return read_back(collect(request, tmp_path_factory.mktemp("world") / "snapshot.jsonl.gz"))


def test_everything_is_read(seeded: Seeded, read: Collected) -> None:
    """No world holds anything that somebody with all rights could not read, and every account is entered."""
    _, world = seeded
    open_to_us = [
        one for one in world.accounts if one.state == "ACTIVE" and (one.audit_role or one == world.management)
    ]
    active = {account.id for account in open_to_us}
    closed = len(active) < len(world.accounts)
    assert {mark["why"] for mark in read.marks()} <= EXPECTED | ({"AccessDenied"} if closed else set())
    assert set(read.accounts) == {account.id for account in world.accounts}
    assert read.result.accounts_read == len(active)
    for account in active:
        local = (one.fact for one in collectors() if one.kind is not Kind.ORGANIZATION)
        missing = {fact for fact in local if not FACTS[fact].on_request} - set(read.accounts[account])
        assert missing <= NOT_FOR_ALL


def test_says_who_and_what(seeded: Seeded, read: Collected) -> None:
    """Each account was read as itself; standalone accounts have no organization; management's root is not audited."""
    _, world = seeded
    for account, facts in read.accounts.items():
        if "_unknown" not in facts["account.identity"]:
            assert facts["account.identity"]["Account"] == account
    if world.organization is None:
        assert read.organization == {"org.organization": None}
    else:
        assert read.organization["org.organization"]["MasterAccountId"] == world.management.id
        assert {one["Name"] for one in read.organization["org.accounts"]} == {one.name for one in world.accounts}
    assert "root.privileged_audit" not in read.accounts[world.management.id]
    assert not re.search(
        r'"(rw-audit|FwoG|SecretAccessKey|SessionToken)', read.result.path.read_bytes().decode("latin1")
    )


def test_root_credentials_are_those_of_the_world(seeded: Seeded, read: Collected) -> None:
    """Root's own view through AssumeRoot is what the world says."""
    _, world = seeded
    for account in world.accounts[1:]:
        facts = read.accounts[account.id].get("root.privileged_audit", {"_unknown": {}})
        if "_unknown" not in facts:
            assert facts["login_profile"] is account.root.password
            assert len(facts["access_keys"]) == len(account.root.access_keys)
            assert len(facts["mfa_devices"]) == len(account.root.mfa)


def test_shapes_are_the_documented_ones(read: Collected) -> None:
    """Instants are UTC, documents are decoded, items of regional facts carry their Region."""
    for facts in read.accounts.values():
        for name, value in facts.items():
            assert all(text.endswith("Z") for text in _instants(value) if name != "iam.credential_report")
            if isinstance(value, list) and FACTS[name].scope == "region":
                assert all(item["region"] for item in value)
        for role in _items(facts, "iam.authorization", "roles"):
            assert isinstance(role["AssumeRolePolicyDocument"], dict)
        for policy in _items(facts, "iam.authorization", "policies"):
            assert [version["IsDefaultVersion"] for version in policy["PolicyVersionList"]] == [True]
        for bucket in facts["s3.buckets"].values() if "_unknown" not in facts["s3.buckets"] else ():
            assert bucket is None or bucket["policy"] is None or isinstance(bucket["policy"], dict)


def test_every_call_was_announced(read: Collected, seeded: Seeded) -> None:
    """`--explain-calls` names every call that is made, with the IAM action it needs, and its price."""
    _, world = seeded
    request = CollectRequest(org=world.organization is not None, root_audit=True, paid=True)
    planned = {f"{one.service}.{one.operation}" for one in explain_calls(request)}
    made = {call for one in collectors() if not FACTS[one.fact].on_request for call in FACTS[one.fact].calls}
    assert made <= planned | {"sts.AssumeRole"}
    assert all(one.action or one.operation == "GetCallerIdentity" for one in explain_calls(request))
    paid_for = [facts for facts in read.accounts.values() if "_unknown" not in facts["ce.cost"]]
    # Anomaly detection is asked of the account that pays, in two questions.
    watching = [facts for facts in read.accounts.values() if "_unknown" not in facts.get("ce.anomaly_monitors", MARK)]
    assert len(watching) == 1
    assert read.result.cost_usd == Decimal("0.01") * (len(paid_for) + 2)


@only("enterprise")
def test_shared_resources_are_read_by_their_owners(seeded: Seeded, read: Collected) -> None:
    """The trail of the management account names a bucket and a key in the log archive: there they are read."""
    _, world = seeded
    archive = read.accounts[world.account("log-archive").id]
    trail = read.accounts[world.management.id]["cloudtrail.trails"][0]
    assert trail["S3BucketName"] in archive["s3.buckets"]
    assert trail["KmsKeyId"] in {key["Arn"] for key in archive["kms.keys"]}
    assert trail["S3BucketName"] not in read.accounts[world.management.id]["s3.buckets"]
    assert trail["status"]["IsLogging"] is True
    assert "EventSelectors" in trail["selectors"] or "AdvancedEventSelectors" in trail["selectors"]


@only("enterprise")
def test_a_member_alone_says_what_only_the_management_account_may_ask(
    seeded: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a plain member its own facts are read; the organization's carry the hint where to run."""
    lab, world = seeded
    member = world.accounts[-1].id
    sign_in(monkeypatch, lab, member)
    read = read_back(collect(CollectRequest(regions=("eu-west-1",)), tmp_path / "s.gz"))
    assert list(read.accounts) == [member]
    assert read.organization["org.organization"]["MasterAccountId"] == world.management.id
    for fact in ("org.accounts", "org.tree", "org.scps", "iam.org_features"):
        assert read.organization[fact]["_unknown"]["hint"] == "run_from_management", fact
    assert read.accounts[member]["account.primary_email"]["_unknown"]["hint"] == "run_from_management"
    assert read.accounts[member]["cloudtrail.trails"][0]["IsOrganizationTrail"] is True


@only("enterprise")
def test_a_delegated_administrator_reads_the_whole_organization(
    seeded: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delegated administrator lists the accounts; those that do not let it in are lines of marks."""
    lab, world = seeded
    sign_in(monkeypatch, lab, world.account("security").id)
    read = read_back(collect(CollectRequest(org=True, regions=("eu-west-1",)), tmp_path / "s.gz"))
    assert len(read.accounts) == len(world.accounts)
    assert "_unknown" not in read.organization["org.accounts"]
    refused = [facts for facts in read.accounts.values() if "_unknown" in facts["iam.account_summary"]]
    for facts in refused:
        mark = facts["iam.account_summary"]["_unknown"]
        assert (mark["call"], mark["missing"]) == ("sts.AssumeRole", ["sts:AssumeRole"])
        assert "RootwardenAudit" in mark["hint"]


def _items(facts: dict[str, Any], fact: str, key: str) -> list[dict[str, Any]]:
    return facts[fact].get(key, [])


def _instants(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _instants(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _instants(inner)]
    return [value] if isinstance(value, str) and INSTANT.match(value) else []
