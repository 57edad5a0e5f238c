"""What a watch concluded is kept whole or not at all, once however often it is written, and only by who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from rootwarden.model.alert import Act
from rootwarden.store.casebook import find_case
from rootwarden.store.intake import (
    OustedError,
    commit,
    known_threads,
    marks_of,
    worst_of,
    write_marks,
)
from rootwarden.store.letters import NewLetters, letters_since
from rootwarden.store.opening import StoreError
from rootwarden.store.states import last_batch
from tests.detections.scenes import ACCOUNT, DAY, SECOND, act, at, compromised_root, sign_in
from tests.store.samples import (
    NOW,
    RUN,
    batch,
    contents,
    count_events,
    decided,
    letter,
    mark,
    new_alerting,
    ready,
    seen,
    watching,
)


@pytest.fixture(name="run")
def _run(store):
    """The right to write."""
    watcher = watching(store)
    yield RUN
    watcher.close()


def everything(**more):
    """Return a batch with something for each table."""
    return batch(compromised_root(), ready=[ready()], letters=[letter()], marks=[mark()], **more)


# -- all or nothing --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("table", ["events", "incidents", "alerts", "outbox", "dead_letters", "watermarks"])
def test_a_batch_is_kept_whole_or_not_at_all(store, run, table):
    """Whichever statement fails: its table is gone for a moment."""
    before = contents(store)
    with store.write() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO elsewhere"))
    with pytest.raises(StoreError):
        commit(store, everything(), run)
    with store.write() as connection:
        connection.execute(text(f"ALTER TABLE elsewhere RENAME TO {table}"))
    assert contents(store) == before
    assert last_batch(store) == 0
    commit(store, everything(), run)
    assert all(contents(store)[name] for name in ("events", "incidents", "alerts", "outbox", "dead_letters"))


def test_the_same_batch_twice_is_once(store, run):
    """When it was kept and the answer was lost; only the number of batches tells."""
    whole = everything()
    commit(store, whole, run)
    before = contents(store, "batches")
    commit(store, whole, run)
    assert contents(store, "batches") == before


def test_an_empty_batch_leaves_a_sign_of_life(store, run):
    """And nothing else."""
    before = contents(store, "states")
    commit(store, batch(at=NOW + timedelta(seconds=1)), run)
    assert contents(store, "states") == before


def test_whoever_is_ousted_writes_nothing(store, run, address):
    """Another watcher took over: the first one learns of it at its next word, before anything is written."""
    with store.write() as connection:
        connection.execute(text("UPDATE states SET value = :it WHERE name = 'watcher'"), {"it": b"02RUN"})
    before = contents(store)
    with pytest.raises(OustedError):
        commit(store, everything(), run)
    assert contents(store) == before
    commit(store, everything(), "02RUN")
    assert count_events(store) == len(compromised_root())


# -- records and alerts ----------------------------------------------------------------------------------------
def test_a_record_is_kept_once_and_each_content_of_it(store, run):
    """Under one identity another content is another row."""
    one = act(DAY)
    other = one | {"awsRegion": "eu-west-1"}
    commit(store, batch([one, one]), run)
    commit(store, batch([one, other]), run)
    assert count_events(store) == 2


def test_an_alert_is_one_row_whatever_becomes_of_it(store, run):
    """Raised and revised in one batch, and again in a later one: the last word stands."""
    alerting = new_alerting()
    first = decided([act(DAY, mfa="false")], DAY, alerting)
    second = decided([], at("00:20"), alerting)
    assert [change.act for change, _ in second.updates]
    commit(store, batch(found=first), run)
    commit(store, batch(found=second, at=NOW + timedelta(minutes=20)), run)
    expected = {change.thread: change.revision for change, _ in (*first.updates, *second.updates)}
    assert known_threads(store, [*expected, "unknown"]) == expected
    with store.read() as connection:
        rows = connection.execute(text("SELECT raised, updated FROM alerts WHERE revision > 1")).all()
    assert {raised < updated for raised, updated in rows} == {True}


def test_how_it_was_told_stays_unless_it_is_told_at_once_now(store, run):
    """An alert that waited for the digest and is told now waits no more; one that was told is not untold."""
    found = decided([act(DAY)])
    ((change, _),) = [one for one in found.updates if one[0].alert.code == "RD-001"]

    def told():
        with store.read() as connection:
            return connection.execute(
                text("SELECT told FROM alerts WHERE thread = :it"), {"it": change.thread}
            ).scalar()

    for how, expected in (("digest", "digest"), ("held", "digest"), ("at-once", "at-once"), ("digest", "at-once")):
        commit(store, batch(found=found, told={change.thread: how}), run)
        assert told() == expected


def test_the_worst_of_an_incident_come_first(store, run):
    """As many as are asked for; withdrawn ones are none."""
    found = decided(compromised_root())
    commit(store, batch(found=found), run)
    incident = max((placed.incident for _, placed in found.updates), key=lambda one: sum(one.counts.values()))
    mine = [change.alert for change, placed in found.updates if placed.incident.id == incident.id]
    assert len(mine) > 8
    expected = sorted((one.severity.rank, one.event_time) for one in mine)[:5]
    assert [(one.severity.rank, one.event_time) for one in worst_of(store, incident.id, 5)] == expected
    gone = [(replace(change, act=Act.WITHDRAWN), placed) for change, placed in found.updates]
    commit(store, batch(found=replace(found, updates=tuple(gone))), run)
    assert worst_of(store, incident.id, 5) == []


def test_more_threads_than_a_database_takes_parameters(store, run):
    """Asked for in parts."""
    found = decided([act(DAY)])
    commit(store, batch(found=found), run)
    threads = [change.thread for change, _ in found.updates]
    many = [f"{number:064}" for number in range(70_000)]
    assert known_threads(store, [*many, *threads]).keys() == {*threads}


# -- incidents -------------------------------------------------------------------------------------------------
def joining(second):
    """Return two decisions: two incidents in two accounts, and what makes one of them."""
    key = "ASIA5ONE3KEY2"
    alerting = new_alerting()
    first = decided([sign_in(DAY, key=key), act(at("05:00"), SECOND, key="ASIA5OTHER2")], at("05:01"), alerting)
    names = {placed.incident.id for _, placed in first.updates}
    assert len(names) == 2
    return first, decided([act(at("05:02"), SECOND, key=key), *second], at("05:03"), alerting)


def test_incidents_that_are_joined(store, run):
    """One goes on, the other says where it went; whoever asks for it gets the one that goes on, with all alerts."""
    first, second = joining([])
    commit(store, batch(found=first), run)
    commit(store, batch(found=second, at=NOW + timedelta(hours=5)), run)
    (joined,) = {name for _, placed in second.updates for name in placed.joined}
    (into,) = {placed.incident.id for _, placed in second.updates}
    case = find_case(store, joined)
    assert case is not None
    assert (case.id, case.state) == (into, "open")
    with store.read() as connection:
        assert connection.execute(text("SELECT DISTINCT incident FROM alerts")).scalars().all() == [into]
    for change, _ in first.updates:
        found = find_case(store, change.thread)
        assert found is not None
        assert found.id == into


def test_an_incident_that_is_joined_within_the_batch_it_began_in(store, run):
    """Nothing is told or kept under a name that nobody can find."""
    key = "ASIA5ONE3KEY2"
    scene = [sign_in(DAY, key=key), act(at("05:00"), SECOND, key="ASIA5OTHER2"), act(at("05:02"), SECOND, key=key)]
    found = decided(scene, at("05:03"))
    assert any(placed.joined for _, placed in found.updates)
    reminders = {news.incident.id: NOW for news in found.news}
    commit(store, batch(scene, found, reminders=reminders), run)
    (into,) = {placed.incident.id for _, placed in found.updates}
    assert {news.incident.id for news in found.news} == {into}
    with store.read() as connection:
        assert connection.execute(text("SELECT DISTINCT incident FROM alerts")).scalars().all() == [into]
        assert connection.execute(text("SELECT id, remind IS NULL FROM incidents")).all() == [(into, False)]


def test_who_was_to_be_reminded_still_is_after_a_join(store, run):
    """The incident that goes on was not worth a reminder before; the one that is no more was."""
    first, second = joining([])
    (gone,) = {name for _, placed in second.updates for name in placed.joined}
    commit(store, batch(found=first, reminders={gone: NOW}), run)
    commit(store, batch(found=second), run)
    case = find_case(store, gone)
    assert case is not None
    assert (case.state, case.remind) == ("open", NOW)


def test_an_incident_that_was_closed_is_open_again_when_more_of_it_comes(store, run):
    """Whether or not anybody is to be reminded of it; what waits for the digest wakes nobody."""
    alerting = new_alerting()
    first, second = decided([act(DAY)], DAY, alerting), decided([act(at("00:10"))], at("00:10"), alerting)
    name = first.updates[0][1].incident.id
    commit(store, batch(found=first), run)
    with store.write() as connection:
        connection.execute(text("UPDATE incidents SET state = 'closed'"))
    commit(store, batch(found=second, told={change.thread: "digest" for change, _ in second.updates}), run)
    assert find_case(store, name).state == "closed"
    commit(store, batch(found=decided([act(at("00:20"))], at("00:20"), alerting)), run)
    assert find_case(store, name).state == "open"


def test_counts_and_accounts_grow(store, run):
    """With every batch, and the time between the first and the last record."""
    alerting = new_alerting()
    for clock in ("00:00", "00:30", "01:15"):
        commit(store, batch(found=decided([act(at(clock))], at(clock), alerting)), run)
    with store.read() as connection:
        ((counts, subjects),) = connection.execute(text("SELECT counts, subjects FROM incidents")).all()
    assert '"RD-001":3' in counts
    assert subjects == ACCOUNT
    case = find_case(store, decided([act(DAY)]).updates[0][1].incident.id)
    assert (case.first, case.last) == (at("00:00"), at("01:15"))


# -- the rest --------------------------------------------------------------------------------------------------
def test_dead_letters_once_each(store, run):
    """The same bytes for the same reason are one; another reason, another content or another file are others."""
    for _ in range(3):
        commit(store, batch(letters=[letter(), letter(why="cut short"), letter(body=b"[")]), run)
    assert len(contents(store)["dead_letters"]) == 3


def test_letters_of_which_only_the_place_is_known(store, run):
    """Of a file in a folder the content is not kept: two files that are damaged alike are two."""
    for _ in range(2):
        commit(store, batch(letters=[letter(body=b"", source="a.json"), letter(body=b"", source="b.json")]), run)
    assert len(contents(store)["dead_letters"]) == 2


def letters_kept(store):
    """Return place, reason and body of all letters in the order in which they were kept."""
    with store.read() as connection:
        return [
            tuple(row) for row in connection.execute(text("SELECT source, why, body FROM dead_letters ORDER BY id"))
        ]


def test_a_message_full_of_what_nobody_understands(store, run):
    """A few of its letters are kept, its body once, and how many more there were; also when it comes again."""
    body = b"x" * 100_000
    many = [letter(f"reason {number}", body, f"message 1, event {number}") for number in range(15_000)]
    other = letter("it is no JSON", b"other", "message 2")
    for _ in range(2):
        commit(store, batch(letters=[*many, other]), run)
    found = letters_kept(store)
    assert len(found) == 22
    assert [why for _, why, _ in found[:2]] == ["reason 0", "reason 1"]
    assert sum(bytes(kept) == body for _, _, kept in found) == 1
    assert bytes(found[0][2]) == body
    assert [(source, why) for source, why, _ in found if "more" in why] == [
        ("message 1", "14,980 more of it could not be understood, and are not kept singly")
    ]
    commit(store, batch(letters=[letter("another reason", body, "message 1")]), run)
    assert letters_kept(store)[-1][1:] == ("another reason", b"")


def test_a_file_full_of_what_nobody_understands(store, run):
    """Its content is not kept, so that it is known by its name; the next file has letters of its own."""
    letters = [letter("no JSON", b"", f"{name}, line {number}") for name in ("a, b", "c") for number in range(50)]
    commit(store, batch(letters=letters), run)
    assert len(letters_kept(store)) == 42
    assert {source for source, why, _ in letters_kept(store) if "30 more" in why} == {"a, b", "c"}


def test_little_of_what_strangers_say_is_repeated(store, run):
    """Two hundred characters, and what tells two long ones apart."""
    commit(store, batch(letters=[letter("<b>" + "x" * 3000), letter("<b>" + "x" * 3001), letter("short")]), run)
    whys = [why for _, why, _ in letters_kept(store)]
    assert [len(why) for why in whys] == [225, 225, 5]
    assert whys[0][:200] == whys[1][:200]
    assert whys[0] != whys[1]


def test_what_is_new_among_the_letters(store, run):
    """How many, up to which, and why the first came; each reason once."""
    assert letters_since(store, 0, 2) == NewLetters(0, 0, ())
    commit(store, batch(letters=[letter("a", b"1", "m1"), letter("a", b"2", "m2"), letter("b", b"3", "m3")]), run)
    found = letters_since(store, 0, 2)
    assert (found.count, found.first) == (3, (("m1", "a"), ("m3", "b")))
    assert letters_since(store, found.last, 2) == NewLetters(0, found.last, ())
    commit(store, batch(letters=[letter("c", b"4", "m4"), letter("d", b"5", "m5"), letter("e", b"6", "m6")]), run)
    assert letters_since(store, found.last, 2).first == (("m4", "c"), ("m5", "d"))


def test_marks_are_kept_by_source_and_place(store, run):
    """The newest counts, also of two in one batch."""
    commit(store, batch(marks=[mark("a", "1"), mark("a", "2"), mark("b", "1"), mark("a", "9", source="y")]), run)
    with store.write() as connection:
        write_marks(connection, [mark("b", "2")])
        write_marks(connection, [])
    assert {one.place: one.value for one in marks_of(store, "folder x")} == {"a": "2", "b": "2"}
    assert [one.at for one in marks_of(store, "y")] == [NOW]


def test_a_notice_is_kept_as_one(store, run):
    """So that it is told apart when it is gone through again."""
    commit(store, batch(seen=[replace(seen(act(DAY)), notice=True)]), run)
    assert contents(store)["events"][0][6] == "notice"
