"""What is not evaluated is refused when the rule is read, with its file, place, name and what to do."""

from __future__ import annotations

import time

import pytest

from rootwarden.errors import Exit, InputError
from rootwarden.proofs.sigma_rule import RuleError, condition, read_rules

HEAD = "title: T\nlogsource: {product: aws}\n"


def refusal(text: str, **placeholders: tuple[str, ...]) -> RuleError:
    """Return how a file is refused."""
    with pytest.raises(RuleError) as caught:
        read_rules(text, "f.yml", placeholders)
    return caught.value


def line(text: str) -> str:
    """Return a rule with one line."""
    return f"{HEAD}detection:\n  sel:\n    {text}\n  condition: sel\n"


LINES = [  # a line -> what the refusal names
    ("a|utf8: x", "modifier |utf8"),
    ("a|contains|contains: x", "modifier |contains"),
    ("a|contains|endswith: x", "modifier |endswith"),
    ("a|re|contains: x", "modifier |contains"),
    ("a|re|cidr: x", "modifier |cidr"),
    ("a|re|expand: '%x%'", "modifier |expand"),
    ("a|i|re: x", "modifier |i"),
    ("a|i: x", "modifier |i"),
    ("a|cidr|contains: 10.0.0.0/8", "modifier |contains"),
    ("a|gt|lt: 1", "modifier |lt"),
    ("a|gt|hour: 1", "modifier |gt"),
    ("a|expand|base64: '%x%'", "modifier |"),
    ("a|contains|base64: x", "modifier |contains"),
    ("a|wide: x", "|wide"),
    ("a|base64|wide: x", "|base64|wide"),
    ("a|base64: 'x*'", "wildcard in the |base64 value"),
    ("a|re: '(a'", "regular expression (a"),
    ("a|re: '(?<n>a)'", "regular expression (?<n>a)"),
    (r"a|re: '\p{L}'", r"regular expression \p{L}"),
    (r"a|re: 'a\Z'", r"\Z"),
    (r"a|re: '\Qa.b\E'", r"regular expression \Q"),
    ("a|re: '[[:alpha:]]'", "POSIX class [:alpha:]"),
    ("a|re: '(a+)+$'", "regular expression (a+)+$"),
    ("a|re: '(?:x(a|b*)){2,}'", "regular expression"),
    ("a|re: '(a{1,3})+'", "regular expression"),
    ("a|re: '(a|aa)*b'", "regular expression"),
    ("a|re: '(?:a?){50}a'", "regular expression"),
    ("a|re: '((a+)x?)*'", "regular expression"),
    ("a|re: '(.+,)+'", "regular expression"),
    ("a|re|i: '([a-z]+X)+'", "regular expression"),
    ("a|re: 5", "value 5"),
    ("a|cidr: 10.0.0.1/8", "network 10.0.0.1/8"),
    ("a|cidr: nowhere", "network nowhere"),
    ("a|lt: x", "value x"),
    ("a|lt: true", "value True"),
    ("a|hour: 1.5", "value 1.5"),
    ("a|exists: 'yes'", "value yes"),
    ("a|contains: 5", "value 5"),
    ("a|contains: null", "value null"),
    ("a|fieldref: 'b*'", "field reference b*"),
    ("a|fieldref: ''", "field reference"),
    ("a|expand: '%unknown%'", "placeholder %unknown%"),
    ("a: []", "empty list"),
    ("a: {b: c}", "value {'b': 'c'}"),
    ("a: [[b]]", "value ['b']"),
    ("a: 2025-01-31", "value 2025-01-31"),
    ("'|cidr': 10.0.0.0/8", "|cidr without a field"),
    ("'|exists': true", "|exists without a field"),
    ("a: No", "unquoted No"),
    ("a: on", "unquoted on"),
    ("a: 012345670123", "unquoted 012345670123"),
    ("a: 0x17", "unquoted 0x17"),
    ("a: 1_000", "unquoted 1_000"),
    ("a: 12:30:45", "unquoted 12:30:45"),
    ("a: 1.10", "unquoted 1.10"),
    ("a: .inf", "unquoted .inf"),
    ("5: x", "field 5"),
    (f"{'.'.join('abcdefghijklmn')}: x", "a field of 14 parts"),
]


@pytest.mark.parametrize(("text", "named"), LINES, ids=[text for text, _ in LINES])
def test_a_line_is_refused_by_name(text: str, named: str) -> None:
    """The refusal names the construct, says why, and what to do; it never comes as another error."""
    error = refusal(line(text))
    assert named in error.what
    assert error.file == "f.yml"
    assert error.why
    assert error.todo
    assert error.exit_code == Exit.USAGE


def test_the_place_is_named() -> None:
    """A refusal says file, document, search, and field with its modifiers; its parts can be read one by one."""
    error = refusal(line("a: x") + "---\n" + line("a.b|contains|x: y"))
    assert isinstance(error, InputError)
    assert (error.document, error.place, error.construct) == (2, "sel > a.b|contains|x", "modifier |x")
    assert str(error).startswith(
        "f.yml, document 2, sel > a.b|contains|x: modifier |x: it is unknown. Next: use one of"
    )


CONDITIONS = [
    ("sel | count() > 5", "aggregation after |"),
    ("sel near other", "near"),
    ("selection", "identifier selection"),
    ("notsel", "identifier notsel"),
    ("sel and", "condition"),
    ("sel sel", "condition"),
    ("sel AND sel", "condition"),
    ("(sel", "condition"),
    ("sel)", "condition"),
    ("", "condition"),
    ("1 of", "condition"),
    ("1 of (sel)", "condition"),
    ("2 of sel", "identifier 2"),
    ("1 of filter_*", "1 of filter_*"),
    ("sel & sel", "condition"),
    ("(" * 10_000 + "sel" + ")" * 10_000, "condition"),
    ("(" * 200 + "sel" + ")" * 200, "condition"),
    ("not " * 10_000 + "sel", "condition"),
]


@pytest.mark.parametrize(("text", "named"), CONDITIONS, ids=[text[:30] for text, _ in CONDITIONS])
def test_a_condition_is_refused_by_name(text: str, named: str) -> None:
    """Neither aggregation nor an undefined name nor a broken condition is guessed at."""
    error = refusal(f"{HEAD}detection:\n  sel: {{a: 1}}\n  condition: '{text}'\n")
    assert named in error.what
    (rule,) = read_rules(line("a: 1"), "f.yml")
    with pytest.raises(RuleError):
        condition(rule, text)


DETECTION = "detection: {sel: {a: 1}, condition: sel}\n"
FILES = [
    ("", "no rule"),
    ("---\n", "no rule"),
    ("- a\n", "no rule"),
    ("title: T\n" + DETECTION, "no rule"),
    (HEAD, "no rule"),
    ("logsource: {product: aws}\n" + DETECTION, "no rule"),
    (HEAD + "detection: {}\n", "detection"),
    (HEAD + "detection: [a]\n", "detection"),
    (HEAD + "detection: {condition: sel}\n", "detection"),
    (HEAD + "detection: {sel: {a: 1}}\n", "condition"),
    (HEAD + "detection: {sel: {a: 1}, condition: []}\n", "condition"),
    (HEAD + "detection: {sel: {a: 1}, condition: [sel, 5]}\n", "condition"),
    (HEAD + "detection: {sel: {}, condition: sel}\n", "empty search"),
    (HEAD + "detection: {sel: [], condition: sel}\n", "empty search"),
    (HEAD + "detection: {sel: , condition: sel}\n", "value null"),
    (HEAD + "detection: {sel: [true], condition: sel}\n", "value True"),
    (HEAD + "detection: {sel: {a: 1}, timeframe: 5m, condition: sel}\n", "timeframe"),
    (HEAD + "detection: {1: {a: 1}, condition: sel}\n", "search identifier 1"),
    ("title: T\ncorrelation: {type: event_count}\n", "a correlation rule (`correlation`)"),
    (HEAD + "filter: {rules: any}\n", "a filter document (`filter`)"),
    ("action: global\n" + HEAD + DETECTION, "a rule collection (`action`)"),
    (HEAD + DETECTION + "taxonomy: ecs\n", "taxonomy ecs"),
    (HEAD + DETECTION + "level: severe\n", "no valid Sigma rule"),
    (HEAD + DETECTION + "id: not-a-uuid\n", "no valid Sigma rule"),
    (HEAD + DETECTION + "id: 5\n", "`id`"),
    (HEAD + DETECTION + "tags: attack.t1078\n", "`tags`"),
    (HEAD + DETECTION + "related: [5]\n", "no valid Sigma rule"),
    (HEAD + DETECTION + "date: yesterday\n", "no valid Sigma rule"),
    ("title: T\nlogsource: {}\n" + DETECTION, "no valid Sigma rule"),
    ("title: T\nlogsource: aws\n" + DETECTION, "`logsource`"),
    (HEAD + DETECTION + "5: x\n", "key 5"),
    (HEAD + DETECTION + "title: U\n", "duplicate key 'title'"),
    (HEAD + "detection: {sel: {a: 1, a: 2}, condition: sel}\n", "duplicate key 'a'"),
    (HEAD + "detection: {sel: {[a]: 1}, condition: sel}\n", "a key that is a list or a map"),
    (HEAD + "x: &x {b: 1}\ndetection: {sel: *x, condition: sel}\n", "a YAML alias"),
    (HEAD + "detection: {sel: {<<: {a: 1}}, condition: sel}\n", "the merge key <<"),
    (HEAD + DETECTION + "x: !!python/object:os.system {}\n", "the YAML tag"),
    (HEAD + DETECTION + "x: !!binary aaaa\n", "the YAML tag"),
    (HEAD + DETECTION + "modified: 2025-13-45\n", "bad YAML"),
    (HEAD + "detection: {sel: [\n", "bad YAML"),
    ("\x00", "bad YAML"),
    ("title: \ud800\n", "bad YAML"),
    (HEAD + DETECTION + f"x: {'9' * 5000}\n", "unquoted 999"),
]


@pytest.mark.parametrize(("text", "named"), FILES, ids=[str(place) for place in range(len(FILES))])
def test_a_file_is_refused_by_name(text: str, named: str) -> None:
    """What is no rule, another kind of rule, or unclear YAML is said so."""
    assert named in refusal(text).what


def test_windash_that_would_fill_the_memory() -> None:
    """Values whose written-out forms would not end are refused before anything writes them out."""
    dashes = " ".join(f"-{letter}" for letter in "abcdefghijkl")
    assert "|windash" in refusal(line(f"a|windash: '{dashes}'")).what


def test_placeholders_that_would_fill_the_memory() -> None:
    """Combinations of placeholders are counted before they are made."""
    error = refusal(line(f"a|expand: '{'%p%' * 40}'"), p=tuple("abc"))
    assert "combinations" in error.why


@pytest.mark.parametrize(
    "expression",
    [
        r"^(\w+\.)+amazonaws\.com$",
        "(foo|bar)+",
        "([^,]+,)*",
        r"(\d{1,3}\.){3}\d{1,3}",
        "(?:[a-z0-9-]+/)+",
        "(ab)*",
        r"([0-9a-f]{2}\s?){2,20}",
    ],
)
def test_repetitions_that_cannot_run_away_are_kept(expression: str) -> None:
    """Names of hosts, paths, lists and addresses can be written as people write them."""
    assert len(read_rules(line(f"a|re: '{expression}'"), "f.yml")) == 1


BOMB = "a: &a0 [x]\n" + "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
HOSTILE = [
    "---\n" * 200_000,
    line("a: 1") + "---\n" + f"{line('a: 1')}---\n" * 5_000,
    HEAD + "detection:\n" + "".join(f"  a{n}: {{a: 1}}\n" for n in range(25_000)) + "  condition: 1 of a*\n",
    HEAD + f"detection: {{{'a' * 500_000}: {{a: 1}}, condition: '1 of {'*a' * 200_000}*b'}}\n",
    HEAD + "detection: {sel: {a: 1}, condition: [" + "1 of sel*," * 50_000 + "sel]}\n",
    BOMB,
    "[" * 900_000,
    "{a: " * 200_000,
    "- " * 400_000,
    "x: '" + "a" * 2_000_000 + "'",
    line("a: [" + "'x*', " * 100_000 + "y]"),
    line("a|re: '" + "(" * 20_000 + "'"),
    line("a|re: '" + "(" * 2_000 + ")" * 2_000 + "'"),
    HEAD + "detection: {sel: {a: 1}, condition: '" + "sel or " * 100_000 + "sel'}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:20] for text in HOSTILE])
def test_hostile_files_end_soon(text: str) -> None:
    """A hostile file is an error, or a rule, within seconds; never a crash or a hang."""
    start = time.monotonic()
    try:
        read_rules(text, "f.yml")
    except RuleError as error:
        assert error.todo
    assert time.monotonic() - start < 20


def test_wildcards_do_not_run_away() -> None:
    """A value of many wildcards is matched in a moment against long text that nearly fits."""
    (rule,) = read_rules(line("a: '" + "*a" * 30 + "*b'"), "f.yml")
    start = time.monotonic()
    assert not rule.matches({"a": "a" * 5_000})
    assert time.monotonic() - start < 5
