"""An alert keeps the name under which it was raised, whatever becomes of it."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.catalogue.detecting import stateful
from rootwarden.model.alert import Act
from rootwarden.model.context import Context
from rootwarden.model.detection import Conclusion
from rootwarden.model.event import read_event
from rootwarden.model.pieces import together
from rootwarden.model.raising import Case
from rootwarden.model.threads import Threads
from tests.detections.scenes import DAY, act
from tests.detections.stage import LATE

PLACE = ("RD-114", "key")
BURST = next(one for one in stateful() if one.detection.code == "RD-114")
EVENTS = [read_event(act(DAY + timedelta(minutes=minute))) for minute in range(9)]
FINAL = DAY - timedelta(days=1)


def case(done, *others, subject="", span=timedelta(hours=1)):
    """Return a case that an event completes, with others behind it."""
    conclusion = Conclusion(completing=EVENTS[done], events=tuple(EVENTS[one] for one in others), subject=subject)
    return Case(BURST.slug, BURST.detection, PLACE[1], conclusion, span=span)


def told(threads, *cases, final=FINAL):
    """Settle cases; return the news as act, thread, revision."""
    threads.settle(PLACE, cases, final)
    return [(one.act, one.thread, one.revision) for one in threads.news(LATE)]


def test_an_alert_is_raised_once():
    """Its thread is called after it."""
    threads = Threads(Context())
    first = case(1)
    assert told(threads, first) == [(Act.RAISED, first.fingerprint, 1)]
    assert told(threads, case(1)) == []


def test_another_completing_record_keeps_the_thread():
    """If the cases share a record, or are about the same; the fingerprint changes."""
    for first, second in ((case(3, 1, 2), case(2, 1)), (case(3, subject="x"), case(1, subject="x"))):
        threads = Threads(Context())
        told(threads, first)
        assert told(threads, second) == [(Act.REVISED, first.fingerprint, 2)]
        assert [alert.fingerprint for alert in threads.standing()] == [second.fingerprint]


def test_cases_that_share_nothing_are_two():
    """One is withdrawn, the other raised."""
    threads = Threads(Context())
    first, second = case(3, 2, subject="x"), case(1, 0, subject="y")
    told(threads, first)
    assert sorted(told(threads, second)) == sorted(
        [(Act.WITHDRAWN, first.fingerprint, 2), (Act.RAISED, second.fingerprint, 1)]
    )


def test_of_several_that_are_gone_the_nearest_goes_on():
    """When only the subject tells."""
    threads = Threads(Context())
    early, late = case(0, subject="x"), case(8, subject="x")
    told(threads, early, late)
    news = told(threads, case(7, subject="x"))
    assert (Act.REVISED, late.fingerprint, 2) in news
    assert (Act.WITHDRAWN, early.fingerprint, 2) in news


def test_what_comes_back_is_the_same_alert():
    """Withdrawn and concluded again: no second alert."""
    threads = Threads(Context())
    first = case(1)
    told(threads, first)
    assert told(threads) == [(Act.WITHDRAWN, first.fingerprint, 2)]
    assert told(threads, case(1)) == [(Act.REVISED, first.fingerprint, 3)]
    assert len(threads.standing()) == 1


def test_what_moved_on_and_comes_back_is_the_same_alert():
    """Though its fingerprint is no longer its name; and its old one is free for another."""
    threads = Threads(Context())
    first, moved = case(3, 1), case(2, 1)
    told(threads, first)
    told(threads, moved)
    told(threads)
    assert told(threads, moved) == [(Act.REVISED, first.fingerprint, 4)]
    news = told(threads, moved, case(3))
    assert news == [(Act.RAISED, f"{first.fingerprint}-2", 1)]


def test_what_is_final_is_not_withdrawn():
    """It was told for good; then it is forgotten."""
    threads = Threads(Context())
    told(threads, case(1))
    assert told(threads, final=EVENTS[1].time + timedelta(hours=1, seconds=1)) == []
    assert len(threads.standing()) == 1
    threads.forget(EVENTS[1].time + timedelta(hours=1), FINAL)
    assert len(threads.standing()) == 1
    threads.forget(EVENTS[1].time + timedelta(hours=1, seconds=1), FINAL)
    assert threads.standing() == []


def test_what_was_written_down_comes_back():
    """Also what is withdrawn; of a detection that is no more nothing does."""
    threads, again, bare = Threads(Context()), Threads(Context()), Threads(Context())
    told(threads, case(1), case(2))
    told(threads, case(2))
    state = together(threads.dump())
    again.load(
        state, lambda slug, key, conclusion: Case(slug, BURST.detection, key, conclusion, span=timedelta(hours=1))
    )
    assert together(again.dump()) == state
    assert again.news(LATE) == []
    assert [act for act, *_ in told(again, case(1), case(2))] == [Act.REVISED]
    bare.load(state, lambda slug, key, conclusion: None)
    assert together(bare.dump()).threads == []
