"""What each construct of a Sigma rule means, one small example after the other."""

from __future__ import annotations

from typing import Any

import pytest

from rootwarden.proofs.sigma_rule import Rule, condition, read_rules

HEAD = "title: T\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n"


def rule(detection: str, **placeholders: tuple[str, ...]) -> Rule:
    """Return the rule with this detection part."""
    (one,) = read_rules(HEAD + detection, "t.yml", placeholders)
    return one


def line(text: str, **placeholders: tuple[str, ...]) -> Rule:
    """Return the rule with one line."""
    return rule(f"  sel:\n    {text}\n  condition: sel\n", **placeholders)


LINES: list[tuple[str, list[Any], list[Any]]] = [  # a line about `a` -> values that match, values that do not
    ("a: Root", ["Root", "root", ["x", "ROOT"], [["root"]]], ["Roots", "", None, {"root": 1}, [], {}]),
    ("a: ''", ["", [""]], [None, " ", [], {}, 0, False]),
    ("a: null", [None, [None]], ["", 0, False, [], {}, "null"]),
    ("a: [x, null]", ["x", None], ["y", ""]),
    ("a: 10", [10, "10", 10.0, [10]], ["10.0", 11, "x", True]),
    ("a: 1", [1, "1"], [True, "true", "01"]),
    ("a: '10'", ["10", 10], ["010", 10.5]),
    ("a: true", [True, "true", "True", "TRUE"], ["Yes", 1, "1", False, None]),
    ("a: false", [False, "false", "False"], ["No", 0, "", None]),
    ("a: 'tr*'", [True, "try"], [False]),
    ("a: 'a*c'", ["ac", "abc", "ABBC", "a\nc"], ["abcd", "xac"]),
    ("a: 'a?c'", ["abc", "aßc", "a?c"], ["ac", "abbc"]),
    (r"a: 'a\*c'", ["a*c"], ["abc", r"a\*c"]),
    (r"a: 'a\\*'", ["a\\", "a\\b"], ["a*", "ab"]),
    (r"a: 'a\b\\c'", [r"a\b\c"], [r"a\b\\c"]),
    ("a|contains: oo", ["root", "OO", 'x"oo"', {"k": [{"m": "root"}]}], ["ro", None, {"oo": 1}]),
    ("a|contains: ''", ["", "x", 1, {"k": 1}], [None, {}, {"k": None}]),
    ("a|startswith: x", ["x"], [{"k": "x"}]),
    ("a|contains|all: [a, b]", ["ba", ["xa", "xb"], "AB"], ["a", ["a"], "b"]),
    ("a|startswith: ro", ["root", "ROOT"], ["xroot"]),
    ("a|endswith: .amazonaws.com", ["s3.AMAZONAWS.com"], ["s3.amazonaws.com.evil"]),
    ("a|cased: Root", ["Root"], ["root"]),
    ("a|contains|cased: oO", ["roOt"], ["root"]),
    ("a|neq: Root", ["x", None, [], ["x"]], ["root", ["x", "Root"]]),
    ("a|neq|contains: [x, y]", ["z"], ["x", "zy"]),
    ("a|re: '^ro+t$'", ["root", ["x", "rot"]], ["Root", "roots"]),
    ("a|re: oo", ["root"], ["rot"]),
    ("a|re|i: '^ROOT'", ["root"], ["xroot"]),
    ("a|re|m: '^b$'", ["a\nb"], ["ab"]),
    ("a|re|s: 'a.b'", ["a\nb"], ["ab"]),
    ("a|re: 'a.b'", ["axb"], ["a\nb"]),
    ("a|re: '^[0-9]+$'", [10, "10"], [1.5, True]),
    ("a|cidr: 10.0.0.0/8", ["10.1.2.3", ["x", "10.0.0.0"]], ["11.0.0.1", "AWS Internal", "10.1", None, 167772161]),
    ("a|cidr: 2001:db8::/32", ["2001:db8::1", "2001:DB8:0::2"], ["2001:db9::1", "10.0.0.1"]),
    ("a|lt: 10", [9, "9", 9.5, "-1", "9.99"], [10, "10", "x", None, True, "1_0", ""]),
    ("a|lte: 10", [10, "10"], [10.5]),
    ("a|gt: 9007199254740992", [9007199254740993, "9007199254740993"], [9007199254740992, "9007199254740992"]),
    ("a|gte: 1.5", ["1.5", "2e3", [0, 2]], [1]),
    ("a|exists: true", ["", None, [], {}, 0], []),
    ("a|fieldref: other", ["Same", "same", ["x", "same"]], ["x", None]),
    ("a|fieldref|startswith: other", ["same1"], ["1same"]),
    ("a|fieldref|endswith: other", ["1same"], ["same1"]),
    ("a|fieldref|contains: other", ["1same1"], ["sam"]),
    ("a|base64: iam", ["aWFt"], ["iam", "aWFtMQ=="]),
    (
        "a|base64offset|contains: iam",
        ["aWFt", "eGlhbQ==", "eHhpYW0=", "eHh4aWFt", "eGlhbXo=", "eHhpYW16eg=="],
        ["eGFtaQ=="],
    ),
    ("a|wide|base64offset|contains: iam", ["aQBhAG0A", "eABpAGEAbQA="], ["aWFt"]),
    ("a|utf16|base64: i", ["//5pAA=="], ["aQA="]),
    ("a|utf16be|base64: i", ["AGk="], ["aQA="]),
    ("a|windash|contains: ' -x'", ["c -x", "c /x", "c \u2013x", "c \u2014X", "c \u2015x"], ["c x", "c +x"]),
    ("a|windash: 'a-b'", ["a-b"], ["a/b"]),
    ("a|hour: 11", ["2023-07-10T11:45:00Z", "2023-07-10T13:45:00+02:00"], ["2023-07-10T12:00:00Z", 11, "11", "x"]),
    ("a|hour|lt: 8", ["2023-07-10T07:59:00Z"], ["2023-07-10T08:00:00Z"]),
    ("a|minute: 45", ["2023-07-10T11:45:00Z"], ["2023-07-10T11:44:59Z"]),
    ("a|day: 10", ["2023-07-10T11:45:00Z"], ["2023-10-09T11:45:00Z"]),
    ("a|week: 53", ["2021-01-03T00:00:00Z"], ["2021-01-04T00:00:00Z"]),
    ("a|month: 7", ["2023-07-10T11:45:00Z"], ["2023-13-10T11:45:00Z"]),
    ("a|year|gte: 2023", ["2023-07-10T11:45:00Z"], ["2022-12-31T23:59:59Z", 2023]),
]


@pytest.mark.parametrize(("text", "hits", "misses"), LINES, ids=[text for text, _, _ in LINES])
def test_a_line_matches_what_it_says(text: str, hits: list[Any], misses: list[Any]) -> None:
    """Each modifier and kind of value, beside a field `other` that holds "same"."""
    one = line(text)
    for value in hits:
        assert one.matches({"a": value, "other": "same"}), value
    for value in misses:
        assert not one.matches({"a": value, "other": "same"}), value


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("a: null", True),
        ("a: ''", False),
        ("a|exists: false", True),
        ("a|exists: true", False),
        ("a|neq: x", True),
        ("a|contains: ''", False),
        ("a|fieldref: b", False),
        ("a|lt: 5", False),
    ],
)
def test_an_absent_field(text: str, matches: bool) -> None:
    """What is not there is null, does not exist, differs from everything and equals nothing."""
    assert line(text).matches({"other": 1}) is matches


PATHS: list[tuple[str, Any, bool]] = [
    ("u.type", {"u": {"type": "x"}}, True),
    ("u.type", {"u.type": "x", "u": {"type": "y"}}, True),
    ("u.type", {"u.type": "y", "u": {"type": "x"}}, False),
    ("u.s.type", {"u": {"s.type": "x"}}, True),
    ("u.s.type", {"u.s": {"type": "x"}}, True),
    ("u.s.type", {"u": [{"s": {"type": "y"}}, {"s": [{"type": ["x"]}]}]}, True),
    ("u.type", {"u": [[{"type": "x"}]]}, True),
    ("u.type", {"u": ["type", {"kind": "x"}]}, False),
    ("u.type", {"u": "x"}, False),
    ("U.type", {"u": {"type": "x"}}, False),
    ("tags.aws:cost.centre", {"tags": {"aws:cost.centre": "x"}}, True),
]


@pytest.mark.parametrize(("field", "record", "matches"), PATHS)
def test_fields_go_down(field: str, record: dict[str, Any], matches: bool) -> None:
    """Names with dots go into objects and lists; a key that has the dots itself wins; case counts in names."""
    assert line(f"{field}: x").matches(record) is matches


def test_a_field_found_in_some_elements_is_not_absent() -> None:
    """Null means nowhere found, or found as null."""
    one = line("u.type: null")
    assert not one.matches({"u": [{"type": "x"}, {}]})
    assert one.matches({"u": [{"type": "x"}, {"type": None}]})
    assert one.matches({"u": [{}]})


def test_placeholders() -> None:
    """Each value of a placeholder counts, wildcards in it too; none match nothing, so that `neq` of them holds."""
    one = line("a|expand: '%Known%-%two%'", Known=("x", "y*"), two=("1", "2"))
    assert one.placeholders == {"Known", "two"}
    assert [one.matches({"a": value}) for value in ("x-1", "YES-2", "x-3", "%Known%-%two%")] == [
        True,
        True,
        False,
        False,
    ]
    assert not line("a|expand: '%none%'", none=()).matches({"a": ""})
    assert line("a|expand|neq: '%none%'", none=()).matches({"a": ""})
    assert line("a: '%literal%'").matches({"a": "%LITERAL%"})
    assert line("a|contains|expand: '%k%'", k=("arn:",)).matches({"a": "x arn: y"})


KEYWORDS: list[tuple[str, Any, bool]] = [
    ("[alpha, beta]", {"x": {"y": ["has BETA in it"]}}, True),
    ("[alpha, beta]", {"beta": "x"}, False),
    ("{'|all': [alpha, beta]}", {"x": "alpha", "y": "beta"}, True),
    ("{'|all': [alpha, beta]}", {"x": "alpha"}, False),
    ("alp*a", {"x": "an alp and a"}, True),
    ("[443]", {"port": 443}, True),
    ("{'|re': '^b.t'}", {"x": ["beta"]}, True),
    ("{'|cased': Beta}", {"x": "beta"}, False),
    ("[alpha, {a: 1}]", {"a": 1}, True),
    ("[alpha, {a: 1}]", {"b": "alpha"}, True),
]


@pytest.mark.parametrize(("search", "record", "matches"), KEYWORDS)
def test_keywords_search_every_value(search: str, record: dict[str, Any], matches: bool) -> None:
    """Values without a field are looked for in every value of the record, never in its keys."""
    assert rule(f"  words: {search}\n  condition: words\n").matches(record) is matches


SEARCHES = "  sel_a: {a: 1}\n  sel_b: {b: 1}\n  filter: {c: 1}\n  _hidden: {d: 1}\n"
CONDITIONS: list[tuple[str, str, bool]] = [  # condition, fields that are 1, matches
    ("sel_a and not filter", "a", True),
    ("sel_a and not filter", "ac", False),
    ("sel_a or sel_b and filter", "a", True),
    ("(sel_a or sel_b) and filter", "a", False),
    ("not sel_a or sel_b", "b", True),
    ("not (sel_a or sel_b)", "", True),
    ("not not sel_a", "a", True),
    ("1 of sel_*", "b", True),
    ("any of sel_*", "b", True),
    ("all of sel_*", "b", False),
    ("all of sel_* and filter", "abc", True),
    ("1 of them", "c", True),
    ("1 of them", "d", False),
    ("all of them", "abc", True),
    ("1 of _hid*", "d", True),
    ("_hidden", "d", True),
    ("1 of *l*", "c", True),
    ("1 of sel_a", "a", True),
    ("not 1 of sel_*", "c", True),
]


@pytest.mark.parametrize(("text", "ones", "matches"), CONDITIONS)
def test_conditions(text: str, ones: str, matches: bool) -> None:
    """Strength of binding, brackets, selectors; names with a leading underscore count only where named so."""
    record = dict.fromkeys(ones, 1)
    assert rule(f"{SEARCHES}  condition: {text}\n").matches(record) is matches
    other = rule(f"{SEARCHES}  condition: filter\n")
    assert condition(other, text)(record) is matches


def test_a_list_of_conditions_is_any_of_them() -> None:
    """Each condition of a list is one way to match."""
    one = rule(f"{SEARCHES}  condition: [sel_a, filter]\n")
    assert [one.matches({field: 1}) for field in "abc"] == [True, False, True]
    assert one.named["sel_b"]({"b": 1})


NAMES: list[tuple[str, set[str] | None]] = [
    ("sel: {eventName: [CreateUser, createuser, 'Stra\u00dfe']}", {"createuser", "strasse"}),
    ("sel: {eventName: Create*}", None),
    (r"sel: {eventName: 'Create\*'}", {"create*"}),
    ("sel: {eventName|contains: Create}", None),
    ("sel: {eventName|re: Create}", None),
    ("sel: {eventName|neq: CreateUser}", None),
    ("sel: {eventName: [CreateUser, null]}", None),
    ("sel: {eventName|cased: CreateUser}", {"createuser"}),
    ("sel: {eventName|expand: '%two%'}", {"a", "b"}),
    ("sel: {eventName|expand: '%none%'}", set()),
    ("sel: {eventName: [A, 5]}", {"a", "5"}),
    ("sel: {eventName: A, other: x}", {"a"}),
    ("sel: [{eventName: A}, {eventName: B}]", {"a", "b"}),
    ("sel: [{eventName: A}, {other: B}]", None),
    ("sel: [A, B]", None),
]


@pytest.mark.parametrize(("search", "names"), NAMES)
def test_event_names_of_a_search(search: str, names: set[str] | None) -> None:
    """Only plain values limit a rule to event names."""
    assert rule(f"  {search}\n  condition: sel\n", two=("A", "B"), none=()).event_names == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a and b", {"y"}),
        ("a or b", {"x", "y", "z"}),
        ("a and c", {"x", "y"}),
        ("a or c", None),
        ("not a", None),
        ("b and not a", {"y", "z"}),
        ("1 of them", None),
        ("all of them", {"y"}),
    ],
)
def test_event_names_of_a_condition(text: str, names: set[str] | None) -> None:
    """`and` keeps what both sides allow, `or` joins, `not` says nothing."""
    searches = "  a: {eventName: [X, Y]}\n  b: {eventName: [Y, Z]}\n  c: {other: 1}\n"
    assert rule(f"{searches}  condition: {text}\n").event_names == names


def test_what_a_rule_says_about_itself() -> None:
    """Every description is kept, keys that are not Sigma's in `custom`, several documents in their order."""
    text = """title: First
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
status: test
level: high
description: What it finds
author: We
date: 2025-01-31
falsepositives: [None known]
tags: [attack.t1078.004]
references: [https://example.org/a]
logsource: {product: aws, service: cloudtrail, category: c}
detection: {sel: {a: 1}, condition: sel}
x-rootwarden: {code: RD-001, keys: [a, b]}
---
title: Second
logsource: {product: aws}
detection: {sel: {a: 2}, condition: sel}
---
"""
    first, second = read_rules(text, "two.yml")
    assert (first.id, first.title, first.level, first.status) == (
        "929a690e-bef0-4204-a928-ef5e620d6fcc",
        "First",
        "high",
        "test",
    )
    assert (first.description, first.author, first.date) == ("What it finds", "We", "2025-01-31")
    assert (first.falsepositives, first.tags) == (("None known",), ("attack.t1078.004",))
    assert first.references == ("https://example.org/a",)
    assert (first.product, first.service, first.category) == ("aws", "cloudtrail", "c")
    assert first.custom == {"x-rootwarden": {"code": "RD-001", "keys": ["a", "b"]}}
    assert (first.file, first.text) == ("two.yml", text)
    assert (second.title, second.level, second.id, second.category, dict(second.custom)) == (
        "Second",
        "medium",
        "",
        "",
        {},
    )
    assert second.matches({"a": 2})
