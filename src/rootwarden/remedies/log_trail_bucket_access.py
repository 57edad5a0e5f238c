"""Logs access to the trail bucket, into a bucket of its own: who reads the log is preparing, who deletes is hiding.

Server access logs cost next to nothing and arrive within hours. The bucket they go to must be in the same account and
Region, and must not lock what it receives by default: S3 then delivers nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.expect import Expect
from rootwarden.model.plan import Change, Difference, Risk, Step
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs import prices
from rootwarden.proofs.bucket_place import place_of
from rootwarden.proofs.event_rate import monthly_events
from rootwarden.proofs.landing_zone import of_landing_zone
from rootwarden.proofs.made_bucket import FACT, bucket_call
from rootwarden.proofs.made_log_bucket import log_bucket, log_bucket_name
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.written_policies import why_not_put

REMEDY = Remedy(
    title="Log access to the trail bucket",
    order=45,
    params={"admin": "", "keep_days": 400},
    facts=("cloudtrail.event_rate", *WAYS_IN),
    risks=(Risk.SAFE,),
    calls=(
        "s3.CreateBucket", "s3.PutBucketLifecycleConfiguration", "s3.PutBucketLogging", "s3.PutBucketPolicy",
        "s3.PutBucketVersioning", "s3.PutObjectLockConfiguration", "s3.PutPublicAccessBlock",
    ),
)  # fmt: skip


def prescribe(case: Case) -> Change | Not:
    """Make a bucket for access logs and send them there; taken back, they go where they went before."""
    foreign = of_landing_zone(case.finding.resource)
    if foreign is not None:
        return foreign
    place = place_of(case.seen, case.finding.resource.rpartition(":::")[2])
    old = place.sight["logging"].plain()
    target = log_bucket(
        log_bucket_name(place.account, place.name, case.now), place.arn, place.account, place.region,
        keep_days=int(case.settings.number("keep_days")),
    )  # fmt: skip
    refused = why_not_put(case, place.account, target.policy, target.arn)
    if refused is not None:
        return refused
    new = {"TargetBucket": target.name, "TargetPrefix": f"{place.name}/"}
    put = Step(
        id="logging", does=f"Log access to {place.name}",
        call=bucket_call(
            "PutBucketLogging", place.name, place.region, {"BucketLoggingStatus": {"LoggingEnabled": new}}
        ),
        undo=(
            bucket_call(
                "PutBucketLogging", place.name, place.region,
                {"BucketLoggingStatus": {"LoggingEnabled": old} if old else {}},
            ),
        ),
        on=(place.arn,),
    )  # fmt: skip
    at = (place.name, "logging")
    change = case.change(
        f"Log access to {place.name}",
        risk=Risk.SAFE,
        steps=(*target.steps(), put),
        expects=(Expect(fact=FACT, at=at, value=old),),
        then=(Expect(fact=FACT, at=at, value=new),),
        shows=(
            Difference(
                what="access log", before=str(old["TargetBucket"]) if old else "none", after=f"bucket {target.name}"
            ),
        ),
        account=place.account,
    )
    return replace(
        change, cost=prices.access_log_cost(monthly_events(case.seen, place.trails)), declares=target.declared()
    )
