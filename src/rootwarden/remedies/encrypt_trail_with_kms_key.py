"""Encrypts the log files of a trail with a KMS key of one's own: who may read the bucket may then not yet read the log.

A key that was switched off is switched on again, one that waits for its deletion is kept, and where there is none, one
is made. It stays even when the change is taken back: what was encrypted with it is lost without it.
"""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.expect import Expect, Item
from rootwarden.model.plan import Call, Change, Difference, Probe, Risk, Step, change_id
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs import prices
from rootwarden.proofs.bucket_place import own_trail, place_of
from rootwarden.proofs.event_rate import monthly_events
from rootwarden.proofs.key_lookup import find_key, owner_of_key
from rootwarden.proofs.landing_zone import of_landing_zone
from rootwarden.proofs.made_key import FACT as KEYS
from rootwarden.proofs.made_key import MadeKey
from rootwarden.proofs.trail_calls import FOR_ORGANIZATION, trail_call
from rootwarden.proofs.trail_key_policy import new_key_policy
from rootwarden.proofs.trail_writers import writer_of
from rootwarden.proofs.trails import FACT as TRAILS
from rootwarden.proofs.trails import Trail
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.written_policies import why_not_put_on_key

REMEDY = Remedy(
    title="Encrypt the trail with a KMS key",
    order=35,
    params={"admin": ""},
    facts=("cloudtrail.event_rate", *WAYS_IN, "s3.buckets"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "cloudtrail.UpdateTrail", "kms.CancelKeyDeletion", "kms.CreateAlias", "kms.CreateKey", "kms.DeleteAlias",
        "kms.DisableKey", "kms.EnableKey", "kms.EnableKeyRotation",
    ),
)  # fmt: skip
_GOING = ("PendingDeletion", "PendingReplicaDeletion")
_KEPT = "the key is kept: to let it be deleted again would make the log unreadable for ever; schedule it by hand"


def prescribe(case: Case) -> Change | Not:
    """Mend the key that the trail has, or make one."""
    foreign = of_landing_zone(case.finding.resource)
    if foreign is not None:
        return foreign
    trail = own_trail(case.seen, case.finding.resource)
    if trail.owner != case.finding.account:
        return Not(f"the trail belongs to account {trail.owner}", "audit that account too")
    name = trail["KmsKeyId"].text(default="")
    if not name:
        return _make(case, trail, "")
    key = find_key(case.seen.about(), name, trail.owner, trail.home)
    state = "" if key["KeyState"].is_null else key["KeyState"].text()
    if not state:
        return _make(case, trail, name)
    if state in _GOING:
        return _keep(case, trail, name, state)
    if state == "Disabled":
        return _enable(case, trail, name)
    return Not(f"the key is in state {state}", "find out why with `aws kms describe-key`; a new key may be the answer")


def _enable(case: Case, trail: Trail, key: str) -> Change:
    step = Step(
        id="enable", does="Switch the key on", call=_key_call("EnableKey", key), undo=(_key_call("DisableKey", key),),
        on=(key,),
    )  # fmt: skip
    return _mended(case, trail, key, "Disabled", (step,), f"Switch the key of the trail {trail.name} on again")


def _keep(case: Case, trail: Trail, key: str, state: str) -> Change:
    probe = _key_call("DescribeKey", key)
    kept = (Expect(fact=KEYS, at=(Item("Arn", key), "KeyState"), value="Enabled"),)
    waits = " && ".join(f"KeyMetadata.KeyState != '{one}'" for one in _GOING)
    cancel = Step(
        id="keep", does="Cancel the deletion of the key", call=_key_call("CancelKeyDeletion", key), stays=_KEPT,
        stays_as=kept, seen=Probe(call=probe, done=waits), on=(key,),
    )  # fmt: skip
    enable = Step(
        id="enable", does="Switch the key on", call=_key_call("EnableKey", key), stays=_KEPT, stays_as=kept, on=(key,)
    )
    return _mended(case, trail, key, state, (cancel, enable), f"Keep the key of the trail {trail.name}")


def _mended(case: Case, trail: Trail, key: str, state: str, steps: tuple[Step, ...], title: str) -> Change:
    at = (Item("Arn", key), "KeyState")
    return case.change(
        title,
        risk=Risk.SAFE,
        steps=steps,
        expects=(Expect(fact=KEYS, at=at, value=state),),
        then=(Expect(fact=KEYS, at=at, value="Enabled"),),
        shows=(Difference(what=f"key {key.rpartition('/')[2]}", before=state, after="Enabled"),),
        account=owner_of_key(key, trail.owner),
    )


def _make(case: Case, trail: Trail, lost: str) -> Change | Not:
    place = place_of(case.seen, trail["S3BucketName"].text())
    if not place.there:
        first = "make it first: restore-trail-delivery does (RW-TRAIL-02), or close-trail-bucket (RW-TRAIL-05)"
        return Not(f"the bucket {place.name} does not exist", first)
    partition, writer = case.seen.subject.partition, writer_of(case.seen, trail)
    policy = new_key_policy(partition, trail.owner, writer, (trail.owner, place.account))
    refused = why_not_put_on_key(case, trail.owner, policy)
    if refused is not None:
        return refused
    key = MadeKey(
        change=change_id(case.slug, trail.owner, case.finding.region, trail.arn), at=case.now, trail=trail.arn,
        account=trail.owner, region=place.region, partition=partition, policy=policy,
    )  # fmt: skip
    at = (Item("TrailARN", trail.arn), "KmsKeyId")
    new = Expect(fact=TRAILS, at=at, value=key.stand_in)
    use = Step(
        id="trail", does="Encrypt with it from now on",
        call=trail_call("UpdateTrail", trail.arn, {"KmsKeyId": key.arn}),
        undo=() if lost else (trail_call("UpdateTrail", trail.arn, {"KmsKeyId": ""}),),
        stays="the trail keeps the new key: the former does not exist" if lost else "",
        stays_as=(new,) if lost else None,
        on=(trail.arn,), also=FOR_ORGANIZATION if writer.organization else (),
    )  # fmt: skip
    change = case.change(
        f"Encrypt the trail {trail.name} with a KMS key",
        risk=Risk.CAREFUL,
        steps=(*key.steps(), use),
        expects=(Expect(fact=TRAILS, at=at, value=lost or None),),
        then=(new, *key.then()),
        shows=(Difference(what="encryption", before="with S3's own key", after=f"with {key.alias}"),),
    )
    readers = f"Whoever reads the log in {place.name} needs kms:Decrypt on the key from now on."
    cost = prices.key_cost(monthly_events(case.seen, (trail,)))
    return replace(
        change, cost=cost, notes=(readers,), made=key.made, declares=key.declared("TrailKey")
    )  # fmt: skip


def _key_call(operation: str, key: str) -> Call:
    return Call(service="kms", operation=operation, region=key.split(":")[3], parameters={"KeyId": key})
