"""Dead letters that were let go of: what is left keeps what came, and what comes then is told."""

from __future__ import annotations

from rootwarden.store.intake import DeadLetter
from rootwarden.store.letters import TOLD, count_letters, discard, letters, letters_since, write_letters
from rootwarden.store.states import save_state, saved_state
from tests.store.samples import NOW


def come(store, *whys, body=b"what came"):
    """Let letters of one message come; return their numbers."""
    with store.write() as connection:
        write_letters(connection, [DeadLetter("a queue", why, "look", body) for why in whys], NOW)
    return [one.id for one in letters(store, len(whys))][::-1]


def test_new_letters_are_told_though_their_numbers_were_had_before(store):
    """SQLite gives them again; people must hear of what came since they let go of the others."""
    numbers = come(store, "one", "two")
    save_state(store, TOLD, str(numbers[-1]).encode(), NOW)
    assert discard(store, numbers[-1]) == 2
    assert count_letters(store) == 0
    come(store, "three", body=b"another")
    told = int(saved_state(store, TOLD)[0])
    assert letters_since(store, told, 5).count == 1


def test_of_what_was_told_and_is_left_nobody_is_told_again(store):
    """Only the end of it moves."""
    numbers = come(store, "one", "two", "three")
    save_state(store, TOLD, str(numbers[-1]).encode(), NOW)
    assert discard(store, numbers[0]) == 1
    assert letters_since(store, int(saved_state(store, TOLD)[0]), 5).count == 0


def test_what_came_stays_with_who_is_left(store):
    """It was kept with the first alone."""
    numbers = come(store, "one", "two", "three")
    discard(store, numbers[0])
    for number in numbers[1:]:
        assert letters(store, 1, number)[0].body == b"what came"
