"""Log file validation is on: without it nobody can prove that a log file was not changed or removed afterwards.

With validation CloudTrail signs a digest of its files every hour. An intruder who gets at the bucket can still delete
files, but no longer without being noticed, and a log that was never touched can be shown to be so: to an auditor, an
insurer or a court. Switching it on costs nothing and starts the proof from that hour on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from rootwarden.model.control import Control, Fix, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.readings import UnseenError
from rootwarden.model.sight import Log
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.trails import Trail, judge_trails

CONTROL = Control(
    code="RW-TRAIL-03",
    title="Log file validation is on",
    question="Does each trail sign digests of its log files?",
    severity=Severity.MEDIUM,
    practice=Practice.WATCH_ROOT,
    scope=Scope.RESOURCE,
    facts=("cloudtrail.trails", "account.regions?", "org.accounts?"),
    measured=(
        "LogFileValidationEnabled must be true for every trail the account owns; the copies of one trail in other "
        "Regions and in member accounts count once. A note says when the last digest is older than three hours."
    ),
    misses=(
        "Whether anybody validates the digests, whether they are still in the bucket, and files written before "
        "validation was switched on."
    ),
    remedy="enable-log-file-validation",
    fix=Fix(
        automation="auto",
        steps=(
            "Switch validation on; the first digest follows within the hour.",
            "Validate the files once a month, or let Rootwarden do it.",
        ),
        commands=(
            "aws cloudtrail update-trail --region {region} --name {resource} --enable-log-file-validation",
            "aws cloudtrail validate-logs --region {region} --trail-arn {resource} --start-time 2026-01-01T00:00:00Z",
        ),
        terraform="""
resource "aws_cloudtrail" "management_events" {
  enable_log_file_validation = true
}
""",
    ),
    frameworks={
        "cis_aws_1.4": ("3.2",),
        "cis_aws_1.5": ("3.2",),
        "cis_aws_2.0": ("3.2",),
        "cis_aws_3.0": ("3.2",),
        "cis_aws_4.0": ("3.2",),
        "cis_aws_5.0": ("3.2",),
        "cis_aws_6.0": ("4.2",),
        "cis_aws_7.0": ("4.2",),
        "aws_fsbp": ("CloudTrail.4",),
        "nist_800_53_r5": ids(
            "au_9_a cm_6_a cm_9_b pm_11_b pm_17_b sa_1_1 sa_10_1 sc_16_1 si_1_a_2 si_4_d si_7_1 si_7_3 si_7_7 si_7_a"
        ),
        "pci_dss_4.0": ("10.3.2", "10.3.3", "10.3.4", "A1.2.1"),
        "iso_27001_2022": ("A.8.15", "A.8.16"),
        "soc_2": ("cc_7_3", "pi_1_3"),
    },
    links=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-enabling.html",
    ),
)

_DIGESTS_FOLLOW_WITHIN = timedelta(hours=3)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge each trail of the account."""
    return judge_trails(seen, partial(_judge_one, now=now))


def _judge_one(one: View, trail: Trail, now: datetime) -> Iterable[Verdict]:
    if trail["LogFileValidationEnabled"].flag():
        yield one.passes(f"The trail {trail.name} signs digests of its files.", notes=_notes(trail, now))
    else:
        yield one.fails(
            f"The trail {trail.name} signs no digests: its files can be changed or removed and nobody can tell.",
            reason="validation_off",
        )


def _notes(trail: Trail, now: datetime) -> tuple[str, ...]:
    """Say whether digests still arrive; looked at aside, because it does not decide."""
    try:
        last = trail.recorded_in(Log())["status"]["LatestDigestDeliveryTime"].time(default=None)
    except UnseenError:
        return ()
    if last is not None and now - last <= _DIGESTS_FOLLOW_WITHIN:
        return ()
    when = f"the last digest is of {last:%Y-%m-%d %H:%M} UTC" if last is not None else "no digest was delivered yet"
    return (f"digest_stale: {when}",)
