"""The audit runs under exactly the policy that `rootwarden iam-policy` prints: nothing missing, nothing unused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest

from rootwarden.lab.actions import action_of, event_source_of
from rootwarden.lab.blueprint import World
from rootwarden.lab.seed import seed
from rootwarden.lab.server import Lab
from rootwarden.model.facts import FACTS
from tests.journeys.terminal import rootwarden

# Asked only when the first answer fails or when a paid option is on, so that no world uses them in a plain audit.
ONLY_WHEN_NEEDED = {"ec2:DescribeRegions"}
REGIONS = "us-east-1,eu-west-1,eu-central-1"


# The findings of an administrator, and the actions used for them, by the name of the world: seen once, compared twice.
_SEEN: dict[str, tuple[list[dict[str, Any]], set[str]]] = {}


@pytest.fixture(name="lab", scope="module")
def _lab() -> Iterator[Lab]:
    """One server for the worlds of this file."""
    with Lab() as lab:
        yield lab


@pytest.fixture(name="seeded", scope="module", params=["fortress", "enterprise"])
def _seeded(lab: Lab, request: pytest.FixtureRequest) -> World:
    """A world of the lab."""
    lab.reset()
    return seed(lab.endpoint, request.param)


def as_administrator(lab: Lab, world: World) -> list[dict[str, Any]]:
    """Return what an administrator finds in a world that nobody has audited yet."""
    if world.name not in _SEEN:
        forget(lab, world)
        found = audit(lab.environment(world.management.id, region=world.region))
        _SEEN[world.name] = found, used(lab, world)
    return _SEEN[world.name][0]


def forget(lab: Lab, world: World) -> None:
    """Let the accounts have recorded nothing."""
    for account in world.accounts:
        lab.records(account.id).clear()


@cache
def printed(*options: str) -> dict[str, Any]:
    """Return what `rootwarden iam-policy audit` prints."""
    answer = rootwarden("iam-policy", "audit", *options)
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


def actions(policy: dict[str, Any]) -> set[str]:
    """Return every action of a policy."""
    listed = [statement["Action"] for statement in policy["Statement"]]
    return {action for entry in listed for action in ([entry] if isinstance(entry, str) else entry)}


def audit(environment: dict[str, str], *options: str) -> list[dict[str, Any]]:
    """Return the findings of `rootwarden audit --org`."""
    answer = rootwarden("audit", "--org", "--regions", REGIONS, "--output", "json", *options, env=environment)
    assert answer.code in (0, 3, 5), answer.err
    found: list[dict[str, Any]] = json.loads(answer.out)["findings"]
    return found


def restricted(lab: Lab, world: World, policy: dict[str, Any]) -> dict[str, str]:
    """Return the environment of an administrator's session that a session policy narrows to `policy`."""
    plain = lab.environment(world.management.id, region=world.region)
    sts = boto3.client(
        "sts", endpoint_url=lab.endpoint, region_name="us-east-1",
        aws_access_key_id=plain["AWS_ACCESS_KEY_ID"], aws_secret_access_key=plain["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=plain["AWS_SESSION_TOKEN"],
    )  # fmt: skip
    role = f"arn:aws:iam::{world.management.id}:role/RootwardenAudit"
    text = json.dumps(policy, separators=(",", ":"))
    keys = sts.assume_role(RoleArn=role, RoleSessionName="least", Policy=text)["Credentials"]
    return plain | {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


def used(lab: Lab, world: World) -> set[str]:
    """Return the IAM actions of all calls that the accounts recorded."""
    known: dict[tuple[str, str], set[str]] = {}
    for call in (call for fact in FACTS.values() for call in fact.calls):
        service, operation = call.split(".")
        known.setdefault((event_source_of(service), operation), set()).add(action_of(service, operation))
    found: set[str] = set()
    for account in world.accounts:
        for record in lab.records(account.id):
            found |= known.get((record["eventSource"], record["eventName"]), {record["eventName"]})
    return found


def test_nothing_missing_and_no_write(lab: Lab, seeded: World) -> None:
    """Under the printed policy the findings are those of an administrator, and every call was a read."""
    world = seeded
    policy = printed("--caller")
    with_all = as_administrator(lab, world)
    with_least = audit(restricted(lab, world, policy))
    without_evidence = ("evidence", "message")
    strip = [{k: v for k, v in f.items() if k not in without_evidence} for f in with_all]
    assert strip == [{k: v for k, v in f.items() if k not in without_evidence} for f in with_least]
    names = {record["eventName"] for account in world.accounts for record in lab.records(account.id)}
    assert all(name.startswith(("Get", "List", "Describe", "Generate", "AssumeRole")) for name in names), names


def test_administrators_role_is_narrowed(lab: Lab, seeded: World) -> None:
    """A hop through OrganizationAccountAccessRole works, and carries the audit policy as its session policy."""
    world = seeded
    forget(lab, world)
    findings = audit(
        lab.environment(world.management.id, region=world.region), "--role", "OrganizationAccountAccessRole"
    )
    assert findings
    hops = [
        record["requestParameters"]
        for account in world.accounts
        for record in lab.records(account.id)
        if record["eventName"] == "AssumeRole" and "OrganizationAccountAccessRole" in str(record["requestParameters"])
    ]
    assert hops
    wanted = actions(printed())
    assert all(actions(json.loads(hop["policy"])) == wanted for hop in hops)


def test_nothing_unused(lab: Lab) -> None:
    """Every action of both policies is used in one world or another."""
    for name in ("fortress", "enterprise", "startup"):
        if name not in _SEEN:
            lab.reset()
            as_administrator(lab, seed(lab.endpoint, name))
    seen = set().union(*(taken for _, taken in _SEEN.values()))
    assert actions(printed()) - seen == ONLY_WHEN_NEEDED
    assert actions(printed("--caller")) - seen - {"sts:AssumeRole"} == ONLY_WHEN_NEEDED
