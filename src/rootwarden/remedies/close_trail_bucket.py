"""Closes the bucket of a trail: to strangers' trails, to the public, and to whoever would take the name of a lost one.

A policy is changed before public access is blocked: once it is, S3 takes no policy in which anything is still public,
and taking back in reverse meets the same rule. Statements of others are kept; a public one has no effect any more.
"""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.expect import Expect
from rootwarden.model.placeholders import as_json
from rootwarden.model.plan import Call, Change, Declared, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs import prices
from rootwarden.proofs.bucket_place import Place, place_of
from rootwarden.proofs.event_rate import monthly_events
from rootwarden.proofs.landing_zone import of_landing_zone
from rootwarden.proofs.made_bucket import BLOCK, FACT, bucket_call
from rootwarden.proofs.remade_bucket import delivers_from, remade
from rootwarden.proofs.trail_bucket_policy import lets_write, tied_to
from rootwarden.proofs.trail_writers import writers_of
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.written_policies import why_not_put

REMEDY = Remedy(
    title="Close the trail bucket",
    order=25,
    orders={"source": 18, "public": 18},  # before a trail starts to write into a bucket that is there
    aspects=("missing", "source", "public"),
    params={"admin": "", "lock_days": 365, "keep_days": 1095},
    facts=("cloudtrail.event_rate", *WAYS_IN, "org.accounts"),
    risks=(Risk.CAREFUL,),
    calls=(
        "s3.CreateBucket", "s3.DeletePublicAccessBlock", "s3.PutBucketLifecycleConfiguration", "s3.PutBucketPolicy",
        "s3.PutBucketVersioning", "s3.PutObjectLockConfiguration", "s3.PutPublicAccessBlock",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Make a lost bucket again, tie CloudTrail's statement to the trails known, or block public access."""
    foreign = of_landing_zone(case.finding.resource)
    if foreign is not None:
        return foreign
    place = place_of(case.seen, case.finding.resource.rpartition(":::")[2])
    match case.finding.aspect:
        case "missing":
            return _make_again(case, place)
        case "source":
            return _tie(case, place)
        case _:
            return _block(case, place)


def _make_again(case: Case, place: Place) -> Change | Not:
    lock, keep = int(case.settings.number("lock_days")), int(case.settings.number("keep_days"))
    bucket = remade(case.seen, place, lock_days=lock, keep_days=keep)
    locked = why_not_put(case, place.account, bucket.policy, place.arn)
    if locked is not None:
        return locked
    trails = [one.arn for one in place.trails]
    change = case.change(
        f"Make the bucket {place.name} again",
        risk=Risk.CAREFUL,
        steps=bucket.steps(),
        expects=bucket.expects(),
        then=(*bucket.then(), *(one for arn in trails for one in delivers_from(case.now, arn))),
        shows=(Difference(what=f"bucket {place.name}", before="does not exist", after=f"ours, in {place.region}"),),
        account=place.account,
    )
    return replace(
        change, declares=bucket.declared(), cost=prices.files_cost(monthly_events(case.seen, place.trails), keep // 30),
        notes=("If somebody else takes the name first, AWS refuses to make it: point the trail elsewhere then.",),
    )  # fmt: skip


def _tie(case: Case, place: Place) -> Change | Not:
    old, partition = place.policy(), case.seen.subject.partition
    writers = writers_of(case.seen, place.name)
    new = tied_to(old, partition, place.name, writers)
    by_hand = "add aws:SourceArn with the ARNs of your trails to the statement for cloudtrail.amazonaws.com by hand"
    if isinstance(new, str):
        return Not(f"the policy of {place.name} was not changed: {new}", by_hand)
    shut_out = [
        one.trail for one in writers
        if lets_write(old, place.arn, one).value and not lets_write(new, place.arn, one).value
    ]  # fmt: skip
    if shut_out:
        return Not(f"the policy of {place.name} would shut out {shut_out[0]}", by_hand)
    if place.refuses_public(new):
        return Not(
            f"the policy of {place.name} is public, and the public access block lets no such policy be put",
            "remove the statement for everybody, then plan again",
        )
    locked = why_not_put(case, place.account, new, place.arn)
    if locked is not None:
        return locked
    put = Step(
        id="policy", does="Let in these trails only", call=_put(place, new), undo=(_put(place, old),), on=(place.arn,)
    )  # fmt: skip
    at = (place.name, "policy")
    names = ", ".join(one.trail.rpartition("/")[2] for one in writers)
    change = case.change(
        f"Let only your own trails write to {place.name}",
        risk=Risk.CAREFUL,
        steps=(put,),
        expects=(Expect(fact=FACT, at=at, value=old),),
        then=(Expect(fact=FACT, at=at, value=new),),
        shows=(Difference(what="trails that may write", before="any, of any account", after=names),),
        account=place.account,
    )
    declared = Declared(
        type="AWS::S3::BucketPolicy", name="TrailBucketPolicy", exists=place.name,
        properties={"Bucket": place.name, "PolicyDocument": new},
    )  # fmt: skip
    notes = ("Trails of accounts that were not read, and that write here, are shut out: look through the bucket.",)
    return replace(change, declares=(declared,), notes=notes)


def _block(case: Case, place: Place) -> Change | Not:
    old = place.sight["public_access_block"].plain()
    undo = bucket_call("DeletePublicAccessBlock", place.name, place.region)
    if old:
        undo = bucket_call("PutPublicAccessBlock", place.name, place.region, {"PublicAccessBlockConfiguration": old})
    put = Step(
        id="block", does="Block public access",
        call=bucket_call(
            "PutPublicAccessBlock", place.name, place.region, {"PublicAccessBlockConfiguration": dict(BLOCK)}
        ),
        undo=(undo,), on=(place.arn,),
    )  # fmt: skip
    at = (place.name, "public_access_block")
    change = case.change(
        f"Block public access to {place.name}",
        risk=Risk.CAREFUL,
        steps=(put,),
        expects=(Expect(fact=FACT, at=at, value=old),),
        then=(Expect(fact=FACT, at=at, value=dict(BLOCK)),),
        shows=(Difference(what="public access", before="open", after="blocked, by policy and by access list"),),
        account=place.account,
    )
    notes = ("Whoever read the bucket as a stranger cannot any more; where its policy is public, other accounts too.",)
    return replace(change, notes=notes)


def _put(place: Place, policy: object) -> Call:
    return bucket_call("PutBucketPolicy", place.name, place.region, {"Policy": as_json(policy)})
