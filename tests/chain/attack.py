"""A scripted attack on the root user of a member account, act by act."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from msgspec import Struct

from tests.chain.chain import Chain, Received

ADDRESS = "203.0.113.66"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


class Act(Struct, frozen=True):
    """One act: what is done, and the detections of which at least one must be told within a second."""

    name: str
    do: Callable[[], Any]
    told: frozenset[str]


class Told(Struct, frozen=True):
    """What came of an act: how many seconds later, and the message."""

    act: str
    seconds: float
    message: Received


def acts(chain: Chain) -> Iterator[Act]:
    """Yield the acts in order: a password is guessed, a key made, the trail attacked, an administrator left behind."""
    lab, member = chain.lab, chain.member
    lab.root_state(member).update({"password": True})

    def guess() -> None:
        for _ in range(5):
            lab.sign_in(member, ok=False, address=ADDRESS)

    yield Act("five sign-ins fail", guess, frozenset({"RD-101"}))
    yield Act("one succeeds without MFA", lambda: lab.sign_in(member, address=ADDRESS), frozenset({"RD-103", "RD-003"}))
    key = lab.root_key(member)
    iam, trail = (_as_root(chain, key, service) for service in ("iam", "cloudtrail"))
    yield Act("a root access key is made", iam.create_access_key, frozenset({"RD-005"}))
    lab.deny("cloudtrail:StopLogging", account=member)
    yield Act("the trail is to be stopped", lambda: _refused(trail.stop_logging, Name="all"), frozenset({"RD-017"}))

    def leave_behind() -> None:
        iam.create_user(UserName="support")
        iam.attach_user_policy(UserName="support", PolicyArn=ADMIN)

    yield Act("an administrator is left behind", leave_behind, frozenset({"RD-020"}))


def attack(chain: Chain) -> list[Told]:
    """Do it, and wait for each act to be told before the next."""
    found = []
    for act in acts(chain):
        began, before = datetime.now(UTC), len(chain.receiver.received)
        act.do()

        def told(one: Received, act: Act = act, before: int = before) -> bool:
            return one in chain.receiver.received[before:] and bool(act.told & {*one.body["data"].get("codes", ())})

        message = chain.wait(told)
        found.append(Told(act.name, (message.at - began).total_seconds(), message))
        time.sleep(max(0.0, 1.05 - (datetime.now(UTC) - began).total_seconds()))  # records tell seconds, no less
    return found


def _as_root(chain: Chain, key: Any, service: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, user_agent="aws-cli/2.31.0")
    return boto3.client(
        service, endpoint_url=chain.lab.endpoint, region_name="us-east-1", config=config,
        aws_access_key_id=key.id, aws_secret_access_key=key.secret,
    )  # fmt: skip


def _refused(call: Callable[..., Any], **asked: Any) -> None:
    try:
        call(**asked)
    except ClientError as error:
        assert "AccessDenied" in error.response["Error"]["Code"], error
    else:
        raise AssertionError("it was not refused")
