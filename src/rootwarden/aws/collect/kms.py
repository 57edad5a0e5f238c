"""KMS: the keys that trails and topics name, read by the account that owns them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from rootwarden.aws.ask import Ask
from rootwarden.aws.collectors import of_account
from rootwarden.aws.refusals import MALFORMED, UnreadError
from rootwarden.aws.visit import Visit
from rootwarden.model.readings import MARK, Unknown, unknown_in

_NO_KEY = ("NotFoundException",)


@of_account("kms.keys", after=("sns.topics",), per={"kms.DescribeKey": "named key", "kms.GetKeyPolicy": "named key"})
def keys(visit: Visit) -> list[dict[str, Any]]:
    """Return the keys of this account that trails or its own topics name.

    `named_as` holds the aliases and bare ids by which topics call them; a key that does not exist has nulls.
    """
    found: dict[str, dict[str, Any]] = {}
    for region, name in sorted(_own_names(visit)):
        key = _key(visit.ask, region, name)
        kept = found.setdefault(str(key.get("Arn", name)), key | {"named_as": []})
        if not name.startswith("arn:"):
            kept["named_as"].append(name)
    return list(found.values())


def _own_names(visit: Visit) -> set[tuple[str, str]]:
    """Return (Region, name) of every key to be read here: by ARN from any account, by alias or id from own topics."""
    names = {(arn.split(":")[3], arn) for arn in visit.round.named.keys}
    for topic in visit.facts.get("sns.topics") or ():
        attributes = topic.get("attributes") if isinstance(topic, dict) and MARK not in topic else None
        name = attributes.get("KmsMasterKeyId") if attributes and not unknown_in(attributes) else None
        if name and topic["TopicArn"].split(":")[4] == visit.account:
            names.add((topic["region"], name))
    return {(region, name) for region, name in names if not name.startswith("arn:") or _owner(name) == visit.account}


def _owner(arn: str) -> str:
    return (arn.split(":") + [""] * 5)[4]


def _key(ask: Ask, region: str, name: str) -> dict[str, Any]:
    try:
        answer = ask.call_or_none(_NO_KEY, "kms", "DescribeKey", region, KeyId=name)
    except UnreadError as refusal:
        return _named(region, name) | ask.reading.mark(refusal.unknown)
    if answer is None:
        return _named(region, name) | {"KeyState": None, "KeyManager": None, "policy": None}
    about = answer["KeyMetadata"]
    return {"region": region} | {field: about.get(field) for field in ("Arn", "KeyId", "KeyState", "KeyManager")} | {
        "policy": ask.or_mark(partial(_policy, ask, region, about["Arn"]))
    }  # fmt: skip


def _named(region: str, name: str) -> dict[str, Any]:
    return {"region": region} | ({"Arn": name, "KeyId": name.rpartition("/")[2]} if name.startswith("arn:") else {})


def _policy(ask: Ask, region: str, arn: str) -> Any:
    text = ask.call("kms", "GetKeyPolicy", region, KeyId=arn, PolicyName="default")["Policy"]
    try:
        return json.loads(text)
    except ValueError as error:
        raise UnreadError(Unknown(MALFORMED, "kms.GetKeyPolicy")) from error
