"""All management events in all Regions are recorded: what no trail records, nobody can ever find out about root.

CloudTrail is the only witness of a root sign-in, of a new root key, of a deleted backup. Root can act in every Region,
also in those that nobody uses, and its sign-ins are written in one Region only. A trail that covers a single Region, or
that leaves out reads, writes or the identity services, is a camera that points at the wrong door.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rootwarden.model.control import Control, Fix, ids
from rootwarden.model.facts import Scope
from rootwarden.model.findings import Practice, Severity, Verdict
from rootwarden.model.thresholds import Thresholds
from rootwarden.model.view import View
from rootwarden.proofs.regions import regions_in_use
from rootwarden.proofs.trail_coverage import GAPS, Coverage, coverage, together
from rootwarden.proofs.trail_selectors import NOISY_SOURCES
from rootwarden.proofs.trails import Trail, survey

CONTROL = Control(
    code="RW-TRAIL-01",
    title="All management events in all regions are recorded",
    question="Does a CloudTrail trail record every management event in every Region of the account?",
    severity=Severity.CRITICAL,
    practice=Practice.WATCH_ROOT,
    scope=Scope.ACCOUNT,
    facts=("cloudtrail.trails", "account.regions", "org.accounts?"),
    measured=(
        "One trail must cover all Regions, include global services, be switched on and select read and write "
        "management events. Selectors are judged by what they match: several add up, names are ignored, a trail "
        "without selectors records everything. Leaving out KMS or RDS Data API events is noted, leaving out any other "
        "service fails. An organization trail counts for every member; its state is read where it is owned."
    ),
    misses=(
        "Events between the snapshot and now. Whether the files arrive (RW-TRAIL-02) and stay (RW-TRAIL-06). "
        "CloudTrail Lake event data stores, which are no trails. Data events, such as reads of single objects."
    ),
    remedy="record-all-management-events",
    fix=Fix(
        automation="assisted",
        steps=(
            "In an organization, make one organization trail from the management account; it covers every member and "
            "costs nothing for the first copy of management events.",
            "Otherwise turn the existing trail into a multi-Region one, or create one with the commands below.",
            "Put its bucket into an account of its own, then switch the trail on.",
        ),
        commands=(
            "aws cloudtrail create-trail --region {region} --name management-events --s3-bucket-name TRAIL_BUCKET "
            "--is-multi-region-trail --include-global-service-events --enable-log-file-validation",
            "aws cloudtrail put-event-selectors --region {region} --trail-name management-events --event-selectors "
            '\'[{"ReadWriteType":"All","IncludeManagementEvents":true}]\'',
            "aws cloudtrail start-logging --region {region} --name management-events",
        ),
        terraform="""
resource "aws_cloudtrail" "management_events" {
  name                          = "management-events"
  s3_bucket_name                = "TRAIL_BUCKET"
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
}
""",
    ),
    frameworks={
        "cis_aws_1.4": ("3.1",),
        "cis_aws_1.5": ("3.1",),
        "cis_aws_2.0": ("3.1",),
        "cis_aws_3.0": ("3.1",),
        "cis_aws_4.0": ("3.1",),
        "cis_aws_5.0": ("3.1",),
        "cis_aws_6.0": ("4.1",),
        "cis_aws_7.0": ("4.1",),
        "aws_fsbp": ("CloudTrail.1", "CloudTrail.3"),
        "nist_800_53_r5": ids(
            "ac_2_4 ac_3_1 ac_3_10 ac_4_26 ac_6_9 au_2_b au_3_1 au_3_a au_3_b au_3_c au_3_d au_3_e au_3_f au_6_3 "
            "au_6_4 au_6_6 au_6_9 au_8_b au_10 au_12_a au_12_c au_12_1 au_12_2 au_12_3 au_12_4 au_14_a au_14_b "
            "au_14_3 ca_7_b cm_5_1_b cm_6_a cm_9_b ia_3_3_b ma_4_1_a pm_14_a_1 pm_14_b pm_31 sc_7_9_b si_1_1_c "
            "si_3_8_b si_4_2 si_4_17 si_4_20 si_7_8 si_10_1_c"
        ),
        "pci_dss_4.0": ids(
            "10.2.1.1 10.2.1.2 10.2.1.3 10.2.1.4 10.2.1.5 10.2.1.6 10.2.1.7 10.2.1 10.2.2 10.3.1 10.6.3 5.3.4 A1.2.1"
        ),
        "iso_27001_2022": ("A.8.15", "A.8.16"),
        "soc_2": ("cc_2_1", "cc_7_2", "cc_a_1_1", "pi_1_3"),
    },
    params={"allow_combined_trails": False},
    links=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-multi-region-trails.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    ),
)


def judge(seen: View, limits: Thresholds, now: datetime) -> Iterable[Verdict]:
    """Judge one account by all trails that record it, its own and the organization's."""
    found = survey(seen)
    looked = [_look(seen, trail) for trail in (*found.here, *found.elsewhere)]
    for one, covered in looked:
        if covered.complete:
            yield _records(one, covered, [other for _, other in looked if other is not covered])
            return
    if limits.flag("allow_combined_trails") and looked:
        one = _all_of_them(seen, looked)
        if together([covered for _, covered in looked], regions_in_use(one)):
            yield one.passes("Several trails together record all management events of every Region.", reason="combined")
            return
    for one, covered in looked:
        if covered.unseen is not None and (not covered.gaps or limits.flag("allow_combined_trails")):
            yield one.cannot_tell(covered.unseen)
            return
    alone = looked and not limits.flag("allow_combined_trails")  # a trail of one Region could change nothing
    gap = found.why_incomplete if alone else found.why_not_everywhere
    if gap is not None:
        yield found.scratch.cannot_tell(gap)
    elif looked:
        yield _falls_short(*min(looked, key=lambda pair: len(pair[1].gaps)))
    else:
        yield found.scratch.fails(
            "No trail records this account. Whatever root does, nobody can find out afterwards.", reason="no_trail"
        )


def _look(seen: View, trail: Trail) -> tuple[View, Coverage]:
    one = seen.about()
    return one, coverage(trail.recorded_in(one.log))


def _all_of_them(seen: View, looked: list[tuple[View, Coverage]]) -> View:
    one = seen.about()
    for view, _ in looked:
        one.log.entries.update(view.log.entries)
    return one


def _records(one: View, covered: Coverage, others: list[Coverage]) -> Verdict:
    regions = len(regions_in_use(one))
    trail, left_out = covered.trail, sorted(covered.recorded.excluded) if covered.recorded else []
    notes = [f"excluded_sources: events of {', '.join(left_out)} are left out"] if left_out else []
    copies = [other.trail.name for other in others if other.logging and _keeps_some(other)]
    if copies:
        notes.append(f"duplicate_trails: {', '.join(copies)} records management events again; AWS charges for copies")
    whose = "" if trail.owner == one.subject.account else f" of account {trail.owner}"
    return one.passes(
        f"The trail {trail.name}{whose} records all management events in all {regions} Regions in use.", notes=notes
    )


def _keeps_some(other: Coverage) -> bool:
    return other.recorded is not None and (other.recorded.reads or other.recorded.writes)


def _falls_short(one: View, covered: Coverage) -> Verdict:
    names = ", ".join(sorted(covered.recorded.excluded - NOISY_SOURCES)) if covered.recorded else ""
    missing = "; ".join(GAPS[gap] + (f" ({names})" if gap == "source_excluded" else "") for gap in covered.gaps)
    return one.fails(
        f"No trail records everything. The best one, {covered.trail.name}, falls short: {missing}. "
        "What root does there leaves no trace.",
        reason=covered.gaps[0],
    )
