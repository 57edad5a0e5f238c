"""The compiled evaluator says what a slow, independent reading of the same rule says, for any rule and record."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rootwarden.proofs.sigma_rule import condition, read_rules
from tests.laws.effort import tried
from tests.proofs.sigma_aimed import aimed
from tests.proofs.sigma_made import as_yaml, condition_text, records, rules, single_lines, trees
from tests.proofs.sigma_slow import Line, Made, holds, judge, search


@st.composite
def rules_with_records(draw: st.DrawFn, made: st.SearchStrategy[Made]) -> tuple[Made, list[dict[str, Any]]]:
    """Return a rule and records, most of them aimed at it."""
    rule = draw(made)
    return rule, draw(st.lists(aimed(rule) | aimed(rule) | records, min_size=4, max_size=8))


@tried
@given(rules_with_records(single_lines()))
def test_a_line_means_what_the_slow_reading_says(case: tuple[Made, list[dict[str, Any]]]) -> None:
    """A single line, of any kind, gives the same answer in both readings, and excludes event names rightly."""
    agree(*case)


@tried
@given(rules_with_records(rules()))
def test_a_rule_means_what_the_slow_reading_says(case: tuple[Made, list[dict[str, Any]]]) -> None:
    """Whatever the rule and the records, both readings give the same answer, also for each search by itself."""
    agree(*case)


def agree(made: Made, some: list[dict[str, Any]]) -> None:
    """Compare both readings; event names that are excluded must be those of records that do not match."""
    (rule,) = read_rules(as_yaml(made), "made.yml", made.placeholders)
    for record in some:
        matches = holds(made, record)
        assert rule.matches(record) == matches, record
        for name, lines in made.searches.items():
            assert rule.named[name](record) == search(made, lines, record), (name, record)
        known = record.get("eventName")
        if matches and rule.event_names is not None and isinstance(known, str):
            assert known.casefold() in rule.event_names


@tried
@given(rules(), st.data())
def test_another_condition_over_the_same_searches_agrees(made: Made, data: st.DataObject) -> None:
    """`condition` joins the searches of a rule as the tree it was written from does."""
    (rule,) = read_rules(as_yaml(made), "made.yml", made.placeholders)
    tree, record = data.draw(trees(list(made.searches))), data.draw(aimed(made))
    known = {name: search(made, lines, record) for name, lines in made.searches.items()}
    assert condition(rule, condition_text(tree))(record) == judge(tree, known)


def event_name_rules() -> st.SearchStrategy[Made]:
    """Return rules, half of them of one line, all of whose lines ask for the event name."""
    return (single_lines() | rules()).map(
        lambda made: made._replace(searches={name: _on_names(maps) for name, maps in made.searches.items()})
    )


def _on_names(maps: list[list[Line]]) -> list[list[Line]]:
    """Return the maps with `eventName` as every field, each line once."""
    named = [
        {line.modifiers: line._replace(field="eventName" if line.field else "") for line in lines} for lines in maps
    ]
    return [list(lines.values()) for lines in named]


@tried
@given(rules_with_records(event_name_rules()))
def test_event_names_exclude_only_what_cannot_match(case: tuple[Made, list[dict[str, Any]]]) -> None:
    """Where rules speak of the event name in every way there is, no name is excluded that can match."""
    agree(*case)
