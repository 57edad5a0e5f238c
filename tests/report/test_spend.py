"""Spending as people and machines read it: text of 80 columns, JSON with reasons, a picture, and a page."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rootwarden.errors import InputError, UsageError
from rootwarden.model.spend import Costs, RootAct, Rule, Series, Spend, read_costs
from rootwarden.proofs.cost_jumps import jumps, with_root
from rootwarden.report import spends
from rootwarden.report.options import RenderOptions
from rootwarden.report.screen.charts import columns, fitted, sparkline
from rootwarden.report.spend_schema import spend_schema

DAYS = tuple(date(2026, 9, 27) + timedelta(days=at) for at in range(60))
ACCOUNT = "111122223333"
HOSTILE = "Amazon <script>alert(1)</script> \x1b[31mred\u202e"
amounts = st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=200)


def spend(*, spiked: bool = True, service: str = "Amazon Elastic Compute Cloud - Compute") -> Spend:
    """Return two services, one of which leaps on the last day, with root at work the day before."""
    steady = tuple(Decimal(3) for _ in DAYS)
    costs = Costs(
        unit="USD", days=DAYS, estimated=2,
        series=(Series(ACCOUNT, service, (*steady[:-1], Decimal(500) if spiked else Decimal(3))),
                Series(ACCOUNT, "AWS Lambda", steady)),
    )  # fmt: skip
    act = RootAct(
        account=ACCOUNT, when=datetime(2026, 11, 24, 3, 12, tzinfo=UTC), name="RunInstances",
        service="ec2.amazonaws.com", region="us-east-1", address="203.0.113.7", where="trail.json",
    )  # fmt: skip
    return Spend(
        tool_version="0", made_at=datetime(2026, 11, 26, tzinfo=UTC), costs=costs, rule=Rule(),
        jumps=with_root(jumps(costs, Rule()), [act], timedelta(days=2)), root_from=("trail.json",), calls=1,
        price=Decimal("0.01"),
    )  # fmt: skip


def test_the_text_says_why() -> None:
    """Amount, usual, spread and limits of each jump, the act of root beside it, and what the question cost."""
    text = " ".join(spends.find("table")(spend(), RenderOptions()).split())
    assert "500.00 USD on 2026-11-25, usually 3.00 (median of 8 other Wednesdays)" in text
    assert "out of line from 6 times and 10 USD on" in text
    assert "root: 2026-11-24 03:12 RunInstances" in text
    assert "1 jump out of line, 1 of them near an act of root." in text
    assert "1 paid question, 0.01 USD." in text


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("service", ["Amazon EC2", HOSTILE])
def test_eighty_columns_are_enough(service: str, plain: bool) -> None:
    """No line is wider, and plain text is ASCII without control characters."""
    text = spends.find("table")(spend(service=service), RenderOptions(plain=plain))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert text.isascii() or not plain
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_nothing_out_of_line() -> None:
    """The sentence is plain, and nothing is marked."""
    assert "No day is out of line." in spends.find("table")(spend(spiked=False), RenderOptions())
    assert "▼" not in spends.find("svg")(spend(spiked=False), RenderOptions())


def test_the_json_is_versioned() -> None:
    """Amounts are text, each jump has its reason, and the totals are there."""
    found = msgspec.json.decode(spends.find("json")(spend(), RenderOptions()))
    assert found["rootwarden"] == "spend/1"
    (jump,) = found["jumps"]
    assert jump["peak"]["amount"] == "500"
    assert "times the usual spread" in jump["reason"]
    assert jump["root"][0]["name"] == "RunInstances"
    assert found["costs"]["series"][0]["amounts"][-1] == "500"


def test_the_json_is_as_its_schema_says() -> None:
    """Every field that is there is in the schema, and the version is fixed by it."""
    schema = json.loads(spend_schema())
    shape = schema["$defs"]["Spend"]["properties"]
    assert shape["rootwarden"]["const"] == "spend/1"
    assert set(msgspec.json.decode(spends.find("json")(spend(), RenderOptions()))) == set(shape)


@pytest.mark.parametrize("service", ["Amazon EC2", HOSTILE])
def test_the_picture_is_one_for_any_page(service: str) -> None:
    """It is well-formed, marks the day, says all in words, and holds neither script nor style."""
    text = spends.find("svg")(spend(service=service), RenderOptions())
    root = ElementTree.fromstring(text.encode())
    tags = [one.tag.rpartition("}")[2] for one in root.iter()]
    assert set(tags) <= {"svg", "title", "desc", "rect", "line", "text"}
    assert tags.count("rect") == len(DAYS) + 1
    assert text.count("▼") == 1
    assert not re.search(r"style=|on[a-z]+=|href", text)


def test_the_page_loads_and_runs_nothing() -> None:
    """A strict policy, the picture inside, and hostile names harmless."""
    text = spends.find("html")(spend(service=HOSTILE), RenderOptions())
    assert "default-src 'none'" in html.unescape(text)
    assert "<script" not in text
    assert "<svg" in text
    assert "\x1b" not in text


def test_an_unknown_format_names_those_there_are() -> None:
    """The closest is suggested."""
    with pytest.raises(UsageError) as caught:
        spends.find("jso")
    assert "json" in caught.value.why
    assert spends.names() == ("html", "json", "svg", "table")


@given(values=amounts, width=st.integers(1, 90), plain=st.booleans())
def test_no_peak_is_lost(values: list[Decimal], width: int, plain: bool) -> None:
    """However narrow, the largest day is drawn full, anything above zero is seen, and zero is blank."""
    shown = fitted(values, width)
    assert len(shown) <= width
    assert max(shown) == max(values)
    line = sparkline(values, width, plain=plain)
    assert len(line) == len(shown)
    assert all((mark != " ") == (value > 0) for mark, value in zip(line, shown, strict=True))
    if max(values) > 0:
        assert line[shown.index(max(shown))] == ("@" if plain else "█")
    bars = columns(values, width, 4, plain=plain)
    assert all((mark != " ") == (value > 0) for mark, value in zip(bars[-1], shown, strict=True))


def page(
    *rows: tuple[str, dict[tuple[str, str], str]], keys: tuple[str, ...] = ("SERVICE", "LINKED_ACCOUNT")
) -> object:
    """Return an answer of GetCostAndUsage with these days."""
    return {
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": key} for key in keys],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": day, "End": str(date.fromisoformat(day) + timedelta(days=1))},
                "Groups": [{"Keys": list(key), "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}
                           for key, amount in groups.items()],
            }
            for day, groups in rows
        ],
    }  # fmt: skip


def test_answers_are_read_in_pages() -> None:
    """A service that a day leaves out cost nothing then; several pages are one stretch of days."""
    one, two = ("AWS Lambda", ACCOUNT), ("Amazon EC2", ACCOUNT)
    found = read_costs([page(("2026-11-01", {one: "1.5"})), page(("2026-11-02", {one: "2", two: "7"}))], "a file")  # type: ignore[list-item]
    assert {(row.service, row.amounts) for row in found.series} == {
        ("AWS Lambda", (Decimal("1.5"), Decimal(2))),
        ("Amazon EC2", (Decimal(0), Decimal(7))),
    }
    assert found.totals == (Decimal("1.5"), Decimal(9))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"ResultsByTime": []},
        {"ResultsByTime": [{"TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"}, "Total": {}}]},
        page(("2026-11-01", {("a", "b"): "1"}), ("2026-11-03", {("a", "b"): "1"})),
        page(("2026-11-01", {("a", "b"): "NaN"})),
        page(("2026-11-01", {("a", "b"): "x"})),
        page(("2026-11-01", {("a", "b"): "1"}), keys=("AZ", "SERVICE")),
        [],
        "text",
        None,
    ],
)
def test_what_is_no_answer_is_refused(answer: object) -> None:
    """By name, with how to make one."""
    with pytest.raises(InputError) as caught:
        read_costs([answer], "costs.json")  # type: ignore[list-item]
    assert caught.value.what.startswith("costs.json holds no daily costs")
