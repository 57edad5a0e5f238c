"""Root audits in the run log: which of those that were seen said beforehand what they would do."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.store.runs import drills, log_audit, not_logged
from tests.store.samples import NOW

HOUR = timedelta(hours=1)


def strange(store, **seen):
    """Return which are strange of audits that were seen from so many minutes after NOW to so many."""
    times = {name: tuple(NOW + timedelta(minutes=one) for one in span) for name, span in seen.items()}
    with store.read() as connection:
        return not_logged(connection, times)


def test_nothing_is_strange_while_no_audit_was_logged(store):
    """They are run where the store is out of reach."""
    assert strange(store, one=(0, 5)) == set()


def test_what_is_not_in_the_log_or_not_at_its_time_is_strange(store):
    """An identity can be read in CloudTrail, and used again by whoever may assume the role."""
    log_audit(store, "logged", NOW, NOW + HOUR, b"{}")
    assert strange(store, logged=(0, 60), another=(0, 5)) == {"another"}
    assert strange(store, logged=(-4, 64)) == set()
    for span in ((-6, 5), (50, 66), (600, 610)):
        assert strange(store, logged=span) == {"logged"}
    assert strange(store) == set()
    assert drills(store) == []
