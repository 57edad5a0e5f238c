"""What is remembered: in order, once, as long as it may matter; what of it is usual, and what is new."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from msgspec import Struct

from rootwarden.model.detection import Note
from rootwarden.model.event import read_event
from rootwarden.model.habits import FIRED, HOUR, REGION, firsts, habits, in_burst, oldest_of_each
from rootwarden.model.memory import Memory, in_steps, links, newest_of_each, newest_within
from rootwarden.model.novelty import TRIED, NewValues, noted, values_within
from tests.detections.scenes import DAY, act, failed_sign_in


def note(seconds, value="", what="seen"):
    """Return a note of an act so many seconds into the day."""
    return Note(read_event(act(DAY + timedelta(seconds=seconds))), what, value)


def test_notes_are_in_order_and_once():
    """Whatever the order of arrival."""
    notes = [note(one % 7, str(one % 3)) for one in range(40)]
    expected = sorted(set(notes), key=lambda one: one.order)
    for seed in range(20):
        memory, order = Memory(), [*notes]
        Random(seed).shuffle(order)
        added = sum(memory.add("key", one) for one in order)
        assert memory.notes("key") == expected
        assert added == len(expected)
    assert memory.notes("another") == ()


def test_what_was_written_down_comes_back():
    """In order, though the file may have been touched."""
    memory, again = Memory(), Memory()
    for one in (note(3), note(1), note(2)):
        memory.add("key", one)
    again.load((key, notes[::-1]) for key, notes in memory.dump())
    assert [*again.dump()] == [*memory.dump()]
    assert [*again] == ["key"]


class Taken(Struct):
    """A course that knows what it took, and how often any of its kind took a note."""

    notes: list[Note] = []
    steps: list[int] = []

    def take(self, one: Note) -> None:
        """Take a note."""
        self.notes.append(one)
        self.steps[0] += 1

    def copy(self) -> Taken:
        """Return another."""
        return Taken([*self.notes], self.steps)

    def concluded(self):
        """Conclude nothing."""
        return ()


def test_a_course_has_taken_all_notes_in_their_order_whatever_came_when():
    """Looked at now and then, with late notes, copies of notes, and old ones let go between."""
    for seed in range(30):
        dice, steps = Random(seed), [0]
        memory = Memory(lambda steps=steps: Taken([], steps))
        for number in range(2_000):
            late = dice.random() < 0.1
            memory.add("key", note(dice.randrange(number + 1) if late else number, str(number)))
            if dice.random() < 0.02:
                memory.add("key", dice.choice(memory.notes("key")))
            if dice.random() < 0.001:
                memory.forget("key", DAY + timedelta(seconds=number // 3), None)
            if dice.random() < 0.05:
                assert memory.course("key").notes == memory.notes("key")
        again = Memory(lambda steps=steps: Taken([], steps))
        again.load(memory.dump())
        assert again.course("key").notes == memory.course("key").notes == memory.notes("key")
    with pytest.raises(LookupError):
        Memory().course("key")


def test_a_course_does_not_begin_anew_with_every_record():
    """In a storm of which some records come a little late, and some once more from another source."""
    dice, steps = Random(1), [0]
    memory = Memory(lambda: Taken([], steps))
    for number in range(20_000):
        memory.add("key", note(max(0, number - dice.choice((0, 0, 0, 5, 90))), str(number)))
        if number % 7 == 0:
            assert not memory.add("key", dice.choice(memory.notes("key")))
        if number % 10 == 0:
            memory.course("key")
    assert steps[0] < 20_000 // 10 * 600  # from the beginning each time they would be 20 million


def test_old_notes_are_let_go_and_empty_keys_with_them():
    """But for those that are chosen."""
    memory = Memory()
    for one in (note(0, "a"), note(1, "a"), note(2, "b"), note(9, "a")):
        memory.add("key", one)
    memory.forget("key", DAY + timedelta(seconds=5), newest_of_each)
    assert [(one.event.time - DAY).seconds for one in memory.notes("key")] == [1, 2, 9]
    memory.forget("key", DAY + timedelta(seconds=9), None)
    assert len(memory.notes("key")) == 1
    memory.forget("key", DAY + timedelta(seconds=10), None)
    assert [*memory] == []
    memory.forget("key", DAY, None)


def test_the_newest_is_kept_as_long_as_anything_looks_back_at_it():
    """And no longer."""
    keep = newest_within(timedelta(seconds=10))
    notes = [note(0, "a"), note(5, "b"), note(6, "b")]
    assert keep(notes, DAY + timedelta(seconds=10)) == [notes[0], notes[2]]
    assert keep(notes, DAY + timedelta(seconds=11)) == [notes[2]]


def test_links_hold_a_run_together():
    """With the first and the last, and no pause longer than before; at most two in each pause."""
    for seed in range(50):
        dice, at, notes = Random(seed), 0, []
        for _ in range(60):
            at += dice.randrange(1, 11)
            notes.append(note(at))
        kept = [*links(notes, timedelta(seconds=10))]
        pauses = [(later.event.time - one.event.time).seconds for one, later in pairwise(kept)]
        assert (kept[0], kept[-1]) == (notes[0], notes[-1])
        assert max(pauses) <= 10
        assert all(one + other > 10 for one, other in pairwise(pauses))
    assert [*links([], timedelta())] == []


def test_steps_within_a_second():
    """Follow each other as they should, else time counts."""
    notes = [note(0, what="then"), note(1, what="first"), note(1, "x", what="then"), note(1, what="then")]
    assert [one.what for one in in_steps(notes, "first", "then")] == ["then", "first", "then", "then"]


# -- habits ----------------------------------------------------------------------------------------------------
def learnt(*records):
    """Return what is unusual about each record, in order."""
    notes = [one for record in records for one in habits(read_event(record))]
    found = firsts(sorted(notes, key=lambda one: one.order))
    return [set(found.get(read_event(record).identity, ())) for record in records]


def test_a_second_region_is_new_and_a_first_is_not():
    """For a day; then it is known."""
    hour = timedelta(hours=1)
    home, away = act(DAY), act(DAY + hour, awsRegion="ap-south-2")
    same_day = act(DAY + 25 * hour, awsRegion="ap-south-2")
    next_day = act(DAY + 25 * hour + timedelta(seconds=1), awsRegion="ap-south-2")
    assert learnt(home, away, same_day, next_day) == [set(), {REGION}, {REGION}, set()]


def test_a_sixth_hour_is_new():
    """Five must be known before one is strange."""
    records = [act(DAY + timedelta(hours=hour)) for hour in (0, 1, 2, 3, 4, 9, 33)]
    assert learnt(*records) == [set(), set(), set(), set(), set(), {HOUR}, set()]


def test_nothing_is_learnt_from_a_refused_sign_in():
    """It is strange itself, and so is what follows."""
    home = act(DAY)
    tried = failed_sign_in(DAY + timedelta(minutes=1), awsRegion="ap-south-2")
    entered = act(DAY + timedelta(days=3, minutes=2), awsRegion="ap-south-2")
    assert learnt(home, tried, entered) == [set(), {REGION}, {REGION}]


def test_habits_are_kept_by_what_taught_them():
    """So that forgetting the rest changes nothing for what comes."""
    regions = ("us-east-1", "eu-west-1", "eu-south-2")
    for seed in range(50):
        dice = Random(seed)
        records = [
            act(DAY + timedelta(hours=dice.randrange(500)), awsRegion=dice.choice(regions))
            for _ in range(40)
        ]  # fmt: skip
        notes = sorted((one for record in records for one in habits(read_event(record))), key=lambda one: one.order)
        cut = DAY + timedelta(hours=250)
        old = [one for one in notes if one.event.time < cut]
        recent = [one for one in notes if one.event.time >= cut]
        whole, short = firsts(notes), firsts([*oldest_of_each(old, cut), *recent])
        for one in recent:
            assert whole.get(one.event.identity) == short.get(one.event.identity)


def test_bursts_of_hits():
    """Each of so many within a time; none of fewer; compared with counting each by hand."""
    for seed in range(50):
        dice = Random(seed)
        notes = sorted({dice.randrange(300): None for _ in range(30)})
        made = [note(one, what=FIRED) for one in notes]
        expected = {
            one.event.identity
            for one in made
            for start in notes
            if start <= (one.event.time - DAY).seconds <= start + 60
            and sum(start <= other <= start + 60 for other in notes) >= 5
        }
        assert in_burst(made, 5, timedelta(seconds=60)) == expected


def new_values(notes, lookback):
    """Return which notes show a value that was new."""
    course = NewValues(lookback)
    for one in notes:
        course.take(one)
    return course.found


# -- novelty ---------------------------------------------------------------------------------------------------
def test_forgetting_changes_nothing_of_what_is_new():
    """Though more than a thousand values were tried."""
    lookback = timedelta(days=2)
    for seed in range(3):
        dice, notes = Random(seed), []
        for one in range(3_000):
            moment = DAY + timedelta(minutes=2 * one)
            made = act(moment) if dice.random() < 0.2 else failed_sign_in(moment)
            notes.append(noted(read_event(made), str(dice.randrange(1_500))))
        cut = notes[2_500].event.time
        kept = sorted(values_within(lookback)(notes[:2_500], cut), key=lambda one: one.order)
        assert len([one for one in kept if one.what == TRIED]) <= 1_000
        later = [one for one in new_values(notes, lookback) if one.event.time >= cut]
        assert [one for one in new_values([*kept, *notes[2_500:]], lookback) if one.event.time >= cut] == later
        assert later


def test_whoever_tries_from_everywhere_is_no_news_from_one_place_more():
    """Until what he tried is too old to be known; what succeeds is news all the time."""
    lookback, course = timedelta(days=2), NewValues(timedelta(days=2))

    def come(made, value):
        before = len(course.found)
        course.take(noted(read_event(made), value))
        return len(course.found) > before

    assert not come(act(DAY), "home")
    tried = [come(failed_sign_in(DAY + timedelta(seconds=one)), str(one)) for one in range(1, 1_200)]
    assert sum(tried) == 1_000
    assert not any(tried[1_000:])
    assert come(act(DAY + timedelta(hours=1)), "elsewhere")
    assert not come(failed_sign_in(DAY + timedelta(hours=2)), "one more")
    assert come(failed_sign_in(DAY + lookback + timedelta(hours=1)), "later")
