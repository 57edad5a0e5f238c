"""Filter patterns of CloudWatch Logs by their meaning, as the lab reads them."""

from __future__ import annotations

import json

import pytest

from rootwarden.lab.filter_pattern import BadPattern, UnreadPattern, compile_pattern, value_at
from rootwarden.model.golden import golden_records

CIS = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
LINE = {
    "eventName": "ConsoleLogin",
    "userIdentity": {"type": "Root", "arn": "arn:aws:iam::111122223333:root"},
    "errorCode": "AccessDenied",
    "count": 5,
    "share": 0.25,
    "yes": True,
    "no": False,
    "nothing": None,
    "list": [{"name": "first"}, {"name": "second"}],
    "with.dot": "x",
    "text": "5",
    "address": "10.1.2.3",
}


@pytest.mark.parametrize(
    ("pattern", "hit"),
    [
        ("", True),
        ('{ $.eventName = "ConsoleLogin" }', True),
        ("{ $.eventName = ConsoleLogin }", True),
        ('{$.eventName="ConsoleLogin"}', True),
        ('{ $.eventName = "consolelogin" }', False),
        ('{ $.eventName = "Console*" }', True),
        ('{ $.eventName = "*Login" }', True),
        ('{ $.errorCode = "*Denied*" }', True),
        ("{ $.address = 10.1.* }", True),
        ('{ $.eventName != "ConsoleLogin" }', False),
        ('{ $.eventName != "Other" }', True),
        ('{ $.missing = "x" }', False),
        ('{ $.missing != "x" }', False),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.eventName EXISTS }", True),
        ("{ $.eventName NOT EXISTS }", False),
        ("{ $.nothing IS NULL }", True),
        ("{ $.yes IS TRUE && $.no IS FALSE }", True),
        ("{ $.no IS TRUE }", False),
        ("{ $.count = 5 && $.count >= 5 && $.count < 6 && $.share > 1e-1 }", True),
        ("{ $.count != 5 }", False),
        ('{ $.count = "5" }', False),
        ("{ $.eventName > 5 }", False),
        ('{ $.list[1].name = "second" }', True),
        ('{ $.list[2].name = "second" }', False),
        ("{ $.['with.dot'] = x }", True),
        ("{ $.eventName = %^Console(Login|Logout)$% }", True),
        ("{ $.eventName = %^Login% }", False),
        ('{ ($.count = 4) || ($.count = 5 && $.yes IS TRUE) }', True),
        ('{ $.count = 4 && $.yes IS TRUE || $.no IS FALSE }', True),
        ('{ $.count = 4 && ($.yes IS TRUE || $.no IS FALSE) }', False),
        ("ConsoleLogin", True),
        ("ConsoleLogin Root", True),
        ("ConsoleLogin -Root", False),
        ("?Nothing ?Root", True),
        ("?Nothing ?Never", False),
        ('"AccessDenied"', True),
        ("%Console(In|Login)%", True),
    ],
)  # fmt: skip
def test_what_a_pattern_matches(pattern: str, hit: bool):
    """One line, many patterns: comparison, presence, numbers, wildcards, brackets, terms."""
    assert compile_pattern(pattern)(json.dumps(LINE)) is hit


@pytest.mark.parametrize(
    "pattern",
    [
        '{ &.eventType = "x" }',
        "{ $.userIdentity.type = 'Root' }",
        '{ $.a = "x" && }',
        '{ $.a = "x"',
        "{ $.a }",
        '{ $.a = "x" } more',
        '{ $.a == "x" }',
        '{ $.a > "x" }',
        "{ $.a IS MAYBE }",
        "{ ($.a = 1 }",
        '{ "x" = $.a }',
        "{}",
        'a "b',
    ],
)
def test_what_is_no_pattern(pattern: str):
    """The broken forms that people have published are refused, not taken for something else."""
    with pytest.raises(BadPattern):
        compile_pattern(pattern)


def test_lines_with_spaces_are_not_read():
    """A kind of pattern the lab does not know is named as such."""
    with pytest.raises(UnreadPattern):
        compile_pattern("[ip, user, status = 4*]")


def test_json_patterns_match_no_other_text():
    """A line that is not a JSON object never matches a JSON pattern."""
    assert [compile_pattern(CIS)(line) for line in ("Root", "[]", "1", "{")] == [False] * 4


def test_the_cis_pattern_over_published_records():
    """On every golden record the pattern says what its three comparisons say, worked out by hand here."""
    matcher, hits = compile_pattern(CIS), 0
    for golden in golden_records():
        record = golden.record
        identity = record.get("userIdentity")
        root = isinstance(identity, dict) and identity.get("type") == "Root" and "invokedBy" not in identity
        wanted = root and "eventType" in record and record["eventType"] != "AwsServiceEvent"
        assert matcher(json.dumps(record)) is bool(wanted), golden.id
        hits += bool(wanted)
    assert hits > 50


def test_values_are_found_by_selector():
    """Metric values and dimensions are read from the line."""
    assert value_at(LINE, "$.list[0].name") == "first"
    assert value_at(LINE, "$.userIdentity.nothing") is None
