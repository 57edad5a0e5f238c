"""The trail delivers now: a trail that is on but whose files do not arrive is a watchman who writes no report.

A deleted bucket, a changed bucket policy or a disabled key stops delivery without any alarm, and an intruder with root
knows it. What was not delivered is lost for the archive. CloudTrail says in its status when it last delivered and with
which error it fails; hardly anybody looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from rootwarden.model.control import Control, Fix
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import Unknown, UnseenError
from rootwarden.model.sight import Log, Sight
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.trail_coverage import GAPS, coverage
from rootwarden.proofs.trails import Trail, judge_trails

CONTROL = Control(
    code="RW-TRAIL-02",
    title="The trail delivers now",
    question="Do the files of the trails you rely on arrive in their bucket?",
    severity=Severity.HIGH,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("cloudtrail.trails", "account.regions?", "org.accounts?"),
    measured=(
        "Looks at the status of each trail that records all management events of all Regions, or would if it were on. "
        "It fails when the trail is switched off or was stopped after its last start, when CloudTrail shows an error "
        "of delivery, when nothing was ever delivered, or when the last file is older than max_delivery_age_minutes "
        "and no digest arrived in the last 90 minutes (or that time, if longer). A trail started within the last hour "
        "that has not delivered yet is left to a person."
    ),
    misses=(
        "Gaps before the last delivery. Files that were delivered and deleted since (RW-TRAIL-06). A trail "
        "without log file validation has no digests: if nothing at all happens in its account, it looks like one that "
        "cannot deliver."
    ),
    remedy="restore-trail-delivery",
    fix=Fix(
        automation="manual",
        steps=(
            "Read the error in the trail's status: NoSuchBucket means the bucket is gone, AccessDenied that its policy "
            "or the policy of its key no longer lets CloudTrail write.",
            "Restore the bucket, its policy or the key, or point the trail to a bucket that accepts it.",
            "Start the trail if it is off, wait fifteen minutes and look at the status again.",
            "Find out in CloudTrail's event history who stopped it: StopLogging, DeleteBucket, PutBucketPolicy.",
        ),
        commands=(
            "aws cloudtrail get-trail-status --region {region} --name {resource}",
            "aws cloudtrail start-logging --region {region} --name {resource}",
            "aws cloudtrail lookup-events --region {region} --lookup-attributes "
            "AttributeKey=EventName,AttributeValue=StopLogging",
        ),
        terraform="""
resource "aws_cloudtrail" "management_events" {
  enable_logging = true
}
""",
    ),
    params={"max_delivery_age_minutes": 60},
    links=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    ),
)

_YOUNG = timedelta(hours=1)
_DIGESTS = timedelta(minutes=90)  # they come hourly, some minutes after the hour


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each trail of the account that is relied on."""
    longest = timedelta(minutes=limits.number("max_delivery_age_minutes"))
    return judge_trails(seen, partial(_judge_one, longest=longest, now=now))


def _judge_one(one: View, trail: Trail, longest: timedelta, now: datetime) -> Iterable[Verdict]:
    relied_on = coverage(trail.recorded_in(Log()), ignoring_status=True)
    if relied_on.gaps:
        yield one.not_applicable(
            f"The trail {trail.name} is not one to rely on: {GAPS[relied_on.gaps[0]]}.", reason="not_relied_on"
        )
    elif relied_on.unseen is not None:
        yield one.cannot_tell(relied_on.unseen)
    else:
        yield _delivery(one, trail, longest, now)


def _delivery(one: View, trail: Trail, longest: timedelta, now: datetime) -> Verdict:
    status = trail["status"]
    stopped = _why_off(status)
    if stopped:
        return one.fails(f"The trail {trail.name} {stopped}: nothing is recorded now.", reason="stopped")
    delivered = _time(status["LatestDeliveryTime"])
    error = status["LatestDeliveryError"].text(default="")
    if error:
        return one.fails(
            f"The trail {trail.name} cannot deliver its files: {error[:80]}. What happens now is not kept.",
            reason=error[:80],
        )
    if (delivered is None or now - delivered > longest) and _digests_arrive(status, longest, now):
        return one.passes(
            f"The bucket of the trail {trail.name} accepts files: its last digest arrived in time.",
            reason="idle",
            notes=("idle: digests arrive and no log file does, as in an account in which nothing happens",),
        )
    if delivered is None:
        return _never(one, trail, status, now)
    age = now - delivered
    if age > longest:
        return one.fails(
            f"The trail {trail.name} delivered its last file {_in_words(age)} ago; files normally follow each other "
            "within minutes while anything happens in the account.",
            reason="stale",
        )
    return one.passes(f"The trail {trail.name} delivered its last file {_in_words(max(age, timedelta()))} ago.")


def _why_off(status: Sight) -> str:
    """Return how the trail came to be off, "" if it is on."""
    if not status["IsLogging"].flag():
        return "is switched off"
    stopped = _time(status["StopLoggingTime"])
    if stopped is None:
        return ""
    started = _time(status["StartLoggingTime"])
    return "was stopped after it was last started" if started is None or stopped > started else ""


def _digests_arrive(status: Sight, longest: timedelta, now: datetime) -> bool:
    """Return whether a digest arrived lately, which proves that the bucket accepts files.

    CloudTrail delivers one every hour, an empty one if nothing happened (CloudTrail User Guide, "CloudTrail digest file
    structure").
    """
    digest = _time(status["LatestDigestDeliveryTime"])
    if digest is None or now - digest > max(longest, _DIGESTS):
        return False
    return status["LatestDigestDeliveryError"].text(default="") == ""


def _time(sight: Sight) -> datetime | None:
    """Read a time of the status; "", which older fields hold, is none."""
    return None if sight.recorded_in(Log()).is_none or _is_empty(sight) else sight.time(default=None)


def _is_empty(sight: Sight) -> bool:
    return sight.recorded_in(Log()).plain() == "" and sight.text() == ""


def _never(one: View, trail: Trail, status: Sight, now: datetime) -> Verdict:
    started = _time(status["StartLoggingTime"])
    if started is None:
        raise UnseenError(Unknown("field_missing"), f"{status.path}.StartLoggingTime")
    if now - started > _YOUNG:
        return one.fails(
            f"The trail {trail.name} has not delivered a single file since it was started {_in_words(now - started)} "
            "ago: nothing it should have recorded is kept.",
            reason="never_delivered",
        )
    return one.manual(
        f"The trail {trail.name} was started {_in_words(now - started)} ago and has not delivered yet. "
        "Look again in an hour.",
        reason="too_new",
    )


def _in_words(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}s"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
