"""Each rule fires on exactly the records its meaning names: published ones, and tens of thousands of variations."""

from __future__ import annotations

import re
from functools import cache

import pytest

from rootwarden.model.golden import Golden, golden_records
from rootwarden.proofs.sigma_rule import Rule, condition, read_rules
from tests.detections.predicates import PREDICATES, SEVERITIES, Record, level_of, predicates
from tests.detections.variations import OWNED, every_request, far_from_golden, near_golden, rule_texts

LEVELS = ("informational", "low", "medium", "high", "critical")
ASKED_OF_OTHERS = {"RD-031"}  # needs a second record, so it is no rule
WORDS = {"actor", "event", "account", "region", "source", "target"}


@cache
def rules(owned: tuple[str, ...] = ()) -> dict[str, Rule]:
    """Every rule by its code, for a guard that owns these resources."""
    found: dict[str, Rule] = {}
    for file, text in rule_texts().items():
        for rule in read_rules(text, file, placeholders={"owned_resources": owned}):
            code = rule.custom["x-rootwarden"]["code"]
            assert code not in found, f"{file} repeats {code}"
            found[code] = rule
    return found


def given_level(rule: Rule, record: Record) -> tuple[str, str, str]:
    """Level, title and level inside a window that a rule gives a record it fires on."""
    extra = rule.custom["x-rootwarden"]
    for other in extra.get("levels", ()):
        if condition(rule, other["when"])(record):
            return other["level"], other["title"], other["severity_in_window"]
    return rule.level, rule.title, extra["severity_in_window"]


def compared(code: str, records: list[Record], owned: tuple[str, ...] = ()) -> tuple[list[Record], int]:
    """The records on which a rule and its meaning disagree, and on how many both fire."""
    rule, meaning = rules(owned)[code].matches, predicates(owned)[code]
    told = [(record, rule(record), meaning(record)) for record in records]
    return [record for record, fires, means in told if fires != means], sum(fires and means for _, fires, means in told)


def test_every_detection_has_its_rule() -> None:
    """Rules and meanings are about the same codes."""
    assert sorted(rules()) == sorted(PREDICATES) == sorted(SEVERITIES)


@pytest.mark.parametrize("code", sorted(PREDICATES))
def test_a_rule_and_its_meaning_agree(code: str) -> None:
    """No difference on any golden record, any neighbour of one, or any record changed at random."""
    near, far = compared(code, near_golden()), compared(code, far_from_golden())
    assert (near[0], far[0]) == ([], [])
    assert near[1] + far[1] > 20


@pytest.mark.parametrize("code", ["RD-017", "RD-019"])
def test_owned_resources_are_guarded_against_everybody(code: str) -> None:
    """With owned resources given, rule and meaning agree, and it fires on more than without them."""
    open_to_all, guarding = rules()[code], rules(OWNED)[code]
    records = near_golden() + every_request(guarding.text)
    assert compared(code, records, OWNED)[0] == []
    guarded = [one for one in records if guarding.matches(one) and not open_to_all.matches(one)]
    assert len(guarded) > 10


@pytest.mark.parametrize("golden", golden_records(), ids=lambda golden: golden.id)
def test_a_golden_record_fires_what_it_says(golden: Golden) -> None:
    """The rules that fire on a golden record are exactly the ones it lists."""
    fired = {code for code, rule in rules().items() if rule.matches(golden.record)}
    assert fired == set(golden.fires) - ASKED_OF_OTHERS


@pytest.mark.parametrize("code", sorted(PREDICATES))
def test_a_rule_fires_and_keeps_still(code: str) -> None:
    """Each rule fires on a golden record; on its near misses it is silent, or says a lower level."""
    rule = rules()[code]
    assert any(code in one.fires for one in golden_records())
    near = [one for one in golden_records() if code in one.near]
    assert near
    loud = [one.id for one in near if rule.matches(one.record) and given_level(rule, one.record)[0] == rule.level]
    assert loud == []


@pytest.mark.parametrize("code", sorted(PREDICATES))
def test_severities_are_the_agreed_ones(code: str) -> None:
    """Level and level inside a window are the table's; a record that changes the level is given that level."""
    rule = rules()[code]
    assert (rule.level, rule.custom["x-rootwarden"]["severity_in_window"]) == SEVERITIES[code]
    for record in near_golden() + every_request(rule.text):
        if rule.matches(record):
            level, title, in_window = given_level(rule, record)
            assert level == level_of(code, record)
            assert title
            assert LEVELS.index(in_window) <= LEVELS.index(level)


@pytest.mark.parametrize("code", sorted(PREDICATES))
def test_records_passed_over_by_name_never_match(code: str) -> None:
    """The event names a rule can match leave out no record that it matches."""
    rule = rules(OWNED)[code]
    if rule.event_names is None:
        return
    for record in far_from_golden():
        name = record.get("eventName")
        if isinstance(name, str) and name.casefold() not in rule.event_names:
            assert not rule.matches(record)


@pytest.mark.parametrize("code", sorted(PREDICATES))
def test_a_rule_carries_what_a_story_needs(code: str) -> None:
    """What it misses, what to do, which harm, and one clause in known words."""
    extra = rules()[code].custom["x-rootwarden"]
    known = {"code", "severity_in_window", "misses", "response", "harm", "says"}
    assert known <= set(extra) <= known | {"levels", "escalate", "refines"}
    assert extra["harm"] in {"money", "deletion", "data", "none"}
    assert 2 <= len(extra["response"]) <= 4
    assert set(re.findall(r"{(\w+)}", extra["says"])) <= WORDS
    assert not extra["says"].endswith(".")
    assert extra["misses"].endswith(".")
    assert all(other["level"] in LEVELS for other in extra.get("levels", ()))
