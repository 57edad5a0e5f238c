"""Has a trail record every management event of every Region: the one there is, or a new one with all that it needs.

In the management account of an organization the new trail is the organization's, so that every member is recorded and
nobody in a member can stop it. Where a trail records everything already, nothing is made: a second copy costs money.
"""

from __future__ import annotations

from msgspec.structs import replace

from rootwarden.model.cost import Cost
from rootwarden.model.plan import Change, Difference, Risk, change_id
from rootwarden.model.remedy import Case, Not, Remedy
from rootwarden.proofs import prices
from rootwarden.proofs.bucket_place import why_start_with_care
from rootwarden.proofs.event_rate import events_of, monthly_events, organization_accounts
from rootwarden.proofs.landing_zone import of_landing_zone
from rootwarden.proofs.made_bucket import MadeBucket
from rootwarden.proofs.made_key import MadeKey
from rootwarden.proofs.made_log_bucket import log_bucket, log_bucket_name
from rootwarden.proofs.made_trail import MadeTrail
from rootwarden.proofs.made_trail_logs import TrailLogs
from rootwarden.proofs.membership import management_account, role_in_organization
from rootwarden.proofs.mended_trail import as_code, mend
from rootwarden.proofs.trail_bucket_policy import SERVICE, new_policy
from rootwarden.proofs.trail_coverage import CLOSED, GAPS, Coverage, coverage
from rootwarden.proofs.trail_key_policy import new_key_policy
from rootwarden.proofs.trail_writers import Writer
from rootwarden.proofs.trails import Survey, survey
from rootwarden.proofs.ways_in import FACTS as WAYS_IN
from rootwarden.proofs.written_policies import why_not_put, why_not_put_on_key

REMEDY = Remedy(
    title="Record all management events",
    order=20,
    params={
        "admin": "", "name": "management-events", "region": "", "lock_days": 365, "keep_days": 1095,
        "access_log_days": 400, "cloudwatch_logs": False, "log_group_days": 90,
    },
    facts=("cloudtrail.event_rate", "org.organization", "org.service_access", *WAYS_IN, "s3.buckets"),
    risks=(Risk.SAFE, Risk.CAREFUL),
    calls=(
        "cloudtrail.CreateTrail", "cloudtrail.DeleteTrail", "cloudtrail.PutEventSelectors", "cloudtrail.StartLogging",
        "cloudtrail.StopLogging", "cloudtrail.UpdateTrail", "iam.CreateRole", "iam.DeleteRole",
        "iam.DeleteRolePolicy", "iam.PutRolePolicy", "kms.CreateAlias", "kms.CreateKey", "kms.DeleteAlias",
        "kms.EnableKeyRotation", "logs.CreateLogGroup", "logs.PutRetentionPolicy",
        "organizations.DisableAWSServiceAccess", "organizations.EnableAWSServiceAccess", "s3.CreateBucket",
        "s3.PutBucketLifecycleConfiguration", "s3.PutBucketLogging", "s3.PutBucketPolicy", "s3.PutBucketVersioning",
        "s3.PutObjectLockConfiguration", "s3.PutPublicAccessBlock",
    ),
)  # fmt: skip
# Where global services write their events: the home of a trail for which nobody named another.
LEADER = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


def prescribe(case: Case) -> Change | Not:
    """Mend the account's best trail, or make one; in a member of an organization neither."""
    found, account = survey(case.seen), case.finding.account
    whole = _whole_organization(case)
    own = [coverage(one) for one in found.here if one.owner == account]
    role = role_in_organization(case.seen.about())
    if role == "member" and whole:
        refused = _of_member(case, found, has_own=bool(own))
        if refused is not None:
            return refused
    if own:
        return _mend(case, min(own, key=lambda one: len(one.gaps)), found)
    return _make(case, organization=whole if role == "management" else "")


def _whole_organization(case: Case) -> str:
    """Return the id of the organization, "" where there is none with all features: only those have trails."""
    organization = case.seen.about().organization["org.organization"]
    if organization.is_none or organization["FeatureSet"].text(default="ALL") != "ALL":
        return ""
    return organization["Id"].text()


def _of_member(case: Case, found: Survey, *, has_own: bool) -> Not | None:
    management = management_account(case.seen)
    theirs = [one for one in (*found.elsewhere, *found.here) if one.owner != case.finding.account]
    if theirs:
        return Not(
            f"the trail {theirs[0].name} of account {theirs[0].owner} is to record this account, and falls short",
            f"it is mended where it belongs: plan for account {theirs[0].owner} too",
        )
    if has_own and not case.seen.in_scope(management):
        return None
    return Not(
        f"the trail of the organization is made in its management account {management}, and records every member",
        f"plan for account {management} too, and audit again once the trail is made; where it has a trail of its own "
        "already, turn that one into an organization trail",
    )


def _mend(case: Case, covered: Coverage, found: Survey) -> Change | Not:
    trail = covered.trail
    foreign = of_landing_zone(trail.name)
    if foreign is not None:
        return foreign
    parts = mend(covered, case.now)
    if parts is None:
        return Not(
            f"the trail {trail.name} has five event selectors for data events, and CloudTrail takes no sixth",
            "turn them into advanced event selectors first",
        )
    care = why_start_with_care(case.seen, trail) if "not_logging" in covered.gaps else ""
    change = case.change(
        f"Have the trail {trail.name} record everything",
        risk=Risk.CAREFUL if care else Risk.SAFE,
        steps=tuple(part.step for part in parts),
        expects=tuple(one for part in parts for one in part.expects),
        then=tuple(one for part in parts for one in part.then),
        shows=tuple(Difference(what=trail.name, before=GAPS[gap], after=CLOSED[gap]) for gap in covered.gaps),
        resource=trail.arn,
    )
    notes = (care,) if care else ()
    return replace(change, cost=_cost(covered, found, case), declares=(as_code(covered, parts),), notes=notes)


def _cost(covered: Coverage, found: Survey, case: Case) -> Cost:
    """Return what more is kept, and what a second copy costs where another trail records management events too."""
    events = monthly_events(case.seen, (covered.trail,))
    cost = prices.files_cost(events, int(case.settings.number("keep_days")) // 30)
    others = (coverage(one) for one in (*found.here, *found.elsewhere) if one.arn != covered.trail.arn)
    if any(one.logging and one.recorded is not None and (one.recorded.reads or one.recorded.writes) for one in others):
        return prices.together((cost, prices.second_copy_cost(events.again)))
    return cost


def _make(case: Case, *, organization: str) -> Change | Not:
    """Make a trail with all it needs; `organization` is the one that it shall record, "" for this account alone."""
    wanted = _wanted(case, organization)
    refused = (
        why_not_put(case, case.finding.account, wanted.bucket.policy, wanted.bucket.arn)
        or why_not_put(case, case.finding.account, wanted.access_log.policy, wanted.access_log.arn)
        or why_not_put_on_key(case, case.finding.account, wanted.key.policy)
    )
    if refused is not None:
        return refused
    whom = "the whole organization" if organization else "the account"
    change = case.change(
        f"Make the trail {wanted.name}, which records {whom}",
        risk=Risk.CAREFUL,
        steps=wanted.steps(),
        expects=wanted.expects(),
        then=wanted.then(),
        shows=(
            Difference(what="trail", before="none", after=f"{wanted.name}, of every Region, for {whom}"),
            Difference(what="bucket", before="none", after=f"{wanted.bucket.name}, locked"),
            Difference(what="key", before="none", after=wanted.key.alias),
        ),
        resource=wanted.writer.trail,
    )
    recorded = organization_accounts(case.seen) if organization else (case.finding.account,)
    cost = wanted.cost(events_of(case.seen, recorded))
    return replace(change, cost=cost, declares=wanted.declared(), made=wanted.key.made)


def _wanted(case: Case, organization: str) -> MadeTrail:
    account, partition, setting = case.finding.account, case.seen.subject.partition, case.settings
    region, name = _region(case), setting.text("name")
    arn = f"arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"
    writer = Writer(trail=arn, account=account, organization=organization)
    bucket = f"rootwarden-trail-{account}-{case.now:%Y%m%d%H%M%S}"
    bucket_arn = f"arn:{partition}:s3:::{bucket}"
    access_log = log_bucket(
        log_bucket_name(account, bucket, case.now), bucket_arn, account, region,
        keep_days=int(setting.number("access_log_days")),
    )  # fmt: skip
    key = MadeKey(
        change=change_id(case.slug, account, "", arn), at=case.now, trail=arn, account=account, region=region,
        partition=partition, policy=new_key_policy(partition, account, writer, (account,)),
    )  # fmt: skip
    logs = TrailLogs(
        name=f"rootwarden-{name}-{case.now:%Y%m%d%H%M%S}", writer=writer, days=int(setting.number("log_group_days"))
    )
    return MadeTrail(
        writer=writer,
        bucket=MadeBucket(
            id="trail-bucket", logical="TrailBucket", name=bucket, account=account, region=region, partition=partition,
            policy=new_policy(bucket_arn, (writer,)), lock_days=int(setting.number("lock_days")),
            keep_days=int(setting.number("keep_days")),
        ),
        access_log=access_log,
        key=key,
        logs=logs if setting.flag("cloudwatch_logs") else None,
        trusts=not organization or _trusted(case),
        now=case.now,
    )  # fmt: skip


def _region(case: Case) -> str:
    """Return the home of a new trail: the one configured, the first that was asked for, or the partition's leader."""
    given = case.settings.text("region")
    if given or case.seen.regions_asked:
        return given or case.seen.regions_asked[0]
    return LEADER[case.seen.subject.partition]


def _trusted(case: Case) -> bool:
    """Return whether CloudTrail may act in all accounts of the organization already."""
    services = case.seen.about().organization["org.service_access"].plain()
    return SERVICE in services
