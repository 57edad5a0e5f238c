"""Makes Sigma rules and records at random, each rule both as YAML and as the plain description `sigma_slow` reads."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.proofs.sigma_slow import REGEXES, Line, Made

FIELDS = ["eventName", "a", "a.b", "a.b.c", "b", "x"]
TIMES = ["2023-07-10T11:45:07Z", "2024-12-30T00:00:00Z", "2021-01-03T23:59:59Z"]
ADDRESSES = ["10.1.2.3", "10.200.0.1", "192.168.1.7", "::1", "10.1.2", "10.01.2.3"]
NUMBERS = [0, 1, 10, -3, 1.5, 443]
# Text that meets the rules for case, wildcards and escapes: the sharp s and the sigmas fold in ways of their own, the
# last K is the sign for kelvin, the en dash is what an option may start with.
WORDS = [
    "",
    "ab",
    "AB",
    "aXb",
    "aB*",
    "a*b",
    "a*a?b",
    "true",
    "False",
    "null",
    "10",
    "1.5",
    "-ab /b",
    "\u2013ab",
    "K",
    "\u212a",
]
WORDS += ["stra\u00dfe", "STRASSE", "\u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2"]
RELATIONS = ["lt", "lte", "gt", "gte"]
PARTS = {"minute": [45, 0], "hour": [11, 23], "day": [10, 3], "week": [28, 1, 53], "month": [7], "year": [2023, 2024]}
KINDS = ["plain", "plain", "text", "text", "windash", "expand", "base64", "re", "cidr", "compare", "time"]
KINDS += ["fieldref", "exists"]
SIDES = [(), ("contains",), ("startswith",), ("endswith",)]

letters = st.text(st.sampled_from(list("abABs*?\\-/ .Kk1\u00df\u017f\u03a3\u03c3\u212a\U0001f600")), max_size=5)
texts = st.sampled_from(WORDS) | letters
encodable = st.sampled_from(["ab", "é", "iam", "-x", "😀"])
IN_BASE64 = ["YWI=", "xYWIx", "AAYWIB", "aWFt", "YWlhbQ==", "w6k=", "😀", "8J+YgA=="]
scalars = (
    texts | st.sampled_from([*TIMES, *ADDRESSES, *IN_BASE64]) | st.sampled_from(NUMBERS) | st.booleans() | st.none()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["b", "c", "b.c"]), inner, max_size=3),
    max_leaves=5,
)
records = st.dictionaries(st.sampled_from(["eventName", "a", "b", "x", "a.b", "a.b.c"]), values, max_size=4)


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return one to three values."""
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def links(draw: st.DrawFn) -> tuple[str, ...]:
    """Return `all` and `neq`, rarely."""
    return draw(st.sampled_from([(), (), (), ("all",), ("neq",), ("all", "neq")]))


@st.composite
def lines(draw: st.DrawFn, names: tuple[str, ...]) -> Line:
    """Return a line of one of the kinds."""
    field, side, cased = (
        draw(st.sampled_from(FIELDS)),
        draw(st.sampled_from(SIDES)),
        draw(st.sampled_from([(), ("cased",)])),
    )
    match draw(st.sampled_from(KINDS)):
        case "plain":
            return Line(field, links(draw), draw(several(texts | st.sampled_from(NUMBERS) | st.booleans() | st.none())))
        case "text":
            return Line(field, (*side, *cased, *links(draw)), draw(several(texts)))
        case "windash":
            return Line(
                field, (*side, "windash"), draw(several(texts.filter(lambda one: one.count("-") + one.count("/") < 3)))
            )
        case "expand":
            made = st.tuples(st.sampled_from(names), texts).map(lambda pair: f"%{pair[0]}%{pair[1]}")
            return Line(field, ("expand", *side, *cased), draw(several(made)))
        case "base64":
            encoding = draw(st.sampled_from([("base64",), ("base64offset",), ("base64offset", "contains")]))
            return Line(field, encoding, draw(several(encodable)))
        case "re":
            return Line(field, ("re", *links(draw)), draw(several(st.sampled_from(sorted(REGEXES)))))
        case "cidr":
            return Line(field, ("cidr",), draw(several(st.sampled_from(["10.0.0.0/8", "10.1.2.0/24", "0.0.0.0/0"]))))
        case "compare":
            return Line(
                field, (draw(st.sampled_from(RELATIONS)), *links(draw)), draw(several(st.sampled_from(NUMBERS)))
            )
        case "time":
            part = draw(st.sampled_from(sorted(PARTS)))
            compare = draw(st.sampled_from([(), ("lt",), ("gte",)]))
            return Line(field, (part, *compare), draw(several(st.sampled_from(PARTS[part]))))
        case "fieldref":
            return Line(field, ("fieldref", *side, *links(draw)), draw(several(st.sampled_from(FIELDS))))
    return Line(field, ("exists",), (draw(st.booleans()),))


@st.composite
def searches(draw: st.DrawFn, names: tuple[str, ...]) -> list[list[Line]]:
    """Return a search: words, or one map or several."""
    if draw(st.integers(0, 7)) == 0:
        modifiers = draw(st.sampled_from([(), ("all",), ("cased",)]))
        return [
            [Line("", modifiers, draw(several(texts | st.sampled_from(NUMBERS)) if not modifiers else several(texts)))]
        ]
    one_map = st.lists(lines(names), min_size=1, max_size=3, unique_by=lambda line: (line.field, line.modifiers))
    return draw(st.lists(one_map, min_size=1, max_size=2))


def trees(names: list[str]) -> st.SearchStrategy[Any]:
    """Return conditions over the names."""
    leaf = st.sampled_from(names).map(lambda name: ("name", name)) | st.sampled_from(
        [("of", quantity, start) for quantity in ("1", "all") for start in (None, "sel", "sel_")]
    )
    return st.recursive(
        leaf,
        lambda inner: (
            inner.map(lambda one: ("not", one))
            | st.tuples(st.sampled_from(["and", "or"]), inner, inner)
            | st.tuples(st.sampled_from(["and", "or"]), inner, inner, inner)
        ),
        max_leaves=5,
    )


@st.composite
def rules(draw: st.DrawFn) -> Made:
    """Return a rule of up to four searches."""
    placeholders = {name: draw(st.lists(texts, max_size=2).map(tuple)) for name in ("Known", "two_2")}
    names = ["sel_a", *draw(st.lists(st.sampled_from(["sel_b", "filter", "_sel_hidden"]), max_size=3, unique=True))]
    found = {name: draw(searches(tuple(placeholders))) for name in names}
    return Made(found, draw(trees(names)), placeholders)


def as_yaml(made: Made) -> str:
    """Return the rule as a file."""
    rows = ["title: Made", "logsource:", "  product: aws", "detection:"]
    for name, maps in made.searches.items():
        rows += [f"  {name}:", *(f"    {row}" for row in _search(maps))]
    return "\n".join([*rows, f"  condition: {condition_text(made.condition)}"])


def condition_text(tree: Any) -> str:
    """Return a condition with the brackets it needs."""
    kind, *parts = tree
    match kind:
        case "name":
            return str(parts[0])
        case "of":
            return f"{parts[0]} of {'them' if parts[1] is None else parts[1] + '*'}"
        case "not":
            return f"not {_bracketed(parts[0], ('and', 'or'))}"
        case "and":
            return " and ".join(_bracketed(part, ("or",)) for part in parts)
    return " or ".join(condition_text(part) for part in parts)


def _bracketed(tree: Any, looser: tuple[str, ...]) -> str:
    """Return a part, in brackets if it binds less."""
    text = condition_text(tree)
    return f"({text})" if tree[0] in looser else text


def _search(maps: list[list[Line]]) -> list[str]:
    """Return the rows of a search."""
    if maps[0][0].field == "" and not maps[0][0].modifiers:
        return [f"- {_quoted(value)}" for value in maps[0][0].values]
    if len(maps) == 1:
        return [_line(line) for line in maps[0]]
    return [f"{'-' if place == 0 else ' '} {_line(line)}" for lines_ in maps for place, line in enumerate(lines_)]


def _line(line: Line) -> str:
    """Return a line; JSON is YAML."""
    listed = ", ".join(_quoted(value) for value in line.values)
    return f"{json.dumps('|'.join([line.field, *line.modifiers]))}: [{listed}]"


def _quoted(value: Any) -> str:
    """Return a value in quotes where it is text."""
    return json.dumps(value, ensure_ascii=False)


@st.composite
def single_lines(draw: st.DrawFn) -> Made:
    """Return a rule of one search with one line."""
    placeholders = {name: draw(st.lists(texts, max_size=2).map(tuple)) for name in ("Known", "two_2")}
    return Made({"sel_a": [[draw(lines(tuple(placeholders)))]]}, ("name", "sel_a"), placeholders)
