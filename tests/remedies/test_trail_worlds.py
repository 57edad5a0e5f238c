"""What is planned for the trails of the bundled worlds; tests/applying/test_worlds.py mends them from end to end."""

from __future__ import annotations

from rootwarden.model.findings import Status
from rootwarden.model.plan import Risk
from tests.remedies.trail_bench import Start, _lab, _start, bundled, only  # noqa: F401


def test_the_founder_gets_a_trail_worth_its_name(start: Start) -> None:
    """One Region, half of the events, stopped, public, unlocked, unencrypted: all of it is mended.

    The bucket is closed before the trail starts to write into it: were the plan broken off in between, nothing is open.
    """
    bench = start(bundled("solo-founder"))
    plan = bench.plan()
    assert [one.remedy for one in plan.changes] == [
        "close-trail-bucket",
        "close-trail-bucket",
        "record-all-management-events",
        "lock-trail-bucket",
        "encrypt-trail-with-kms-key",
        "enable-log-file-validation",
        "log-trail-bucket-access",
    ]
    assert (plan.changes[2].risk, plan.changes[2].notes) == (Risk.SAFE, ())
    shown = {one.before: one.after for one in plan.changes[2].shows}
    assert (len(shown), shown["it is switched off"]) == (4, "it is switched on")
    (alone,) = bench.plan(("RW-TRAIL-01",)).changes
    assert alone.risk is Risk.CAREFUL  # nobody closes the bucket in this plan
    assert "solo-founder-logs is open to the public" in alone.notes[0]


def test_the_enterprise_keeps_what_is_central_and_mends_the_rotten_two(start: Start) -> None:
    """No second management-event trail is made, and no account but the two is touched."""
    bench = start(bundled("enterprise"), tuple(f"3333333333{n}" for n in ("01", "02", "10", "11")))
    plan = bench.plan()
    assert set(plan.accounts) == {"333333333310", "333333333311"}
    assert "record-all-management-events" not in {one.remedy for one in plan.changes}
    assert only(plan, "restore-trail-delivery").account == "333333333311"


def test_the_startup_has_its_organization_trail_closed_locked_and_encrypted(start: Start) -> None:
    bench = start(bundled("startup"))
    plan = bench.plan()
    assert plan.changes
    assert not [one for one in plan.changes if one.account != "222222222201"]


def test_the_fortress_needs_nothing(start: Start) -> None:
    bench = start(bundled("fortress"))
    assert not bench.plan().changes
    assert not [one for one in bench.findings() if one.status is Status.FAIL]
