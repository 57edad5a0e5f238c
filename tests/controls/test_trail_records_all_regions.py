"""RW-TRAIL-01: one trail must record all management events of all Regions, judged by what its selectors match."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.model.findings import Status
from tests.controls.judged import ACCOUNT, cited, judge, only, unread
from tests.controls.trail_facts import MANAGEMENT, ORG_TRAIL, REGIONS, SELECTORS, TRAIL, facts, trail, without

SLUG = "trail-records-all-regions"
FACT = "cloudtrail.trails"


def one(*trails: dict[str, Any], **rest: Any):
    """Return the finding for an account with these trails."""
    return only(SLUG, {FACT: list(trails), "account.regions": REGIONS}, **rest)


def classic(**changes: Any) -> dict[str, Any]:
    """Return classic selectors with one selector that differs."""
    return {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, **changes}]}


def advanced(*extra: dict[str, Any], name: str = "Management events selector") -> dict[str, Any]:
    """Return an advanced selector for management events with further conditions."""
    return {"Name": name, "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, *extra]}


ONLY_WRITES = classic(ReadWriteType="WriteOnly")
READS = {"Field": "readOnly", "Equals": ["true"]}
WRITES = {"Field": "readOnly", "Equals": ["false"]}


def test_good_trail_passes_and_cites_what_matters():
    """A multi-Region trail that is on and selects everything passes, with the Regions it covers as denominator."""
    finding = one(trail())
    assert finding.status is Status.PASS and "all 2 Regions" in finding.message
    evidence = cited(finding)
    assert evidence[f"{FACT}[{TRAIL}].IsMultiRegionTrail"] is True
    assert evidence[f"{FACT}[{TRAIL}].status.IsLogging"] is True
    assert evidence["account.regions"] == "3 items"


def test_no_trail_fails():
    """Without any trail nothing is recorded."""
    assert (one().status, one().reason) == (Status.FAIL, "no_trail")


def test_regions_that_were_not_asked_allow_no_fail():
    """Where Regions were left out, nobody knows that there is no trail; a trail of all Regions shows up in each."""
    asked = ("eu-west-1",)
    assert (one(regions_asked=asked).status, one(regions_asked=asked).reason) == (Status.UNKNOWN, "region_not_asked")
    assert one(regions_asked=("eu-west-1", "us-east-1")).reason == "no_trail"
    assert one(trail(), regions_asked=("us-east-1",)).status is Status.PASS
    local = trail(IsMultiRegionTrail=False)
    assert one(local, regions_asked=asked).reason == "single_region"
    combined = {"allow_combined_trails": True}
    assert one(local, regions_asked=asked, settings=combined).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"IsMultiRegionTrail": False}, "single_region"),
        ({"IncludeGlobalServiceEvents": False}, "no_global_events"),
        ({"status": {"IsLogging": False}}, "not_logging"),
        ({"selectors": classic(ReadWriteType="ReadOnly")}, "reads_only"),
        ({"selectors": classic(ReadWriteType="WriteOnly")}, "writes_only"),
        ({"selectors": classic(IncludeManagementEvents=False)}, "no_management_events"),
        ({"selectors": classic(ExcludeManagementEventSources=["iam.amazonaws.com"])}, "source_excluded"),
        ({"selectors": classic(ExcludeManagementEventSources=["sts.amazonaws.com"])}, "source_excluded"),
        ({"selectors": classic(ExcludeManagementEventSources=["signin.amazonaws.com"])}, "source_excluded"),
        ({"selectors": {"AdvancedEventSelectors": [advanced(READS)]}}, "reads_only"),
        ({"selectors": {"AdvancedEventSelectors": [advanced(WRITES)]}}, "writes_only"),
        (
            {
                "selectors": {
                    "AdvancedEventSelectors": [
                        {
                            "Name": "Management events selector",
                            "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}],
                        }
                    ]
                }
            },
            "no_management_events",
        ),
        (
            {
                "selectors": {
                    "AdvancedEventSelectors": [advanced({"Field": "eventSource", "NotEquals": ["iam.amazonaws.com"]})]
                }
            },
            "source_excluded",
        ),
        (
            {
                "selectors": {
                    "AdvancedEventSelectors": [advanced({"Field": "eventSource", "Equals": ["iam.amazonaws.com"]})]
                }
            },
            "no_management_events",
        ),
    ],
)
def test_each_shortfall_fails(changes: dict[str, Any], reason: str):
    """Each way to miss events fails, under its own reason; a name of a selector proves nothing."""
    finding = one(trail(**changes))
    assert (finding.status, finding.reason) == (Status.FAIL, reason)


@pytest.mark.parametrize(
    "selectors",
    [
        None,
        {},
        {"EventSelectors": []},
        {"AdvancedEventSelectors": []},
        SELECTORS,
        {"AdvancedEventSelectors": [advanced(name="x")]},
        {"AdvancedEventSelectors": [advanced(READS), advanced(WRITES)]},
        {
            "EventSelectors": [
                *classic(ReadWriteType="ReadOnly")["EventSelectors"],
                *classic(ReadWriteType="WriteOnly")["EventSelectors"],
            ]
        },
    ],
)
def test_selectors_that_record_everything_pass(selectors: Any):
    """No selector means everything; several add up."""
    assert one(trail(selectors=selectors)).status is Status.PASS


@pytest.mark.parametrize(
    "selectors",
    [
        classic(ExcludeManagementEventSources=["kms.amazonaws.com", "rdsdata.amazonaws.com"]),
        {
            "AdvancedEventSelectors": [
                advanced({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]})
            ]
        },
    ],
)
def test_noisy_sources_may_be_left_out_with_a_note(selectors: Any):
    """KMS and RDS Data API events may be missing; the finding says so."""
    finding = one(trail(selectors=selectors))
    assert finding.status is Status.PASS
    assert finding.notes == ("excluded_sources: events of kms.amazonaws.com, rdsdata.amazonaws.com are left out",)


def test_filter_that_is_not_understood_is_unknown():
    """A selector that filters by a field not known for trails leaves the answer open."""
    selectors = {"AdvancedEventSelectors": [advanced({"Field": "eventName", "NotEquals": ["ConsoleLogin"]})]}
    assert one(trail(selectors=selectors)).status is Status.UNKNOWN


def test_single_region_trails_do_not_add_up_unless_allowed():
    """Trails of single Regions never pass alone; with allow_combined_trails they must cover every Region in use."""
    ireland = trail(IsMultiRegionTrail=False)
    virginia = trail(f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/us", IsMultiRegionTrail=False)
    assert one(ireland, virginia).status is Status.FAIL
    allowed = {"allow_combined_trails": True}
    assert one(ireland, virginia, settings=allowed).status is Status.PASS
    assert one(ireland, settings=allowed).status is Status.FAIL
    no_global = {**virginia, "IncludeGlobalServiceEvents": False}
    assert one(ireland, no_global, settings=allowed).status is Status.FAIL
    off = {**virginia, "status": {"IsLogging": False}}
    assert one(ireland, off, settings=allowed).status is Status.FAIL
    dark = {**virginia, "status": unread(FACT)}
    assert one(ireland, dark, settings=allowed).status is Status.UNKNOWN


def test_combined_trails_may_split_reads_and_writes():
    """Two multi-Region trails, one for reads and one for writes, together record everything."""
    reads = trail(selectors=classic(ReadWriteType="ReadOnly"))
    writes = trail(f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/w", selectors=classic(ReadWriteType="WriteOnly"))
    assert one(reads, writes, settings={"allow_combined_trails": True}).status is Status.PASS
    hidden = {
        **writes,
        "selectors": classic(ReadWriteType="WriteOnly", ExcludeManagementEventSources=["iam.amazonaws.com"]),
    }
    assert one(reads, hidden, settings={"allow_combined_trails": True}).status is Status.FAIL


def test_second_copy_is_noted():
    """A second trail that records management events costs money for nothing."""
    finding = one(trail(), trail(f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/second"))
    assert finding.notes == ("duplicate_trails: second records management events again; AWS charges for copies",)


def test_shadow_copies_count_once():
    """The copies of one trail in several Regions are one trail; that of its home Region is judged."""
    shadow = {**trail(), "region": "us-east-1", "status": {"IsLogging": False}}
    finding = one(shadow, trail())
    assert finding.status is Status.PASS and finding.notes == ()


def test_unread_status_is_unknown_only_if_it_decides():
    """What cannot pass anyway fails; what might pass is unknown; what passes elsewhere passes."""
    dark = trail() | {"status": unread(FACT)}
    other = trail(f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/other")
    assert one(dark).status is Status.UNKNOWN
    assert one(dark | {"IsMultiRegionTrail": False}).status is Status.FAIL
    assert one(dark, other).status is Status.PASS


def test_unread_region_hides_no_pass_and_allows_no_fail():
    """No trails can only be said when every Region was read; a trail that covers all passes all the same."""
    gap = {"region": "us-east-1", **unread(FACT)}
    finding = one(gap)
    assert finding.status is Status.UNKNOWN and "us-east-1" in finding.message
    assert one(gap, trail()).status is Status.PASS
    assert one(gap, trail(IsMultiRegionTrail=False)).status is Status.UNKNOWN


def test_unread_trails_and_regions_are_unknown():
    """Neither the trails nor the list of Regions may be missing from a PASS."""
    assert only(SLUG, {"account.regions": REGIONS}).status is Status.UNKNOWN
    assert only(SLUG, {FACT: [trail()], "account.regions": unread("account.regions")}).status is Status.UNKNOWN
    assert only(SLUG, {FACT: [trail()], "account.regions": []}).status is Status.UNKNOWN


def test_organization_trail_counts_for_a_member_by_the_owners_view():
    """A member's copy may lack status and selectors; the account in the ARN shows them."""
    shadow = trail(ORG_TRAIL, selectors=unread(FACT)) | {"status": unread(FACT)}
    facts_ = {FACT: [shadow], "account.regions": REGIONS}
    assert only(SLUG, facts_).status is Status.UNKNOWN
    finding = only(SLUG, facts_, others={MANAGEMENT: {FACT: [trail(ORG_TRAIL)]}})
    assert finding.status is Status.PASS and MANAGEMENT in finding.message
    assert f"{FACT}[{ORG_TRAIL}]@{MANAGEMENT}.status.IsLogging" in cited(finding)
    stopped = trail(ORG_TRAIL, status={"IsLogging": False})
    assert only(SLUG, facts_, others={MANAGEMENT: {FACT: [stopped]}}).reason == "not_logging"


def test_members_own_view_helps_out():
    """Where the owner could not read the status, the member's own copy tells it."""
    facts_ = {FACT: [trail(ORG_TRAIL)], "account.regions": REGIONS}
    dark = trail(ORG_TRAIL) | {"status": unread(FACT)}
    assert only(SLUG, facts_, others={MANAGEMENT: {FACT: [dark]}}).status is Status.PASS


def test_malformed_trails_are_unknown():
    """What is not as AWS writes it proves nothing."""
    for broken in (
        without(trail(), "TrailARN"),
        without(trail(), "status"),
        without(trail(), "selectors"),
        trail(TrailARN=7),
        trail(IsMultiRegionTrail="yes"),
        trail(selectors={"EventSelectors": [{"ReadWriteType": "Some", "IncludeManagementEvents": True}]}),
        trail(selectors={"EventSelectors": [{"IncludeManagementEvents": True}]}),
    ):
        assert one(broken).status is Status.UNKNOWN


def test_good_facts_give_one_finding():
    """The control speaks once per account."""
    assert len(judge(SLUG, facts())) == 1
