"""No message is lost, and none is given to two at once, whatever receivers do and whenever they do it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sqs_queue import MOST_IN_FLIGHT, BadHandleError, NotInFlightError, Queue

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.just(0), st.just(0)),
        st.tuples(st.just("take"), st.integers(1, 4), st.integers(0, 5)),
        st.tuples(st.just("delete"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("change"), st.integers(0, 9), st.integers(0, 5)),
        st.tuples(st.just("pass"), st.integers(1, 4), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_it_behaves_as_a_table_of_who_holds_what_until_when(steps):
    queue, now, put = Queue("q"), 100.0, 0
    hidden: dict[int, float] = {}  # message: until when
    last: dict[int, str] = {}  # message: its newest handle
    alive: set[int] = set()
    handles: list[tuple[int, str]] = []
    for what, first, second in steps:
        if what == "put":
            queue.put(b"x", b'"x"', 0)
            alive.add(put)
            put += 1
        elif what == "take":
            seen = {number for number in alive if hidden.get(number, 0) <= now}
            got = [(message.number, handle) for message, handle in queue.take(first, second, now, 0)]
            assert len({number for number, _ in got}) == len(got) == min(first, len(seen))
            assert {number for number, _ in got} <= seen
            assert not {handle for _, handle in got} & {handle for _, handle in handles}
            handles += got
            hidden |= {number: now + second for number, _ in got}
            last |= dict(got)
        elif what == "pass":
            now += first
        elif handles:
            number, handle = handles[first % len(handles)]
            counts = number in alive and last[number] == handle
            if what == "delete":
                queue.delete(handle)
                alive -= {number} if counts else set()
            elif counts and hidden[number] > now:
                queue.change(handle, second, now)
                hidden[number] = now + second
            else:
                with pytest.raises(NotInFlightError):
                    queue.change(handle, second, now)
        queue.expire(now)
        assert queue.in_flight == sum(hidden.get(number, 0) > now for number in alive)
        assert queue.waiting + queue.in_flight + queue.counts.deleted == queue.counts.sent == put


def test_a_handle_of_another_queue_is_refused():
    queue, other = Queue("q"), Queue("other")
    other.put(b"x", b'"x"', 0)
    queue.put(b"x", b'"x"', 0)
    ((_, handle),) = other.take(1, 30, 0.0, 0)
    for bad in (handle, "", "AQEB", handle + "z"):
        with pytest.raises(BadHandleError):
            queue.delete(bad)


def test_no_more_are_in_flight_than_aws_allows_and_memory_stays_bounded():
    queue = Queue("q")
    for _ in range(MOST_IN_FLIGHT + 10):
        queue.put(b"x", b'"x"', 0)
    taken = queue.take(MOST_IN_FLIGHT + 10, 30, 1.0, 0)
    assert len(taken) == MOST_IN_FLIGHT
    assert queue.is_full
    assert queue.take(1, 30, 1.0, 0) == []
    for _, handle in taken:
        queue.delete(handle)
    assert len(queue._returns) < 2000
    assert len(queue.take(20, 30, 1.0, 0)) == 10
