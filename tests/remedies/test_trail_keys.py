"""The KMS key of a trail: none, switched off, about to be deleted, gone, or closed to CloudTrail."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from moto.kms.models import KmsBackend

from rootwarden.aws.ask import Ask
from rootwarden.aws.clock import SystemClock
from rootwarden.errors import Exit, RefusedError
from rootwarden.flows.applying.running import apply_plan, resume_run
from rootwarden.lab.blueprint import World
from tests.remedies.trail_bench import REGION, Start, _lab, _near, _start, only, world  # noqa: F401

ACCOUNT, BUCKET = "544444444441", "key-trail-logs"
SLUG, CODES = "encrypt-trail-with-kms-key", ("RW-TRAIL-04",)


def single(key: str = "", trail: str = "") -> World:
    """Return an account with a trail; `key` are further fields of its key, None leaves it without."""
    return world(
        f"""
name: keyed
story: One account, one trail, one key.
region: eu-west-1
accounts:
  - id: "{ACCOUNT}"
    name: keyed
    email: keyed@example.com
    users: [{{name: ada, password: true, mfa: virtual, policies: [AdministratorAccess]}}]
    keys: [{{alias: trail, services: [cloudtrail.amazonaws.com]{key}}}]
    buckets: [{{name: {BUCKET}}}]
    trails: [{{name: main, bucket: {BUCKET}{trail}}}]
"""
    )


WITH_KEY = ", key: keyed/trail"


def test_a_trail_without_a_key_is_given_one(near: Start) -> None:
    """The key stays when the change is taken back; its name does not, so that it can be made again."""
    bench = near(single())
    plan = bench.plan(CODES)
    change = only(plan, SLUG)
    assert [one.type for one in change.declares] == ["AWS::KMS::Key", "AWS::KMS::Alias"]
    assert any("the key stays" in one for one in change.stays)
    bench.undo(bench.apply(plan))
    kms = bench.api("kms")
    names = [one["AliasName"] for one in kms.list_aliases()["Aliases"]]
    assert not [one for one in names if one.startswith("alias/rootwarden")]
    assert len(kms.list_keys()["Keys"]) == 2


class Crash(BaseException):
    """The process dies here."""


class Hasty(SystemClock):
    """A clock that does not sleep, and is that much later afterwards."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def test_a_key_that_was_made_right_before_the_end_is_found_again(near: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after CreateKey, and AWS does not list the key yet: it is waited for, and no second one is made."""
    bench = near(single())
    plan, keys = bench.plan(CODES), bench.api("kms")
    before = {one["KeyId"] for one in keys.list_keys()["Keys"]}
    with monkeypatch.context() as patch:
        real = Ask.call

        def dying(self: Ask, service: str, asked: str, region: str = "", /, **parameters: Any) -> Any:
            answer = real(self, service, asked, region, **parameters)
            if asked == "CreateKey":
                raise Crash
            return answer

        patch.setattr(Ask, "call", dying)
        with pytest.raises(Crash):
            apply_plan(plan, bench.request(), lambda *_: True, lambda _: None)
    made = {one["KeyId"] for one in keys.list_keys()["Keys"]} - before
    assert len(made) == 1
    clock, real_list = Hasty(), KmsBackend.list_keys

    def late(self: KmsBackend) -> list[Any]:
        """AWS's own list lacks what is new, for some seconds."""
        return [one for one in real_list(self) if one.id not in made or clock.slept >= 20]

    monkeypatch.setattr(KmsBackend, "list_keys", late)
    done = resume_run(None, bench.request(), lambda *_: True, lambda _: None, clock)
    assert done is not None
    assert done.stopped is None, done.stopped
    assert done.exit is Exit.FINE
    assert {one["KeyId"] for one in keys.list_keys()["Keys"]} - before == made
    assert clock.slept == 20


def test_a_change_of_the_key_by_somebody_else_stops_the_undoing(near: Start) -> None:
    """The plan did not know the key's ARN; the run does, and compares."""
    bench = near(single())
    applied = bench.apply(bench.plan(CODES))
    other = bench.api("kms").describe_key(KeyId="alias/trail")["KeyMetadata"]["Arn"]
    service = {"Service": "cloudtrail.amazonaws.com"}
    document = json.loads(bench.api("kms").get_key_policy(KeyId=other, PolicyName="default")["Policy"])
    document["Statement"].append({"Effect": "Allow", "Principal": service, "Action": "kms:*", "Resource": "*"})
    bench.api("kms").put_key_policy(KeyId=other, PolicyName="default", Policy=json.dumps(document))
    bench.api("cloudtrail").update_trail(Name="main", KmsKeyId=other)
    with pytest.raises(RefusedError) as refused:
        bench.undo(applied)
    assert f"KmsKeyId is {other[:50]}" in str(refused.value.why)


def test_a_key_that_was_switched_off_is_switched_on(near: Start) -> None:
    bench = near(single(", state: Disabled", WITH_KEY))
    plan = bench.plan(CODES)
    assert [one.call.operation for one in only(plan, SLUG).steps] == ["EnableKey"]
    bench.keeps_the_laws(plan, CODES)


def test_a_key_that_waits_for_its_deletion_is_kept_for_good(near: Start) -> None:
    """Taking it back would make the log unreadable, so that it is not offered."""
    bench = near(single(", state: PendingDeletion", WITH_KEY))
    plan = bench.plan(CODES)
    change = only(plan, SLUG)
    assert [one.call.operation for one in change.steps] == ["CancelKeyDeletion", "EnableKey"]
    assert not any(one.undo for one in change.steps)
    assert len(change.stays) == 1
    bench.keeps_the_laws(plan, CODES)


def test_a_key_policy_that_shuts_out_cloudtrail_is_mended(near: Start) -> None:
    late = ", delivery_error: AccessDenied, last_delivery_minutes_ago: 900"
    bench = near(single("", WITH_KEY + late))
    kms = bench.api("kms", region=REGION)
    key = kms.describe_key(KeyId="alias/trail")["KeyMetadata"]["Arn"]
    document = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    only_us = {**document, "Statement": document["Statement"][:1]}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(only_us))
    plan = bench.plan(("RW-TRAIL-02",))
    (step,) = only(plan, "restore-trail-delivery").steps
    assert step.call.operation == "PutKeyPolicy"
    assert step.call.parameters["Policy"]["$json"]["Statement"][0] == only_us["Statement"][0]
    bench.keeps_the_laws(plan, ("RW-TRAIL-02",), waits=1)
