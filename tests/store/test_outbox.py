"""Messages on their way: each is taken by one, in order, tried again when it is due, and never lost."""

from __future__ import annotations

from datetime import timedelta

from rootwarden.model.message import Occasion
from rootwarden.store import outbox
from rootwarden.store.intake import put_messages
from rootwarden.store.opening import open_store
from tests.store.samples import NOW, contents, message, ready

SECOND = timedelta(seconds=1)


def alone(name, **other):
    """Return a message of a thread of its own."""
    return ready(name, thread=f"inc-{name}", **other)


def put(store, *wanted, now=NOW):
    """Put messages into the outbox."""
    with store.write() as connection:
        put_messages(connection, wanted, now)


def taken(store, channel="chat", now=NOW, *, critical=False):
    """Return the names of all that can be taken, in order."""
    found = []
    while (post := outbox.take(store, channel, now, critical=critical)) is not None:
        found.append(post.message.id)
    return found


def states(store):
    """Return what became of which message."""
    return {row[1]: row[5] for row in contents(store)["outbox"]}


def test_a_message_is_taken_once_and_delivered(store):
    """Whole, as it was put; with whoever asks next there is none."""
    wanted = message(lines=("☃ \x00 line",), data={"codes": ["RD-001"], "n": 1})
    put(store, ready(**{key: getattr(wanted, key) for key in ("lines", "data")}))
    assert outbox.sending(store) == 0
    post = outbox.take(store, "chat", NOW, critical=False)
    assert post is not None
    assert (post.message, post.attempts, post.created) == (wanted, 0, NOW)
    assert outbox.sending(store) == 1
    assert outbox.take(store, "chat", NOW, critical=False) is None
    outbox.delivered(store, post, NOW + SECOND)
    assert states(store) == {"01M": "delivered"}
    (seen,) = outbox.posted(store, "inc-7")
    assert (seen.attempts, seen.delivered, seen.error) == (1, NOW + SECOND, "")


def test_of_two_that_look_at_once_one_takes_it(store, address):
    """Two connections; no message is sent by both."""
    other = open_store(address)
    put(store, *(alone(f"m{number}") for number in range(20)))
    found = []
    while True:
        pair = [outbox.take(one, "chat", NOW, critical=False) for one in (store, other)]
        if pair == [None, None]:
            break
        found += [post.message.id for post in pair if post is not None]
    assert sorted(found) == sorted(f"m{number}" for number in range(20))
    other.close()


def test_order_by_when_it_is_due_then_when_it_was_made(store):
    """Then by name, so that it is the same everywhere; what is not due yet is not taken."""
    put(store, alone("c", due=NOW + 2 * SECOND), alone("b"), alone("a"), alone("later", due=NOW + 9 * SECOND))
    put(store, alone("early", due=NOW - SECOND), now=NOW + SECOND)
    assert outbox.next_due(store, "chat", critical=False) == NOW - SECOND
    assert taken(store, now=NOW + 5 * SECOND) == ["early", "a", "b", "c"]
    assert outbox.next_due(store, "chat", critical=False) == NOW + 9 * SECOND
    assert taken(store, now=NOW + 9 * SECOND) == ["later"]
    assert outbox.next_due(store, "chat", critical=False) is None


def test_lanes_and_channels_do_not_mix(store):
    """What is critical waits behind nothing else, and each channel has its own."""
    put(store, alone("m"), alone("c", critical=True), alone("p", channel="pager"))
    assert taken(store, critical=True) == ["c"]
    assert taken(store, "pager") == ["p"]
    assert taken(store) == ["m"]


def test_the_same_message_is_put_once_for_each_channel(store):
    """However often it is put; what became of it stays."""
    put(store, ready("m"), ready("m", channel="pager"))
    post = outbox.take(store, "chat", NOW, critical=False)
    outbox.delivered(store, post, NOW)
    put(store, ready("m"), ready("m", channel="pager"))
    assert [row[5] for row in contents(store)["outbox"]] == ["delivered", "waiting"]


def test_channels_with_long_names_that_begin_alike(store):
    """As long as a name may be: each gets its message, the longest message name too."""
    names = [f"{'channel' * 8}-{number:06}" for number in range(3)]
    assert len(names[0]) == 63
    put(store, *(ready("remind-01M8A0000000000000000000A1", channel=name) for name in names))
    assert [taken(store, name) for name in names] == [["remind-01M8A0000000000000000000A1"]] * 3


def test_what_failed_comes_again_when_it_is_due(store):
    """With the reason, and marked if it may have arrived; that mark stays."""
    put(store, ready("m"))
    post = outbox.take(store, "chat", NOW, critical=False)
    outbox.failed(store, post, "no answer\x00" + "x" * 5000, NOW + SECOND, may_repeat=True)
    assert outbox.take(store, "chat", NOW, critical=False) is None
    post = outbox.take(store, "chat", NOW + SECOND, critical=False)
    assert (post.attempts, post.message.may_repeat) == (1, True)
    outbox.failed(store, post, "refused", NOW + 2 * SECOND, may_repeat=False)
    post = outbox.take(store, "chat", NOW + 2 * SECOND, critical=False)
    assert (post.attempts, post.message.may_repeat) == (2, True)
    outbox.given_up(store, post, "nobody \udcff home", [ready("lost", "pager", thread="inc-8")], NOW)
    assert taken(store, now=NOW + timedelta(days=9)) == []
    assert taken(store, "pager") == ["lost"]
    (seen,) = outbox.posted(store, "inc-7")
    assert (seen.state, seen.attempts, seen.may_repeat) == ("given-up", 3, True)
    assert seen.error.startswith("nobody")


def test_what_was_on_its_way_at_a_crash_is_sent_again_and_says_so(store):
    """It may have arrived; what was not begun does not say so, what was delivered is not sent again."""
    put(store, alone("a"), alone("b"), alone("c"))
    outbox.delivered(store, outbox.take(store, "chat", NOW, critical=False), NOW)
    assert outbox.take(store, "chat", NOW, critical=False).message.id == "b"
    assert outbox.recover(store, NOW + SECOND) == 1
    assert outbox.recover(store, NOW + SECOND) == 0
    found = [outbox.take(store, "chat", NOW + SECOND, critical=False) for _ in range(2)]
    assert {post.message.id: post.message.may_repeat for post in found} == {"b": True, "c": False}


def test_how_channels_stand(store):
    """Those that are configured and those that have messages; what is being sent waits still."""
    put(store, alone("a"), alone("b"), now=NOW)
    put(store, alone("c"), alone("d", channel="old", critical=True), now=NOW + SECOND)
    outbox.delivered(store, outbox.take(store, "chat", NOW, critical=False), NOW)
    post = outbox.take(store, "chat", NOW, critical=False)
    found = {one.channel: one for one in outbox.backlog(store, ["pager", "chat"])}
    assert [*found] == ["pager", "chat", "old"]
    assert (found["pager"].waiting, found["pager"].oldest) == (0, None)
    assert (found["chat"].waiting, found["chat"].oldest, found["chat"].delivered) == (2, NOW, 1)
    outbox.given_up(store, post, "", [], NOW)
    assert outbox.backlog(store, ["chat"])[0].given_up == 1


def test_messages_of_an_incident_in_the_order_they_were_made(store):
    """At most so many; none of others."""
    for number in range(5):
        put(store, ready(f"m{number}", occasion=Occasion.UPDATE), ready("x", thread="inc-8"), now=NOW + number * SECOND)
    assert [one.message for one in outbox.posted(store, "inc-7", 3)] == ["m0", "m1", "m2"]
    assert outbox.posted(store, "inc-9") == []


# -- the order of a thread ---------------------------------------------------------------------------------------
def failing(store, name, due=NOW + 60 * SECOND, *, critical=False, **more):
    """Take a message that is due, and note that it failed."""
    post = outbox.take(store, "chat", NOW, critical=critical, **more)
    assert post is not None
    assert post.message.id == name
    outbox.failed(store, post, "no", due, may_repeat=False)


def test_of_a_thread_nothing_overtakes(store):
    """Neither in a lane nor across the lanes of a channel; other threads and other channels do not wait."""
    put(store, ready("1"))
    put(store, ready("2", occasion=Occasion.UPDATE), ready("3", critical=True), now=NOW + SECOND)
    put(store, ready("4", occasion=Occasion.CLEARED), ready("x", thread="inc-8"), ready("1", "pager"), now=NOW + SECOND)
    failing(store, "1")
    assert taken(store) == ["x"]
    assert taken(store, critical=True) == []
    assert taken(store, "pager") == ["1"]
    later, found = NOW + 60 * SECOND, []
    for critical in (False, False, True, False):
        post = outbox.take(store, "chat", later, critical=critical)
        assert post is not None
        assert outbox.take(store, "chat", later, critical=not critical) is None  # it is under way
        outbox.delivered(store, post, later)
        found.append(post.message.id)
    assert found == ["1", "2", "3", "4"]


def test_messages_of_one_instant_by_name(store):
    """Names are made in the order of the messages."""
    put(store, ready("b", critical=True), ready("a"), ready("c"))
    assert outbox.take(store, "chat", NOW, critical=True) is None
    assert outbox.take(store, "chat", NOW, critical=False).message.id == "a"


def test_what_is_critical_gets_a_try_after_a_while(store):
    """Then it stands in its place again."""
    put(store, ready("1"))
    put(store, ready("2", critical=True), now=NOW + SECOND)
    failing(store, "1")
    assert outbox.take(store, "chat", NOW + 5 * SECOND, critical=True, impatient=NOW) is None
    post = outbox.take(store, "chat", NOW + 6 * SECOND, critical=True, impatient=NOW + SECOND)
    assert post.message.id == "2"
    outbox.failed(store, post, "no", NOW + 7 * SECOND, may_repeat=False)
    assert outbox.take(store, "chat", NOW + 9 * SECOND, critical=True, impatient=NOW + 4 * SECOND) is None


def test_nothing_waits_for_what_is_refused_for_good_but_the_all_clear(store):
    """That one waits until its alert was given up; meanwhile it holds up no other thread."""
    put(store, ready("1"))
    put(store, ready("2", occasion=Occasion.CLEARED), now=NOW + SECOND)
    put(store, ready("3"), alone("x"), now=NOW + 2 * SECOND)
    failing(store, "1")
    hopeless = {"1@chat"}
    assert outbox.take(store, "chat", NOW, critical=False, hopeless=hopeless).message.id == "x"
    assert hopeless == {"1@chat", "2@chat"}
    assert outbox.take(store, "chat", NOW, critical=False, hopeless=hopeless).message.id == "3"
    assert outbox.take(store, "chat", NOW, critical=False, hopeless=hopeless) is None
    post = outbox.take(store, "chat", NOW + 60 * SECOND, critical=False, hopeless=hopeless)
    assert post.message.id == "1"
    outbox.given_up(store, post, "", [], NOW)
    assert outbox.take(store, "chat", NOW, critical=False, hopeless=hopeless).message.id == "2"


def test_only_what_was_never_tried(store):
    """So a lane asks that is left alone."""
    put(store, alone("1", critical=True), alone("2", critical=True))
    failing(store, "1", NOW, critical=True)
    assert outbox.take(store, "chat", NOW, critical=True, untried=True).message.id == "2"
    assert outbox.take(store, "chat", NOW, critical=True, untried=True) is None


def test_what_was_marked_and_never_sent_is_taken_back(store):
    """In the lane that says so, and in no other."""
    put(store, alone("1"), alone("2", critical=True), alone("3", channel="pager"))
    for channel, critical in (("chat", False), ("chat", True), ("pager", False)):
        assert outbox.take(store, channel, NOW, critical=critical)
    assert outbox.take_back(store, "chat", NOW + SECOND, critical=False) == 1
    assert outbox.take_back(store, "chat", NOW + SECOND, critical=False) == 0
    post = outbox.take(store, "chat", NOW + SECOND, critical=False)
    assert (post.message.id, post.message.may_repeat) == ("1", False)
    assert outbox.sending(store) == 3
    assert outbox.undelivered(store, {"chat"}) == 2
    assert outbox.undelivered(store, {"chat", "pager"}) == 3
