"""Daily costs in the report of an audit: the picture, the reasons, root beside them, and what could not be read."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from rootwarden.flows.audit import verdict_exit
from rootwarden.model.audit import Audit
from rootwarden.model.readings import Unknown
from rootwarden.model.spend import Jump, Spend
from rootwarden.model.spending import ASKED, Spending
from rootwarden.report.formats import find
from rootwarden.report.masking import masked
from rootwarden.report.schema import audit_schema
from tests.report.audits import OPTIONS, audit, large, small
from tests.report.test_html import page, read
from tests.report.test_spend import ACCOUNT, HOSTILE, spend

DENIED = Unknown("AccessDenied", "ce.GetCostAndUsage", ("ce:GetCostAndUsage",))


def spent(of: Audit, found: Spend | None = None, unknown: Unknown | None = None) -> Audit:
    """Return an audit with what was learnt of daily costs by one paid question."""
    return replace(
        of, spending=Spending(source=ASKED, found=found, unknown=unknown, calls=1, price=Decimal("0.01"))
    )  # fmt: skip


def section(of: Audit) -> str:
    """Return the text of the section on spending as people read it."""
    (found,) = re.findall(r'<section class="wrap" id="spending".*?</section>', page(of), re.S)
    return " ".join("".join(read(found).texts).split())


def test_the_report_has_picture_and_reasons() -> None:
    """The chart for wide and narrow windows, the jump with amount, usual and limits, root, source and price."""
    text = page(spent(large(), spend()))
    assert text.count("<svg xmlns") == 2
    assert text.count("▼</text>") == text.count("◆</text>") == 2
    said = section(spent(large(), spend()))
    assert "1 jump out of line, 1 of them near an act of root." in said
    assert f"2026-11-25 Amazon Elastic Compute Cloud - Compute in {ACCOUNT}" in said
    assert "497.00 USD above the usual in all. 500.00 USD on 2026-11-25, usually 3.00 (median of 8 other" in said
    assert "root: 2026-11-24 03:12 RunInstances (ec2.amazonaws.com, us-east-1) from 203.0.113.7" in said
    for words in ("2026-09-27 to 2026-11-25, 60 days", "Cost Explorer", "1 paid question, 0.01 USD", "trail.json"):
        assert words in said, words
    assert "Costs of 1 of 15 accounts are in it; the others cost nothing, or whoever asked may not see them." in said


def test_sections_and_tile_lead_there_only_where_it_is() -> None:
    """Links among the sections and at practice 5; where nobody asked, one quiet line says how to."""
    with_it, without = page(spent(large(), spend())), page(large())
    assert with_it.count('href="#spending"') == 2
    assert "#spending" not in without
    assert "<figure" not in without
    assert without.count("Daily costs were not looked at") == 1
    assert "Spending" not in find("table").render(large(), OPTIONS)


@pytest.mark.parametrize(
    "make",
    [lambda: spent(large(), spend(service=HOSTILE)), lambda: spent(audit([], []), spend(spiked=False)),
     lambda: spent(small(), None, DENIED), lambda: spent(small(), replace(spend(), unread=(HOSTILE,), too_short=True))],
)  # fmt: skip
def test_the_page_stays_whole(make) -> None:
    """Every element closed, ids once, nothing hostile alive, no placeholder, no style or handler in the picture."""
    reader = read(page(make()))
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in reader.tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
    text = " ".join(reader.texts)
    assert not re.search(r"\{\{|\bNone\b|\bUndefined\b|\x1b|\u202e", text)


def test_what_could_not_be_read_is_said() -> None:
    """Why, and the missing permission, which the policy to attach grants as well; the paid question still counts."""
    of = spent(large(), None, DENIED)
    said = section(of)
    assert "could not be read: AccessDenied on ce.GetCostAndUsage. Needs ce:GetCostAndUsage." in said
    assert "1 paid question, 0.01 USD" in said
    assert "<figure" not in page(of)
    assert '"ce:GetCostAndUsage"' in html.unescape(page(of))
    table = " ".join(find("table").render(of, OPTIONS).split())
    assert "Daily costs were not read: AccessDenied on ce.GetCostAndUsage. Needs ce:GetCostAndUsage." in table


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("service", ["Amazon EC2", HOSTILE])
def test_the_table_is_brief(service: str, plain: bool) -> None:
    """A heading and at most four lines of 80 columns: days, sum, jumps, the worst."""
    before = find("table").render(small(), replace(OPTIONS, plain=plain))
    after = find("table").render(spent(small(), spend(service=service)), replace(OPTIONS, plain=plain))
    assert len(after.splitlines()) - len(before.splitlines()) <= 6
    assert all(len(line) <= 80 for line in after.splitlines())
    assert after.isascii() or not plain
    words = " ".join(after.split())
    assert "60 days, 857.00 USD: 1 jump out of line, 1 of them near an act of root. The worst: Amazon" in words
    assert "2026-11-25, 497.00 USD above the usual." in words


@pytest.mark.parametrize("make", [lambda: spent(large(), spend()), lambda: spent(large(), None, DENIED), large])
def test_the_json_fits_its_schema(make) -> None:
    """Whole, with every day and reason; null where nobody asked; an audit without the field is still audit/1."""
    printed = json.loads(find("json").render(masked(make()), OPTIONS))
    check = Draft202012Validator(json.loads(audit_schema()))
    assert list(check.iter_errors(printed)) == []
    assert check.is_valid({key: value for key, value in printed.items() if key != "spending"})
    assert not check.is_valid({**printed, "spending": {"found": {}}})
    of = make().spending
    if of is None or of.found is None:
        assert (printed["spending"] or {}).get("found") is None
    else:
        assert printed["spending"]["found"]["jumps"][0]["reason"] == of.found.jumps[0].reason
        assert printed["spending"]["found"]["costs"]["series"][0]["amounts"][-1] == "500"


def test_many_jumps_are_counted() -> None:
    """The ten dearest stand in the report, five acts of root each; the rest is in the JSON, and the page says so."""
    found = spend()
    jump: Jump = replace(found.jumps[0], root=found.jumps[0].root * 8)
    said = section(spent(large(), replace(found, jumps=(jump,) * 25)))
    assert said.count("above the usual in all") == 10
    assert "15 smaller jumps: see" in said
    assert said.count("and 3 more acts of root") == 10


def test_unread_costs_make_the_audit_incomplete() -> None:
    """A jump is no finding; costs that were asked for and not read are told by the exit code."""
    calm = audit([], [])
    assert verdict_exit(calm, "info") == 0
    assert verdict_exit(spent(calm, spend()), "info") == 0
    assert verdict_exit(spent(calm, None, DENIED), "info") == 5
    assert verdict_exit(spent(calm, replace(spend(), unread=("a file",))), "info") == 5
    assert verdict_exit(spent(calm, replace(spend(), too_short=True)), "info") == 5
