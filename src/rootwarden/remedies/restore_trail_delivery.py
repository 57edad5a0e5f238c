"""Lets a trail deliver again: switches it on, lets it into its bucket and key, or makes its lost bucket again.

What kept it from delivering stands in its own status. Whoever stopped it may have meant to: look into the event history
for StopLogging, PutBucketPolicy and DeleteBucket before you trust the account again.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from rootwarden.model.expect import Expect, Item
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Change, Declared, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs import prices
from rootwarden.proofs.bucket_place import Place, own_trail, place_of, why_start_with_care
from rootwarden.proofs.event_rate import monthly_events
from rootwarden.proofs.key_lookup import FACT as KEYS
from rootwarden.proofs.key_lookup import find_key, owner_of_key
from rootwarden.proofs.landing_zone import of_landing_zone
from rootwarden.proofs.made_bucket import FACT as BUCKETS
from rootwarden.proofs.made_bucket import bucket_call
from rootwarden.proofs.remade_bucket import delivers_from, remade, starts_at
from rootwarden.proofs.trail_bucket_policy import lets_write, with_writers
from rootwarden.proofs.trail_calls import start
from rootwarden.proofs.trail_key_policy import lets_encrypt, with_encryption
from rootwarden.proofs.trail_writers import Writer, writer_of
from rootwarden.proofs.trails import FACT as TRAILS
from rootwarden.proofs.trails import Trail
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.written_policies import why_not_put, why_not_put_on_key

REMEDY = Remedy(
    title="Let the trail deliver",
    order=22,
    params={"admin": "", "lock_days": 365, "keep_days": 1095},
    facts=("cloudtrail.event_rate", *WAYS_IN, "s3.buckets", "kms.keys"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "cloudtrail.StartLogging", "cloudtrail.StopLogging", "kms.PutKeyPolicy", "s3.CreateBucket",
        "s3.DeleteBucketPolicy", "s3.PutBucketLifecycleConfiguration", "s3.PutBucketPolicy", "s3.PutBucketVersioning",
        "s3.PutObjectLockConfiguration", "s3.PutPublicAccessBlock",
    ),
)  # fmt: skip
# CloudTrail delivers about five minutes after a call, and tries again what it could not (CloudTrail User Guide, "How
# CloudTrail works"); an hour is what RW-TRAIL-02 gives a trail that was just started.
_PATIENCE = 3600
_AGAIN = "audit again in an hour; see `rootwarden explain RW-TRAIL-02`"


class Mended(Struct, frozen=True, kw_only=True):
    """What lets the trail write: the account in which it is done, the calls, and what must hold before and then."""

    account: str = ""
    steps: tuple[Step, ...] = ()
    expects: tuple[Expect, ...] = ()
    then: tuple[Expect, ...] = ()
    shows: tuple[Difference, ...] = ()
    declares: tuple[Declared, ...] = ()


def prescribe(case: Case) -> Change | Not:
    """Mend what the status names, and switch the trail on if it is off."""
    foreign = of_landing_zone(case.finding.resource)
    if foreign is not None:
        return foreign
    trail = own_trail(case.seen, case.finding.resource)
    if trail.owner != case.finding.account:
        return Not(f"the trail belongs to account {trail.owner}", "audit that account too")
    off = case.finding.reason == "stopped"
    error = trail["status"]["LatestDeliveryError"].text(default="")
    mended = _mend(case, trail, error) if error else None
    if not off:
        if mended is None:
            return Not("CloudTrail names no error that could be mended", _AGAIN)
        return mended if isinstance(mended, Not) else _change(case, trail, mended, off=False)
    if isinstance(mended, Mended) and mended.account == trail.owner:
        return _change(case, trail, mended, off=True)
    change = _change(case, trail, None, off=True)
    return replace(change, notes=(*change.notes, *_warned(error, mended)))


def _warned(error: str, mended: Mended | Not | None) -> tuple[str, ...]:
    if not error:
        return ()
    why = mended.why if isinstance(mended, Not) else "plan again once the trail is on"
    return (f"Before it was stopped it could not deliver ({error}): {why}.",)


def _change(case: Case, trail: Trail, mended: Mended | None, *, off: bool) -> Change:
    done, on = mended or Mended(), _switched_on(case, trail) if off else Mended()
    delivers: tuple[Expect, ...] = ()
    if mended is not None or not trail["status"]["LatestDeliveryError"].text(default=""):
        delivers = delivers_from(case.now, trail.arn)
    care = why_start_with_care(case.seen, trail) if off else ""
    change = case.change(
        f"Switch the trail {trail.name} on" if mended is None else f"Let the trail {trail.name} deliver again",
        risk=Risk.SAFE if mended is None and not care else Risk.CAREFUL,
        steps=(*done.steps, *on.steps),
        expects=(*done.expects, *on.expects),
        then=(*done.then, *on.then, *delivers),
        shows=(*done.shows, *on.shows),
        account=done.account,
    )
    cost = prices.files_cost(monthly_events(case.seen, (trail,)), int(case.settings.number("keep_days")) // 30)
    notes = ("AWS takes up to fifteen minutes to deliver the first file.", *((care,) if care else ()))
    return replace(change, patience=_PATIENCE, cost=cost, declares=done.declares, notes=notes)


def _switched_on(case: Case, trail: Trail) -> Mended:
    """Return the start of a trail; one that is on, but was stopped after its last start, is started again as well."""
    off = Expect(fact=TRAILS, at=(Item("TrailARN", trail.arn), "status"), value={"IsLogging": False})
    return Mended(
        steps=(start(trail.arn),),
        expects=() if trail["status"]["IsLogging"].flag() else (off,),
        then=starts_at(case.now, trail.arn),
        shows=(Difference(what=f"trail {trail.name}", before="off", after="on"),),
    )


def _mend(case: Case, trail: Trail, error: str) -> Mended | Not:
    place = place_of(case.seen, trail["S3BucketName"].text())
    if not place.there:
        return _bucket_again(case, place)
    if error == "NoSuchBucket":
        return Not("the bucket is there now, so that the error may be over", _AGAIN)
    if error != "AccessDenied":
        return Not(f"Rootwarden does not know how to mend {error!r}", _AGAIN)
    writer = writer_of(case.seen, trail)
    admitted = lets_write(place.policy(), place.arn, writer)
    if admitted.value is None:
        return Not(f"it cannot be told whether the bucket lets the trail in: {admitted.why}", _AGAIN)
    if not admitted.value:
        return _open_bucket(case, place, writer)
    key = trail["KmsKeyId"].text(default="")
    if key:
        return _open_key(case, trail, key, writer)
    return Not("the policy of the bucket lets the trail write now, so that the error may be over", _AGAIN)


def _bucket_again(case: Case, place: Place) -> Mended | Not:
    lock, keep = int(case.settings.number("lock_days")), int(case.settings.number("keep_days"))
    bucket = remade(case.seen, place, lock_days=lock, keep_days=keep)
    refused = why_not_put(case, place.account, bucket.policy, place.arn)
    if refused is not None:
        return refused
    shows = (Difference(what=f"bucket {place.name}", before="does not exist", after=f"ours, in {place.region}"),)
    return Mended(
        account=place.account, steps=bucket.steps(), expects=bucket.expects(), then=bucket.then(), shows=shows,
        declares=bucket.declared(),
    )  # fmt: skip


def _open_bucket(case: Case, place: Place, writer: Writer) -> Mended | Not:
    old = place.policy()
    new = with_writers(old, place.arn, (writer,))
    if not lets_write(new, place.arn, writer).value:
        return Not("a statement of the bucket's policy denies it to the trail", "remove the Deny, then plan again")
    if place.refuses_public(new):
        return Not("the policy is public, and such policies are blocked", "remove the statement for everybody first")
    refused = why_not_put(case, place.account, new, place.arn)
    if refused is not None:
        return refused
    undo = bucket_call("DeleteBucketPolicy", place.name, place.region)
    if old is not None:
        undo = _policy(place, old)
    step = Step(
        id="policy", does="Let the trail write to its bucket", call=_policy(place, new), undo=(undo,), on=(place.arn,)
    )  # fmt: skip
    at = (place.name, "policy")
    declared = Declared(
        type="AWS::S3::BucketPolicy", name="TrailBucketPolicy", exists=place.name if old is not None else "",
        properties={"Bucket": place.name, "PolicyDocument": new},
    )  # fmt: skip
    status = () if old is not None else (
        Expect(fact=BUCKETS, at=(place.name, "policy_status"), value={"IsPublic": False}, assumed=True),
    )  # fmt: skip
    return Mended(
        account=place.account,
        steps=(step,),
        expects=(Expect(fact=BUCKETS, at=at, value=old),),
        then=(Expect(fact=BUCKETS, at=at, value=new), *status),
        shows=(Difference(what=f"policy of {place.name}", before="keeps the trail out", after="lets it write"),),
        declares=(declared,),
    )


def _open_key(case: Case, trail: Trail, name: str, writer: Writer) -> Mended | Not:
    key = find_key(case.seen.about(), name, trail.owner, trail.home)
    old = key["policy"].plain()
    admitted = lets_encrypt(old, writer)
    if admitted.value is not False:
        doubt = f": {admitted.why}" if admitted.value is None else ""
        return Not(f"the policies of bucket and key let the trail write, so that the error may be over{doubt}", _AGAIN)
    new = with_encryption(old, writer)
    if not lets_encrypt(new, writer).value:
        return Not("a statement of the key's policy denies it to the trail", "remove the Deny, then plan again")
    account = owner_of_key(name, trail.owner)
    refused = why_not_put_on_key(case, account, new)
    if refused is not None:
        return refused
    region = name.split(":")[3]
    step = Step(
        id="key-policy", does="Let the trail encrypt with its key", call=_key_policy(name, region, new),
        undo=(_key_policy(name, region, old),), on=(name,),
    )  # fmt: skip
    at = (Item("Arn", name), "policy")
    return Mended(
        account=account,
        steps=(step,),
        expects=(Expect(fact=KEYS, at=at, value=old),),
        then=(Expect(fact=KEYS, at=at, value=new),),
        shows=(Difference(what="policy of the key", before="keeps CloudTrail out", after="lets it encrypt"),),
    )


def _policy(place: Place, policy: object) -> Call:
    return bucket_call("PutBucketPolicy", place.name, place.region, {"Policy": as_json(policy)})


def _key_policy(key: str, region: str, policy: object) -> Call:
    parameters = {"KeyId": key, "PolicyName": "default", "Policy": as_json(policy)}
    return Call(service="kms", operation="PutKeyPolicy", region=region, parameters=parameters)
