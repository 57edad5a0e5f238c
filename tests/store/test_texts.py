"""Texts of strangers: every one is kept by both databases, and none of them stops the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rootwarden.store import casebook
from rootwarden.store.intake import commit, marks_of, write_marks
from rootwarden.store.legible import fit, fit_key
from rootwarden.store.tables import Instant, dead_letters, states
from tests.detections.scenes import DAY, act
from tests.store.samples import NOW, RUN, batch, contents, decided, letter, mark, ready, seen, watching

HOSTILE = {
    "NUL": "a\x00b",
    "half a letter": "a\udcffb\ud800",
    "ten thousand": "x" * 10_000,
    "ten thousand snowmen": "".join(chr(0x4E00 + number % 20_000) for number in range(10_000)),
    "emoji": "👩🏽‍🚒" * 400,
    "a statement": "'); DROP TABLE events; --",
    "wildcards": "%_%\\",
    "control characters": "\x1b[2J\r\n\x07",
    "nothing": "",
}
texts = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
any_text = st.text(st.characters(codec=None), max_size=60) | st.sampled_from([*HOSTILE.values()])


@texts
def test_records_and_alerts_of_strangers(store, text):
    """Every field that somebody else writes: the record, its alerts, its incident and its message are kept."""
    watcher = watching(store)
    legible = text.encode("utf-8", "replace").decode()  # what JSON can hold
    names = ("eventName", "awsRegion", "sourceIPAddress", "userAgent", "key", "recipientAccountId")
    record = act(DAY, **dict.fromkeys(names, legible))
    record["userIdentity"]["accountId"] = legible
    record["eventID"] = legible
    found = decided([record])
    assert found.updates
    own = replace(seen(record), where=text)
    post = [ready("m", title=legible, thread=legible[:200])]
    commit(store, batch(found=found, seen=[own], ready=post), RUN)
    for change, placed in found.updates:
        assert casebook.find_case(store, change.thread).id == placed.incident.id
    ((kept, *_), _) = casebook.alerts_of(store, found.updates[0][1].incident.id)
    assert kept.alert in [change.alert for change, _ in found.updates]
    watcher.close()


@texts
def test_letters_and_marks_of_strangers(store, text):
    """A path, a key of a bucket, and why something was not understood."""
    watcher = watching(store)
    letters = [letter(why=text, source=text, body=b"1"), letter(why=text, source=text, body=b"2")]
    commit(store, batch(letters=letters, marks=[mark(text, text, source=text)]), RUN)
    commit(store, batch(letters=letters, marks=[mark(text, "2", source=text)]), RUN)
    assert len(contents(store)["dead_letters"]) == 2
    (found,) = marks_of(store, text)
    assert found.value == "2"
    watcher.close()


@texts
def test_people_write_anything(store, text):
    """Names, notes, reasons; and ask for anything."""
    watcher = watching(store)
    found = decided([act(DAY)])
    name = found.updates[0][1].incident.id
    commit(store, batch(found=found), RUN)
    assert casebook.find_case(store, text * 2) is None
    assert casebook.acknowledge(store, name, text, text, NOW)
    assert casebook.use_link(store, text[:60], text[:60], text, NOW) in ("unknown", "used")
    words = dict.fromkeys(("code", "account", "reason", "owner"), text)
    casebook.mute(store, casebook.Mute(id="01M", created=NOW, until=NOW + timedelta(days=1), **words))
    assert len(casebook.mutes_at(store, NOW)) == 1
    watcher.close()


@given(any_text, st.integers(26, 300))
def test_what_is_made_fit_fits(text, most):
    """It is encoded, holds no NUL, is as short as asked, and stays what it was if it was fit already."""
    for made, size in ((fit(text, most), len), (fit_key(text, most), lambda one: len(one.encode()))):
        made.encode()
        assert "\x00" not in made
        assert size(made) <= most
    if size(text.encode("utf-8", "replace").decode()) <= most and text.isprintable():
        assert fit(text, most) == fit_key(text, most) == text


@given(any_text, any_text, st.integers(26, 300))
def test_two_that_differ_stay_two(one, other, most):
    """Else a record would hide another."""
    for made in (fit, fit_key):
        assert (made(one, most) == made(other, most)) is (one == other)


def test_long_paths_that_begin_alike_are_two(store):
    """Names of files of two hundred letters, in folders of such names."""
    places = ["/".join([chr(0x4E00 + number) * 80 for number in range(9)]) + end for end in ("a", "b")]
    with store.write() as connection:
        write_marks(connection, [mark(place, place[-1]) for place in places])
    assert sorted(one.value for one in marks_of(store, "folder x")) == ["a", "b"]


# -- instants --------------------------------------------------------------------------------------------------
EDGES = [
    datetime(1, 1, 1, tzinfo=UTC), datetime(999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 11, 24, 0, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]  # fmt: skip
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - hypothesis adds the zone
instants = st.datetimes(timezones=st.just(UTC)) | st.datetimes(FIRST, LAST, timezones=offsets)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(moments=st.lists(instants, min_size=1, max_size=20, unique=True))
def test_instants_come_back_to_the_microsecond_and_in_order(store, moments):
    """Year 1 and 9999 too, whatever their offset: the text of an earlier one comes first."""
    rows = [{"name": str(number), "at": moment, "value": b""} for number, moment in enumerate([*moments, *EDGES])]
    with store.write() as connection:
        connection.execute(states.delete())
        connection.execute(states.insert(), rows)
    with store.read() as connection:
        found = connection.execute(states.select().order_by(states.c.at)).all()
    assert {row.name: row.at for row in found} == {row["name"]: row["at"] for row in rows}
    assert [row.at for row in found] == sorted(row["at"] for row in rows)
    assert {row.at.utcoffset() for row in found} == {timedelta()}


def test_an_instant_without_a_zone_is_a_mistake():
    """It could be any."""
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), None)  # noqa: DTZ001 - that is the mistake
    assert dead_letters.c.at.type.process_result_value(None, None) is None
