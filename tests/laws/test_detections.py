"""What holds for every detection: it says all about itself, fires and keeps silent, and arrival does not matter."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.catalogue.detecting import everything as all_detections
from rootwarden.catalogue.detecting import stateful
from rootwarden.model import memory
from rootwarden.model.alert import Act, Alert, Update
from rootwarden.model.detection import Conclusion, Detection, Moment, SingleRecord, Stateful
from rootwarden.model.event import read_event
from rootwarden.model.findings import Severity
from rootwarden.model.golden import Golden, golden_records
from rootwarden.model.root_activity import Kind, classify
from rootwarden.model.rulebook import UNKNOWN_SHAPE, Rulebook
from tests.detections.everything import FIFTH, circumstances, everything, random_circumstances, random_scene, when
from tests.detections.scenes import BROWSER, COMMAND_LINE, DAY, FOURTH, SECOND, THIRD, act, failed_sign_in
from tests.detections.stage import LATE, Item, give, new_watch, rules
from tests.laws.effort import EFFORT, tried
from tests.laws.tally import Tally

DETECTIONS = all_detections()
GOLDEN = golden_records()
MEMORY = {one.detection.code for one in stateful()}
LATENESS = timedelta(hours=2)
# May be empty: not every one waits for who acted or adds to another, and a Sigma rule is its own logic.
OPTIONAL = {"needs_root_itself", "refines", "logic"}
ORDERS = EFFORT.examples * 6 // 10
SCENES = EFFORT.random_worlds


# -- what a detection says of itself ---------------------------------------------------------------------------
@pytest.mark.parametrize("one", DETECTIONS, ids=lambda one: one.slug)
def test_a_detection_says_all_about_itself(one: SingleRecord | Stateful) -> None:
    """Nothing is left out that a person will ask for."""
    assert not [
        name for name in Detection.__struct_fields__ if name not in OPTIONAL and not getattr(one.detection, name)
    ]
    assert one.detection.severity is not Severity.INFO
    levels = list(Severity)
    assert levels.index(one.detection.severity_in_window) >= levels.index(one.detection.severity)
    if isinstance(one, Stateful):
        assert one.why.endswith(".")
        assert one.detection.logic.endswith(".")


def test_codes_slugs_and_titles_are_unique() -> None:
    """One name means one thing."""
    for names in (
        [one.detection.code for one in DETECTIONS],
        [one.slug for one in DETECTIONS],
        [one.detection.title for one in DETECTIONS],
    ):
        assert not [name for name, count in Counter(names).items() if count > 1]


# -- golden records --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.id)
def test_every_golden_record_is_judged_as_known_beforehand(golden: Golden) -> None:
    """Who is behind it, and which detections of single records fire on it alone."""
    kind = classify(golden.record)
    expected = {code for code in golden.fires if code not in MEMORY}
    if kind is Kind.UNKNOWN_SHAPE:
        expected.add(UNKNOWN_SHAPE)
    if kind is Kind.RELATED:  # AWS wrote type Root for somebody else: rules about root say nothing
        expected -= {one.detection.code for one in rules() if one.identity_types == {"root"}}
    assert kind == golden.kind
    assert set(Rulebook(rules()).judge(golden.record, kind)) == expected


@pytest.mark.parametrize("one", rules(), ids=lambda one: one.slug)
def test_every_single_record_detection_fires_and_narrowly_misses(one: SingleRecord) -> None:
    """On golden records; whether those that narrowly miss do is part of the law above."""
    assert [golden.id for golden in GOLDEN if one.detection.code in golden.fires and one.judge(golden.record)]
    near = [golden for golden in GOLDEN if one.detection.code in golden.near]
    assert near
    assert not [golden.id for golden in near if one.judge(golden.record)]


@pytest.mark.parametrize("one", stateful(), ids=lambda one: one.slug)
def test_every_detection_with_memory_fires(one: Stateful) -> None:
    """In the scene of everything; its near misses are tested beside each."""
    watch = give(new_watch(circumstances()), everything())
    watch.flush(LATE)
    assert one.detection.code in {alert.code for alert in watch.standing()}


def test_every_detection_is_asked_about_every_golden_record(tally: Tally) -> None:
    """None of them fails, whatever the index of rules would keep from it; none concludes twice from one record."""
    book = Rulebook(rules())
    for one, golden in product(DETECTIONS, GOLDEN):
        tally.add("judgements")
        if isinstance(one, SingleRecord):
            one.judge(golden.record)
            continue
        hits = book.judge(golden.record, classify(golden.record))
        list(one.remember(read_event(golden.record), golden.record, hits, circumstances()))
    watch = give(new_watch(circumstances()), [golden.record for golden in GOLDEN])
    watch.flush(LATE)
    standing = watch.standing()
    assert len({alert.fingerprint for alert in standing}) == len(standing)


# -- arrival does not matter -----------------------------------------------------------------------------------
class Told:
    """What somebody knows who was told every piece of news."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}

    def hear(self, news: Iterable[Update]) -> None:
        """Take in news; each must fit what was told before."""
        for one in news:
            known = one.thread in self.alerts
            assert known if one.act is Act.WITHDRAWN else not known if one.act is Act.RAISED else True
            if one.act is Act.WITHDRAWN:
                del self.alerts[one.thread]
            else:
                self.alerts[one.thread] = one.alert

    def standing(self) -> list[Alert]:
        """Return the alerts that stand, in the order of event time."""
        return sorted(self.alerts.values(), key=lambda one: (one.event_time, one.code, one.fingerprint))


def right(items: Sequence[Item], context: Any) -> list[Alert]:
    """Return what must come out: all at once, in the order of time."""
    watch = give(new_watch(context), items)
    watch.flush(LATE)
    found = watch.standing()
    assert len({alert.fingerprint for alert in found}) == len(found)
    return found


def in_any_order(items: Sequence[Item], context: Any, dice: Random) -> tuple[list[Alert], list[Alert]]:
    """Feed in a random order, some twice, flushed now and then at any time, written down and read once in a while."""
    order, told, watch = list(items), Told(), new_watch(context)
    dice.shuffle(order)
    for item in order:
        give(watch, [item] * dice.choice((1, 1, 1, 2)))
        if dice.random() < 0.2:
            told.hear(watch.flush(DAY + timedelta(seconds=dice.uniform(0, 600_000))))
        if dice.random() < 0.02:
            told.hear(watch.flush(DAY))
            state, watch = watch.dump(), new_watch(context)
            watch.load(state)
    told.hear(watch.flush(LATE))
    return watch.standing(), told.standing()


def as_delivered(items: Sequence[Item], context: Any, dice: Random) -> list[Alert]:
    """Feed each item up to two hours late, some twice, flushed with the clock of delivery, written down and read."""
    due = [(when(item) + timedelta(seconds=dice.uniform(0, 7_200)), number) for number, item in enumerate(items)]
    again = (
        (moment + timedelta(seconds=dice.uniform(0, 300)), number)
        for number, item in enumerate(items)
        if dice.random() < 0.1 and (moment := due[number][0]) - when(item) < LATENESS - timedelta(minutes=5)
    )
    told, watch = Told(), new_watch(context)
    for now, number in sorted([*due, *again]):
        give(watch, [items[number]])
        if dice.random() < 0.3:
            told.hear(watch.flush(now))
            if dice.random() < 0.1:
                state, watch = watch.dump(), new_watch(context)
                watch.load(state)
    told.hear(watch.flush(LATE))
    return told.standing()


def test_any_order_of_arrival_ends_in_the_same_alerts(tally: Tally) -> None:
    """Of the scene in which every detection has something to say; what was told adds up to what stands."""
    items = everything()
    expected = right(items, circumstances())
    for seed in range(ORDERS):
        standing, told = in_any_order(items, circumstances(), Random(seed))
        assert standing == told == expected
        tally.add("orders")
    tally.add("alerts", len(expected))
    tally.add("records and notices", len(items))


def test_delays_of_two_hours_end_in_the_same_alerts(tally: Tally) -> None:
    """Though what is old is forgotten on the way, after hours and days."""
    items = everything()
    expected = right(items, circumstances())
    for seed in range(ORDERS):
        assert as_delivered(items, circumstances(LATENESS), Random(seed)) == expected
        tally.add("deliveries")


def test_random_scenes_end_in_the_same_alerts(tally: Tally) -> None:
    """In any order, and delayed; the scenes are made of what detections with memory ask for."""
    for seed in range(SCENES):
        dice = Random(seed)
        items = random_scene(dice, dice.choice((30, 80, 200)))
        expected = right(items, random_circumstances(Random(seed)))
        assert in_any_order(items, random_circumstances(Random(seed)), dice) == (expected, expected)
        assert as_delivered(items, random_circumstances(Random(seed), LATENESS), dice) == expected
        tally.add("scenes")
        tally.add("alerts", len(expected))


@pytest.mark.parametrize("one", [one for one in stateful() if one.course is not None], ids=lambda one: one.slug)
def test_a_course_concludes_what_is_concluded_from_the_beginning(
    one: Stateful, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever late notes send it back, though it goes on from a copy nearly every time."""
    monkeypatch.setattr(memory, "_STRIDE", 2)
    monkeypatch.setattr(memory, "_COPIES", 5)
    moment = Moment(LATE, circumstances(), LATE)
    for seed in range(max(3, SCENES // 10)):
        dice = Random(seed)
        held, began = memory.Memory(one.course), dice.choice((0, 300_000))
        for _ in range(120):
            began += dice.choice((1, 1, 60, 600, 4_000, 40_000)) * dice.choice((1, 1, 1, 3))
            began += 9_000_000 if dice.random() < 0.03 else 0
            late = dice.choice((0, 0, 0, 0, 500, 50_000))
            item = act if dice.random() < 0.1 else failed_sign_in
            record = item(
                DAY + timedelta(seconds=max(0, began - late)), dice.choice((SECOND, THIRD, FOURTH, FIFTH)),
                sourceIPAddress=f"192.0.{dice.randrange(4)}.1", userAgent=dice.choice((BROWSER, COMMAND_LINE, "curl/8")),
            )  # fmt: skip
            event = read_event(record)
            hits = Rulebook(rules()).judge(record, classify(record))
            for _, note in one.remember(event, record, hits, circumstances()):
                held.add("key", note)
            if dice.random() < 0.5:
                found = list(held.course("key").concluded())
                assert found == list(one.conclude("key", held.notes("key"), moment))
                tally.add("conclusions", len(found))
        assert found


# -- nothing breaks it -----------------------------------------------------------------------------------------
TIMES = (
    "2026-11-24T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "20261124", "2026-W01-1", "2026-11-24", "then",
)  # fmt: skip
WORDS = ("", "Root", "true", "True", "Failure", "AssumeRoot", "ConsoleLogin", "AWS Internal", "arn:aws:iam::1:root",
         ":" * 9, "ASIA", "AKIA", "a\x00b", "{actor.__class__}", "::1", *TIMES)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS)
    | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def _places(value: Any, path: tuple[str, ...] = ()) -> Iterable[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from _places(inner, (*path, name))


KNOWN = sorted({place for golden in GOLDEN for place in _places(golden.record) if len(place) <= 4})


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """Return a golden record with anything in some of its fields, or in fields that others have."""
    record: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(GOLDEN)).record)
    for path in draw(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4)):
        place = record
        for name in path[:-1]:
            inner = place.get(name)
            place[name] = place = inner if isinstance(inner, dict) else {}
        place[path[-1]] = draw(values)
    return record


@tried
@given(scene=st.lists(records(), min_size=1, max_size=8), forget=st.booleans())
def test_no_record_breaks_a_watch(scene: list[dict[str, Any]], forget: bool) -> None:
    """Whatever its fields hold; written down and read, the alerts are the same, and so they are in another order."""
    context = circumstances(LATENESS if forget else None)
    watch = give(new_watch(context), scene)
    watch.flush(DAY)
    again = new_watch(context)
    again.load(watch.dump())
    assert again.flush(DAY) == []
    assert again.standing() == watch.standing()
    for one in (watch, again):
        give(one, reversed(scene))
        one.flush(LATE)
    assert again.standing() == watch.standing()


@tried
@given(one=st.sampled_from(stateful()), record=records())
def test_no_record_breaks_a_detection_alone(one: Stateful, record: dict[str, Any]) -> None:
    """Nor the index of rules, whichever hits it is given."""
    event = read_event(record)
    hits = {rule.detection.code: rule.own_hit for rule in rules()}
    for key, note in one.remember(event, record, hits, circumstances()):
        assert isinstance(key, str)
        assert note.event == event
        for found in one.conclude(key, [note], Moment(LATE, circumstances(), LATE)):
            assert not isinstance(found, Conclusion) or found.completing == event
