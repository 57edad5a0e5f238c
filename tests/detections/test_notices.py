"""What is told by others than CloudTrail's records: spending out of line, and trails that fell silent."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from rootwarden.model.alert import Act
from rootwarden.model.context import Context
from rootwarden.model.findings import Severity
from rootwarden.model.notices import digest_notice, spending_notice
from rootwarden.trail.shapes import unwrap
from tests.detections.scenes import ACCOUNT, DAY, SECOND, act, at, failed_sign_in, shot
from tests.detections.stage import LATE, alerts, approved, give, ids, in_turn, new_watch, only, revised
from tests.trail.spending_messages import budget_text, notification


# -- RD-115 ----------------------------------------------------------------------------------------------------
def spent(when, account=ACCOUNT, source="monitor-1"):
    """Return the notice of unusual spending."""
    return spending_notice(account, when, Decimal("1234.50"), "USD", source)


def test_root_acts_and_spending_leaves_its_course():
    """Within two days, whichever came first; the later of the two completes it."""
    call, notice = act(DAY), spent(at("48:00"))
    found = only("RD-115", [call, notice])
    assert found.event_ids == (*ids(call), notice.identity)
    assert found.event_time == notice.time
    assert found.severity is Severity.CRITICAL
    assert "1234.50 USD by monitor-1" in found.says
    assert only("RD-115", [spent(DAY), act(at("48:00"))]).event_time == at("48:00")


def test_near_spending():
    """A second too late, another account, a service of root, a refused sign-in, one of the two alone."""
    assert not alerts("RD-115", [act(DAY), spent(at("48:00:01"))])
    assert not alerts("RD-115", [spent(DAY), act(at("48:00:01"))])
    assert not alerts("RD-115", [act(DAY, SECOND), spent(at("01:00"))])
    assert not alerts("RD-115", [shot("autoscaling-launches-as-root", DAY), spent(at("01:00"))])
    assert not alerts("RD-115", [failed_sign_in(DAY), spent(at("01:00"))])
    assert not alerts("RD-115", [act(DAY)])
    assert not alerts("RD-115", [spent(DAY)])


def test_a_late_act_revises_spending():
    """It is added; the first act near the notice completes it if it came later."""
    first, second, notice = act(DAY), act(at("10:00")), spent(at("20:00"))
    assert revised("RD-115", [second, notice], [first]).event_ids == (*ids(first, second), notice.identity)


def test_notices_that_one_act_completes_are_one_alert():
    """Two monitors may report the same spending; no two alerts share a fingerprint."""
    one, two, call = spent(DAY), spent(at("01:00"), source="monitor-2"), act(at("10:00"))
    found = only("RD-115", [one, two, call])
    assert found.event_ids == (one.identity, two.identity, *ids(call))
    assert "monitor-1; 1234.50 USD by monitor-2" in found.says
    assert len(alerts("RD-115", [call, spent(at("11:00")), spent(at("12:00"), source="monitor-2")])) == 2


def as_read(*messages):
    """Return the notices that messages of AWS give once they are read."""
    items = [item for one in messages for item in unwrap(one, "f")]
    return [spending_notice(one.account, one.when, one.amount, one.currency, one.source) for one in items]


def test_messages_as_aws_sends_them():
    """A budget's forecast counts; two alerts of one budget on a day are two notices, the same one twice is one."""
    sent = {"Timestamp": f"{DAY:%Y-%m-%dT%H:%M:%SZ}"}
    texts = [
        budget_text("monthly", "November 24, 2026", ("$9", threshold, "$12.50"), kind=kind, account=ACCOUNT)
        for threshold, kind in (("$5.00", "ACTUAL"), ("$8.00", "ACTUAL"), ("$9.00", "FORECASTED"))
    ]
    notices = as_read(*(notification(text, **sent) for text in [*texts, texts[0]]))
    found = only("RD-115", [*notices, act(at("01:00"))])
    for said in ("7.50 USD by budget monthly (ACTUAL > $5.00)", "4.50 USD", "3.50 USD by budget monthly (FORECASTED"):
        assert found.says.count(said) == 1
    assert len(set(found.event_ids)) == len(found.event_ids) == 4


def test_approved_spending_weighs_less():
    """If what completes it lies in the window."""
    context = approved(ACCOUNT, DAY, at("12:00"))
    assert only("RD-115", [spent(DAY), act(at("10:00"))], context).severity is Severity.HIGH


# -- RD-119 ----------------------------------------------------------------------------------------------------
def digests(*clocks, region="eu-west-1", account=ACCOUNT):
    """Return digests that arrived."""
    return [digest_notice(account, region, at(clock)) for clock in clocks]


def test_a_trail_falls_silent():
    """Three hours after the last digest, by the clock alone."""
    spoke = digests("00:00", "01:00")
    assert not alerts("RD-119", spoke, now=at("04:00"))
    found = only("RD-119", spoke, now=at("04:00:01"))
    assert found.event_ids == (spoke[1].identity,)
    assert found.severity is Severity.HIGH
    assert found.region == "eu-west-1"
    assert "not heard since" in found.says


def test_silence_is_noticed_without_another_record():
    """The watch asks again when the time is over."""
    watch = give(new_watch(), digests("00:00"))
    assert not watch.flush(at("02:59"))
    assert [update.alert.code for update in watch.flush(at("03:01"))] == ["RD-119"]


def test_near_silence():
    """A digest exactly three hours later; no digest ever known; records of people do not count."""
    assert not alerts("RD-119", digests("00:00", "03:00"), now=at("04:00"))
    assert not alerts("RD-119", [act(DAY)], now=LATE)
    assert alerts("RD-119", [*digests("00:00"), act(at("02:00"))], now=at("03:01"))


def test_each_region_and_account_has_its_own_trail():
    """One speaks, another does not."""
    other = digests("02:00", region="us-east-1") + digests("02:00", account=SECOND)
    assert only("RD-119", digests("00:00") + other, now=at("04:00")).region == "eu-west-1"


def test_a_late_digest_ends_the_silence():
    """A backfill digest withdraws it; one after the gap says how long it lasted."""
    news = in_turn("RD-119", digests("00:00"), digests("01:00", "02:00", "03:00", "04:00"), now=at("04:30"))
    assert [update.act for update in news] == [Act.RAISED, Act.WITHDRAWN]
    found = revised("RD-119", digests("00:00"), digests("05:00"), now=at("05:30"))
    assert "until 2026-11-24 05:00 UTC" in found.says


def test_silence_lasts_as_long_as_it_lasts():
    """Whatever else is forgotten after days of other records, the alert stands, and ends when the trail speaks."""
    watch = give(new_watch(Context(lateness=timedelta(hours=1))), digests("00:00"))
    told = []
    for hour in range(1, 200):
        give(watch, [act(DAY + timedelta(hours=hour), SECOND)])
        told += [one for one in watch.flush(DAY + timedelta(hours=hour)) if one.alert.code == "RD-119"]
    give(watch, digests("200:00"))
    told += [one for one in watch.flush(at("200:10")) if one.alert.code == "RD-119"]
    assert [one.act for one in told] == [Act.RAISED, Act.REVISED]
    assert "until 2026-12-02 08:00 UTC" in told[-1].alert.says


def test_silence_weighs_the_same_in_a_window():
    """No approval covers it: the alert is about no act of root."""
    context = approved(ACCOUNT, DAY, at("12:00"))
    assert only("RD-119", digests("00:00"), context, now=at("04:00")).severity is Severity.HIGH
