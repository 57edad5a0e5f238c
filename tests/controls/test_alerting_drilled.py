"""Drills of alerting: of each path the newest one counts, it must have passed, lately, and since the last change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.model.drill import Drill, Hop, Method, Passed
from rootwarden.model.findings import Finding, Severity
from tests.controls.judged import ACCOUNT, NOW, cited, judge, unread

SLUG = "alerting-drilled"
BUS, ALARM = "event bus of us-east-1", "alarm root-use"
PASSED = (("record", Passed.PASSED), ("channel oncall", Passed.PASSED), ("acknowledged", Passed.PASSED))


def drill(path: str = BUS, days: float = 3, hops: Any = PASSED, *, digest: str = "now", **more: Any) -> dict[str, Any]:
    """Return a drill that ended so many days ago, as the store keeps it: the JSON of the struct itself."""
    ended = NOW - timedelta(days=days)
    made = Drill(
        id=more.pop("id", f"drill-{path}-{days}"), method=Method.SYNTHETIC, path=path, account=ACCOUNT,
        region="us-east-1", started=ended - timedelta(minutes=1), finished=ended,
        hops=tuple(Hop(name=name, state=state) for name, state in hops), cleaned=more.pop("cleaned", True),
        configuration=digest, **more,
    )  # fmt: skip
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))
    return found


def verdicts(*drills: Any, configuration: Any = "now", now: datetime = NOW, **settings: Any) -> dict[str, Finding]:
    """Return the findings by alert path."""
    kept = {"drills": list(drills), "configuration": configuration}
    return {f.resource: f for f in judge(SLUG, {}, now=now, settings=settings, ledger=kept)}


def verdict(*drills: Any, **rest: Any) -> Finding:
    """Return the only finding."""
    (found,) = verdicts(*drills, **rest).values()
    return found


def broken(hop: str = "record") -> tuple[tuple[str, Passed], ...]:
    """Return hops of which one failed, and the last was not reached."""
    return (("watch", Passed.PASSED), (hop, Passed.FAILED), ("channel oncall", Passed.NOT_REACHED))


# -- what passes and what fails ------------------------------------------------------------------------------------
def test_a_recent_drill_that_passed_is_proof() -> None:
    """It cites when it ended, each hop, the putting back and the configuration; it is filed under who asked."""
    finding = verdict(drill())
    assert (finding.status, finding.severity, finding.account) == ("PASS", Severity.MEDIUM, ACCOUNT)
    assert "due in 177 days" in finding.message
    assert finding.notes == ()
    name = f"evidence.ledger.drills[drill-{BUS}-3]"
    evidence = cited(finding)
    assert evidence[f"{name}.hops[channel oncall].state"] == "passed"
    assert {f"{name}.finished", f"{name}.cleaned", f"{name}.configuration"} < set(evidence)
    assert evidence["evidence.ledger.configuration"] == "now"


def test_without_any_drill_it_fails() -> None:
    """Nobody knows whether an alert arrives."""
    assert (verdict().status, verdict().reason) == ("FAIL", "never_drilled")


def test_the_newest_drill_of_a_path_decides() -> None:
    """An older success does not outweigh a failure, nor an older failure a success; in any order."""
    worked, failed = drill(days=9), drill(days=2, hops=broken())
    for drills in ((worked, failed), (failed, worked)):
        finding = verdict(*drills)
        assert (finding.status, finding.reason) == ("FAIL", "failed")
        assert "not passed: record." in finding.message
    assert verdict(drill(days=9, hops=broken()), drill(days=2)).status == "PASS"


def test_each_path_has_a_finding_of_its_own() -> None:
    """One that is broken does not hide behind one that works."""
    found = verdicts(drill(), drill(ALARM, hops=broken("alarm action")))
    assert {path: f.status for path, f in found.items()} == {BUS: "PASS", ALARM: "FAIL"}
    assert len({f.fingerprint for f in found.values()}) == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"hops": ()}, "it measured no hop"),
        ({"cleaned": False}, "not put back"),
        ({"hops": (("act", Passed.NOT_REACHED),)}, "not passed: act"),
    ],
)
def test_a_drill_must_have_passed_as_a_whole(more: dict[str, Any], said: str) -> None:
    """As the drill itself counts: every hop, at least one, and everything put back."""
    finding = verdict(drill(**more))
    assert (finding.status, finding.reason) == ("FAIL", "failed")
    assert said in finding.message
    assert not msgspec.convert(drill(**more), Drill).passed


def test_a_drill_before_the_last_change_does_not_count() -> None:
    """Whatever it showed, it showed of something else."""
    finding = verdict(drill(digest="before"))
    assert (finding.status, finding.reason) == ("FAIL", "changed_since")
    assert verdict(drill(digest="before"), drill(days=1)).status == "PASS"


@pytest.mark.parametrize(
    ("days", "status", "reason"),
    [
        (149, "PASS", ""),
        (150, "MANUAL", "due_soon"),
        (180.9, "MANUAL", "due_soon"),
        (181, "FAIL", "overdue"),
        (4000, "FAIL", "overdue"),
    ],
)
def test_age_is_in_whole_days(days: float, status: str, reason: str) -> None:
    """180 days and anything short of 181 is in time; within 30 days of it somebody has to see to it."""
    finding = verdict(drill(days=days))
    assert (finding.status, finding.reason) == (status, reason)


def test_both_limits_are_settings() -> None:
    """A team may want it every quarter, or be told later."""
    assert verdict(drill(days=91), drill_interval_days=90).reason == "overdue"
    assert verdict(drill(days=170), warn_days=5).status == "PASS"


def test_paths_that_must_work_can_be_named() -> None:
    """One that was never drilled fails; one that is gone is left out."""
    found = verdicts(drill(), drill("alarm gone", days=300), paths=(BUS, ALARM))
    assert {path: f.reason for path, f in found.items()} == {BUS: "", ALARM: "never_drilled"}
    assert {path: f.reason for path, f in verdicts(paths=(ALARM,)).items()} == {ALARM: "never_drilled"}


def test_a_drill_of_another_kind_shows_nothing_of_alerting() -> None:
    """A drill of break-glass is none of alerting."""
    assert verdict(drill(kind="break_glass")).reason == "never_drilled"


def test_a_drill_after_the_instant_judged_does_not_count() -> None:
    """So that a snapshot judged again tells the same, whatever was drilled since; the reader is told."""
    later = drill(days=-2, hops=broken())
    finding = verdict(drill(), later)
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("later_drills")
    assert verdict(later).reason == "never_drilled"
    assert verdict(drill(), later, now=NOW + timedelta(days=3)).reason == "failed"


def test_delivered_is_not_read() -> None:
    """A drill that nobody had to acknowledge passes, with a note."""
    finding = verdict(drill(hops=PASSED[:2]))
    assert finding.status == "PASS"
    assert finding.notes[0].startswith("not_acknowledged")


# -- what nobody can tell ------------------------------------------------------------------------------------------
def test_without_a_store_a_person_has_to_say() -> None:
    """Plain mode: neither a pass nor something that could not be read."""
    (finding,) = judge(SLUG, {}, ledger=None)
    assert (finding.status, finding.reason) == ("MANUAL", "no_store")
    assert "--store" in finding.message


def test_without_a_configuration_a_person_has_to_say() -> None:
    """Nobody can tell whether the watch was changed since; a failure needs no configuration to be one."""
    finding = verdict(drill(), configuration="")
    assert (finding.status, finding.reason) == ("MANUAL", "configuration_unknown")
    assert verdict(drill(digest=""), configuration="").status == "MANUAL"
    assert verdict(drill(hops=broken()), configuration="").status == "FAIL"
    assert verdict(drill(days=200), configuration="").status == "FAIL"


def test_an_unread_store_is_unknown() -> None:
    """With the reason."""
    (finding,) = judge(SLUG, {}, ledger=unread("evidence.ledger", "store_unreadable", hint="name another"))
    assert (finding.status, finding.reason) == ("UNKNOWN", "store_unreadable")
    assert "name another" in finding.message


MARK = unread("evidence.ledger", "drill_unreadable")


@pytest.mark.parametrize("field", ["finished", "hops", "cleaned", "configuration"])
def test_a_value_that_cannot_be_read_is_unknown(field: str) -> None:
    """Of the drill that decides; an older one's hops do not matter."""
    assert verdict(drill() | {field: MARK}).status == "UNKNOWN"
    older = drill(days=9) | {field: MARK}
    assert verdict(older, drill()).status == ("UNKNOWN" if field == "finished" else "PASS")


def test_a_drill_that_cannot_be_told_might_be_any_paths_newest() -> None:
    """So that neither success nor failure of any path is proven."""
    assert verdict(drill(), MARK).status == "UNKNOWN"
    assert verdict(drill(hops=broken()), MARK).status == "UNKNOWN"
    for field in ("id", "path", "kind", "finished"):
        assert verdict(drill(), drill(ALARM) | {field: 7}).status == "UNKNOWN"


def test_a_hop_that_cannot_be_read_does_not_hide_one_that_failed() -> None:
    """What is disproven stays so; what only might be is unknown."""
    odd = {"name": "odd", "state": MARK}
    assert verdict(drill(hops=broken()) | {"hops": [odd, {"name": "record", "state": "failed"}]}).status == "FAIL"
    assert verdict(drill() | {"hops": [odd, {"name": "record", "state": "passed"}]}).status == "UNKNOWN"


@given(
    st.lists(st.tuples(st.sampled_from([BUS, ALARM]), st.integers(0, 400), st.booleans()), min_size=1, max_size=8),
    st.integers(1, 365), st.randoms(),
)  # fmt: skip
def test_verdicts_follow_the_newest_drill(drills: Any, interval: int, dice: Any) -> None:
    """For any history in any order: a path passes exactly when its newest drill passed within the interval."""
    made = [
        drill(path, days, PASSED if passed else broken(), id=f"{number:03}")
        for number, (path, days, passed) in enumerate(drills)
    ]
    dice.shuffle(made)
    found = verdicts(*made, drill_interval_days=interval, warn_days=0)
    assert set(found) == {path for path, _, _ in drills}
    for path, finding in found.items():
        newest = min((days, -number, passed) for number, (of, days, passed) in enumerate(drills) if of == path)
        due = newest[0] == interval
        good = newest[2] and newest[0] <= interval
        assert finding.status == (("MANUAL" if due else "PASS") if good else "FAIL")


def test_times_of_any_zone_are_instants() -> None:
    """A store may have been written elsewhere."""
    ended = (NOW - timedelta(days=149)).astimezone(UTC).isoformat()
    assert verdict(drill() | {"finished": ended}).status == "PASS"
    assert verdict(drill() | {"finished": "some day"}).status == "UNKNOWN"
