"""What it takes that the key of an alert topic lets alarms and rules in: its policy mended, or a customer key made.

AWS's own key for SNS, `alias/aws/sns`, lets no other service in and nobody can change its policy (SNS Developer Guide,
"Enable compatibility between event sources from AWS services and encrypted topics"). A key that somebody has disabled
stays disabled; the topic gets another one.
"""

from __future__ import annotations

from typing import Any

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json, refer
from rootwarden.model.plan import Declared, Difference, Probe, Step
from rootwarden.model.readings import UnseenError
from rootwarden.model.remedy import Not
from rootwarden.model.sight import Sight
from rootwarden.model.view import View
from rootwarden.proofs.alerting_admins import KEY_CHANGE, administrators, changer
from rootwarden.proofs.alerting_policies import (
    MOST_OF_KEY,
    key_statements,
    length,
    lets_in,
    new_key_policy,
    with_statements,
)
from rootwarden.proofs.alerting_prices import KEY_A_MONTH
from rootwarden.proofs.alerting_wanted import TAG, Wanted
from rootwarden.proofs.key_found_again import key_by_tag
from rootwarden.proofs.key_lookup import FACT, find_key
from rootwarden.proofs.part_of_change import NOTHING, Part, joined
from rootwarden.proofs.resting import on_alias, on_key
from rootwarden.proofs.topic_delivery import FACT as TOPICS
from rootwarden.proofs.topic_publish import key_problem

_USE = ("kms:GenerateDataKey", "kms:Decrypt")
# By this one Rootwarden may change what it made, and no other key; it stays when the first is taken off.
_MADE_FOR = "rootwarden:made-for"
_WAIT_DAYS = 7  # the shortest that KMS allows; ScheduleKeyDeletion, PendingWindowInDays


def only_root(name: str) -> Not:
    """Return that what is written could be changed by root alone afterwards."""
    return Not(
        f"nobody but root could be shown to be able to change the policy of {name} afterwards",
        "see that an administrator beside root exists (RW-IAM-13), and plan again",
    )


def encryption(seen: View, topic: Sight, wanted: Wanted) -> Part | Not:
    """Return what the key of a topic that is there lacks, `NOTHING` if the publishers can use it.

    Raises:
        UnseenError: the key or its policy is unread.
    """
    problem = key_problem(seen, topic, wanted.arn, wanted.publishers)
    if problem is None:
        return NOTHING
    named = topic["attributes"]["KmsMasterKeyId"].text()
    if problem[0] == "key_policy":
        return _mended(seen, find_key(seen, named, wanted.account, wanted.region), wanted, wanted.name)
    key = new_key(seen, wanted)
    if isinstance(key, Not):
        return key
    at = (wanted.item, "attributes", "KmsMasterKeyId")
    step = wanted.set("encryption", f"Encrypt with {wanted.alias}", "KmsMasterKeyId", wanted.alias, named)
    change = Part(
        steps=(step,),
        expects=(Expect(fact=TOPICS, at=at, value=named),),
        then=(Expect(fact=TOPICS, at=at, value=wanted.alias),),
        shows=(Difference(what=f"key of {wanted.name}", before=named, after=wanted.alias),),
    )
    return joined((key, change))


def new_key(seen: View, wanted: Wanted) -> Part | Not:
    """Return what it takes that the key of Rootwarden's alias lets the publishers in: nothing, mended, or made.

    Raises:
        UnseenError: whether there is such a key is unread.
    """
    key = find_key(seen, wanted.alias, wanted.account, wanted.region)
    if key.unknown is None:
        if key["KeyState"].text() != "Enabled" or key["KeyManager"].text() != "CUSTOMER":
            return Not(f"the key {wanted.alias} cannot be used", f"enable it in {wanted.region}, and plan again")
        return _mended(seen, key, wanted, wanted.alias)
    if key.unknown.why != "key_not_listed":
        raise UnseenError(key.unknown, key.path)
    policy = new_key_policy(wanted.partition, wanted.account, wanted.publishers)
    admin = changer(policy, KEY_CHANGE, "*", administrators(seen))
    if not admin:
        return only_root(wanted.alias)
    return _made(wanted, policy, admin)


def _made(wanted: Wanted, policy: dict[str, Any], admin: str) -> Part:
    tags = [{"TagKey": TAG, "TagValue": wanted.change}, {"TagKey": _MADE_FOR, "TagValue": wanted.name}]
    made = refer("key", "arn")
    key = Step(
        id="key",
        does="Make a customer key",
        call=wanted.kms(
            "CreateKey", Description="Encrypts alert topics (Rootwarden)", Policy=as_json(policy), Tags=tags
        ),
        keeps={"arn": "KeyMetadata.Arn"},
        undo=(
            wanted.kms("UntagResource", KeyId=made, TagKeys=[TAG]),
            wanted.kms("ScheduleKeyDeletion", KeyId=made, PendingWindowInDays=_WAIT_DAYS),
        ),
        stays=f"KMS keeps the key for {_WAIT_DAYS} days before it deletes it; it can do nothing and costs nothing then",
        stays_as=(),
        seen=key_by_tag(wanted.region, TAG, wanted.change, "arn"),
        used=on_key(made, wanted.alias, wanted.arn),
    )
    prefix = f"arn:{wanted.partition}:kms:{wanted.region}:{wanted.account}"
    alias = Step(
        id="alias",
        does=f"Call it {wanted.alias}",
        call=wanted.kms("CreateAlias", AliasName=wanted.alias, TargetKeyId=made),
        undo=(wanted.kms("DeleteAlias", AliasName=wanted.alias),),
        used=(on_alias(wanted.alias, wanted.arn),),
        seen=Probe(
            call=wanted.kms("ListAliases", KeyId=made), done=f"Aliases[?AliasName=='{wanted.alias}']",
            absent=("NotFoundException",),
        ),
        on=(f"{prefix}:{wanted.alias}", f"{prefix}:key/*"),
    )  # fmt: skip
    stand_in = f"{prefix}:key/of-{wanted.change}"
    value = {
        "region": wanted.region, "Arn": stand_in, "KeyId": f"of-{wanted.change}", "KeyState": "Enabled",
        "KeyManager": "CUSTOMER", "policy": policy, "named_as": [wanted.alias],
    }  # fmt: skip
    return Part(
        steps=(key, alias),
        then=(Expect(fact=FACT, at=(Item("Arn", stand_in),), value=value, assumed=True),),
        shows=(Difference(what=wanted.alias, before="none", after=f"lets {wanted.senders} use it"),),
        notes=(f"{admin} can change the policy of the key afterwards",),
        declares=(
            Declared(type="AWS::KMS::Key", name=wanted.logical("Key"), properties={"KeyPolicy": policy}),
            Declared(
                type="AWS::KMS::Alias", name=wanted.logical("KeyAlias"),
                properties={"AliasName": wanted.alias, "TargetKeyId": {"Ref": wanted.logical("Key")}},
            ),
        ),
        monthly=KEY_A_MONTH,
        priced=f"A customer key in {wanted.region}.",
    )  # fmt: skip


def _mended(seen: View, key: Sight, wanted: Wanted, name: str) -> Part | Not:
    """Let the publishers use a customer key, by statements of their own in its policy."""
    arn, old = key["Arn"].text(), key["policy"].plain()
    if arn.split(":")[4] != wanted.account:
        return Not(
            f"the key of {name} belongs to account {arn.split(':')[4]}",
            f"there, let {wanted.senders} do kms:GenerateDataKey* and kms:Decrypt in the policy of {arn}",
        )
    senders = [one for one in wanted.publishers if not one.role]
    out = [one for one in senders if not lets_in(old, one, _USE, arn)]
    if not out:
        return NOTHING
    new = with_statements(old, key_statements(out))
    if not all(lets_in(new, one, _USE, arn) for one in senders):
        return Not(
            f"a Deny in the policy of the key of {name} keeps {out[0].name} out, whatever is allowed beside it",
            "take the Deny out by hand, or except the service from it, and plan again",
        )
    if length(new) > MOST_OF_KEY:
        return Not(f"the policy of the key of {name} would be longer than KMS takes", "shorten it by hand")
    admin = changer(new, KEY_CHANGE, arn, administrators(seen))
    if not admin:
        return only_root(f"the key of {name}")
    at = (Item("Arn", arn), "policy")
    do, undo = (
        wanted.kms("PutKeyPolicy", KeyId=arn, PolicyName="default", Policy=as_json(policy)) for policy in (new, old)
    )
    return Part(
        steps=(Step(id="key-policy", does=f"Let {wanted.senders} use the key", call=do, undo=(undo,), on=(arn,)),),
        expects=(Expect(fact=FACT, at=at, value=old),),
        then=(Expect(fact=FACT, at=at, value=new),),
        shows=(
            Difference(
                what=f"key of {name}", before=f"keeps {out[0].name} out", after=f"lets {wanted.senders} use it"
            ),
        ),
        notes=(f"{admin} can change the policy of the key afterwards",),
        declares=(
            Declared(
                type="AWS::KMS::Key", name=wanted.logical("Key"), properties={"KeyPolicy": new},
                exists=arn.rsplit("/", 1)[1],
            ),
        ),
    )  # fmt: skip
