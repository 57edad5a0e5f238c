"""Incidents as they grow: what belongs together is one, in whatever order it comes, and what was forgotten is gone."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest

from rootwarden.model.event import NO_TIME
from rootwarden.model.findings import Severity
from rootwarden.model.incident_book import BookState, IncidentBook
from rootwarden.model.incidents import incidents
from tests.detections.scenes import DAY, SECOND, THIRD
from tests.model.growing import alert

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def placed(*alerts, book=None):
    """Return the names of the incidents that alerts are in once all have come, in their order."""
    book = book or IncidentBook()
    for one in alerts:
        book.place(one.fingerprint, one)
    return [book.of(one.fingerprint).id for one in alerts]


def together(*alerts):
    """Return whether alerts are one incident, whatever order they come in."""
    (found,) = {len({*placed(*order)}) for order in permutations(alerts)}
    return found == 1


# -- what belongs together -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("apart", "more", "joined"),
    [
        (timedelta(days=400), {"event_ids": ("x/1",)}, True),
        (12 * HOUR, {"access_key": "ASIA5ONE"}, True),
        (12 * HOUR + MINUTE, {"access_key": "ASIA5ONE"}, False),
        (HOUR, {"source": "198.51.100.66"}, True),
        (HOUR + MINUTE, {"source": "198.51.100.66"}, False),
        (HOUR, {"region": "us-east-1"}, True),
        (HOUR + MINUTE, {"region": "us-east-1"}, False),
        (MINUTE, {}, False),
    ],
    ids=["record", "key", "key, later", "address", "address, later", "Region", "Region, later", "nothing"],
)
def test_signs_of_belonging_together(apart, more, joined):
    """Of two accounts, so that nothing else joins them."""
    assert together(alert(DAY, **more), alert(DAY + apart, SECOND, **more)) is joined


def test_an_account_is_one_incident_until_it_was_quiet_for_an_hour():
    """Each alert makes it last; without an account nothing is joined by it."""
    assert together(alert(DAY), alert(DAY + HOUR), alert(DAY + 2 * HOUR))
    assert not together(alert(DAY), alert(DAY + HOUR + MINUTE))
    assert not together(alert(DAY, ""), alert(DAY, "", name="another"))


def test_an_address_joins_alerts_of_one_detection_only():
    """An office has one address for all that it does."""
    other = alert(DAY, SECOND, source="198.51.100.66", code="RD-002")
    assert not together(alert(DAY, source="198.51.100.66"), other)


def test_regions_join_only_what_has_no_address():
    """Or all that happens in a Region would be one."""
    one, other = (alert(DAY, who, source=f"198.51.100.{n}", region="us-east-1") for n, who in enumerate("ab"))
    assert not together(one, other)


def test_what_links_two_incidents_makes_them_one():
    """The older one goes on; names of the other lead there."""
    book = IncidentBook()
    old, new = alert(DAY, access_key="ASIA5ONE"), alert(DAY + 2 * HOUR, SECOND)
    first, second = placed(old, new, book=book)
    assert first != second
    link = alert(DAY + 2 * HOUR + MINUTE, SECOND, access_key="ASIA5ONE", severity=Severity.CRITICAL, title="Worse")
    found = book.place(link.fingerprint, link)
    assert (found.incident.id, found.joined) == (first, (second,))
    assert book.of(new.fingerprint) is found.incident
    assert found.incident.counts == {"RD-001": 3}
    assert (found.incident.severity, found.incident.title) == (Severity.CRITICAL, "Worse")
    assert (found.incident.first, found.incident.last) == (DAY, DAY + 2 * HOUR + MINUTE)
    assert found.incident.subjects == [old.subject, SECOND]


def test_three_incidents_at_once():
    """One alert may join any number; the oldest goes on."""
    book = IncidentBook()
    keys = [alert(DAY + n * MINUTE, who, access_key=f"ASIA{n}") for n, who in enumerate((THIRD, SECOND, "x"))]
    names = placed(*keys, book=book)
    shared = tuple(one.completed_by for one in keys)
    found = book.place("link", alert(DAY + HOUR, "y", event_ids=shared))
    assert found.incident.id == names[0]
    assert sorted(found.joined) == sorted(names[1:])
    assert sum(found.incident.counts.values()) == 4


def test_an_alert_that_moves_takes_its_incident_along():
    """Late evidence names another account: it stays the same alert, in one incident with what it joins now."""
    book = IncidentBook()
    one, there = alert(DAY), alert(DAY, SECOND)
    placed(one, there, book=book)
    found = book.place(one.fingerprint, alert(DAY, SECOND, name="moved"))
    assert book.of(there.fingerprint) is found.incident
    assert sum(found.incident.counts.values()) == 2


def test_an_alert_is_counted_once_however_often_it_changes():
    """The number is its detection's in the incident."""
    book, one = IncidentBook(), alert(DAY)
    assert [book.place(one.fingerprint, one).number for _ in range(3)] == [1, 1, 1]
    assert book.place("other", alert(DAY, name="2", code="RD-002")).number == 1
    assert book.place("third", alert(DAY, name="3")).number == 2


def test_where_an_alert_is_after_its_incident_was_joined():
    """Whoever placed it before asks again."""
    book = IncidentBook()
    one = alert(DAY + HOUR, SECOND, access_key="ASIA5ONE")
    early = book.place(one.fingerprint, one)
    old = alert(DAY, access_key="ASIA5ONE")
    late = book.place(old.fingerprint, old)
    assert book.settled(early).incident is book.settled(late).incident is late.incident


def test_how_many_alerts_stand():
    """Withdrawn ones do not; what comes back does; of joined incidents all count."""
    book = IncidentBook()
    one, other = alert(DAY, access_key="ASIA5ONE"), alert(DAY, SECOND)
    for stands, expected in ((True, 1), (True, 1), (False, 0), (False, 0), (True, 1)):
        assert book.place(one.fingerprint, one, stands=stands).incident.standing == expected
    book.place(other.fingerprint, other)
    link = alert(DAY, SECOND, name="link", access_key="ASIA5ONE")
    assert book.place("link", link, stands=False).incident.standing == 2


def test_more_accounts_than_anybody_reads():
    """Fifty are named; all are counted."""
    book = IncidentBook()
    for number in range(60):
        found = book.place(f"t{number}", alert(DAY, f"{number:012}", source="198.51.100.66"))
    assert len(found.incident.subjects) == 50
    assert found.incident.counts == {"RD-001": 60}


def test_drills_are_apart():
    """Nothing that is real joins them, and they join nothing."""
    book, one, drill = IncidentBook(), alert(DAY), alert(DAY, name="drill")
    book.place(one.fingerprint, one)
    assert book.place_apart(drill.fingerprint, drill, "drill-1").incident.id == "drill-1"
    assert book.place("after", alert(DAY, name="after")).incident.id == book.of(one.fingerprint).id


# -- in any order ----------------------------------------------------------------------------------------------
def test_the_same_groups_as_when_all_is_known():
    """As `incidents` makes them of the whole, for records and keys and accounts, in any order of arrival."""
    scene = [
        alert(DAY, access_key="K1"), alert(DAY + 50 * MINUTE), alert(DAY + 3 * HOUR, SECOND, access_key="K1"),
        alert(DAY + 3 * HOUR + MINUTE, SECOND), alert(DAY + 30 * HOUR, THIRD), alert(DAY + 20 * HOUR, SECOND),
    ]  # fmt: skip
    expected = sorted(sorted(one.fingerprint for one in group.alerts) for group in incidents(scene))
    for order in permutations(scene):
        groups: dict[str, list[str]] = {}
        for name, one in zip(placed(*order), order, strict=True):
            groups.setdefault(name, []).append(one.fingerprint)
        assert sorted(map(sorted, groups.values())) == expected


def test_records_without_a_time():
    """They are joined by what they share, last as long as the book, and make nothing else seem old."""
    book = IncidentBook()
    timeless = alert(NO_TIME, access_key="ASIA5ONE")
    (name,) = placed(timeless, book=book)
    book.forget(DAY)
    assert book.of(timeless.fingerprint).id == name
    assert book.place("x", alert(DAY, access_key="ASIA5ONE")).incident.id != name


# -- forgetting and writing down -------------------------------------------------------------------------------
def linked():
    """Return alerts of two incidents, and what makes them one."""
    later = DAY + 2 * HOUR
    return [alert(DAY, access_key="K"), alert(later, SECOND), alert(later, SECOND, "link", access_key="K")]


def test_what_is_long_over_is_forgotten_whole():
    """With its signs, its alerts and the names of what was joined to it; what goes on is not."""
    book = IncidentBook()
    old = linked()
    recent = alert(DAY + 30 * HOUR, THIRD)
    placed(*old, recent, book=book)
    book.forget(DAY + 2 * HOUR)
    assert all(book.of(one.fingerprint) for one in (*old, recent))
    book.forget(DAY + 2 * HOUR + MINUTE)
    assert [book.of(one.fingerprint) for one in old] == [None] * 3
    assert book.of(recent.fingerprint) is not None
    state = book.dump()
    assert (len(state.open), len(state.threads), len(state.moved), len(state.standing)) == (1, 1, 0, 1)
    assert {sign.incident for met in state.signs.values() for sign in met} == {book.of(recent.fingerprint).id}
    late = book.place(old[0].fingerprint, old[0])  # it comes once more, and nothing breaks
    assert late.number == 1


def test_what_was_written_down_goes_on():
    """Through JSON: it is equal, and so is what becomes of it."""
    book, again = IncidentBook(), IncidentBook()
    scene = linked()
    placed(*scene, book=book)
    again.load(msgspec.json.decode(msgspec.json.encode(book.dump()), type=BookState))
    assert msgspec.json.encode(again.dump()) == msgspec.json.encode(book.dump())
    for one in (alert(DAY + 3 * HOUR, SECOND), alert(DAY + 90 * HOUR, THIRD)):
        assert again.place(one.fingerprint, one) == book.place(one.fingerprint, one)
    assert msgspec.json.encode(again.dump()) == msgspec.json.encode(book.dump())
